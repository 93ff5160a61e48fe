"""Chapter 16: how near two messages are, and a table of words learned from sentences."""

import math
from collections.abc import Sequence

import numpy as np

from seqtut.equations.evaluation import edit_distance

Pairs = Sequence[tuple[Sequence[int], Sequence[int]]]


def edit_similarity(x: Sequence, y: Sequence) -> float:
    """Returns which share of the longer of two sequences need not be edited to get the other.

    Args:
        x: A sequence, such as a string.
        y: Another one.

    Returns:
        Between 0, nothing in common, and 1, the same; 1.0 for two empty ones.

    Equation: eq-edit-similarity
    """
    longer = max(len(x), len(y))
    return 1.0 - edit_distance(x, y) / longer if longer else 1.0


def table_likelihood(x: Sequence[int], y: Sequence[int], t: np.ndarray) -> float:
    """Returns how likely a table of words makes a translation, its length being given.

    Each of the translation's tokens comes from one word of the message, or from none, and each of
    these S + 1 is as likely as the others beforehand.

    Args:
        x: The message's words, as rows of the table. Row 0 is no word, and stands before them.
        y: The translation's tokens, as columns.
        t: `(E, C)` the probability of each token given each word; a row sums to 1.

    Returns:
        The natural log of the probability.

    Raises:
        ValueError: If a row of the table does not sum to 1, or is below 0 anywhere.

    Source: Brown et al. (1993), their Model 1 with the probability of the length left out.

    Equation: eq-table-likelihood
    """
    rows = _with_none(x, t)
    chances = [math.fsum(t[i, j] for i in rows) / len(rows) for j in y]
    return math.fsum(math.log(chance) if chance else -math.inf for chance in chances)


def word_table(pairs: Pairs, t: np.ndarray) -> np.ndarray:
    """Returns the table after one step of expectation and maximisation.

    Args:
        pairs: For each message its words and its translation's tokens, as `table_likelihood`
            takes them.
        t: `(E, C)` the table before.

    Returns:
        `(E, C)` the table after. The row of a word that no pair has stays as it was.

    Raises:
        ValueError: As `table_likelihood` does, or if no word of a pair can give one of its tokens.

    Source: Brown et al. (1993); Dempster et al. (1977).

    Equation: eq-word-table
    """
    counts = np.zeros(np.shape(t))
    for x, y in pairs:
        rows = _with_none(x, t)
        for j in y:
            whole = math.fsum(t[i, j] for i in rows)
            if not whole:
                raise ValueError(
                    f"No word of a pair can give its token {j}. Received: zeros in its column of "
                    f"the table for the words {rows}. Begin with an even table."
                )
            for i in rows:
                counts[i, j] += t[i, j] / whole
    sums = counts.sum(axis=1, keepdims=True)
    return np.where(sums > 0, counts / np.where(sums > 0, sums, 1), t)


def _with_none(x: Sequence[int], t: np.ndarray) -> list[int]:
    rows = [0, *x]
    used = np.asarray(t, np.float64)[rows]
    if np.any(used < 0) or not np.allclose(used.sum(axis=1), 1):
        raise ValueError(
            "Each row of the table is a distribution over tokens. Received a row that sums to "
            f"{used.sum(axis=1)[np.argmax(np.abs(used.sum(axis=1) - 1))]:.3f} or has a negative "
            "number. Divide each row by its sum."
        )
    return rows
