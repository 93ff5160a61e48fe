import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sacrebleu.metrics import CHRF

from seqtut import equations, metrics

TOKENS = st.lists(st.integers(0, 3), max_size=7)
CORPORA = st.lists(
    st.tuples(TOKENS, st.lists(TOKENS, min_size=1, max_size=3)), min_size=1, max_size=6
)
TEXTS = st.text("ab c", max_size=12)
TEXT_CORPORA = st.lists(
    st.tuples(TEXTS, st.lists(TEXTS, min_size=1, max_size=3)), min_size=1, max_size=5
)


@given(CORPORA)
def test_the_error_rate_is_that_of_metrics(corpus):
    said, right = zip(*corpus, strict=True)
    try:
        wanted = metrics.phoneme_error_rate(said, right).value
    except ValueError:  # all nearest references are empty
        with pytest.raises(ValueError, match="nearest references are all empty"):
            equations.error_rate(said, right)
        return
    assert equations.error_rate(said, right) == pytest.approx(wanted)


def test_the_error_rate_is_a_ratio_of_sums_and_no_mean_of_ratios():
    assert equations.error_rate(["b", "abcdefghi"], [["a"], ["abcdefghi"]]) == pytest.approx(0.1)


def test_of_references_as_near_the_shortest_divides():
    assert equations.error_rate(["ab"], [["abc", "a"]]) == 1
    assert equations.error_rate(["ab"], [["a", "abc"]]) == 1


@given(TEXT_CORPORA)
@example([("", ["a"])])
@example([("ab", ["abababab"]), ("abababab", ["ab"])])
def test_chrf_is_that_of_sacrebleu(corpus):
    said, right = zip(*corpus, strict=True)
    assert 100 * equations.chrf(said, right) == pytest.approx(metrics.chrf(said, right).score)


@given(said=TEXTS, right=TEXTS, order=st.integers(1, 6), beta=st.sampled_from([1, 2, 3]))
def test_chrf_of_other_orders_and_weights_is_that_of_sacrebleu(said, right, order, beta):
    wanted = CHRF(char_order=order, beta=beta).corpus_score([said], [[right]]).score
    assert 100 * equations.chrf([said], [[right]], order, beta) == pytest.approx(wanted)


def test_chrf_weighs_what_is_missing_more_than_what_is_too_much():
    short, long = "through", "throughout"
    assert equations.chrf([long], [[short]]) > equations.chrf([short], [[long]])


def draws_of(samples, count, seed):
    """The draws that metrics.paired_bootstrap makes."""
    rng = np.random.default_rng(seed)
    return np.stack(
        [np.bincount(rng.integers(count, size=count), minlength=count) for _ in range(samples)]
    )


def systems(count=60):
    rng = np.random.default_rng(0)
    lengths = rng.integers(2, 9, count)
    errors = rng.binomial(lengths, 0.2)
    return errors, lengths, np.minimum(lengths, errors + rng.binomial(1, 0.1, count)), lengths


@pytest.mark.parametrize("level", [0.95, 0.5])
def test_resampled_differences_their_interval_and_p_value_are_those_of_metrics(level):
    parts = systems()
    found = equations.paired_bootstrap(*parts, draws_of(300, 60, seed=4))
    wanted = metrics.paired_bootstrap(parts[:2], parts[2:], 300, seed=4, level=level)
    assert found.shape == (300,)
    assert equations.bootstrap_interval(found, level) == pytest.approx((wanted.low, wanted.high))
    assert equations.p_value(found) == pytest.approx(wanted.p_value)


def test_one_draw_of_everything_gives_the_difference_at_hand():
    errors, lengths, others, _ = systems()
    [found] = equations.paired_bootstrap(errors, lengths, others, lengths, np.ones((1, 60)))
    assert found == pytest.approx((errors.sum() - others.sum()) / lengths.sum())


@pytest.mark.parametrize(
    ("differences", "p"),
    [([1.0] * 99, 0.02), ([-1.0] * 99, 0.02), ([0.0] * 99, 1), ([-1] + [1] * 98, 0.04)],
)
def test_p_values_worked_by_hand(differences, p):
    assert equations.p_value(np.array(differences)) == pytest.approx(p)


def test_an_interval_holds_the_middle_of_the_results():
    assert equations.bootstrap_interval(np.arange(101.0), 0.9) == pytest.approx((5, 95))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: equations.error_rate(["a"], []), "1 hypotheses, references for 0"),
        (lambda: equations.error_rate(["a"], [[]]), "references for 0"),
        (lambda: equations.chrf(["a"], [[]]), "references for 0"),
        (
            lambda: equations.paired_bootstrap(*[np.ones(3)] * 4, np.ones((2, 4))),
            r"\(2, 4\) and \[\(3,\)",
        ),
        (
            lambda: equations.paired_bootstrap(*[np.ones(2)] * 4, np.array([[1, 1], [0, 0]])),
            "1 of 2 without",
        ),
        (lambda: equations.bootstrap_interval(np.zeros(0)), "0 results"),
        (lambda: equations.bootstrap_interval(np.ones(3), 1.0), "level 1.0"),
        (lambda: equations.p_value(np.zeros(0)), r"shape \(0,\)"),
        (lambda: equations.p_value([0.1, np.nan]), "1 nan"),
        (lambda: equations.p_value(np.ones((1, 9))), r"shape \(1, 9\)"),
        (lambda: equations.error_rate(["abc"], ["abc"]), r"Write \['abc'\]"),
        (lambda: equations.chrf(["abc"], ["abc"]), "list of references"),
        (lambda: equations.bleu(["abc"], ["abc"]), "list of references"),
        (lambda: equations.error_rate(["a", "b"], [np.array(["a", "b"])]), "references for 1"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
