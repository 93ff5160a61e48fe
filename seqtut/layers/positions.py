"""What tells a Transformer where a token stands: sines of its index, or learned vectors."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="seqtut")
class SinusoidalPositions(keras.layers.Layer):
    """Turns indices into sines and cosines of slower and slower waves.

    Args:
        width: `D`, even: a sine and a cosine for each of `D / 2` wavelengths.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        positions: `(...)` indices from 0, integer.

    Returns:
        `(..., D)`, float, in [-1, 1]: sines at even places, cosines at odd ones.

    Raises:
        ValueError: If `width` is odd or not positive.

    Source: Vaswani et al. (2017).
    """

    def __init__(self, width: int, **kwargs: Any):
        super().__init__(**kwargs)
        if width < 2 or width % 2:
            raise ValueError(f"Sinusoidal positions need an even width. Received: {width}.")
        self.width = width
        self.built = True

    def call(self, positions):
        """Returns `(..., D)` for `positions` `(...)`."""
        # Half of a float32 would be too few digits for a large angle.
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        places = ops.arange(0, self.width, 2, dtype=dtype)
        speeds = ops.exp(places * (-math.log(10_000.0) / self.width))
        angles = ops.expand_dims(ops.cast(positions, dtype), -1) * speeds
        waves = ops.cast(ops.stack([ops.sin(angles), ops.cos(angles)], axis=-1), self.compute_dtype)
        return ops.reshape(waves, (*ops.shape(positions), self.width))

    def get_config(self):
        """Returns the arguments that make this layer again."""
        return {**super().get_config(), "width": self.width}


@keras.saving.register_keras_serializable(package="seqtut")
class LearnedPositions(keras.layers.Layer):
    """Looks up a learned vector for each index.

    Args:
        width: `D`, numbers in a vector.
        max_length: Indices that have a vector; a longer sequence is refused.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        positions: `(...)` indices from 0 to `max_length - 1`, integer.

    Returns:
        `(..., D)`, float.
    """

    def __init__(self, width: int, max_length: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.width, self.max_length = width, max_length
        self.table = keras.layers.Embedding(
            max_length, width, embeddings_initializer=keras.initializers.RandomNormal(0.0, 0.02)
        )
        self.table.build(None)
        self.built = True

    def call(self, positions):
        """Returns `(..., D)` for `positions` `(...)`."""
        return self.table(positions)

    def get_config(self):
        """Returns the arguments that make this layer again."""
        return {**super().get_config(), "width": self.width, "max_length": self.max_length}
