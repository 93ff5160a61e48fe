from itertools import groupby

import numpy as np
import pytest

from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def test_hertz_is_the_inverse_of_mel():
    assert judge("speech-1", lambda m: 700 * (10 ** (m / 2595) - 1)).right
    assert judge("speech-1", lambda m: [700 * (10 ** (x / 2595) - 1) for x in m]).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda m: 2595 * np.log10(1 + m / 700), "from hertz to mel"),
        (lambda m: 700 * (np.exp(m / 2595) - 1), "base 10"),
        (lambda m: 700 * 10 ** (m / 2595), "0 mel should be 0 Hz"),
        (lambda m: m, "undo the rest"),
        (lambda m: 1000.0, "shape"),
        (lambda m: None, "NoneType"),
        (lambda m: "1000", "str"),
        (lambda: 1, "stopped"),
        (1000, "is a function"),
    ],
)
def test_a_wrong_inverse_gets_its_hint(answer, hint):
    assert hint in hint_of("speech-1", answer)


def test_a_path_may_be_collapsed_in_either_form():
    assert judge("speech-2", lambda path: [k for k, _ in groupby(path) if k != 0]).right

    def with_numpy(path):
        path = np.asarray(path, int)
        before = np.concatenate([[-1], path[:-1]])
        return path[(path != before) & (path != 0)]

    assert judge("speech-2", with_numpy).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda p: [k for k, _ in groupby(x for x in p if x)], "keeps them apart"),
        (lambda p: [x for x in p if x], "one label"),
        (lambda p: [k for k, _ in groupby(p)], "not written"),
        (lambda p: sorted(set(p) - {0}), "Received"),
        (lambda p: [3, 3, 1], "Received"),
        (lambda p: None, "list of ids"),
        (lambda p: "331", "list of ids"),
        (lambda p: 3, "list of ids"),
        (lambda p: ["a"], "list of ids"),
        (lambda p: p[100], "stopped"),
        ([3, 3, 1], "is a function"),
    ],
)
def test_a_wrong_collapse_gets_its_hint(answer, hint):
    assert hint in hint_of("speech-2", answer)


def test_the_probability_by_hand_is_one_number():
    assert judge("speech-3", 0.6).right
    assert judge("speech-3", np.float32(0.6)).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (0.8, "says a twice"),
        (0.45, "in a row"),
        (0.2, "one path"),
        (0.5, "eight paths"),
        (float("nan"), "eight paths"),
        ("0.6", "one number"),
        (None, "one number"),
        ([0.6, 0.4], "one number"),
        (True, "one number"),
    ],
)
def test_a_wrong_probability_gets_its_hint(answer, hint):
    assert hint in hint_of("speech-3", answer)


def climb(mask, levels, how=lambda a, b: a, keep_odd=True):
    for _ in range(levels):
        if mask.shape[1] % 2:
            mask = np.pad(mask, ((0, 0), (0, 1))) if keep_odd else mask[:, :-1]
        mask = how(mask[:, ::2], mask[:, 1::2])
    return mask


def test_a_mask_climbs_the_pyramid_as_bools_or_as_numbers():
    assert judge("speech-4", climb).right
    assert judge("speech-4", lambda m, k: m[:, :: 2**k].astype(int).tolist()).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda m, k: climb(m, k, np.logical_and), "loses its last step"),
        (lambda m, k: climb(m, k, keep_odd=False), "an odd one"),
        (lambda m, k: m, "leave 3"),
        (lambda m, k: m[:, : -(-m.shape[1] // 2**k)], "the top keeps"),
        (lambda m, k: ~climb(m, k), "the top keeps"),
        (lambda m, k: None, "a mask"),
        (lambda m, k: "mask", "a mask"),
        (lambda m, k: m[0], "a mask"),
        (lambda m: m, "stopped"),
        (3, "is a function"),
    ],
)
def test_a_wrong_mask_gets_its_hint(answer, hint):
    assert hint in hint_of("speech-4", answer)


def edits(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (x != y)))
    return row[-1]


def rate(said, right, split=str.split):
    total = sum(edits(split(s), split(r)) for s, r in zip(said, right, strict=True))
    return total / sum(len(split(r)) for r in right)


def mean_of_rates(said, right):
    return np.mean([rate([s], [r]) for s, r in zip(said, right, strict=True)])


def per_said(said, right):
    total = sum(edits(s.split(), r.split()) for s, r in zip(said, right, strict=True))
    return total / sum(len(s.split()) for s in said)


def test_the_word_error_rate_is_edits_over_words():
    assert judge("speech-5", rate).right
    for kind in (np.float64, np.float32, np.array):
        assert judge("speech-5", lambda s, r, kind=kind: kind(rate(s, r))).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda s, r: rate(s, r, list), "edits of letters"),
        (mean_of_rates, "mean of rates"),
        (per_said, "words of the references"),
        (lambda s, r: np.mean([a != b for a, b in zip(s, r, strict=True)]), "share of texts"),
        (lambda s, r: min(1, rate(s, r)), "may exceed 1"),
        (lambda s, r: 0.123, "takes"),
        (lambda s, r: None, "one number"),
        (lambda s, r: "0.5", "one number"),
        (lambda s, r: [1, 2], "one number"),
        (lambda s: 0, "stopped"),
        (0.5, "is a function"),
    ],
)
def test_a_wrong_rate_gets_its_hint(answer, hint):
    assert hint in hint_of("speech-5", answer)
