"""How well scores tell anomalies from the rest, whatever the threshold."""

import numpy as np


def pr_auc(scores: np.ndarray, anomalous: np.ndarray) -> float:
    """Returns the area under the curve of precision against recall, the anomaly positive.

    The area is the average precision: the precision at each threshold, weighted by the recall
    that it adds, without a line drawn between thresholds. Scores that say nothing reach the share
    of anomalies in the data.

    Args:
        scores: `(N,)`, the higher the more anomalous, such as reconstruction errors.
        anomalous: `(N,)`, bool, True = anomaly.

    Returns:
        Between 0 and 1.

    Raises:
        ValueError: If the two are not `(N,)`, a score is not finite, `anomalous` is not bool, or
            only one class is there.

    Source: Davis and Goadrich (2006), on why not to interpolate.
    """
    # Here and below: scikit-learn takes seconds to import, and most chapters never need it.
    from sklearn.metrics import average_precision_score

    scores, anomalous = _checked(scores, anomalous)
    return float(average_precision_score(anomalous, scores))


def roc_auc(scores: np.ndarray, anomalous: np.ndarray) -> float:
    """Returns the share of pairs in which the anomaly scores above the normal example.

    This is the area under the curve of true against false positive rate; a tie counts half.
    Scores that say nothing reach 0.5, however rare anomalies are.

    Args:
        scores: `(N,)`, the higher the more anomalous, such as reconstruction errors.
        anomalous: `(N,)`, bool, True = anomaly.

    Returns:
        Between 0 and 1.

    Raises:
        ValueError: If the two are not `(N,)`, a score is not finite, `anomalous` is not bool, or
            only one class is there.

    Source: Hanley and McNeil (1982).
    """
    from sklearn.metrics import roc_auc_score

    scores, anomalous = _checked(scores, anomalous)
    return float(roc_auc_score(anomalous, scores))


def _checked(scores: np.ndarray, anomalous: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scores, anomalous = np.asarray(scores, np.float64), np.asarray(anomalous)
    if scores.ndim != 1 or scores.shape != anomalous.shape or anomalous.dtype != bool:
        raise ValueError(
            "Each example has a score and a bool, True = anomaly. Received: scores "
            f"{scores.shape}, anomalous {anomalous.shape} of {anomalous.dtype}. "
            "Compare the labels with the anomalous class."
        )
    if not np.isfinite(scores).all():
        wrong = int(np.sum(~np.isfinite(scores)))
        raise ValueError(f"Scores are finite numbers. Received: {wrong} that are not.")
    if anomalous.all() or not anomalous.any():
        raise ValueError(
            "There must be anomalies and normal examples to tell apart. "
            f"Received: {int(anomalous.sum())} anomalies among {len(anomalous)} examples."
        )
    return scores, anomalous
