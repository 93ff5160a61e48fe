"""What the loop is fed: batches whose order is a function of seed and epoch alone."""

import hashlib
import numbers
from collections.abc import Iterator
from typing import Any

import numpy as np


class ArrayBatches:
    """Batches of whole examples from arrays of equal length, in a new order each epoch.

    The order depends on `(seed, epoch)` and on nothing else, so a resumed training meets the
    same batches as one that was never stopped. The last batch may be smaller.

    Args:
        arrays: Arrays whose first axis counts the same `N` examples.
        size: Examples in a batch.
        seed: Seed of the order; None keeps the given order, as for evaluation.

    Raises:
        ValueError: If the arrays disagree in length, are empty, or `size` is not positive.
    """

    def __init__(self, *arrays: np.ndarray, size: int, seed: int | None = None):
        lengths = [len(array) for array in arrays]
        if not lengths or len(set(lengths)) > 1 or lengths[0] == 0:
            raise ValueError(
                f"ArrayBatches needs arrays of one length above zero. Received lengths: {lengths}."
            )
        if not isinstance(size, numbers.Integral) or size < 1:
            raise ValueError(
                f"A batch holds a whole number of examples above 0. Received: size={size!r}."
            )
        if seed is not None and (not isinstance(seed, numbers.Integral) or seed < 0):
            raise ValueError(f"seed must be None or a whole number from 0. Received: {seed!r}.")
        self.arrays = arrays
        self.size = int(size)
        self.seed = None if seed is None else int(seed)

    @property
    def settings(self) -> dict[str, Any]:
        """All that the order depends on, for a training's record."""
        return {"examples": len(self.arrays[0]), "size": self.size, "seed": self.seed}

    def fingerprint(self) -> str:
        """Returns a hash of the arrays, by which a resumed training knows its data again."""
        digest = hashlib.sha256()
        for array in self.arrays:
            digest.update(f"{array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def __len__(self) -> int:
        return -(-len(self.arrays[0]) // self.size)

    def epoch(self, number: int) -> Iterator[tuple[np.ndarray, ...]]:
        """Yields the batches of an epoch, each a tuple with one array for each given array."""
        count = len(self.arrays[0])
        order = np.arange(count)
        if self.seed is not None:
            order = np.random.default_rng((self.seed, number)).permutation(count)
        for start in range(0, count, self.size):
            chosen = order[start : start + self.size]
            yield tuple(array[chosen] for array in self.arrays)
