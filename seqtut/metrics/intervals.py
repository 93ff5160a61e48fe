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
