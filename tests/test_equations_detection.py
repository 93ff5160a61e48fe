import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqtut import equations, metrics

EXAMPLES = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2).filter(
    lambda examples: len({anomalous for _, anomalous in examples}) == 2
)


def arrays(examples):
    scores, anomalous = zip(*examples, strict=True)
    return np.array(scores, float), np.array(anomalous)


def test_the_scores_of_a_batch_average_to_its_squared_error():
    x, y = np.random.default_rng(0).normal(size=(2, 5, 7))
    found = equations.anomaly_score(x, y)
    assert found.shape == (5,)
    assert found.mean() == pytest.approx(equations.squared_error(x, y))
    assert np.allclose(found, metrics.squared_error_per_example(x, y))


@pytest.mark.parametrize(("k", "wanted"), [(1, 1.0), (2, 3.0), (3, 5.0)])
def test_neighbour_distance_worked_by_hand(k, wanted):
    known = np.array([[4.0, 4.0], [0.0, 1.0], [3.0, 0.0]])
    found = equations.neighbour_distance(np.array([[0.0, 0.0], [4.0, 1.0]]), known, k)
    assert found[0] == pytest.approx(wanted if k < 3 else math.sqrt(32))
    assert found[1] == pytest.approx([math.sqrt(2), 3, 4][k - 1])


@given(seed=st.integers(0, 99), k=st.integers(1, 8))
def test_neighbour_distance_is_that_of_a_loop_over_all_pairs(seed, k):
    rng = np.random.default_rng(seed)
    x, known = rng.normal(size=(4, 3)), rng.normal(size=(8, 3))
    wanted = [sorted(math.dist(one, other) for other in known)[k - 1] for one in x]
    assert np.allclose(equations.neighbour_distance(x, known, k), wanted)


@pytest.mark.parametrize("k", [0, 4])
def test_a_neighbour_that_is_not_there_is_refused(k):
    with pytest.raises(ValueError, match=f"k is 1 to 3.*Received: {k}"):
        equations.neighbour_distance(np.zeros((1, 2)), np.zeros((3, 2)), k)


@pytest.mark.parametrize(
    ("count", "rate", "wanted"), [(19, 0.05, 19), (39, 0.05, 38), (99, 0.05, 95), (9, 0.5, 5)]
)
def test_the_threshold_is_the_score_that_leaves_the_stated_share_above(count, rate, wanted):
    scores = np.random.default_rng(0).permutation(np.arange(1.0, count + 1))
    assert equations.threshold(scores, rate) == wanted


def test_too_few_scores_for_a_small_rate_are_refused():
    with pytest.raises(ValueError, match=r"1 / 19 or more.*Received: 0.05"):
        equations.threshold(np.arange(18.0), 0.05)
    with pytest.raises(ValueError, match="Received: 1"):
        equations.false_alarm_rate(18, 1.0)


@given(count=st.integers(1, 2000), rate=st.floats(0.001, 0.999))
def test_the_expected_rate_is_never_above_the_rate_asked_for(count, rate):
    if (count + 1) * rate < 1:
        return
    a, b = equations.false_alarm_rate(count, rate)
    assert a + b == count + 1
    assert rate - 1 / (count + 1) < a / (a + b) + 1e-9
    assert a / (a + b) <= rate + 1e-9


@pytest.mark.parametrize("draw", ["normal", "exponential", "standard_cauchy"])
def test_the_rate_has_its_beta_distribution_whatever_the_scores_have(draw):
    """Among endlessly many further examples the rate is the share of scores above the threshold."""
    rng = np.random.default_rng(0)
    samples = getattr(rng, draw)(size=(4000, 59))
    above = {"normal": stats.norm, "exponential": stats.expon, "standard_cauchy": stats.cauchy}
    rates = [above[draw].sf(equations.threshold(sample, 0.05)) for sample in samples]
    beta = stats.beta(*equations.false_alarm_rate(59, 0.05))
    assert np.mean(rates) == pytest.approx(beta.mean(), abs=0.002)
    assert stats.kstest(rates, beta.cdf).pvalue > 0.01


@given(EXAMPLES)
def test_precision_and_recall_are_those_of_scikit_learn(examples):
    from sklearn.metrics import f1_score, precision_score, recall_score

    scores, anomalous = arrays(examples)
    flagged = scores > 2
    precision, recall = equations.precision_recall(flagged, anomalous)
    assert recall == pytest.approx(recall_score(anomalous, flagged))
    if flagged.any():
        assert precision == pytest.approx(precision_score(anomalous, flagged))
        assert equations.f1(precision, recall) == pytest.approx(f1_score(anomalous, flagged))


def test_precision_without_alarms_and_recall_without_anomalies_are_no_numbers():
    precision, recall = equations.precision_recall([False, False], [True, False])
    assert math.isnan(precision)
    assert recall == 0
    assert math.isnan(equations.precision_recall([True, False], [False, False])[1])
    assert equations.f1(0.0, 0.0) == 0


@given(EXAMPLES)
def test_the_areas_are_those_of_the_metrics(examples):
    scores, anomalous = arrays(examples)
    found = equations.average_precision(scores, anomalous)
    assert found == pytest.approx(metrics.pr_auc(scores, anomalous))
    assert equations.pair_order(scores, anomalous) == pytest.approx(
        metrics.roc_auc(scores, anomalous)
    )


def test_average_precision_worked_by_hand():
    """From the top: anomaly, normal, anomaly, normal, so precision 1 and 2/3 at the anomalies."""
    found = equations.average_precision([4, 3, 2, 1], [True, False, True, False])
    assert found == pytest.approx((1 + 2 / 3) / 2)


@given(EXAMPLES, st.integers(0, 5))
def test_at_the_base_rate_of_the_data_precision_and_accuracy_are_those_counted(examples, level):
    scores, anomalous = arrays(examples)
    flagged = scores > level
    counted, recall = equations.precision_recall(flagged, anomalous)
    found = equations.at_base_rate(recall, flagged[~anomalous].mean(), anomalous.mean())
    assert found[0] == pytest.approx(counted, nan_ok=True)
    assert found[1] == pytest.approx(np.mean(flagged == anomalous))


def test_the_rarer_the_anomalies_the_more_alarms_are_false():
    precisions = [equations.at_base_rate(0.98, 0.05, rate)[0] for rate in (0.5, 0.1, 0.01, 0.001)]
    assert precisions == sorted(precisions, reverse=True)
    assert precisions[-1] < 0.02
