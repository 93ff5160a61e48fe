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


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def parts(x, h, w, u, b):
    return np.split(x @ w + b, 3, -1), np.split(u, 3, -1)


def gru_with(mix, gates=lambda z, r: (sigmoid(z), sigmoid(r)), recall=lambda r, h, u: (r * h) @ u):
    """A GRU step of which one thing may be different."""

    def step(x, h, w, u, b):
        (x_z, x_r, x_n), (u_z, u_r, u_n) = parts(x, h, w, u, b)
        z, r = gates(x_z + h @ u_z, x_r + h @ u_r)
        return mix(z, h, np.tanh(x_n + recall(r, h, u_n)))

    return step


def keep(z, h, new):
    return z * h + (1 - z) * new


def test_the_papers_gru_is_right_and_is_the_equations():
    step = gru_with(keep)
    assert judge("recurrent-networks-1", step).right
    rng = np.random.default_rng(0)
    x, w, u, b = (rng.normal(size=n) for n in [(2, 3, 4), (4, 15), (5, 15), 15])
    h = np.zeros((2, 5))
    for t in range(3):
        h = step(x[:, t], h, w, u, b)
    np.testing.assert_allclose(h, equations.gru(x, w, u, b)[:, -1])


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        (gru_with(keep, recall=lambda r, h, u: r * (h @ u)), "Keras's variant"),
        (gru_with(lambda z, h, new: (1 - z) * h + z * new), "wrong way round"),
        (gru_with(keep, gates=lambda z, r: (sigmoid(r), sigmoid(z))), "swapped"),
        (gru_with(keep, recall=lambda r, h, u: h @ u), "not used"),
        (lambda x, h, w, u, b: h, "plus 1 - z"),
        (lambda x, h, w, u, b: h[0], "shape (3, 5)"),
        (lambda x, h, w, u, b: (h, h), "shape (3, 5)"),
        (lambda x, h, w, u, b: None, "should return numbers"),
        (lambda x, h, w, u, b: "state", "return numbers"),
        (lambda x: x, "TypeError"),
        (7, "function itself"),
    ],
)
def test_a_wrong_gru_step_is_named_with_its_reason(step, hint):
    assert hint in hint_of("recurrent-networks-1", step)


@pytest.mark.parametrize("kind", [float, np.float32, np.array])
def test_the_bias_of_a_half_life_is_right_whatever_number_it_is(kind):
    assert judge("recurrent-networks-2", lambda k: kind(-np.log(2 ** (1 / k) - 1))).right


@pytest.mark.parametrize(
    ("bias", "hint"),
    [
        (lambda k: 0.5 ** (1 / k), "value the gate must have"),
        (lambda k: np.log(2 ** (1 / k) - 1), "sign is wrong"),
        (np.log, "rule of thumb"),
        (lambda k: 0.0, "10 were asked for"),
        (lambda k: -np.inf, "1 were asked for"),
        (lambda k: [k], "shape ()"),
        (lambda k: 1 / 0, "ZeroDivisionError"),
        (1.0, "function itself"),
    ],
)
def test_a_wrong_bias_is_named_with_its_reason(bias, hint):
    assert hint in hint_of("recurrent-networks-2", bias)


def shifted(states):
    return np.vstack([np.zeros(states.shape[1]), states[:-1]])


def test_the_gradient_by_u_is_right_and_is_that_of_backpropagation_through_time():
    assert judge("recurrent-networks-3", lambda states, deltas: shifted(states).T @ deltas).right
    rng = np.random.default_rng(0)
    x, w, u, b, direct = (rng.normal(size=n) for n in [(1, 6, 3), (3, 4), (4, 4), 4, (1, 6, 4)])
    for_x, _, for_u, _ = equations.backpropagation_through_time(x, w, u, b, direct)
    states = equations.recurrence(x, w, u, b)[0]
    deltas = np.empty_like(states)
    after = np.zeros(4)
    for t in reversed(range(6)):
        deltas[t] = (direct[0, t] + after) * (1 - states[t] ** 2)
        after = deltas[t] @ u.T
    np.testing.assert_allclose(deltas @ w.T, for_x[0])
    np.testing.assert_allclose(shifted(states).T @ deltas, for_u)


@pytest.mark.parametrize(
    ("gradient", "hint"),
    [
        (lambda s, d: s.T @ d, "its own step"),
        (lambda s, d: np.outer(s[-2], d[-1]), "last step alone"),
        (lambda s, d: d.T @ shifted(s), "rows and columns"),
        (lambda s, d: np.zeros((4, 4)), "outer product"),
        (lambda s, d: s @ d.T, "shape (4, 4)"),
        (lambda s, d: s.T @ d[:-1], "ValueError"),
        (None, "function itself"),
    ],
)
def test_a_wrong_gradient_by_u_is_named_with_its_reason(gradient, hint):
    assert hint in hint_of("recurrent-networks-3", gradient)


def test_the_states_at_each_ones_own_end_are_right():
    assert judge("recurrent-networks-4", lambda s, n: s[np.arange(len(s)), n - 1]).right
    picked = judge(
        "recurrent-networks-4", lambda s, n: [row[k - 1] for row, k in zip(s, n, strict=True)]
    )
    assert picked.right


@pytest.mark.parametrize(
    ("pick", "hint"),
    [
        (lambda s, n: s[:, -1], "after the padding"),
        (lambda s, n: s[np.arange(len(s)), n], "IndexError"),
        (lambda s, n: s[np.arange(len(s)), n % 6], "too late"),
        (lambda s, n: s[:, 0], "row 0 has 6 steps"),
        (lambda s, n: s[:, n - 1], "shape (4, 3)"),
        ("states", "function itself"),
    ],
)
def test_wrong_last_states_are_named_with_their_reason(pick, hint):
    assert hint in hint_of("recurrent-networks-4", pick)


@pytest.mark.parametrize("kind", [list, tuple])
def test_clipping_by_the_common_norm_is_right_in_a_list_or_a_tuple(kind):
    assert judge(
        "recurrent-networks-5", lambda g, most: kind(equations.gradient_clipping(g, most))
    ).right


def norm(gradients):
    return np.sqrt(sum(np.sum(g**2) for g in gradients))


@pytest.mark.parametrize(
    ("clip", "hint"),
    [
        (lambda g, m: [a * min(1, m / np.linalg.norm(a)) for a in g], "its own norm"),
        (lambda g, m: [np.clip(a, -m, m) for a in g], "number was clipped"),
        (lambda g, m: [a * m / norm(g) for a in g], "short enough"),
        (lambda g, m: [a / norm(g) if norm(g) > m else a for a in g], "multiply every array"),
        (lambda g, m: [0 * a for a in g], "multiply every array"),
        (lambda g, m: g[0], "as many arrays"),
        (lambda g, m: None, "as many arrays"),
        (lambda g, m: 1 / 0, "ZeroDivisionError"),
        ([], "function itself"),
    ],
)
def test_wrong_clipping_is_named_with_its_reason(clip, hint):
    assert hint in hint_of("recurrent-networks-5", clip)
