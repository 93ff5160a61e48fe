"""Models and batches that the laws are asked of."""

import keras
import numpy as np


def shaken(model: keras.Model, seed: int = 0) -> keras.Model:
    """Makes a model's weights large enough for what it reads to matter."""
    rng = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        noise = rng.normal(scale=0.5, size=weight.shape)
        weight.assign(weight.numpy() + noise)
    return model


def ragged(
    sizes: tuple[int, int], seed: int = 0, rows: int = 3, s: int = 5, t: int = 4, lowest: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Makes sources, their mask and targets: one source has a token, one is full.

    Args:
        sizes: Ids of the source, and of the target.
        seed: For the ids and the lengths.
        rows: Examples.
        s: Steps of the source.
        t: Steps of the target.
        lowest: The lowest id.

    Returns:
        Ids `(rows, s)` with 0 at the pads, bool `(rows, s)` with True = keep, ids `(rows, t)`.
    """
    rng = np.random.default_rng(seed)
    source = rng.integers(lowest, sizes[0], (rows, s)).astype("int32")
    mask = np.arange(s) < rng.permutation([s, 1, *rng.integers(1, s + 1, rows - 2)])[:, None]
    decoder_input = rng.integers(lowest, sizes[1], (rows, t)).astype("int32")
    return np.where(mask, source, 0).astype("int32"), mask, decoder_input
