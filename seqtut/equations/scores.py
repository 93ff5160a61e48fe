"""Scores of a whole test set, and how sure one may be of them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from seqtut.equations.evaluation import Tokens, edit_distance, refuse_unpaired


def error_rate(hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> float:
    """Returns the edits to the nearest references over the lengths of these references.

    On phonemes it is the phoneme error rate, on the words of a sentence the word error rate of
    speech recognition, on characters the character error rate.

    Args:
        hypotheses: `N` sequences of tokens.
        references: For each, one or more right sequences; of those as near, the shortest counts.

    Returns:
        0 or more; above 1 if there are more edits than there are tokens in the references.

    Raises:
        ValueError: If the two differ in length, an example has no list of references, or there is
            nothing to divide by.

    Equation: eq-error-rate
    """
    refuse_unpaired("error_rate", hypotheses, references)
    edits = tokens = 0
    for said, right in zip(hypotheses, references, strict=True):
        fewest, length = min((edit_distance(said, r), len(r)) for r in right)
        edits += fewest
        tokens += length
    if not tokens:
        raise ValueError(
            "error_rate divides by the references' tokens. "
            f"Received: {len(hypotheses)} hypotheses whose nearest references are all empty."
        )
    return edits / tokens


def chrf(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    order: int = 6,
    beta: float = 2.0,
) -> float:
    """Returns the chrF of a corpus: overlap of character n-grams, recall weighing more.

    Blanks are left out. Precision and recall are means over the n for which both sides of the
    corpus have n-grams; those of a hypothesis are counted where its reference is long enough to
    have some of that n.

    Args:
        hypotheses: `N` texts.
        references: For each, one or more; the one with the highest chrF counts.
        order: The longest n-grams counted.
        beta: How many times as much recall counts as precision.

    Returns:
        From 0 to 1.

    Raises:
        ValueError: If the two differ in length, or an example has no list of references.

    Equation: eq-chrf
    Source: Popović (2015); details as in sacrebleu.
    """
    refuse_unpaired("chrf", hypotheses, references)
    sums = np.zeros((order, 3))  # n-grams of the hypotheses, of the references, shared
    for said, right in zip(hypotheses, references, strict=True):
        counts = [_shared(said, r, order) for r in right]
        sums += max(counts, key=lambda found: _f_score(found, beta))
    return _f_score(sums, beta)


def _shared(said: str, right: str, order: int) -> np.ndarray:
    said, right = ("".join(text.split()) for text in (said, right))
    rows = []
    for n in range(1, order + 1):
        one, other = (
            Counter(text[i : i + n] for i in range(len(text) - n + 1)) for text in (said, right)
        )
        rows.append((one.total() if other else 0, other.total(), (one & other).total()))
    return np.array(rows, np.float64)


def _f_score(sums: np.ndarray, beta: float) -> float:
    present = sums[(sums[:, 0] > 0) & (sums[:, 1] > 0)]
    if not present[:, 2].any():
        return 0.0
    precision, recall = (np.mean(present[:, 2] / present[:, side]) for side in (0, 1))
    return float((1 + beta**2) * precision * recall / (beta**2 * precision + recall))


def paired_bootstrap(
    errors: np.ndarray,
    lengths: np.ndarray,
    other_errors: np.ndarray,
    other_lengths: np.ndarray,
    draws: np.ndarray,
) -> np.ndarray:
    """Returns the difference of two error rates in each of many test sets drawn anew.

    Args:
        errors: `(N,)` errors of the first system on each example, or on each family of examples.
        lengths: `(N,)` what they are divided by: the references' tokens, or 1 for each word.
        other_errors: `(N,)` errors of the second system on the same examples.
        other_lengths: `(N,)` as above, of the second system.
        draws: `(K, N)` how often each example is in the k-th test set.

    Returns:
        `(K,)` the first system's rate minus the second's.

    Raises:
        ValueError: If the shapes do not fit, or a test set has nothing to divide by.

    Equation: eq-paired-bootstrap
    Source: Efron and Tibshirani (1993); Koehn (2004).
    """
    draws = np.asarray(draws, np.float64)
    parts = [np.asarray(a, np.float64) for a in (errors, lengths, other_errors, other_lengths)]
    if draws.ndim != 2 or any(part.shape != draws.shape[1:] for part in parts):
        raise ValueError(
            "paired_bootstrap needs draws (K, N) and four arrays (N,). "
            f"Received: {draws.shape} and {[part.shape for part in parts]}."
        )
    one, length, other, other_length = (draws @ part for part in parts)
    if not (length.all() and other_length.all()):
        raise ValueError(
            "Each test set needs something to divide by. "
            f"Received: {int(np.sum((length == 0) | (other_length == 0)))} of {len(draws)} without."
        )
    return one / length - other / other_length


def bootstrap_interval(results: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Returns the percentile interval of resampled results.

    Args:
        results: `(K,)` a rate, or a difference of two, in each of the test sets drawn.
        level: Share of such intervals that are to hold the true value.

    Returns:
        Its lower and its upper end.

    Raises:
        ValueError: If there are no results or `level` is not between 0 and 1.

    Equation: eq-bootstrap-interval
    Source: Efron and Tibshirani (1993).
    """
    results = np.asarray(results, np.float64)
    if not results.size or not 0 < level < 1:
        raise ValueError(
            "bootstrap_interval needs results and a level between 0 and 1. "
            f"Received: {results.size} results, level {level}."
        )
    low, high = np.quantile(results, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def p_value(differences: np.ndarray) -> float:
    """Returns how often resampling turns or levels a difference, both sides counted.

    Args:
        differences: `(K,)` of two systems, in each of the test sets drawn.

    Returns:
        Above 0, since the test set at hand is counted in, and at most 1.

    Raises:
        ValueError: If there are no differences.

    Equation: eq-p-value
    Source: Koehn (2004), two-sided.
    """
    differences = np.asarray(differences, np.float64)
    if differences.ndim != 1 or not differences.size or np.isnan(differences).any():
        raise ValueError(
            "p_value needs differences (K,), one or more, all of them numbers. "
            f"Received: shape {differences.shape}, {int(np.isnan(differences).sum())} nan."
        )
    rarer = min(np.sum(differences <= 0), np.sum(differences >= 0))
    return min(1.0, 2 * (1 + int(rarer)) / (len(differences) + 1))
