"""Chapter 12: the distributions that a sampler draws from."""

import numpy as np

from seqtut.equations.sequences import softmax


def temperature(logits: np.ndarray, tau: float) -> np.ndarray:
    """Returns the distribution that sampling at a temperature draws from.

    Args:
        logits: `(..., V)`.
        tau: The temperature, above 0; 1 leaves the model's own distribution, below 1 is sharper,
            above 1 flatter.

    Returns:
        `(..., V)` probabilities.

    Raises:
        ValueError: If `tau` is not above 0.

    Equation: eq-temperature
    Source: Ackley et al. (1985).
    """
    if not tau > 0:
        raise ValueError(
            f"temperature needs tau above 0. Received: {tau}. Its limit at 0 is the largest logit."
        )
    logits = np.asarray(logits, np.float64)
    # Below the maximum, a quotient that overflows is one whose exponential is 0.
    with np.errstate(over="ignore"):
        return softmax((logits - np.max(logits, axis=-1, keepdims=True)) / tau)


def top_p(probabilities: np.ndarray, share: float) -> np.ndarray:
    """Returns a distribution without its tail: the nucleus, scaled to sum to one.

    The nucleus is the fewest most probable tokens whose probabilities reach `share` together; of
    equally probable ones the lower ids go first.

    Args:
        probabilities: `(V,)`, summing to one.
        share: What the nucleus has to hold, in (0, 1]; 1 keeps everything.

    Returns:
        `(V,)`, 0 outside the nucleus.

    Raises:
        ValueError: If `share` is outside (0, 1], or the probabilities are not a distribution.

    Equation: eq-top-p
    Source: Holtzman et al. (2020).
    """
    p = np.asarray(probabilities, np.float64)
    if p.ndim != 1 or np.any(p < 0) or not np.isclose(p.sum(), 1) or not 0 < share <= 1:
        raise ValueError(
            "top_p needs probabilities (V,) that sum to one and a share in (0, 1]. "
            f"Received: shape {p.shape}, sum {p.sum():.3g}, share {share}."
        )
    if share == 1:
        return p / p.sum()
    order = np.argsort(-p, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(p[order])[:-1]])
    kept = np.zeros(len(p), bool)
    kept[order[before < share]] = True
    return np.where(kept, p, 0) / p[kept].sum()
