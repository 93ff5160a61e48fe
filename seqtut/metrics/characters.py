"""chrF as sums over examples, so that it can be resampled."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from seqtut.metrics.edits import paired

_ORDER, _BETA = 6, 2


def chrf_parts(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> np.ndarray:
    """Returns what each example gives to a corpus's chrF, for `paired_bootstrap`.

    `paired_bootstrap(chrf_parts(a, references), chrf_parts(b, references),
    statistic=chrf_of_sums)` compares the systems a and b.

    Args:
        hypotheses: `N` texts.
        references: For each, one or more references; the one with the best chrF counts.

    Returns:
        `(18, N)`, float64: for n = 1 to 6 the n-grams of the hypothesis, of the reference, and
        those that match.

    Raises:
        ValueError: If there are no examples, the two differ in length, or an example has no
            reference.

    Source: Popović (2015).
    """
    columns = []
    for hypothesis, right in paired(hypotheses, references):
        said = _ngrams(hypothesis)
        found = np.array([_counts(said, _ngrams(reference)) for reference in right], np.float64)
        columns.append(found[np.argmax(chrf_of_sums(found))])
    return np.array(columns).T


def chrf_of_sums(sums: np.ndarray) -> np.ndarray:
    """Returns the chrF of corpora from the sums of their examples' parts.

    Args:
        sums: `(samples, 18)`: sums of the rows of `chrf_parts`.

    Returns:
        `(samples,)`, from 0 to 100.
    """
    said, right, both = np.asarray(sums, np.float64).reshape(-1, _ORDER, 3).transpose(2, 0, 1)
    there = (said > 0) & (right > 0)  # orders that are longer than a text are left out
    orders = np.maximum(there.sum(axis=1), 1)
    precision, recall = (
        np.divide(both, every, out=np.zeros_like(both), where=there).sum(axis=1) / orders
        for every in (said, right)
    )
    above = (1 + _BETA**2) * precision * recall
    below = _BETA**2 * precision + recall
    return 100 * np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _ngrams(text: str) -> list[Counter[str]]:
    """Returns the n-grams of a text's characters, spaces left out, for n = 1 to 6."""
    text = "".join(text.split())
    orders = range(1, _ORDER + 1)
    return [Counter(text[i : i + n] for i in range(len(text) - n + 1)) for n in orders]


def _counts(said: list[Counter[str]], right: list[Counter[str]]) -> list[int]:
    found = []
    for one, other in zip(said, right, strict=True):
        # As sacrebleu counts: where the reference has no n-grams, the hypothesis's do not count.
        found += [one.total() if other else 0, other.total(), (one & other).total()]
    return found
