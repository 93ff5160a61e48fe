"""Chapter 19_captions: pooled columns and their masks, attention on pixels, a share's interval."""

import math

import numpy as np
from scipy import special


def pooled_mask(mask: np.ndarray) -> np.ndarray:
    """Returns which columns, made of two each, are kept.

    Args:
        mask: `m`, `(B, S)` bool, True = keep.

    Returns:
        `m'`, `(B, S / 2)` bool, rounded up.

    Equation: eq-pooled-mask
    """
    mask = np.asarray(mask, bool)
    steps = mask.shape[1]
    return np.stack(
        [
            mask[:, 2 * s] | (mask[:, 2 * s + 1] if 2 * s + 1 < steps else False)
            for s in range(-(-steps // 2))
        ],
        axis=1,
    )


def pixel_attention(weights: np.ndarray, mask: np.ndarray, stride: int) -> np.ndarray:
    """Shares the weight of each column among the columns of pixels that it was made from.

    Args:
        weights: `alpha`, `(B, T, S')`.
        mask: `m`, `(B, S)` bool, True = keep, of the columns of pixels.
        stride: `r`, columns of pixels that became one column.

    Returns:
        `beta`, `(B, T, S)`, float64.

    Equation: eq-pixel-attention
    """
    weights, mask = np.asarray(weights, np.float64), np.asarray(mask, np.float64)
    beta = np.zeros((*weights.shape[:2], mask.shape[1]))
    for p in range(mask.shape[1]):
        s = p // stride
        together = mask[:, stride * s : stride * (s + 1)].sum(axis=1)
        beta[:, :, p] = weights[:, :, s] * (mask[:, p] / np.maximum(together, 1))[:, None]
    return beta


def wilson_interval(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Returns the ends of Wilson's interval of a share.

    Args:
        hits: `k`, trials that hit.
        trials: `n`, all of them.
        level: Confidence level.

    Returns:
        The lower and the upper end.

    Equation: eq-wilson-interval
    """
    z = float(special.ndtri((1 + level) / 2))
    share = hits / trials
    middle = share + z**2 / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    low, high = ((middle + side * half) / (1 + z**2 / trials) for side in (-1, 1))
    return max(0.0, low), min(1.0, high)


def tagged_factorisation(logits: np.ndarray, tokens: np.ndarray) -> float:
    """Returns the probability of a caption, given the logits that its tag and beginning led to.

    Args:
        logits: `(T, V)`; row t was computed from the strip, the tag and the tokens before t.
        tokens: `y`, `(T,)` ids, the end token last.

    Returns:
        The product of the tokens' probabilities.

    Equation: eq-tagged-factorisation
    """
    logits = np.asarray(logits, np.float64)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    return float(np.prod(probabilities[np.arange(len(tokens)), tokens]))
