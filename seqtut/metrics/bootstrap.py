"""Doubt by resampling: how far a result would move had the test examples been others."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from seqtut.metrics.intervals import Interval
from seqtut.metrics.ratio import ratio_of_sums

Statistic = Callable[[np.ndarray], np.ndarray]


class Comparison(NamedTuple):
    """How two systems differ on the same examples.

    Attributes:
        difference: The first system's result minus the second's.
        low: Lower end of the interval of the difference.
        high: Upper end.
        p_value: How often resampling would turn or level the difference, both sides counted.
    """

    difference: float
    low: float
    high: float
    p_value: float


def paired_bootstrap(
    a: Sequence[np.ndarray],
    b: Sequence[np.ndarray],
    samples: int = 10_000,
    seed: int = 0,
    *,
    level: float = 0.95,
    statistic: Statistic = ratio_of_sums,
) -> Comparison:
    """Compares two systems by drawing test examples anew, the same ones for both.

    Each sample draws as many examples as there are, with replacement, and computes both systems'
    results from the sums over them: so a ratio over the corpus, like PER, is resampled as that
    ratio. The interval is the percentile interval. The p-value is twice the share of samples in
    which the difference is not on its commoner side of zero, the sample at hand counted in, so it
    is never 0. Examples must be independent: where several hang together, such as the forms of one
    word, sum their parts first and hand over one entry a group. Training seeds are another doubt,
    which this does not measure.

    Args:
        a: The first system's parts, such as a `Ratio`: arrays `(N,)` whose sums are what
            `statistic` needs.
        b: The second system's, for the same examples in the same order.
        samples: Samples drawn.
        seed: Seed of the draws.
        level: Share of such intervals that would hold the true difference.
        statistic: From sums `(samples, K)` of the `K` parts to results `(samples,)`; by default
            the first sum over the second.

    Returns:
        A `Comparison`.

    Raises:
        ValueError: If the parts are not arrays of one length above 1 or not finite, a number is
            out of range, or a result is not a number.

    Source: Efron and Tibshirani (1993); Koehn (2004).
    """
    one, other = _stacked(a), _stacked(b)
    if one.shape != other.shape:
        raise ValueError(
            "Both systems need the same parts of the same examples. "
            f"Received: (N, K) = {one.shape} and {other.shape}."
        )
    first, second = (
        _results(sums, statistic) for sums in _resampled([one, other], samples, seed, level)
    )
    differences = first - second
    low, high = _percentiles(differences[1:], level)
    sides = min(np.sum(differences[1:] <= 0), np.sum(differences[1:] >= 0))
    p_value = min(1.0, 2 * (1 + int(sides)) / (samples + 1))
    return Comparison(float(differences[0]), low, high, p_value)


def bootstrap_interval(
    parts: Sequence[np.ndarray],
    samples: int = 10_000,
    seed: int = 0,
    *,
    level: float = 0.95,
    statistic: Statistic = ratio_of_sums,
) -> Interval:
    """Returns one system's result with the percentile interval of its bootstrap.

    Two such intervals that overlap say little about which system is better: the same examples
    are hard for both. Ask `paired_bootstrap`.

    Args:
        parts: The system's parts, such as a `Ratio`: arrays `(N,)` whose sums are what
            `statistic` needs.
        samples: Samples drawn.
        seed: Seed of the draws.
        level: Share of such intervals that would hold the true result.
        statistic: From sums `(samples, K)` of the `K` parts to results `(samples,)`; by default
            the first sum over the second.

    Returns:
        An `Interval`, whose `mean` is the result on the examples at hand.

    Raises:
        ValueError: If the parts are not arrays of one length above 1 or not finite, a number is
            out of range, or a result is not a number.

    Source: Efron and Tibshirani (1993).
    """
    [sums] = _resampled([_stacked(parts)], samples, seed, level)
    results = _results(sums, statistic)
    return Interval(float(results[0]), *_percentiles(results[1:], level))


def _stacked(parts: Sequence[np.ndarray]) -> np.ndarray:
    arrays = [np.asarray(part, np.float64) for part in parts]
    shapes = {array.shape for array in arrays}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 1 or shape[0] < 2:
        received = [array.shape for array in arrays]
        raise ValueError(
            "A bootstrap needs arrays (N,) with the parts of two or more examples. "
            f"Received shapes: {received}. Pass a Ratio, or its like."
        )
    stacked = np.stack(arrays, axis=1)
    if not np.isfinite(stacked).all():
        wrong = int(np.sum(~np.isfinite(stacked)))
        raise ValueError(f"All parts are finite numbers. Received: {wrong} that are not.")
    return stacked


def _resampled(
    systems: list[np.ndarray], samples: int, seed: int, level: float
) -> list[np.ndarray]:
    """Returns each system's sums `(1 + samples, K)`: of the examples as they are, then drawn."""
    if samples < 1 or not 0 < level < 1 or seed < 0:
        raise ValueError(
            "A bootstrap draws one sample or more, with a level between 0 and 1 and a seed of 0 "
            f"or more. Received: samples={samples}, level={level}, seed={seed}."
        )
    rng = np.random.default_rng(seed)
    count = len(systems[0])
    sums = [np.empty((1 + samples, parts.shape[1])) for parts in systems]
    for row in range(1 + samples):
        drawn = np.ones(count)
        if row:
            drawn = np.bincount(rng.integers(count, size=count), minlength=count).astype(float)
        for kept, parts in zip(sums, systems, strict=True):
            kept[row] = drawn @ parts
    return sums


def _results(sums: np.ndarray, statistic: Statistic) -> np.ndarray:
    results = np.asarray(statistic(sums))
    if results.shape != (len(sums),) or not np.isfinite(results).all():
        raise ValueError(
            "Each sample must have a result. Received from the statistic: shape "
            f"{results.shape}, {int(np.sum(~np.isfinite(results)))} that are no number. "
            "Its denominator may be 0 in a sample: give more examples."
        )
    return results


def _percentiles(results: np.ndarray, level: float) -> tuple[float, float]:
    low, high = np.quantile(results, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
