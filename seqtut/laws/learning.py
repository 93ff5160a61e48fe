"""Laws 6 and 7 for any model: batching, saving and resuming change nothing."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqtut.laws.finding import Finding
from seqtut.training import ArrayBatches, evaluate, load_weights, save_weights


def loss_ignores_batching(model: Any, x: np.ndarray, loss: Callable) -> Finding:
    """Law 6: a mean loss is the same however the data are cut into batches.

    Args:
        model: The model to measure.
        x: `(N, F)` examples.
        loss: Returns a sum and a count for a batch, as in `seqtut.training`.

    Returns:
        A `Finding` with the spread over several batch sizes, relative to the loss.
    """
    sizes = sorted({1, 2, 3, 7, len(x)} & set(range(1, len(x) + 1)))
    losses = [evaluate(model, ArrayBatches(x, size=size), loss) for size in sizes]
    spread = (max(losses) - min(losses)) / max(abs(losses[0]), 1e-12)
    return Finding("loss ignores batching", spread <= 1e-5, f"spread {spread:.0e} of the loss")


def saving_changes_nothing(make: Callable[[], Any], x: np.ndarray) -> Finding:
    """Law 7: weights that are saved and loaded give the same outputs, bit for bit.

    Args:
        make: Makes a model, each time with fresh random weights.
        x: `(B, F)` inputs to compare on.

    Returns:
        A `Finding`.
    """
    saved, loaded = make(), make()
    before = np.asarray(saved(x))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        save_weights(path, saved)
        load_weights(path, loaded)
    after = np.asarray(loaded(x))
    differing = int(np.sum(before != after))
    measured = f"{differing} of {before.size} numbers differ"
    return Finding("saving changes nothing", differing == 0, measured)


def resuming_changes_nothing(
    make: Callable[[], Any], train: Callable[[Any, int, Path | None], Any], n: int, m: int
) -> Finding:
    """Law 7: n epochs, a checkpoint, a new process's model and m more are n + m epochs.

    Args:
        make: Makes a model with the same initial weights each time.
        train: Trains a model up to a number of epochs, with the checkpoint at a path, or without
            one.
        n: Epochs before the interruption.
        m: Epochs after it.

    Returns:
        A `Finding` with the number of weights that differ.
    """
    whole, first, second = make(), make(), make()
    train(whole, n + m, None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.safetensors"
        train(first, n, path)
        train(second, n + m, path)
    pairs = zip(whole.get_weights(), second.get_weights(), strict=True)
    differing = sum(int(np.sum(a != b)) for a, b in pairs)
    return Finding("resuming changes nothing", differing == 0, f"{differing} weights differ")
