"""Chapter 20: means over workers, sums in a ring, steps of many workers, weights in few bits."""

from collections.abc import Callable, Sequence

import numpy as np


def global_mean(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Returns the mean over all that several workers hold, from each one's sum and count.

    Args:
        sums: `(K, ...)`, a sum from each of `K` workers: of losses, or of their gradients.
        counts: `(K,)`, how many terms each worker has summed.

    Returns:
        `(...)`, the mean.

    Raises:
        ValueError: If there is nothing to average.

    Equation: eq-global-mean
    """
    whole = np.sum(np.asarray(counts, np.float64))
    if not whole > 0:
        raise ValueError(
            f"A mean needs at least one term. Received: counts={counts}. Leave out empty batches."
        )
    return np.sum(np.asarray(sums, np.float64), axis=0) / whole


def ring_step(held: np.ndarray, step: int) -> np.ndarray:
    """Returns what workers in a ring hold after a step in which each adds one part of a neighbour.

    After `K - 1` steps worker k holds the sum of part k + 1, the last part being followed by the
    first.

    Args:
        held: `(K, K, M)`, float: `K` parts of `M` numbers at each of `K` workers.
        step: Which step it is, from 1 to `K - 1`.

    Returns:
        `(K, K, M)`, the same with one part a worker added to.

    Source: Patarasuk and Yuan (2009).

    Equation: eq-ring-step
    """
    before = np.asarray(held, np.float64)
    after, workers = before.copy(), len(before)
    for k in range(workers):
        part = (k - step) % workers
        after[k, part] = before[k, part] + before[k - 1, part]
    return after


def ring_cost(workers: int, size: float, latency: float, bandwidth: float) -> float:
    """Returns how long it takes to sum numbers over workers in a ring.

    Args:
        workers: `K`, the workers.
        size: Bytes that each of them holds.
        latency: Seconds before the first byte of a message arrives.
        bandwidth: Bytes a second between two neighbours.

    Returns:
        Seconds.

    Source: Patarasuk and Yuan (2009).

    Equation: eq-ring-cost
    """
    return 2 * (workers - 1) * (latency + size / (workers * bandwidth))


def large_batch_step(w: np.ndarray, gradients: Sequence[np.ndarray], rate: float) -> np.ndarray:
    """Returns the weights after one step that replaces several, its step size as many times larger.

    Args:
        w: `(F,)`, the weights.
        gradients: `K` gradients `(F,)`, of as many batches, all at these weights.
        rate: Step size for one batch.

    Returns:
        `(F,)`, the weights.

    Source: Goyal et al. (2017).

    Equation: eq-large-batch-step
    """
    mean = np.mean(np.asarray(gradients, np.float64), axis=0)
    return np.asarray(w, np.float64) - len(gradients) * rate * mean


def stale_step(
    weights: Sequence[np.ndarray], gradient: Callable, rate: float, delay: int
) -> np.ndarray:
    """Returns the weights after a step along a gradient that was taken at older weights.

    Args:
        weights: The weights `(F,)` of all steps so far, the newest last.
        gradient: From weights to the gradient `(F,)`.
        rate: Step size.
        delay: Steps that the gradient is behind; 0 for none. At the start, when there are no
            weights so old, the first ones are taken.

    Returns:
        `(F,)`, the next weights.

    Source: Dean et al. (2012).

    Equation: eq-stale-step
    """
    old = weights[max(0, len(weights) - 1 - delay)]
    return np.asarray(weights[-1], np.float64) - rate * np.asarray(gradient(old), np.float64)


def quantise(w: np.ndarray, bits: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Returns a matrix as whole numbers of few bits, and what each column's are multiples of.

    Args:
        w: `(F, D)`, float.
        bits: Bits of a number, 2 to 8.

    Returns:
        The whole numbers `(F, D)`, int8, and the scales `(D,)`; their product is near `w`.

    Raises:
        ValueError: If `bits` is not from 2 to 8.

    Source: Jacob et al. (2018), with the zero at zero.

    Equation: eq-quantise
    """
    if not 2 <= bits <= 8:
        raise ValueError(f"bits is from 2 to 8. Received: {bits}. Choose one of these.")
    most = 2 ** (bits - 1) - 1
    w = np.asarray(w, np.float64)
    scales = np.max(np.abs(w), axis=0) / most
    return np.round(w / np.where(scales > 0, scales, 1)).astype(np.int8), scales
