import numpy as np
import pytest

from seqtut import equations
from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def careful(scores, mask):
    powers = np.where(mask, softmax(np.where(mask, scores, -1e9)), 0)
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total > 0, total, 1)


@pytest.mark.parametrize("weights", [careful, equations.masked_softmax])
def test_a_masked_softmax_with_exact_zeros_is_right(weights):
    assert judge("attention-1", weights).right


def spoil(scores, mask):
    scores[...] = 0
    mask[...] = True
    return softmax(scores)


@pytest.mark.parametrize(
    ("weights", "hint"),
    [
        (lambda e, m: softmax(e) * m, "sum to 1"),
        (lambda e, m: softmax(e * m), "exponential is 1"),
        (lambda e, m: careful(e, ~m), "wrong way round"),
        (lambda e, m: softmax(e), "not used"),
        (lambda e, m: softmax(np.where(m, e, -30.0)), "exactly 0"),
        (lambda e, m: softmax(np.where(m, e, -1e9)), "where nothing is kept"),
        (lambda e, m: softmax(np.where(m, e, -np.inf)), "where nothing is kept"),
        (lambda e, m: np.exp(e) * m / (np.exp(e) * m).sum(-1, keepdims=True), "large ones"),
        (spoil, "over the last axis"),
        (lambda e, m: e[0], "shape (4, 5)"),
        (lambda e, m: None, "should return numbers"),
        (lambda e, m: "weights", "return numbers"),
        (lambda e: e, "TypeError"),
        (3, "function itself"),
    ],
)
def test_a_wrong_masked_softmax_is_named_with_its_reason(weights, hint):
    assert hint in hint_of("attention-1", weights)


def probe(attend):
    values = np.array([[[1.0], [0.0], [0.0]]])
    query, keys = np.zeros((1, 1, 2)), np.zeros((1, 3, 2))
    alone = np.asarray(attend(query, keys, values, np.array([[True, False, False]])))
    share = float(alone[0, 0, 0])
    return {1.0: "keep", 0.0: "ignore"}.get(share, "neither")


def test_a_probe_that_looks_at_what_is_found_tells_the_polarity():
    assert judge("attention-2", probe).right


@pytest.mark.parametrize(
    ("guess", "hint"),
    [
        (lambda attend: "keep", "taken for 'keep'"),
        (lambda attend: "ignore", "taken for 'ignore'"),
        (lambda attend: {1.0: "keep"}.get(probe_share(attend), "ignore"), "taken for 'ignore'"),
        (lambda attend: True, "Received: bool"),
        (lambda attend: "Keep", "Received: str 'Keep'"),
        (lambda attend: None, "Received: NoneType"),
        (lambda attend: np.array(["keep", "keep"]), "Received: ndarray"),
        (lambda attend: attend(1), "TypeError"),
        ("keep", "function itself"),
    ],
)
def test_a_wrong_probe_is_named_with_its_reason(guess, hint):
    assert hint in hint_of("attention-2", guess)


def probe_share(attend):
    values = np.array([[[1.0], [0.0]]])
    found = attend(np.zeros((1, 1, 2)), np.zeros((1, 2, 2)), values, np.array([[True, False]]))
    return float(found[0, 0, 0])


def circle(n, backwards=True, size=None):
    angles = 2 * np.pi * np.arange(n) / n
    keys = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    size = 10 * n**2 if size is None else size
    return size * (keys[::-1] if backwards else keys), keys


@pytest.mark.parametrize("kind", [tuple, list])
def test_pointers_on_a_circle_read_backwards(kind):
    assert judge("attention-3", lambda n: kind(circle(n))).right


