import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import metrics

AREAS = pytest.mark.parametrize("area", [metrics.pr_auc, metrics.roc_auc])


def test_areas_worked_by_hand():
    """From the top: anomaly, normal, anomaly, normal, so precision 1 and 2/3 at the anomalies."""
    scores, anomalous = np.array([4.0, 3, 2, 1]), np.array([True, False, True, False])
    assert metrics.pr_auc(scores, anomalous) == pytest.approx((1 + 2 / 3) / 2)
    assert metrics.roc_auc(scores, anomalous) == pytest.approx(3 / 4)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2).filter(
        lambda examples: len({anomalous for _, anomalous in examples}) == 2
    )
)
def test_areas_follow_from_their_definitions(examples):
    scores, anomalous = map(np.array, zip(*examples, strict=True))
    pairs = scores[anomalous][:, None] - scores[~anomalous]
    wanted = np.mean((pairs > 0) + 0.5 * (pairs == 0))
    assert metrics.roc_auc(scores, anomalous) == pytest.approx(wanted)

    area = 0.0
    for threshold in set(scores.tolist()):
        flagged = scores >= threshold
        added = np.sum(anomalous & (scores == threshold)) / anomalous.sum()
        area += added * np.sum(flagged & anomalous) / flagged.sum()
    assert metrics.pr_auc(scores, anomalous) == pytest.approx(area)


@AREAS
def test_the_anomaly_is_the_positive_class(area):
    scores, anomalous = np.array([9.0, 8, 1, 2, 3]), np.array([True, True, False, False, False])
    assert area(scores, anomalous) == pytest.approx(1)
    assert area(-scores, anomalous) < 0.5


def test_equal_scores_reach_the_share_of_anomalies_and_one_half():
    anomalous = np.arange(20) < 3
    assert metrics.pr_auc(np.ones(20), anomalous) == pytest.approx(3 / 20)
    assert metrics.roc_auc(np.ones(20), anomalous) == pytest.approx(0.5)


@AREAS
@pytest.mark.parametrize(
    ("scores", "anomalous", "message"),
    [
        ([1.0, 2.0], [1, 0], "of int64"),
        ([1.0], [True, False], r"scores \(1,\), anomalous \(2,\)"),
        ([[1.0]], [[True]], r"scores \(1, 1\)"),
        ([1.0, np.nan], [True, False], "1 that are not"),
        ([1.0, np.inf], [True, False], "1 that are not"),
        ([1.0, 2.0], [True, True], "2 anomalies among 2"),
        ([1.0, 2.0], [False, False], "0 anomalies among 2"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(area, scores, anomalous, message):
    with pytest.raises(ValueError, match=f"Received: .*{message}"):
        area(np.array(scores), np.array(anomalous))
