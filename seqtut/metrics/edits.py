"""Error rates of sequences: how many edits away from the nearest reference."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein

from seqtut.metrics.ratio import Ratio

Tokens = Sequence[Hashable]


def edit_distance(hypothesis: Tokens, reference: Tokens) -> int:
    """Returns the fewest insertions, deletions and substitutions between two sequences.

    Args:
        hypothesis: Tokens, such as phonemes or ids; a string is a sequence of characters.
        reference: Tokens of the same kind.

    Returns:
        The number of edits; `equations.edit_distance` is the same, written out.

    Source: Levenshtein (1966).
    """
    return Levenshtein.distance(hypothesis, reference)


def phoneme_error_rate(
    hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]]
) -> Ratio:
    """Returns the edits to the references, divided by the references' tokens (PER).

    Of several references of an example, the one with the fewest edits counts, and its length is
    what goes into the denominator; of several as near, the shortest, so that a tie never
    flatters. The rate is the ratio of the sums over all examples, and can exceed 1. On words
    instead of phonemes it is the word error rate of speech recognition; on characters, the
    character error rate.

    Args:
        hypotheses: `N` sequences of tokens.
        references: For each, one or more right sequences.

    Returns:
        The `Ratio`; `.value` is the rate.

    Raises:
        TypeError: If an example's references are not a list of sequences.
        ValueError: If there are no examples, the two differ in length, an example has no
            reference, or all references are empty.
    """
    nearest = []
    for hypothesis, right in paired(hypotheses, references):
        nearest.append(min((edit_distance(hypothesis, r), len(r)) for r in right))
    found = Ratio(*np.array(nearest, np.float64).T)
    if not found.denominators.any():
        raise ValueError(
            "An error rate is a share of the references' tokens. "
            f"Received: {len(nearest)} examples whose nearest references are all empty."
        )
    return found


def word_error_rate(hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> Ratio:
    """Returns the share of examples that match none of their references (WER).

    This is the word error rate of spelling to sound, where an example is a word: one wrong
    phoneme makes the word wrong. For that of speech recognition, which counts edits of words,
    see `phoneme_error_rate`.

    Args:
        hypotheses: `N` sequences of tokens.
        references: For each, one or more right sequences.

    Returns:
        The `Ratio`: 1 for a wrong example and 0 for a right one, each out of 1.

    Raises:
        TypeError: If an example's references are not a list of sequences.
        ValueError: If there are no examples, the two differ in length, or an example has no
            reference.
    """
    return _share(hypotheses, references, lambda right: not right)


def exact_match(hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> Ratio:
    """Returns the share of examples that match one of their references.

    Args:
        hypotheses: `N` sequences of tokens, or strings.
        references: For each, one or more right sequences.

    Returns:
        The `Ratio`: 1 for a right example and 0 for a wrong one, each out of 1.

    Raises:
        TypeError: If an example's references are not a list of sequences.
        ValueError: If there are no examples, the two differ in length, or an example has no
            reference.
    """
    return _share(hypotheses, references, lambda right: right)


def _share(
    hypotheses: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    counts: Callable[[bool], bool],
) -> Ratio:
    counted = [
        counts(any(tuple(hypothesis) == tuple(r) for r in right))
        for hypothesis, right in paired(hypotheses, references)
    ]
    return Ratio(np.array(counted, np.float64), np.ones(len(counted)))


def paired(
    hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]]
) -> list[tuple[Tokens, Sequence[Tokens]]]:
    """Pairs hypotheses with their references; one reference given bare would be read as many.

    Args:
        hypotheses: `N` sequences of tokens, or strings.
        references: For each, a list of one or more right sequences.

    Returns:
        `N` pairs.

    Raises:
        TypeError: If either is one string, or an example's references are no list of sequences.
        ValueError: If there are no examples, the two differ in length, or an example has no
            reference.
    """
    if isinstance(hypotheses, str) or isinstance(references, str):
        raise TypeError(
            "Hypotheses and references are lists, an entry for each example. "
            f"Received: {hypotheses!r:.60} and {references!r:.60}. Put them in lists."
        )
    if len(hypotheses) != len(references) or not len(hypotheses):
        raise ValueError(
            "There must be one or more hypotheses, and an entry of references for each. "
            f"Received: {len(hypotheses)} and {len(references)}."
        )
    pairs = list(zip(hypotheses, references, strict=True))
    for hypothesis, right in pairs:
        if not isinstance(right, list | tuple) or not all(_alike(r, hypothesis) for r in right):
            raise TypeError(
                "Each example has a list of references, sequences like its hypothesis. "
                f"Received: {right!r:.60} for the hypothesis {hypothesis!r:.60}. "
                "Put a single reference in a list."
            )
        if not right:
            raise ValueError(
                "Each example has one reference or more. "
                f"Received: none for the hypothesis {hypothesis!r:.60}. Leave the example out."
            )
    return pairs


def _alike(reference: object, hypothesis: object) -> bool:
    return hasattr(reference, "__len__") and (
        isinstance(reference, str) == isinstance(hypothesis, str)
    )
