"""Chapter 01: how uncertain a symbol is, and how much knowing its context helps."""

import numpy as np


def _bits(weights: np.ndarray) -> np.ndarray:
    """Returns `-p log2 p` for each weight, with 0 log 0 = 0, where each row's p sums to one."""
    totals = weights.sum(axis=-1, keepdims=True)
    p = np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)
    logs = np.log2(p, out=np.zeros_like(p), where=p > 0)
    return -p * logs


def entropy(weights: np.ndarray) -> float:
    """Returns the entropy of a symbol in bits.

    No guesser needs fewer yes-or-no questions to name the symbol, on average; one that guesses
    long runs of symbols together comes as near to it as it likes.

    Args:
        weights: `(K,)` counts or probabilities of the K symbols; they need not sum to one.

    Returns:
        Bits per symbol, between 0 (certain) and log2 K (all alike).

    Raises:
        ValueError: If `weights` is not `(K,)`, holds a negative number, or sums to zero.

    Equation: eq-entropy
    """
    weights = np.asarray(weights, np.float64)
    if weights.ndim != 1 or np.any(weights < 0) or not weights.sum() > 0:
        raise ValueError(
            "entropy needs one non-negative weight a symbol, not all of them zero. "
            f"Received: shape {weights.shape}, sum {weights.sum()}. Pass counts `(K,)`."
        )
    return float(_bits(weights).sum())


def conditional_entropy(weights: np.ndarray) -> float:
    """Returns the entropy that is left in a symbol once its context is known, in bits.

    Args:
        weights: `(C, K)` how often each of the C contexts is followed by each of the K symbols,
            as counts or probabilities. A context that never occurs (a row of zeros) adds nothing.

    Returns:
        Bits per symbol: each context's entropy, weighted by how often the context occurs. Never
        more than the entropy of the symbols on their own.

    Raises:
        ValueError: If `weights` is not `(C, K)`, holds a negative number, or sums to zero.

    Equation: eq-conditional-entropy
    """
    weights = np.asarray(weights, np.float64)
    if weights.ndim != 2 or np.any(weights < 0) or not weights.sum() > 0:
        raise ValueError(
            "conditional_entropy needs a table of non-negative weights, a row a context, not all "
            f"zero. Received: shape {weights.shape}, sum {weights.sum()}. Pass counts `(C, K)`."
        )
    share = weights.sum(axis=1) / weights.sum()
    return float(share @ _bits(weights).sum(axis=1))
