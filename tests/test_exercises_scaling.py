import numpy as np
import pytest

from seqtut.exercises import judge


def hint_of(name, answer):
    with np.errstate(all="ignore"):
        verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def combined(means, counts):
    return np.nansum(np.where(counts > 0, means, 0) * counts) / counts.sum()


def test_a_mean_over_all_tokens_is_right():
    assert judge("scaling-1", combined).right
    assert judge(
        "scaling-1",
        lambda means, counts: float(
            sum(m * n for m, n in zip(means, counts, strict=True) if n) / sum(counts)
        ),
    ).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda m, n: np.mean(m), "mean of the means"),
        (lambda m, n: np.nanmean(m), "mean of the means"),
        (lambda m, n: (m * n).sum() / n.sum(), "leave it out"),
        (lambda m, n: np.nansum(m * n), "sum over all tokens"),
        (lambda m, n: np.nansum(m * n) / (n > 0).sum(), "number of workers"),
        (lambda m, n: 2.0, "have the mean"),
        (lambda m, n: m, "shape ()"),
        (lambda m, n: None, "numbers"),
        (lambda m, n: "1.2", "numbers"),
        (lambda m: m, "stopped"),
        (1.2, "is a function"),
    ],
)
def test_a_wrong_mean_gets_its_hint(answer, hint):
    assert hint in hint_of("scaling-1", answer)


def test_rows_are_right_wherever_the_larger_parts_are():
    assert judge("scaling-2", lambda n, k, w: (n * k // w, n * (k + 1) // w)).right

    def larger_first(n, k, w):
        size, more = divmod(n, w)
        start = k * size + min(k, more)
        return np.array([start, start + size + (k < more)])

    assert judge("scaling-2", larger_first).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda n, k, w: (k * (n // w), (k + 1) * (n // w)), "left out"),
        (lambda n, k, w: (k * -(-n // w), (k + 1) * -(-n // w)), "there is no row"),
        (lambda n, k, w: (0, n), "taken twice"),
        (lambda n, k, w: (n * k // w, n * (k + 1) // w + 1), "taken twice"),
        (lambda n, k, w: (n * k // w + 1, n * (k + 1) // w + 1), "left out"),
        (lambda n, k, w: (n * (w - 1 - k) // w, n * (w - k) // w), "in order"),
        (
            lambda n, k, w: (k * (n // w), n if k == w - 1 else (k + 1) * (n // w)),
            "wait for the one",
        ),
        (lambda n, k, w: (n * k / w, n * (k + 1) / w), "whole numbers"),
        (lambda n, k, w: n, "whole numbers"),
        (lambda n, k, w: None, "whole numbers"),
        (lambda n, k, w: "ab", "whole numbers"),
        (lambda n: 0, "stopped"),
        (None, "is a function"),
    ],
)
def test_wrong_rows_get_their_hint(answer, hint):
    assert hint in hint_of("scaling-2", answer)


def handed(held, r, shift=1, neighbour=-1, add=False):
    after, workers = held.copy(), len(held)
    for k in range(workers):
        part = (k - r + shift) % workers
        after[k, part] = held[(k + neighbour) % workers, part] + add * held[k, part]
    return after


def in_place(held, r):
    for k in range(len(held)):
        part = (k - r + 1) % len(held)
        held[k, part] = held[k - 1, part]
    return held


def test_handing_round_is_right_in_place_too():
    assert judge("scaling-3", handed).right
    assert judge("scaling-3", in_place).right  # no part that is read was written before
    assert judge("scaling-3", lambda held, r: handed(held, r).tolist()).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda held, r: handed(held, r, shift=0), "part of the adding up"),
        (lambda held, r: handed(held, r, neighbour=1) if len(held) > 2 else handed(held, r), "way"),
        (lambda held, r: handed(held, r, add=True), "nothing is to be added"),
        (lambda held, r: held, "nothing has moved"),
        (lambda held, r: handed(held, 1), "should change part"),
        (lambda held, r: held[0], "shape"),
        (lambda held, r: None, "numbers"),
        (lambda held, r: "held", "numbers"),
        (lambda held: held, "stopped"),
        (3, "is a function"),
    ],
)
def test_wrong_handing_round_gets_its_hint(answer, hint):
    assert hint in hint_of("scaling-3", answer)


def rounded(w, levels=127, axis=0, put=np.round, size=np.abs):
    scale = size(w).max(axis=axis, keepdims=True) / levels
    scale = np.where(scale != 0, scale, 1)
    return put(w / scale) * scale


def test_rounding_to_eight_bits_is_right():
    assert judge("scaling-4", rounded).right
    assert judge("scaling-4", lambda w: rounded(w).tolist()).right
    assert judge("scaling-4", lambda w: rounded(w, put=np.rint).astype("float64")).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda w: rounded(w, axis=None), "share one scale"),
        (lambda w: rounded(w, axis=1), "each row"),
        (
            lambda w: np.round(w / (np.abs(w).max(axis=0) / 127)) * np.abs(w).max(axis=0) / 127,
            "zer",
        ),
        (lambda w: np.round(rounded(w) / np.maximum(np.abs(w).max(axis=0) / 127, 1e-9)), "whole"),
        (lambda w: w, "nothing was rounded"),
        (lambda w: rounded(w, size=lambda x: x), "with its sign"),
        (lambda w: rounded(w, put=np.trunc), "cut off"),
        (lambda w: rounded(w, put=np.floor), "cut off"),
        (lambda w: rounded(w, 255), "divides by 255"),
        (lambda w: rounded(w, 128), "divides by 128"),
        (lambda w: np.round(w), "nearest multiple"),
        (lambda w: w.T, "shape"),
        (lambda w: None, "numbers"),
        (lambda: 0, "stopped"),
        ("w", "is a function"),
    ],
)
def test_wrong_rounding_gets_its_hint(answer, hint):
    assert hint in hint_of("scaling-4", answer)
