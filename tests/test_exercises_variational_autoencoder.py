import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, exercises

NAMES = [name for name in exercises.names() if name.startswith("variational-autoencoder-")]
PRICE, DRAW, LOSS, BOUND = (f"variational-autoencoder-{n}" for n in (1, 2, 3, 4))


def picture(x, a):
    return np.logaddexp(0, a) - x * a


RIGHT = {
    PRICE: lambda m, v: 0.5 * (m**2 + np.exp(v) - 1 - v).sum(axis=1),
    DRAW: lambda m, v, e: m + np.sqrt(np.exp(v)) * e,
    LOSS: lambda x, a, p: picture(x, a).sum(axis=1).mean() + p.sum(axis=1).mean(),
    BOUND: lambda w: w.max(1) + np.log(np.mean(np.exp(w - w.max(1, keepdims=True)), axis=1)),
}
WRONG = [
    (PRICE, 3, "a function"),
    (PRICE, lambda m: m, "the function stopped with"),
    (PRICE, lambda m, v: equations.gaussian_kl(m, v), "the shape (5,)"),
    (PRICE, lambda m, v: equations.gaussian_kl(m, v).mean(axis=1), "sum"),
    (PRICE, lambda m, v: 2 * equations.gaussian_kl(m, v).sum(axis=1), "one half"),
    (PRICE, lambda m, v: -equations.gaussian_kl(m, v).sum(axis=1), "the sign"),
    (
        PRICE,
        lambda m, s: 0.5 * (m**2 + np.exp(s) ** 2 - 1 - 2 * s).sum(axis=1),
        "for log sigma",
    ),
    (PRICE, lambda m, v: (m**2).sum(axis=1), "should be 0"),
    (DRAW, lambda m, v, e: m + np.exp(v) * e, "by the variance"),
    (DRAW, lambda m, v, e: m + v * e, "by the logarithm"),
    (DRAW, lambda m, v, e: m, "middle of each cloud"),
    (DRAW, lambda m, v, e: e, "noise of 0"),
    (LOSS, lambda x, a, p: picture(x, a).mean() + p.sum(axis=1).mean(), "9 times too dear"),
    (LOSS, lambda x, a, p: picture(x, a).mean() + p.mean(), "more pixels"),
    (LOSS, lambda x, a, p: picture(x, a).sum(axis=1).mean() + p.mean(), "Sum it"),
    (LOSS, lambda x, a, p: picture(x, a).sum() + p.sum(), "over all pictures"),
    (LOSS, lambda x, a, p: picture(x, a).sum(axis=1).mean() - p.sum(axis=1).mean(), "taken off"),
    (LOSS, lambda x, a, p: 1.0, "was due"),
    (LOSS, lambda x, a, p: picture(x, a).sum(axis=1), "the shape ()"),
    (BOUND, lambda w: w.mean(axis=1), "mean of the logarithms"),
    (BOUND, lambda w: np.log(np.exp(w).sum(axis=1)), "factor K"),
    (BOUND, lambda w: w.max(axis=1), "exponentials"),
    (BOUND, lambda w: np.log(np.exp(w).mean(axis=1)), "exp(-2000)"),
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
