"""Sequences of unequal length in one array, and targets as a decoder is taught them."""

from collections.abc import Sequence

import numpy as np

from seqtut.text.vocabulary import BEGIN, END, PAD


def pad(
    sequences: Sequence[Sequence[int]], length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Puts sequences of ids into one array, with PAD behind the shorter ones.

    Args:
        sequences: `B` sequences of ids, none of them PAD; each a list or an array `(S,)`.
        length: Steps of the array; None takes the longest sequence's. Nothing is ever cut off.

    Returns:
        The ids `(B, length)`, int32, and the mask `(B, length)`, bool, True = keep.

    Raises:
        TypeError: If ids are not integers.
        ValueError: If a sequence is longer than `length`, or an id is PAD or negative.
    """
    sizes = np.array([len(sequence) for sequence in sequences], np.int64)
    longest = int(sizes.max(initial=0))
    length = longest if length is None else length
    if longest > length:
        raise ValueError(
            "pad cuts nothing off. "
            f"Received: a sequence of {longest} ids for length={length}. Filter or cut it first."
        )
    mask = np.arange(length) < sizes[:, None]
    ids = np.full(mask.shape, PAD, np.int32)
    ids[mask] = flatten(sequences)
    return ids, mask


def flatten(sequences: Sequence[Sequence[int]]) -> np.ndarray:
    """Returns the ids of all sequences one after the other, as an int32 array, once checked.

    Args:
        sequences: Sequences of ids, none of them PAD.

    Raises:
        TypeError: If ids are not integers.
        ValueError: If an id is PAD or negative, or too large for int32.
    """
    filled = [np.asarray(sequence) for sequence in sequences if len(sequence)]
    flat = np.concatenate(filled) if filled else np.zeros(0, np.int32)
    if flat.dtype.kind not in "iu":
        raise TypeError(f"Ids are integers. Received: {flat.dtype}. Encode the tokens first.")
    largest = np.iinfo(np.int32).max
    if flat.min(initial=largest) <= PAD or flat.max(initial=0) > largest:
        raise ValueError(
            f"Inside a sequence, ids are above PAD = {PAD} and at most {largest}. "
            f"Received: {flat.min()} to {flat.max()}. Hand over sequences that are not padded yet."
        )
    return flat.astype(np.int32)


def lengths(mask: np.ndarray) -> np.ndarray:
    """Returns how many steps of each sequence are kept.

    Args:
        mask: `(B, S)`, bool, True = keep; the kept steps come first.

    Returns:
        `(B,)`, int32.

    Raises:
        ValueError: If the mask is not two-dimensional and bool, or has a gap.
    """
    mask = np.asarray(mask)
    if mask.ndim != 2 or mask.dtype != bool:
        raise ValueError(
            "lengths needs a mask (B, S) of bool. "
            f"Received: shape {mask.shape}, {mask.dtype}. Compare the ids with PAD."
        )
    if np.any(mask[:, 1:] & ~mask[:, :-1]):
        raise ValueError(
            "In a padded batch the kept steps come first. Received: a mask with a False before "
            "a True. Pad behind the sequences, or take mask.sum(axis=1)."
        )
    return mask.sum(axis=1, dtype=np.int32)


def shift_target(ids: Sequence[int]) -> tuple[list[int], list[int]]:
    """Returns what a decoder is given and what it must say, step by step.

    At each step the decoder sees the token before the one that it must say; the first step sees
    BEGIN, the last must say END.

    Args:
        ids: The target's ids, without BEGIN and END.

    Returns:
        The decoder's input and the target, one id longer than `ids` each.

    Raises:
        ValueError: If PAD, BEGIN or END is among the ids.
    """
    ids = np.asarray(ids).tolist()
    if not {PAD, BEGIN, END}.isdisjoint(ids):
        raise ValueError(
            f"A target has no PAD, BEGIN or END of its own. Received: {ids[:20]}. "
            "Hand over the ids as encode returns them."
        )
    return [BEGIN, *ids], [*ids, END]
