"""Batches of sequences of like length, whose order is a function of seed and epoch alone."""

import functools
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from seqtut.text.padding import flatten, pad, shift_target

# Batches' worth of examples that are sorted together. More of them leave less padding; fewer
# mix the examples better.
_POOL = 20

Batch = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class BucketedBatches:
    """Batches of source and target sequences that are of like length within a batch.

    In each epoch the examples are shuffled, cut into pools, sorted by length within each pool,
    cut into batches, and the batches shuffled: so a batch has new members in every epoch, not
    only a new place. Each example is in exactly one batch of an epoch. A batch is padded to its
    longest source and target, rounded up, so that a compiled step meets few shapes.

    Args:
        pairs: Source ids and target ids of each example; the target without BEGIN and END.
        size: Examples in a batch; one batch of an epoch may be smaller. Give this or `tokens`.
        tokens: Most positions in a batch: examples times source and target steps, the padding
            and the target's one further step included.
        seed: Seed of the order, 0 or more; None keeps one order for all epochs, for evaluation.
        multiple: Steps are rounded up to a multiple of this.
        pool: Examples sorted together, rounded up to whole batches of `size`; None takes 20
            batches' worth, at most half of all.

    Raises:
        TypeError: If ids are not integers.
        ValueError: If there are no pairs, an id is PAD, BEGIN or END where none may be, both or
            neither of `size` and `tokens` are given, a number is out of range, or an example
            is longer than `tokens`.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[Sequence[int], Sequence[int]]],
        *,
        size: int | None = None,
        tokens: int | None = None,
        seed: int | None = None,
        multiple: int = 4,
        pool: int | None = None,
    ):
        if not len(pairs):
            raise ValueError("BucketedBatches needs at least one pair. Received: none.")
        if (size is None) == (tokens is None):
            raise ValueError(
                "A batch is limited by its size or by its tokens, one of the two. "
                f"Received: size={size}, tokens={tokens}."
            )
        numbers = {"size": size, "tokens": tokens, "multiple": multiple, "pool": pool}
        if any(number is not None and number < 1 for number in numbers.values()):
            raise ValueError(f"These numbers are 1 or more, or not given. Received: {numbers}.")
        if seed is not None and seed < 0:
            raise ValueError(f"A seed is 0 or more, or None. Received: seed={seed}.")
        self.size, self.tokens, self.seed, self.multiple = size, tokens, seed, multiple
        shifted = [shift_target(target) for _, target in pairs]
        self._columns = (
            _arrays([source for source, _ in pairs]),
            _arrays([decoder_input for decoder_input, _ in shifted]),
            _arrays([target for _, target in shifted]),
        )
        self._real = np.array([[len(a) for a in self._columns[i]] for i in (0, 2)]).T
        self._steps = np.maximum(-(-self._real // multiple), 1) * multiple
        longest = self._steps.sum(axis=1).max()
        if tokens is not None and longest > tokens:
            raise ValueError(
                "Each example must fit into a batch. "
                f"Received: tokens={tokens}, and an example of {longest} padded positions. "
                "Raise tokens or filter the examples."
            )
        pool = self._default_pool() if pool is None else pool
        self.pool = pool if size is None else -(-pool // size) * size

    def _default_pool(self) -> int:
        in_batch = self.size or max(1, int(self.tokens / self._steps.sum(axis=1).mean()))
        half = len(self._steps) // 2 // in_batch * in_batch  # whole batches, so that one is short
        return max(in_batch, min(_POOL * in_batch, half))

    @property
    def settings(self) -> dict[str, Any]:
        """All that the order depends on besides the pairs, for a training's record."""
        names = ("size", "tokens", "seed", "multiple", "pool")
        return {"examples": len(self._steps), **{name: getattr(self, name) for name in names}}

    def fingerprint(self) -> str:
        """Returns a hash of the pairs, by which a resumed training knows its data again."""
        digest = hashlib.sha256(self._real.tobytes())
        for index in (0, 2):  # the decoder's input says nothing that the target does not
            digest.update(np.concatenate(self._columns[index]).tobytes())
        return digest.hexdigest()

    def __len__(self) -> int:
        """The batches of epoch 0; with `tokens`, other epochs may have a few more or fewer."""
        return self._count

    @functools.cached_property
    def _count(self) -> int:
        return len(self.plan(0))

    def plan(self, number: int) -> list[np.ndarray]:
        """Returns which examples each batch of an epoch holds, in order.

        Args:
            number: The epoch, from 0.

        Returns:
            For each batch the indices of its examples `(B,)`, as they are in `pairs`: with them
            decoded batches are put back into the order of the pairs.
        """
        count = len(self._steps)
        if self.seed is None:
            return self._cut(np.arange(count))
        rng = np.random.default_rng((self.seed, number))
        order = rng.permutation(count)
        batches = [
            batch
            for start in range(0, count, self.pool)
            for batch in self._cut(order[start : start + self.pool])
        ]
        return [batches[index] for index in rng.permutation(len(batches))]

    def _cut(self, chosen: np.ndarray) -> list[np.ndarray]:
        """Sorts examples by their rounded steps, source first, and cuts them into batches."""
        source, target = self._steps[chosen].T
        chosen = chosen[np.lexsort((target, source))]
        if self.size is not None:
            return [chosen[i : i + self.size] for i in range(0, len(chosen), self.size)]
        starts, widest = [0], (0, 0)
        for index, (source, target) in enumerate(self._steps[chosen].tolist()):
            widest = max(widest[0], source), max(widest[1], target)
            if (index + 1 - starts[-1]) * sum(widest) > self.tokens:
                starts.append(index)
                widest = source, target
        return np.split(chosen, starts[1:])

    def epoch(self, number: int) -> Iterator[Batch]:
        """Yields the batches of an epoch, each a tuple of five arrays.

        Args:
            number: The epoch, from 0.

        Yields:
            The source `(B, S)`, its mask `(B, S)`, the decoder's input `(B, T)`, the target
            `(B, T)` and its mask `(B, T)`; ids are int32, masks bool with True = keep.
        """
        sources, decoder_inputs, targets = self._columns
        for chosen in self.plan(number):
            source_steps, target_steps = self._steps[chosen].max(axis=0).tolist()
            source, source_mask = pad([sources[i] for i in chosen], source_steps)
            decoder_input, _ = pad([decoder_inputs[i] for i in chosen], target_steps)
            target, target_mask = pad([targets[i] for i in chosen], target_steps)
            yield source, source_mask, decoder_input, target, target_mask

    def padding(self, number: int = 0) -> float:
        """Returns the share of an epoch's positions, source and target, that are padding."""
        positions = sum(
            len(chosen) * int(self._steps[chosen].max(axis=0).sum()) for chosen in self.plan(number)
        )
        return 1 - int(self._real.sum()) / positions


def _arrays(sequences: Sequence[Sequence[int]]) -> list[np.ndarray]:
    ends = np.cumsum([len(sequence) for sequence in sequences])
    return np.split(flatten(sequences), ends[:-1])
