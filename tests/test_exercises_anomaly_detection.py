import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, exercises

NAMES = [name for name in exercises.names() if name.startswith("anomaly-detection-")]


def rank(scores, rate, count):
    return np.sort(scores)[int(np.ceil(count * (1 - rate) - 1e-9)) - 1]


def precision_at_hits(scores, anomalous):
    hits = anomalous[np.argsort(-scores)]
    return np.cumsum(hits)[hits] / (np.flatnonzero(hits) + 1)


def elsewhere(flagged, anomalous, rate):
    found, wrong = rate * flagged[anomalous].mean(), (1 - rate) * flagged[~anomalous].mean()
    return found / (found + wrong)


def of_normal(said, true):
    return (said & true).sum() / said.sum(), (said & true).sum() / true.sum()


RIGHT = {
    "anomaly-detection-1": lambda s, r: rank(s, r, len(s) + 1),
    "anomaly-detection-2": lambda said, true: of_normal(~said, ~true),
    "anomaly-detection-3": lambda s, a: precision_at_hits(s, a).mean(),
    "anomaly-detection-4": elsewhere,
}
WRONG = [
    ("anomaly-detection-1", lambda s, r: np.quantile(s, 1 - r), "between two"),
    ("anomaly-detection-1", lambda s, r: np.quantile(s, r), "high scores"),
    ("anomaly-detection-1", lambda s, r: rank(s, r, len(s)), "count with n + 1"),
    ("anomaly-detection-1", lambda s, r: np.sort(s)[int(len(s) * (1 - r))], "was due"),
    ("anomaly-detection-1", lambda s, r: np.quantile(s, 1 - r, method="higher"), "was due"),
    ("anomaly-detection-1", lambda s, r: s.mean() + s.std(), "mean plus deviation"),
    ("anomaly-detection-1", lambda s, r: s.max(), "the largest score"),
    ("anomaly-detection-1", lambda s, r: 7.0, "was due. Received: [7.0]"),
    ("anomaly-detection-1", lambda s, r: s, "1 number(s)"),
    ("anomaly-detection-1", 3.0, "function itself"),
    ("anomaly-detection-2", of_normal, "of the normal class"),
    ("anomaly-detection-2", lambda said, true: of_normal(~said, ~true)[::-1], "swapped"),
    ("anomaly-detection-2", lambda said, true: of_normal(~said, true), "truth was not"),
    ("anomaly-detection-2", lambda said, true: of_normal(said, ~true), "detector said was not"),
    ("anomaly-detection-2", lambda said, true: (said == true).mean(), "2 number(s)"),
    ("anomaly-detection-2", lambda said: said, "TypeError"),
    (
        "anomaly-detection-3",
        lambda s, a: np.mean(np.cumsum(a[np.argsort(-s)]) / np.arange(1, len(s) + 1)),
        "over all thresholds",
    ),
    ("anomaly-detection-3", lambda s, a: precision_at_hits(-s, a).mean(), "lowest score"),
    ("anomaly-detection-3", equations.pair_order, "ROC"),
    ("anomaly-detection-3", lambda s, a: precision_at_hits(s, a).sum() / len(s), "the division"),
    ("anomaly-detection-3", lambda s, a: None, "1 number(s)"),
    ("anomaly-detection-4", lambda f, a, r: of_normal(f, a)[0], "the precision here"),
    ("anomaly-detection-4", lambda f, a, r: elsewhere(f, a, 1 - r), "that of normal examples"),
    (
        "anomaly-detection-4",
        lambda f, a, r: r * f[a].mean() + (1 - r) * (1 - f[~a].mean()),
        "accuracy there",
    ),
    ("anomaly-detection-4", lambda f, a, r: r * of_normal(f, a)[0] / a.mean(), "does not scale"),
    ("anomaly-detection-4", lambda f, a, r: np.nan, "was due"),
]


def test_every_exercise_has_a_right_answer_here():
    assert list(RIGHT) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_is_right(name):
    assert exercises.judge(name, RIGHT[name]).right


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_is_right_in_float32(name):
    assert exercises.judge(name, lambda *given: np.float32(RIGHT[name](*given))).right


def test_the_books_own_equations_pass():
    assert exercises.judge("anomaly-detection-1", equations.threshold).right
    assert exercises.judge("anomaly-detection-3", equations.average_precision).right


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_a_typical_mistake_is_recognised(name, answer, hint):
    verdict = exercises.judge(name, answer)
    assert not verdict.right
    assert hint in verdict.hint.en
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。") or "？" in verdict.hint.zh


@pytest.mark.parametrize("name", NAMES)
def test_a_function_that_spoils_its_arguments_is_judged_by_what_it_returns(name):
    def spoils(*arguments):
        result = RIGHT[name](*arguments)
        for argument in arguments[:2]:
            if np.ndim(argument):
                argument[:] = 0
        return result

    assert exercises.judge(name, spoils).right


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(junk=st.one_of(st.none(), st.text(), st.floats(), st.lists(st.integers()), st.binary()))
def test_any_object_is_judged_without_raising(name, junk):
    for answer in (junk, lambda *arguments: junk):
        assert not exercises.judge(name, answer).right
