"""Chapter 09: which pair to merge, how likely a segmentation is, and how much padding there is."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np


def pair_merge(
    words: Sequence[Sequence[str]], counts: Sequence[int] | None = None
) -> tuple[str, str] | None:
    """Returns the pair of neighbours that byte-pair encoding merges next.

    Every two neighbours count, so `a a a` holds the pair `a a` twice, though it can be merged
    there only once. Among pairs of equal count the shortest is taken, and among these the first
    by code points. Both are what SentencePiece does.

    Args:
        words: The words, each as the symbols that it consists of so far.
        counts: How often each word occurs; None counts each once.

    Returns:
        The two symbols; None if no word has two.

    Raises:
        ValueError: If there is not one count a word.

    Equation: eq-pair-merge
    """
    counts = [1] * len(words) if counts is None else counts
    if len(counts) != len(words):
        raise ValueError(
            "pair_merge needs one count a word. "
            f"Received: {len(words)} words, {len(counts)} counts. Give a count for each."
        )
    found: Counter[tuple[str, str]] = Counter()
    for symbols, count in zip(words, counts, strict=True):
        for pair in zip(symbols[:-1], symbols[1:], strict=True):
            found[pair] += count
    return min(found, key=lambda p: (-found[p], len(p[0] + p[1]), p[0] + p[1]), default=None)


def segmentation_probability(pieces: Iterable[str], log_p: Mapping[str, float]) -> float:
    """Returns the probability that the unigram model gives one way to cut a text.

    Args:
        pieces: The pieces s_1 ... s_K, in their order.
        log_p: The natural log of each piece's probability.

    Returns:
        The product of their probabilities; 1.0 for no pieces, 0.0 if one is not in the model.

    Equation: eq-segmentation-probability
    """
    return math.exp(math.fsum(log_p.get(piece, -math.inf) for piece in pieces))


def best_segmentation(text: str, log_p: Mapping[str, float]) -> tuple[list[str], float]:
    """Returns the likeliest way to cut a text, by Viterbi's recursion.

    Args:
        text: The text.
        log_p: The natural log of each piece's probability.

    Returns:
        The pieces, and v_n, the natural log of their probability; no pieces and minus infinity
        if the text cannot be cut into pieces of the model.

    Equation: eq-best-segmentation
    """
    longest = max(map(len, log_p), default=0)
    v = [0.0] + [-math.inf] * len(text)
    cut = [0] * (len(text) + 1)
    for j in range(1, len(text) + 1):
        for i in range(max(0, j - longest), j):
            score = v[i] + log_p.get(text[i:j], -math.inf)
            if score > v[j]:
                v[j], cut[j] = score, i
    if v[-1] == -math.inf:
        return [], -math.inf
    pieces, j = [], len(text)
    while j:
        pieces.append(text[cut[j] : j])
        j = cut[j]
    return pieces[::-1], v[-1]


def padding_share(lengths: np.ndarray, batches: Iterable[np.ndarray]) -> float:
    """Returns the share of all positions that hold padding, each batch as wide as its longest.

    Args:
        lengths: `(N,)` the lengths of the examples.
        batches: For each batch the indices of its examples `(B,)`.

    Returns:
        Between 0, nothing but tokens, and 1.

    Raises:
        ValueError: If a length is negative, a batch is not of indices, or no batch holds a
            position.

    Equation: eq-padding-share
    """
    lengths = np.asarray(lengths, np.int64)
    if lengths.ndim != 1 or np.any(lengths < 0):
        raise ValueError(
            "padding_share needs lengths (N,), 0 or more. "
            f"Received: shape {lengths.shape}, least {lengths.min(initial=0)}."
        )
    chosen = []
    for batch in map(np.asarray, batches):
        if batch.ndim != 1 or (batch.size and batch.dtype.kind not in "iu"):
            raise ValueError(
                "padding_share needs the indices of each batch's examples (B,), whole numbers. "
                f"Received: {batch.dtype} of shape {batch.shape}. Use flatnonzero on a mask."
            )
        chosen.append(lengths[batch.astype(np.int64)])
    positions = sum(len(batch) * int(batch.max(initial=0)) for batch in chosen)
    if not positions:
        raise ValueError(
            "padding_share is a share of positions. Received: batches without any. "
            "Give at least one batch with an example that is not empty."
        )
    return 1 - sum(int(batch.sum()) for batch in chosen) / positions
