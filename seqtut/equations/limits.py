"""Chapter 21: what length and data cost, and which letter a sound depends on."""

import math

import numpy as np


def recurrent_cost(steps: int, width: int, inputs: int) -> int:
    """Returns how many multiplications the matrix products of an LSTM take.

    Args:
        steps: `S`, steps of the sequence.
        width: `D`, width of its state.
        inputs: `E`, numbers that it reads at a step.

    Returns:
        Multiplications of numbers.

    Equation: eq-recurrent-cost
    Source: Vaswani et al. (2017), table 1, for the orders.
    """
    return 4 * steps * width * (inputs + width)


def streaming_attention(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Returns what scaled dot attention does, without ever holding a row of its weights.

    Keys and values pass by one at a time; a query keeps the highest score so far, the sum of the
    powers and the weighted sum of the values.

    Args:
        q: `(T, d)` queries.
        k: `(S, d)` keys, one at the least.
        v: `(S, F)` values.

    Returns:
        The means `(T, F)`.

    Equation: eq-streaming-attention
    Source: Dao et al. (2022), and Milakov and Gimelshein (2018) for the sum.
    """
    q, k, v = (np.asarray(array, np.float64) for array in (q, k, v))
    highest = np.full(len(q), -np.inf)
    total, context = np.zeros(len(q)), np.zeros((len(q), v.shape[1]))
    for key, value in zip(k, v, strict=True):
        score = q @ key / math.sqrt(len(key))
        before, highest = highest, np.maximum(highest, score)
        shrink, power = np.exp(before - highest), np.exp(score - highest)
        total = shrink * total + power
        context = shrink[:, None] * context + power[:, None] * value
    return context / total[:, None]


def power_law(n: np.ndarray, error: np.ndarray) -> tuple[float, float]:
    """Fits a power of the number of examples to errors, by least squares of the logarithms.

    Args:
        n: `(K,)` numbers of examples, two different ones at the least.
        error: `(K,)` errors above zero.

    Returns:
        The error at one example and the exponent, above zero where the error falls.

    Equation: eq-power-law
    Source: Hestness et al. (2017).
    """
    x, y = np.log(np.asarray(n, np.float64)), np.log(np.asarray(error, np.float64))
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return math.exp(y.mean() - slope * x.mean()), -slope


def occlusion(log_p: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """Returns what each source token is worth to each target token.

    Args:
        log_p: `(T,)` log-probability of each target token, in nats.
        covered: `(S, T)` the same with one source token covered, a row for each.

    Returns:
        `(T, S)` nats lost; below zero where the token did harm.

    Equation: eq-occlusion
    Source: Zeiler and Fergus (2014), on pictures.
    """
    return np.asarray(log_p, np.float64)[:, None] - np.asarray(covered, np.float64).T


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Returns how far two lists of numbers are in the same order; equals share their mean rank.

    Args:
        a: `(S,)`, two of them different.
        b: `(S,)`, two of them different.

    Returns:
        Between -1, the reverse order, and 1, the same; nan if all of one list are equal.

    Equation: eq-rank-correlation
    Source: Spearman (1904).
    """
    ranks = []
    for values in (a, b):
        values = np.asarray(values, np.float64)
        below = (values[:, None] > values).sum(axis=1)
        equal = (values[:, None] == values).sum(axis=1)
        rank = below + (equal + 1) / 2
        ranks.append(rank - rank.mean())
    norm = math.sqrt(np.sum(ranks[0] ** 2) * np.sum(ranks[1] ** 2))
    return float(np.sum(ranks[0] * ranks[1]) / norm) if norm else math.nan
