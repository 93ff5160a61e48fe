"""Equations of chapter 08_anomaly_detection: scores, a threshold, and how alarms are counted."""

import numpy as np


def anomaly_score(x: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
    """Returns each example's squared reconstruction error: the higher, the more unusual.

    Args:
        x: `(N, F)` examples; a series of one value a step has `F` steps.
        reconstruction: `(N, F)`.

    Returns:
        `(N,)` float64, summed over the features.

    Equation: eq-anomaly-score
    """
    difference = np.asarray(x, np.float64) - np.asarray(reconstruction, np.float64)
    return np.sum(difference**2, axis=1)


def neighbour_distance(x: np.ndarray, known: np.ndarray, k: int) -> np.ndarray:
    """Returns each example's distance to the k-th nearest of the known ones.

    Args:
        x: `(N, F)` examples, none of them among the known.
        known: `(M, F)` normal examples.
        k: Which neighbour counts, 1 to M.

    Returns:
        `(N,)` float64, Euclidean, smallest first among the M distances.

    Raises:
        ValueError: If there is no k-th neighbour.

    Equation: eq-neighbour-distance
    Source: Ramaswamy et al. (2000).
    """
    x, known = np.asarray(x, np.float64), np.asarray(known, np.float64)
    if not 1 <= k <= len(known):
        raise ValueError(f"k is 1 to {len(known)}, the known examples. Received: {k}.")
    # |x - y|^2 = |x|^2 - 2 x y + |y|^2, which needs no (N, M, F) array.
    squares = np.sum(x**2, axis=1)[:, None] - 2 * x @ known.T + np.sum(known**2, axis=1)
    return np.sqrt(np.maximum(0, np.partition(squares, k - 1, axis=1)[:, k - 1]))


def threshold(scores: np.ndarray, rate: float) -> float:
    """Returns the threshold whose false-alarm rate is `rate` at most, on average.

    Args:
        scores: `(N,)` scores of normal examples that nothing was learned from.
        rate: The share of normal examples that may raise an alarm, between 0 and 1.

    Returns:
        One of the scores; a score above it is an alarm.

    Raises:
        ValueError: If there are too few scores for so small a rate.

    Equation: eq-threshold
    Source: Bates et al. (2023).
    """
    scores = np.sort(np.asarray(scores, np.float64))
    return float(scores[_rank(len(scores), rate) - 1])


def false_alarm_rate(count: int, rate: float) -> tuple[float, float]:
    """Returns what to expect of the false-alarm rate that `threshold` brings with it.

    The rate among further normal examples differs from one choice of the `count` to another. If
    scores are never equal, it has a beta distribution, whatever the scores' own is.

    Args:
        count: Scores that the threshold is chosen from.
        rate: The rate asked for.

    Returns:
        The parameters a and b of the beta distribution; its mean is a / (a + b).

    Raises:
        ValueError: If there are too few scores for so small a rate.

    Equation: eq-false-alarm-rate
    """
    rank = _rank(count, rate)
    return float(count + 1 - rank), float(rank)


def _rank(count: int, rate: float) -> int:
    rank = int(np.ceil(np.round((count + 1) * (1 - rate), 9)))
    if not 1 <= rank <= count:
        raise ValueError(
            f"With {count} scores the rate can be 1 / {count + 1} or more, and less than 1. "
            f"Received: {rate}. Collect more normal examples, or allow more false alarms."
        )
    return rank


def precision_recall(flagged: np.ndarray, anomalous: np.ndarray) -> tuple[float, float]:
    """Returns the share of alarms that are right, and the share of anomalies that are found.

    Args:
        flagged: `(N,)` bool, True = alarm.
        anomalous: `(N,)` bool, True = anomaly.

    Returns:
        Precision and recall; precision is not a number if there is no alarm, recall if there is
        no anomaly.

    Equation: eq-precision-recall
    """
    flagged, anomalous = np.asarray(flagged, bool), np.asarray(anomalous, bool)
    right, alarms, anomalies = (int(a.sum()) for a in (flagged & anomalous, flagged, anomalous))
    nan = float("nan")
    return (right / alarms if alarms else nan), (right / anomalies if anomalies else nan)


def f1(precision: float, recall: float) -> float:
    """Returns the harmonic mean of precision and recall, 0 if both are 0.

    Args:
        precision: From 0 to 1.
        recall: From 0 to 1.

    Returns:
        From 0 to 1, nearer to the smaller of the two.

    Equation: eq-f1
    """
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def average_precision(scores: np.ndarray, anomalous: np.ndarray) -> float:
    """Returns the area under the curve of precision against recall, as a sum of steps.

    Args:
        scores: `(N,)`, the higher the more anomalous.
        anomalous: `(N,)` bool, True = anomaly; at least one.

    Returns:
        From 0 to 1. Examples of one score are passed by the threshold together.

    Equation: eq-average-precision
    Source: Davis and Goadrich (2006), on why not to interpolate.
    """
    scores, anomalous = np.asarray(scores, np.float64), np.asarray(anomalous, bool)
    area, recall_before = 0.0, 0.0
    for level in np.unique(scores)[::-1]:
        precision, recall = precision_recall(scores >= level, anomalous)
        area += precision * (recall - recall_before)
        recall_before = recall
    return area


def pair_order(scores: np.ndarray, anomalous: np.ndarray) -> float:
    """Returns the share of pairs whose anomaly scores above its normal example: the ROC's area.

    Args:
        scores: `(N,)`, the higher the more anomalous.
        anomalous: `(N,)` bool, True = anomaly; some of both.

    Returns:
        From 0 to 1; a tie counts half, so that scores that say nothing reach 0.5.

    Equation: eq-pair-order
    Source: Hanley and McNeil (1982).
    """
    scores, anomalous = np.asarray(scores, np.float64), np.asarray(anomalous, bool)
    above = scores[anomalous][:, None] - scores[~anomalous]  # (anomalies, normal ones)
    return float(np.mean((above > 0) + 0.5 * (above == 0)))


def at_base_rate(recall: float, false_alarms: float, base_rate: float) -> tuple[float, float]:
    """Returns precision and accuracy where anomalies are as frequent as stated.

    Args:
        recall: The share of anomalies that raise an alarm.
        false_alarms: The share of normal examples that do.
        base_rate: The share of anomalies among all examples, between 0 and 1.

    Returns:
        Precision and accuracy; precision is not a number if nothing ever raises an alarm.

    Equation: eq-at-base-rate
    """
    found, wrong = base_rate * recall, (1 - base_rate) * false_alarms
    precision = found / (found + wrong) if found + wrong else float("nan")
    return precision, found + (1 - base_rate) - wrong
