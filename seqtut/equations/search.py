"""Chapter 12: what a beam compares when its hypotheses differ in length."""

import numpy as np


def length_penalty(length: float | np.ndarray, alpha: float) -> float | np.ndarray:
    """Returns what a log-probability is divided by, `((5 + n) / 6) ** alpha`.

    A log-probability is negative: a larger divisor brings it nearer to zero. So a positive
    `alpha` favours longer outputs, and 0 leaves all scores as they are.

    Args:
        length: `n`, tokens with the end token counted; a number or an array of any shape.
        alpha: The exponent.

    Returns:
        Of `length`'s shape; 1 for a single token.

    Source: Wu et al. (2016).
    """
    return ((5 + np.asarray(length, np.float64)) / 6) ** alpha


def beam_score(log_probabilities: np.ndarray, alpha: float = 0.0) -> float:
    """Returns the score by which a beam ranks one finished hypothesis.

    Args:
        log_probabilities: `(T,)` natural logs of the probabilities of its tokens, each given
            those before it; the end token's is the last.
        alpha: The exponent of the length penalty; 0 for the plain log-probability.

    Returns:
        The sum over the penalty of T tokens, in nats when `alpha` is 0.

    Raises:
        ValueError: If there is no token, or a value above 0, which no probability has as its log.

    Source: Wu et al. (2016), without their coverage term.
    """
    logs = np.asarray(log_probabilities, np.float64)
    if logs.ndim != 1 or not len(logs) or np.any(logs > 0):
        raise ValueError(
            "beam_score needs the log-probability of each token, none above 0. "
            f"Received: shape {logs.shape}, largest {logs.max(initial=-np.inf)}. "
            "Take the log of the softmax, not the logits."
        )
    return float(logs.sum() / length_penalty(len(logs), alpha))
