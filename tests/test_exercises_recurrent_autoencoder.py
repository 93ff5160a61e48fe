import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import exercises

PREFIX = "recurrent-autoencoder-"
NAMES = [name for name in exercises.names() if name.startswith(PREFIX)]


def backwards(x, mask):
    steps, lengths = np.arange(x.shape[1]), mask.sum(axis=1, keepdims=True)
    order = np.where(steps < lengths, lengths - 1 - steps, steps)
    return np.take_along_axis(x, order[..., None], axis=1)


def before(x, first=0.0):
    return np.concatenate([np.full_like(x[:, :1], first), x[:, :-1]], axis=1)


def cut_first(steps, length, stride, cut):
    return range(0, cut - length + 1, stride), range(cut, steps - length + 1, stride)


def cut_last(steps, length, stride, cut):
    begins = np.arange(0, steps - length + 1, stride)
    return begins[begins < cut], begins[begins >= cut]


def one_grid(steps, length, stride, cut):
    begins = np.arange(0, steps - length + 1, stride)
    return begins[begins + length <= cut], begins[begins >= cut]


RIGHT = {
    "1": backwards,
    "2": lambda x, y, m: ((x - y) ** 2)[m].mean(),
    "3": before,
    "4": cut_first,
}
WRONG = [
    ("1", lambda x, m: x[:, ::-1], "the pads were turned round too"),
    ("1", lambda x, m: x[::-1], "turns the batch round"),
    ("1", lambda x, m: x[:, :, ::-1], "turns the features round"),
    ("1", lambda x, m: x, "nothing was turned"),
    ("1", lambda x, m: x[m], "the shape of x"),
    ("1", lambda x, m: backwards(x, m) + 1, "n - 1 - t"),
    ("1", lambda x: x, "the function stopped with"),
    ("1", 3, "a function"),
    ("2", lambda x, y, m: ((x - y) ** 2).mean(), "compared with zeros"),
    ("2", lambda x, y, m: ((x - y) ** 2 * m[..., None]).mean(), "the pads' included"),
    ("2", lambda x, y, m: ((x - y) ** 2)[m].sum() / m.sum(), "error a step"),
    ("2", lambda x, y, m: ((x - y) ** 2)[m].sum(), "that is the sum"),
    ("2", lambda x, y, m: ((x - y) ** 2)[~m].mean(), "True means keep"),
    (
        "2",
        lambda x, y, m: np.mean(
            [((a - b) ** 2)[k].mean() for a, b, k in zip(x, y, m, strict=True)]
        ),
        "short series counts for more",
    ),
    ("2", lambda x, y, m: 0.0, "was due"),
    ("3", lambda x: x, "copy them"),
    ("3", lambda x: np.roll(x, 1, axis=1), "which nobody has said yet"),
    ("3", lambda x: np.roll(x, -1, axis=1), "wrong way"),
    ("3", lambda x: before(x, 1.0), "Before the first"),
    ("3", lambda x: x[:, :-1], "the shape of x"),
    ("3", lambda x: 0 * x, "step t - 1"),
    ("4", cut_last, "share"),
    ("4", lambda *a: (cut_first(*a)[0], range(0)), "not all there"),
    ("4", lambda s, n, d, c: (range(0, c - n, d), range(c, s - n + 1, d)), "not all there"),
    ("4", lambda s, n, d, c: (range(0, c - n + 1, n), range(c, s - n + 1, n)), "not all there"),
    ("4", lambda s, n, d, c: (range(0, c - n + 1, d), range(c, s, d)), "beyond the series"),
    ("4", lambda s, n, d, c: (range(0, c - 2 * n + 1, d), range(c - n, s - n + 1, d)), "cut at"),
    ("4", lambda s, n, d, c: ([], range(c + 1, s - n + 1, d)), "begins at 0"),
    ("4", one_grid, "the first test window at 31"),
    ("4", lambda *a: 3, "could not be read"),
]


def test_every_exercise_has_a_right_answer_here():
    assert [PREFIX + number for number in RIGHT] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_is_right(name):
    assert exercises.judge(name, RIGHT[name.removeprefix(PREFIX)]).right


@pytest.mark.parametrize(("number", "answer", "hint"), WRONG)
def test_a_typical_mistake_is_recognised(number, answer, hint):
    verdict = exercises.judge(PREFIX + number, answer)
    assert not verdict.right
    assert hint in verdict.hint.en
    assert verdict.hint.zh


@pytest.mark.parametrize("name", NAMES)
@given(junk=st.one_of(st.none(), st.text(), st.floats(), st.lists(st.integers()), st.binary()))
def test_any_object_is_judged_without_raising(name, junk):
    assert not exercises.judge(name, junk).right
