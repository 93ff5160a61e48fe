import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, exercises

NAMES = [name for name in exercises.names() if name.startswith("autoencoder-")]

RIGHT = {
    "autoencoder-1": 784 * 128 * 2 + 128 * 16 * 2 + 128 + 16 + 128 + 784,
    "autoencoder-2": lambda x, m, p: m + (x - m) @ p.T @ p,
    "autoencoder-3": lambda x, r, m: 1 - np.sum((x - r) ** 2) / np.sum((x - m) ** 2),
    "autoencoder-4": lambda x, w: (
        equations.linear_gradient(x, w, w.T)[0] + equations.linear_gradient(x, w, w.T)[1].T
    ),
}
WRONG = [
    ("autoencoder-1", 784 * 128 * 2 + 128 * 16 * 2, "bias"),
    ("autoencoder-1", 784 * 128 + 128 * 16 + 128 + 16 + 128 + 784, "tied weights"),
    ("autoencoder-1", 12, "Received: 12"),
    ("autoencoder-2", lambda x, m, p: (x - m) @ p.T @ p, "not put back"),
    ("autoencoder-2", lambda x, m, p: x @ p.T @ p, "still on"),
    ("autoencoder-2", lambda x, m, p: x @ p.T, "shape of x"),
    ("autoencoder-2", lambda x, m, p: x, "project"),
    ("autoencoder-2", 3, "a function"),
    ("autoencoder-2", lambda x, m, p: x @ p, "the function stopped with"),
    ("autoencoder-3", lambda x: x, "the function stopped with"),
    ("autoencoder-4", lambda x, w: w @ w, "the function stopped with"),
    ("autoencoder-3", lambda x, r, m: np.sum((x - r) ** 2) / np.sum((x - m) ** 2), "lost"),
    ("autoencoder-3", lambda x, r, m: 1 - np.sum((x - r) ** 2) / np.sum(x**2), "blank page"),
    ("autoencoder-3", lambda x, r, m: 0.5, "was due"),
    ("autoencoder-4", lambda x, w: equations.linear_gradient(x, w, w.T)[0], "one path"),
    ("autoencoder-4", lambda x, w: equations.linear_gradient(x, w, w.T)[1].T, "one path"),
    (
        "autoencoder-3",
        lambda x, r, m: np.mean(1 - np.sum((x - r) ** 2, 0) / np.sum((x - m) ** 2, 0)),
        "each one's own share",
    ),
    ("autoencoder-4", lambda x, w: x.shape[1] * RIGHT["autoencoder-4"](x, w), "6 times the slope"),
    ("autoencoder-4", lambda x, w: w.T, "shape of w"),
    ("autoencoder-4", lambda x, w: 0 * w, "slopes"),
]


def test_every_exercise_has_a_right_answer_here():
    assert list(RIGHT) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_is_right(name):
    assert exercises.judge(name, RIGHT[name]).right


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_a_typical_mistake_is_recognised(name, answer, hint):
    verdict = exercises.judge(name, answer)
    assert not verdict.right
    assert hint in verdict.hint.en
    assert verdict.hint.zh


@pytest.mark.parametrize("name", NAMES)
@given(junk=st.one_of(st.none(), st.text(), st.floats(), st.lists(st.integers()), st.binary()))
def test_any_object_is_judged_without_raising(name, junk):
    assert not exercises.judge(name, junk).right
