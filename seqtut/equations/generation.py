"""Chapter 18: what a text costs, how it repeats itself, copying, and the overlap of summaries."""

import math
from collections.abc import Hashable, Mapping, Sequence

import numpy as np


def bits_per_character(log_probabilities: np.ndarray, characters: int) -> float:
    """Returns what a character of a text costs, whatever tokens the text was cut into.

    Args:
        log_probabilities: `(T,)` natural logs of the probabilities of its tokens, the end's too.
        characters: `n`, characters of the text, the end counted as one.

    Returns:
        Bits a character.

    Raises:
        ValueError: If there are no characters, or a log-probability is above 0.

    Equation: eq-bits-per-character
    Source: Shannon (1951).
    """
    logs = np.asarray(log_probabilities, np.float64)
    if characters < 1 or np.any(logs > 0):
        raise ValueError(
            "bits_per_character needs one character or more, and log-probabilities, none above 0. "
            f"Received: {characters} characters, largest {logs.max(initial=-np.inf)}."
        )
    return float(-logs.sum() / (characters * math.log(2)))


def backed_off(
    counts: Sequence[Mapping[str, Mapping[str, int]]], context: str, letter: str, size: int
) -> float:
    """Returns the probability of a character after a context, by counts of all shorter ones.

    Args:
        counts: For each order k, from contexts of k characters to how often each character came.
        context: The characters before; the last k count for order k.
        letter: The character.
        size: `V`, characters that there are. Each has 1 / V where nothing was counted.

    Returns:
        The probability by the longest order.

    Raises:
        ValueError: If the context is shorter than the longest order.

    Equation: eq-backed-off
    Source: Witten and Bell (1991).
    """
    if len(context) < len(counts) - 1:
        raise ValueError(
            f"backed_off needs the {len(counts) - 1} characters before. Received: {context!r}. "
            "Put begin signs before the text."
        )
    p = 1 / size
    for k, table in enumerate(counts):
        after = table.get(context[len(context) - k :], {})
        n, d = sum(after.values()), len(after)
        if n:
            p = (after.get(letter, 0) + d * p) / (n + d)
    return p


def distinct(texts: Sequence[Sequence[Hashable]], n: int) -> float:
    """Returns which share of the n-grams of some texts are different ones.

    Args:
        texts: Sequences of tokens. N-grams do not reach from one into the next.
        n: Tokens of an n-gram.

    Returns:
        In (0, 1]; 1 if none is there twice.

    Raises:
        ValueError: If there is no n-gram.

    Equation: eq-distinct
    Source: Li et al. (2016).
    """
    found = [tuple(text[i : i + n]) for text in texts for i in range(len(text) - n + 1)]
    if n < 1 or not found:
        raise ValueError(f"distinct needs a text of {n} tokens or more, n from 1. Received none.")
    return len(set(found)) / len(found)


def copy_gate(
    state: np.ndarray,
    context: np.ndarray,
    read: np.ndarray,
    w_s: np.ndarray,
    w_c: np.ndarray,
    w_x: np.ndarray,
    b: float,
) -> np.ndarray:
    """Returns the probability that the next token is generated and not copied.

    Args:
        state: `(B, T, D)` the decoder's states.
        context: `(B, T, D)` what they attended to.
        read: `(B, T, F)` vectors of the tokens that were read.
        w_s: `(D,)` weights of the state.
        w_c: `(D,)` weights of the context.
        w_x: `(F,)` weights of the vector.
        b: Bias.

    Returns:
        `(B, T)`, in (0, 1).

    Equation: eq-copy-gate
    Source: See et al. (2017).
    """
    state, context, read = (np.asarray(x, np.float64) for x in (state, context, read))
    logits = state @ w_s + context @ w_c + read @ w_x + b
    return np.exp(-np.logaddexp(0, -logits))


def copy_mixture(
    gate: np.ndarray, generated: np.ndarray, weights: np.ndarray, source: np.ndarray
) -> np.ndarray:
    """Returns the distribution of a next token that is generated or copied.

    Args:
        gate: `(B, T)` the probability of generating.
        generated: `(B, T, V)` the decoder's distribution over the vocabulary.
        weights: `(B, T, S)` attention, 0 at pads.
        source: `(B, S)` ids of the source's tokens, from the same vocabulary.

    Returns:
        `(B, T, V)`, summing to 1 over the last axis if the parts do.

    Equation: eq-copy-mixture
    Source: See et al. (2017).
    """
    gate = np.asarray(gate, np.float64)[..., None]
    generated, weights = np.asarray(generated, np.float64), np.asarray(weights, np.float64)
    copied = np.zeros_like(generated)
    for row, ids in enumerate(np.asarray(source)):
        for s, token in enumerate(ids):
            copied[row, :, token] += weights[row, :, s]
    return gate * generated + (1 - gate) * copied


def common_subsequence(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Returns how many tokens two sequences have in common in the same order, gaps allowed.

    Args:
        one: A sequence.
        other: Another one.

    Returns:
        The length of the longest common subsequence.

    Equation: eq-common-subsequence
    Source: Wagner and Fischer (1974).
    """
    lengths = np.zeros((len(one) + 1, len(other) + 1), int)
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            best = max(lengths[i - 1, j], lengths[i, j - 1])
            lengths[i, j] = lengths[i - 1, j - 1] + 1 if a == b else best
    return int(lengths[-1, -1])


def rouge_l(hypothesis: Sequence[Hashable], reference: Sequence[Hashable]) -> float:
    """Returns the ROUGE-L of a summary as F1: its longest common subsequence with a reference.

    Args:
        hypothesis: The summary's tokens.
        reference: The reference's.

    Returns:
        From 0 to 1; 0 if either is empty.

    Equation: eq-rouge-l
    Source: Lin (2004).
    """
    shared = common_subsequence(hypothesis, reference)
    return 2 * shared / (len(hypothesis) + len(reference)) if shared else 0.0
