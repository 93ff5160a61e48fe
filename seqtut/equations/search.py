"""Chapter 12: what is searched for, why a prefix bounds what follows, what a beam compares."""

from collections.abc import Callable

import numpy as np


def best_sequence(
    log_probabilities: Callable[[tuple[int, ...]], np.ndarray], end: int, longest: int
) -> tuple[tuple[int, ...], float]:
    """Finds the most probable sequence by looking at every one, which takes V ** longest steps.

    Args:
        log_probabilities: From a prefix, a tuple of tokens, to `(V,)` natural logs of the
            probabilities of the next token; minus infinity for what cannot come.
        end: The token that ends a sequence.
        longest: The longest sequence, the end token counted.

    Returns:
        The tokens, `end` the last of them, and the sum of their log-probabilities; of equally
        probable ones the first in the order of their tokens.

    Raises:
        ValueError: If none can end within `longest` tokens.

    Equation: eq-best-sequence
    """
    best: tuple[tuple[int, ...], float] = ((), -np.inf)

    def follow(prefix: tuple[int, ...], score: float) -> None:
        nonlocal best
        for token, gain in enumerate(np.asarray(log_probabilities(prefix), np.float64)):
            total = score + float(gain)
            if token == end and len(prefix) < longest and total > best[1]:
                best = ((*prefix, token), total)
            elif token != end and gain > -np.inf and len(prefix) + 1 < longest:
                follow((*prefix, token), total)

    follow((), 0.0)
    if not best[0]:
        raise ValueError(
            f"best_sequence needs one that ends. Received: none within {longest} tokens. "
            "Give a longer limit, or the right end token."
        )
    return best


def prefix_bound(log_probabilities: np.ndarray) -> np.ndarray:
    """Returns what no continuation of a prefix can exceed: the prefix's own log-probability.

    Every further token adds the log of a probability, which is at most 0.

    Args:
        log_probabilities: `(T,)` natural logs of the probabilities of a sequence's tokens, each
            given those before it.

    Returns:
        `(T,)`: at t the bound of all sequences that begin with the first t + 1 tokens. It never
        rises, and the last is the sequence's own log-probability.

    Raises:
        ValueError: If there is no token, or a value above 0.

    Equation: eq-prefix-bound
    """
    logs = np.asarray(log_probabilities, np.float64)
    if logs.ndim != 1 or not len(logs) or np.any(logs > 0):
        raise ValueError(
            "prefix_bound needs the log-probability of each token, none above 0. "
            f"Received: shape {logs.shape}, largest {logs.max(initial=-np.inf)}. "
            "Take the log of the softmax, not the logits."
        )
    return np.cumsum(logs)


def length_penalty(length: float | np.ndarray, alpha: float) -> float | np.ndarray:
    """Returns what a log-probability is divided by, `((5 + n) / 6) ** alpha`.

    A log-probability is negative: a larger divisor brings it nearer to zero. So a positive
    `alpha` favours longer outputs, and 0 leaves all scores as they are.

    Args:
        length: `n`, tokens with the end token counted; a number or an array of any shape.
        alpha: The exponent.

    Returns:
        Of `length`'s shape; 1 for a single token.

    Equation: eq-length-penalty
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

    Equation: eq-beam-score
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
