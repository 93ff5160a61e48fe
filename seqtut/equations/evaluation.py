"""What a sequence model is trained to lower and judged by, from cross-entropy to BLEU."""

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np

Tokens = Sequence[Hashable]


def label_smoothing(targets: np.ndarray, vocabulary: int, epsilon: float) -> np.ndarray:
    """Returns target distributions that leave a little probability to every token.

    Args:
        targets: `(...)` integer ids of the right tokens, in 0 ... V - 1.
        vocabulary: V, the ids that there are.
        epsilon: The share that is spread evenly over all V tokens, the right one included.

    Returns:
        `(..., V)` float64: 1 - epsilon + epsilon / V for the right token, epsilon / V for others.

    Raises:
        ValueError: If `epsilon` is not in [0, 1), or a target is not in 0 ... V - 1.

    Equation: eq-label-smoothing
    Source: Szegedy et al. (2016), section 7.
    """
    targets = np.asarray(targets)
    if not 0 <= epsilon < 1:
        raise ValueError(f"epsilon is in [0, 1). Received: {epsilon}.")
    if targets.size and not 0 <= targets.min() <= targets.max() < vocabulary:
        raise ValueError(
            f"Targets are in [0, {vocabulary}). Received: {targets.min()} to {targets.max()}."
        )
    targets = targets if targets.size else targets.astype(np.int64)
    return (1 - epsilon) * np.eye(vocabulary)[targets] + epsilon / vocabulary


def cross_entropy(distributions: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Returns the cross-entropy of each token's prediction against its target distribution.

    Args:
        distributions: `(..., V)` target probabilities: one-hot, or smoothed.
        logits: `(..., V)` what the model gave, before the softmax.

    Returns:
        `(...)` float64, nats per token. For one-hot targets it is the token's negative
        log-likelihood; it is never below the entropy of the target distribution.

    Raises:
        ValueError: If the shapes differ or there is no axis V.

    Equation: eq-cross-entropy
    Source: Goodfellow et al. (2016), section 3.13.
    """
    distributions, logits = np.asarray(distributions, np.float64), np.asarray(logits, np.float64)
    if distributions.shape != logits.shape or not logits.ndim:
        raise ValueError(
            "cross_entropy compares a target distribution (..., V) with logits (..., V). "
            f"Received: {distributions.shape} and {logits.shape}. Make target ids one-hot."
        )
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    # A token that cannot come costs nothing where it need not: 0 times the log of 0 is 0.
    return -np.sum(distributions * np.where(distributions == 0, 0, log_p), axis=-1)


def perplexity(negative_log_likelihoods: np.ndarray, mask: np.ndarray | None = None) -> float:
    """Returns the perplexity: how many equally likely tokens would be as hard to guess.

    The mean goes over all kept tokens before the exponential; a mean of the perplexities of
    batches or sentences is another number, and larger as a rule.

    Args:
        negative_log_likelihoods: `(...)` of each token, in nats.
        mask: Of the same shape, bool, True = keep. None keeps everything.

    Returns:
        1 or more; V for uniform guesses among V tokens.

    Raises:
        ValueError: If the shapes differ or no token is kept.

    Equation: eq-perplexity
    Source: Jelinek et al. (1977).
    """
    nats = np.asarray(negative_log_likelihoods, np.float64)
    mask = np.ones(nats.shape, bool) if mask is None else np.asarray(mask, bool)
    if mask.shape != nats.shape or not mask.any():
        raise ValueError(
            "perplexity needs a number for each token and a mask of that shape that keeps some. "
            f"Received: {nats.shape} and a mask {mask.shape} that keeps {int(mask.sum())}."
        )
    return float(np.exp(np.mean(nats, where=mask)))


def edit_distance(hypothesis: Tokens, reference: Tokens) -> int:
    """Returns the fewest insertions, deletions and substitutions between two sequences.

    Cell (i, j) of the table is the distance between the first i tokens of the one and the first
    j of the other; each follows from the three cells before it.

    Args:
        hypothesis: Tokens; a string is a sequence of characters.
        reference: Tokens of the same kind.

    Returns:
        The number of edits.

    Equation: eq-edit-distance
    Source: Levenshtein (1966); Wagner and Fischer (1974).
    """
    table = np.zeros((len(hypothesis) + 1, len(reference) + 1), np.int64)
    table[:, 0] = np.arange(len(hypothesis) + 1)
    table[0, :] = np.arange(len(reference) + 1)
    for i, said in enumerate(hypothesis, 1):
        for j, right in enumerate(reference, 1):
            table[i, j] = min(
                table[i - 1, j - 1] + (said != right),
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
            )
    return int(table[-1, -1])


def bleu(
    hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]], order: int = 4
) -> float:
    """Returns the BLEU of a corpus: precision of n-grams, with a penalty for brevity.

    An n-gram counts at most as often as in the reference that has it most often. The precisions
    are those of the corpus, not means over sentences, and so is the penalty; they are combined
    by their geometric mean, without smoothing.

    Args:
        hypotheses: `N` sequences of tokens.
        references: For each, one or more references. For brevity the one of nearest length
            counts, the shorter of two as near.
        order: The longest n-grams counted.

    Returns:
        From 0 to 1; 0 as soon as no n-gram of some n up to `order` matches.

    Raises:
        ValueError: If the two differ in length, or an example has no list of references.

    Equation: eq-bleu
    Source: Papineni et al. (2002).
    """
    refuse_unpaired("bleu", hypotheses, references)
    matching, present = np.zeros(order), np.zeros(order)
    length = nearest_length = 0
    for said, right in zip(hypotheses, references, strict=True):
        length += len(said)
        nearest_length += min((abs(len(r) - len(said)), len(r)) for r in right)[1]
        for n in range(1, order + 1):
            ngrams = _ngrams(said, n)
            most: Counter = Counter()
            for r in right:
                most |= _ngrams(r, n)
            matching[n - 1] += (ngrams & most).total()
            present[n - 1] += ngrams.total()
    if not matching.all():
        return 0.0
    brevity = min(0.0, 1 - nearest_length / length)
    return float(np.exp(brevity + np.mean(np.log(matching / present))))


def refuse_unpaired(name: str, hypotheses: Sequence, references: Sequence[Sequence]) -> None:
    """Refuses references that are not one or more for each hypothesis.

    Args:
        name: Of the function that asks.
        hypotheses: `N` answers.
        references: For each, one or more.

    Raises:
        ValueError: If the two differ in length, or an example has no references, or one bare
            string, whose characters would pass for as many references.
    """
    if len(hypotheses) != len(references) or not all(len(right) for right in references):
        raise ValueError(
            f"{name} needs one reference or more for each hypothesis. Received: "
            f"{len(hypotheses)} hypotheses, references for {sum(len(r) > 0 for r in references)}."
        )
    bare = next((right for right in references if isinstance(right, str)), None)
    if bare is not None:
        raise ValueError(
            f"{name} takes a list of references for each hypothesis. Received: {bare!r}. "
            f"Write [{bare!r}]."
        )


def _ngrams(tokens: Tokens, n: int) -> Counter:
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))
