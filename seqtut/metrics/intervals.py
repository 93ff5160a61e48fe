"""Intervals of independent results."""

from typing import NamedTuple

import numpy as np

from seqtut import equations


class Interval(NamedTuple):
    """A mean and the ends of its interval, in the values' unit."""

    mean: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        half = (self.high - self.low) / 2
        return f"{self.mean:{spec}} ± {half:{spec}}"


def mean_interval(values: np.ndarray, level: float = 0.95) -> Interval:
    """Returns the mean of independent results with Student's interval.

    Args:
        values: `(n,)`, one result a seed.
        level: Confidence level between 0 and 1.

    Returns:
        An `Interval`; `format(interval, ".2f")` writes it as "mean ± half-width".

    Raises:
        ValueError: If there are fewer than two values, or the level is no share.

    Equation: eq-mean-interval
    """
    if len(values) < 2 or not 0 < level < 1:
        raise ValueError(
            "mean_interval needs two or more values and a level between 0 and 1. "
            f"Received: {len(values)} values, level {level}."
        )
    mean, half = equations.mean_interval(values, level)
    return Interval(mean, mean - half, mean + half)


def share_interval(hits: int, trials: int, level: float = 0.95) -> Interval:
    """Returns a share of independent trials with Wilson's interval.

    It stays between 0 and 1, and does not shrink to a point where all trials hit or none.

    Args:
        hits: Trials that hit.
        trials: All of them.
        level: Confidence level between 0 and 1.

    Returns:
        An `Interval`, whose `mean` is `hits / trials`.

    Raises:
        ValueError: If there is no trial, there are more hits than trials, or the level is no share.

    Equation: eq-wilson-interval
    """
    if not 0 <= hits <= trials or trials < 1 or not 0 < level < 1:
        raise ValueError(
            "share_interval needs hits among one or more trials, and a level between 0 and 1. "
            f"Received: {hits} of {trials}, level {level}."
        )
    return Interval(hits / trials, *equations.wilson_interval(hits, trials, level))
