"""Batches of recordings of like length, with the texts that they are to become."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from seqtut.text import BucketedBatches
from seqtut.text.buckets import Batch

# Stands for a frame where only the number of frames counts.
_FRAME = 4


class FrameBatches:
    """Does for frames what `BucketedBatches` does for ids, in the same order.

    Args:
        pairs: Frames `(S, F)`, float, and target ids of each example, without BEGIN and END.
        size: Examples in a batch.
        seed: Seed of the order; None keeps one order for all epochs.
        multiple: Steps are rounded up to a multiple of this.
        pool: Examples sorted together, as in `BucketedBatches`.

    Raises:
        TypeError: If target ids are not integers.
        ValueError: If there are no pairs, or a number is out of range.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[np.ndarray, Sequence[int]]],
        *,
        size: int,
        seed: int | None = None,
        multiple: int = 4,
        pool: int | None = None,
    ):
        self._frames = [np.asarray(frames) for frames, _ in pairs]
        counts = [np.full(len(frames), _FRAME) for frames in self._frames]
        self.ids = BucketedBatches(
            [(count, target) for count, (_, target) in zip(counts, pairs, strict=True)],
            size=size,
            seed=seed,
            multiple=multiple,
            pool=pool,
        )

    @property
    def settings(self) -> dict[str, Any]:
        """All that the order depends on besides the pairs, for a training's record."""
        return self.ids.settings

    def fingerprint(self) -> str:
        """Returns a hash of the pairs, by which a resumed training knows its data again."""
        digest = hashlib.sha256(self.ids.fingerprint().encode())
        for frames in self._frames:
            digest.update(np.ascontiguousarray(frames).data)
        return digest.hexdigest()

    def __len__(self) -> int:
        return len(self.ids)

    def plan(self, number: int) -> list[np.ndarray]:
        """Returns which examples each batch of an epoch holds, as `BucketedBatches.plan` does."""
        return self.ids.plan(number)

    def epoch(self, number: int) -> Iterator[Batch]:
        """Yields the batches of an epoch, each a tuple of five arrays.

        Args:
            number: The epoch, from 0.

        Yields:
            The frames `(B, S, F)`, their mask `(B, S)`, the decoder's input `(B, T)`, the target
            `(B, T)` and its mask `(B, T)`; frames as they were given, 0 at pads, ids int32, masks
            bool with True = keep.
        """
        for chosen, (_, mask, *rest) in zip(
            self.ids.plan(number), self.ids.epoch(number), strict=True
        ):
            yield pad_frames([self._frames[i] for i in chosen], mask.shape[1])[0], mask, *rest


def pad_frames(
    recordings: Sequence[np.ndarray], length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Puts recordings into one array, with zeros behind the shorter ones.

    Args:
        recordings: `B` arrays `(S, F)`, of one type.
        length: Steps of the array, at least the longest recording's; None takes these.

    Returns:
        The frames `(B, length, F)` and the mask `(B, length)`, bool, True = keep.

    Raises:
        ValueError: If there are no recordings, or one is longer than `length`.
    """
    sizes = np.array([len(frames) for frames in recordings], np.int64)
    longest = int(sizes.max(initial=0))
    length = longest if length is None else length
    if not len(sizes) or longest > length:
        raise ValueError(
            "pad_frames needs recordings, none longer than the length. "
            f"Received: {len(sizes)} recordings of up to {longest} frames, length {length}."
        )
    mask = np.arange(length) < sizes[:, None]
    frames = np.zeros((*mask.shape, recordings[0].shape[1]), recordings[0].dtype)
    frames[mask] = np.concatenate(recordings)
    return frames, mask
