import itertools

import numpy as np
import pytest
from scipy import stats

from seqtut import metrics
from seqtut.metrics import Ratio, bootstrap_interval, paired_bootstrap


def words(count=300, seed=0):
    """Errors of two systems on the same words; the second makes about one more in ten words."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 12, count).astype(float)
    errors = rng.binomial(sizes.astype(int), 0.1).astype(float)
    worse = errors + rng.binomial(1, 0.1, count)
    return Ratio(errors, sizes), Ratio(worse, sizes)


def test_the_difference_is_of_the_corpus_ratios():
    a, b = words()
    found = paired_bootstrap(a, b, samples=100)
    assert found.difference == pytest.approx(a.value - b.value)
    lopsided = Ratio(np.array([1.0, 0.0]), np.array([1.0, 9.0]))
    perfect = Ratio(np.zeros(2), np.array([1.0, 9.0]))
    assert paired_bootstrap(lopsided, perfect, samples=10).difference == pytest.approx(0.1)


def test_a_clear_difference_is_told_and_points_the_right_way():
    a, b = words()
    found = paired_bootstrap(a, b, samples=1000)
    turned = paired_bootstrap(b, a, samples=1000)
    assert found.low < found.difference < found.high < 0
    assert found.p_value == pytest.approx(2 / 1001)
    assert turned.difference == pytest.approx(-found.difference)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert turned.p_value == found.p_value


def test_a_system_does_not_differ_from_itself():
    a, _ = words()
    assert paired_bootstrap(a, a, samples=50) == (0, 0, 0, 1)
    fractions = Ratio(np.random.default_rng(0).random(999), np.ones(999))
    assert paired_bootstrap(fractions, Ratio(*fractions), samples=50) == (0, 0, 0, 1)


def test_pairing_removes_what_is_hard_for_both():
    """Both systems err with the word's difficulty: apart, their intervals overlap widely."""
    a, b = words()
    apart = [bootstrap_interval(ratio, samples=1000) for ratio in (a, b)]
    assert apart[0].high > apart[1].low
    assert paired_bootstrap(a, b, samples=1000).high < 0


def test_all_possible_draws_give_the_distribution_that_sampling_approaches():
    """Three examples have 27 equally likely draws, so the exact answer is known."""
    a = Ratio(np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 4.0]))
    b = Ratio(np.array([1.0, 1.0, 1.0]), a.denominators)
    draws = [list(draw) for draw in itertools.product(range(3), repeat=3)]
    exact = [
        (a.numerators[draw].sum() - b.numerators[draw].sum()) / a.denominators[draw].sum()
        for draw in draws
    ]
    found = paired_bootstrap(a, b, samples=20_000, seed=1)
    low, high = np.quantile(np.repeat(exact, 1000), [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high))
    sides = min(np.mean(np.array(exact) <= 0), np.mean(np.array(exact) >= 0))
    assert found.p_value == pytest.approx(min(1, 2 * sides), abs=0.02)


def test_for_a_mean_of_many_the_interval_is_the_normal_one():
    values = np.random.default_rng(0).normal(5, 2, 2000)
    found = bootstrap_interval(Ratio(values, np.ones(2000)), samples=4000)
    half = stats.norm.ppf(0.975) * values.std() / np.sqrt(2000)
    assert found.mean == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx(
        (found.mean - half, found.mean + half), rel=2e-3
    )
    assert isinstance(found, metrics.Interval)


def test_equal_systems_are_called_different_as_often_as_the_level_says():
    rng = np.random.default_rng(0)
    ones = np.ones(80)
    significant = sum(
        paired_bootstrap(
            Ratio(rng.normal(size=80), ones), Ratio(rng.normal(size=80), ones), samples=300
        ).p_value
        < 0.05
        for _ in range(300)
    )
    # Binomial with 300 trials of 5 %: beyond these bounds about once in 10,000.
    assert stats.binom.ppf(5e-5, 300, 0.05) <= significant <= stats.binom.ppf(1 - 5e-5, 300, 0.05)


def test_the_draws_are_a_function_of_the_seed():
    a, b = words(20)
    assert paired_bootstrap(a, b, 50, seed=1) == paired_bootstrap(a, b, 50, seed=1)
    assert paired_bootstrap(a, b, 50, seed=1) != paired_bootstrap(a, b, 50, seed=2)


def test_a_wider_level_gives_a_wider_interval():
    a, b = words()
    narrow, wide = (paired_bootstrap(a, b, 500, level=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_any_statistic_of_sums_can_be_resampled():
    parts = np.random.default_rng(0).random((3, 40)) + 1
    found = bootstrap_interval(parts, 200, statistic=lambda sums: sums[:, 0] * 2)
    assert found.mean == pytest.approx(2 * parts[0].sum())
    assert found.low < found.mean < found.high


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (Ratio(np.ones(3), np.ones(3)), Ratio(np.ones(4), np.ones(4)), r"\(3, 2\) and \(4, 2\)"),
        (Ratio(np.ones(3), np.ones(2)), Ratio(np.ones(3), np.ones(3)), r"\[\(3,\), \(2,\)\]"),
        (Ratio(np.ones(1), np.ones(1)), Ratio(np.ones(1), np.ones(1)), r"\[\(1,\), \(1,\)\]"),
        (np.ones((2, 2, 2)), np.ones((2, 2, 2)), r"\[\(2, 2\), \(2, 2\)\]"),
        ([], [], r"\[\]"),
        (Ratio(np.full(3, np.nan), np.ones(3)), Ratio(np.ones(3), np.ones(3)), "3 that are not"),
    ],
)
def test_parts_that_do_not_fit_are_refused(a, b, message):
    with pytest.raises(ValueError, match=f"Received.*{message}"):
        paired_bootstrap(a, b)


@pytest.mark.parametrize("options", [{"samples": 0}, {"level": 1.0}, {"level": 0}, {"seed": -1}])
def test_numbers_out_of_range_are_refused(options):
    a, b = words(5)
    with pytest.raises(ValueError, match="Received: samples="):
        paired_bootstrap(a, b, **options)
    with pytest.raises(ValueError, match="Received: samples="):
        bootstrap_interval(a, **options)


def test_a_draw_without_any_tokens_is_refused():
    nearly_empty = Ratio(np.ones(3), np.array([0.0, 0.0, 1.0]))
    with pytest.raises(ValueError, match="denominator may be 0 in a sample"):
        bootstrap_interval(nearly_empty, samples=200)
