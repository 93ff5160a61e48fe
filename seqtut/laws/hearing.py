"""What a sequence model has to hear: its source, its own past, and never the answer."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut.laws.finding import Finding


def source_is_heard(model: Any, batch: tuple) -> Finding:
    """Every real source token can move the scores of the first target token.

    The reverse of law 1: what is behind a mask must not matter, and what is before it must. A
    decoder that never sees the source breaks it, and so does one that is shown the source bit by
    bit, as far as it has written itself.

    Args:
        model: A sequence model with `encode` and `decode`.
        batch: `(source, source_mask, decoder_input, ...)`; the sources hold two ids or more.

    Returns:
        A `Finding` with the share of the real source tokens that move nothing at the first step.
    """
    source, mask, decoder_input = (np.asarray(array) for array in batch[:3])
    first = decoder_input[:, :1]
    base = np.asarray(model.decode(model.encode(source, mask), first))
    others = np.unique(source[mask]) if source.ndim == 2 else None
    deaf = 0
    for s in range(source.shape[1]):
        changed = source.copy()
        if others is None:
            changed[:, s] += 1
        else:  # the next of the ids that occur: no id is invented
            changed[:, s] = others[(np.searchsorted(others, changed[:, s]) + 1) % len(others)]
        found = np.asarray(model.decode(model.encode(changed, mask), first))
        # What is no number says nothing, whatever was read.
        still = (found == base) | (np.isnan(found) & np.isnan(base))
        same = np.all(still, axis=tuple(range(1, base.ndim)))
        deaf += int(np.sum(same & mask[:, s]))
    tokens = int(mask.sum())
    measured = f"{deaf} of {tokens} source tokens move nothing at the first step"
    return Finding("source is heard", deaf == 0, measured)


def past_is_heard(model: Any, batch: tuple) -> Finding:
    """A token that was put out can move the scores of the next one.

    A decoder that breaks this law takes its tokens to be independent of one another, given the
    source. It cannot mean "either this answer or that one", only a mixture of both at each place.

    Args:
        model: A sequence model with `encode` and `decode`.
        batch: `(source, source_mask, decoder_input, ...)`, with two target steps or more.

    Returns:
        A `Finding` with the number of tokens that move nothing. The first input, the begin token,
        was never put out and says nothing new, so a model may leave it unread.
    """
    source, mask, decoder_input = (np.asarray(array) for array in batch[:3])
    memory = model.encode(source, mask)
    base = np.asarray(model.decode(memory, decoder_input))
    deaf = 0
    for t in range(1, decoder_input.shape[1]):
        changed = decoder_input.copy()
        changed[:, t] += 1
        if changed.ndim == 2:
            changed[:, t] %= base.shape[-1]
        found = np.asarray(model.decode(memory, changed))
        deaf += bool(np.array_equal(found[:, t], base[:, t], equal_nan=True))
    measured = f"{deaf} of {decoder_input.shape[1] - 1} tokens before move nothing"
    return Finding("past is heard", deaf == 0, measured)


def answer_changes_nothing(
    predict: Callable[[np.ndarray], np.ndarray], target: np.ndarray, vocabulary: int
) -> Finding:
    """No score of token t depends on token t, nor on a later one.

    Law 2 asks this of a decoder; here it is asked of all that happens to a target on its way into
    the decoder, the shift by one step above all.

    Args:
        predict: Maps targets `(B, T)` to logits `(B, T, V)`: those at t are of token t.
        target: `(B, T)` ids, in 0 ... V - 1.
        vocabulary: `V`.

    Returns:
        A `Finding` with the number of target steps that see their own answer.
    """
    base, seen = np.asarray(predict(target)), 0
    for t in range(target.shape[1]):
        changed = target.copy()
        changed[:, t] = (changed[:, t] + 1) % vocabulary
        seen += not np.array_equal(np.asarray(predict(changed))[:, : t + 1], base[:, : t + 1])
    measured = f"{seen} of {target.shape[1]} steps see the token that they predict"
    return Finding("answer changes nothing", seen == 0, measured)