@pytest.mark.parametrize(
    ("pointers", "hint"),
    [
        (lambda n: circle(n, backwards=False), "copy from the beginning"),
        (lambda n: circle(n, size=50), "longer vectors"),
        (lambda n: (np.arange(2.0 * n).reshape(n, 2)[::-1],) * 2, "looks at place"),
        (lambda n: circle(n)[0], "two arrays"),
        (lambda n: (circle(n)[0][:, :1], circle(n)[1]), "shape"),
        (lambda n: (np.eye(n), np.eye(n)), "shape"),
        (lambda n: (np.full((n, 2), np.inf),) * 2, "not finite"),
        (lambda n: (np.full((n, 2), 1e200),) * 2, "too large"),
        (lambda n: None, "two arrays"),
        (lambda n: ("queries", "keys"), "return numbers"),
        (lambda: None, "TypeError"),
        (None, "function itself"),
    ],
)
def test_wrong_pointers_are_named_with_their_reason(pointers, hint):
    assert hint.lower() in hint_of("attention-3", pointers).lower()


def change(weights, values):
    rows = np.column_stack([values, np.ones(len(values))])
    return np.linalg.svd(rows.T)[2][-1]


def other(weights, values):
    direction = change(weights, values)
    down = direction < -1e-12
    return weights + direction * np.min(weights[down] / -direction[down])


def test_other_weights_with_the_same_context_are_right():
    assert judge("attention-4", other).right
    assert judge("attention-4", lambda w, v: list(other(w, v))).right


@pytest.mark.parametrize(
    ("weights", "hint"),
    [
        (lambda w, v: w, "old weights"),
        (lambda w, v: w[::-1], "another one"),
        (lambda w, v: np.full(len(w), 1 / len(w)), "another one"),
        (lambda w, v: w + 10 * change(w, v), "negative"),
        (lambda w, v: w * 2, "sum to 2.000"),
        (lambda w, v: w * np.nan, "finite"),
        (lambda w, v: w[:2], "shape (6,)"),
        (lambda w, v: {"w": w}, "return numbers"),
        (lambda w: w, "TypeError"),
        (1.0, "function itself"),
    ],
)
def test_weights_that_are_no_other_explanation_are_named_with_their_reason(weights, hint):
    assert hint in hint_of("attention-4", weights)


def softmax_with(highest, fill):
    def masked(scores, mask):
        top = highest(scores, mask)
        powers = np.exp(np.where(mask, scores, fill) - top) * mask
        total = powers.sum(axis=-1, keepdims=True)
        return powers / np.where(total > 0, total, 1)

    return masked


@pytest.mark.parametrize(
    "highest",
    [
        lambda s, m: np.max(s, axis=-1, keepdims=True, where=m, initial=0),
        lambda s, m: np.max(s * m, axis=-1, keepdims=True),
        lambda s, m: np.max(np.where(m, s, -100), axis=-1, keepdims=True),
    ],
)
def test_a_maximum_that_counts_what_is_not_kept_is_found_out(highest):
    assert "far below 0" in hint_of("attention-1", softmax_with(highest, -100.0))


def test_a_maximum_over_what_is_kept_is_right_in_float32_too():
    def single(scores, mask):
        scores = np.asarray(scores, np.float32)
        return softmax_with(
            lambda s, m: np.max(np.where(m, s, -1e9), axis=-1, keepdims=True), np.float32(-1e9)
        )(scores, mask)

    assert judge("attention-1", single).right


def test_a_probe_that_hides_everything_is_no_probe():
    def hiding(attend):
        query, keys, values = np.ones((1, 1, 2)), np.ones((1, 3, 2)), np.ones((1, 3, 1))
        none, all_ = (
            np.nan_to_num(attend(query, keys, values, np.full((1, 3), kept)))[0, 0, 0]
            for kept in (False, True)
        )
        return "neither" if abs(none - all_) < 1e-9 else "keep" if all_ > none else "ignore"

    assert not judge("attention-2", hiding).right


def test_keys_that_coincide_are_named():
    def closed(length):
        angles = np.linspace(0, 2 * np.pi, length)
        keys = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return 50 * keys[::-1], keys

    assert "apart" in hint_of("attention-3", closed)


def test_weights_in_float32_are_right():
    def other(weights, values):
        change = np.linalg.svd(np.column_stack([values, np.ones(len(values))]).T)[2][-1]
        steps = [d * np.min(weights[d < 0] / -d[d < 0]) for d in (change, -change)]
        return (weights + max(steps, key=lambda d: np.abs(d).sum())).astype("float32")

    assert judge("attention-4", other).right
