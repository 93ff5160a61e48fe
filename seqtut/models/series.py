"""The two halves of `RecurrentAutoencoder`: from a series to a code, and back."""

from typing import Any

import keras
from keras import ops

from seqtut.models.cells import CELLS


class SeriesEncoder(keras.layers.Layer):
    """Reads a series of vectors into one code.

    A padded step leaves the state as it was, and a backward direction begins at each series' own
    end, as in `RecurrentEncoder`.

    Args:
        features: `F`, values of a step.
        width: `D`, width of the state; a direction has half of it if there are two.
        code_dim: `K`, numbers in the code.
        cell: "lstm" or "gru".
        bidirectional: Whether a second network reads from the end.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        x: `(B, T, F)` values, float.
        mask: `(B, T)` bool, True = keep.

    Returns:
        The code `(B, K)`.
    """

    def __init__(
        self,
        features: int,
        width: int,
        code_dim: int,
        cell: str,
        bidirectional: bool,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        part = width // 2 if bidirectional else width
        self.readers = [CELLS[cell][0](part, name="forward")]
        if bidirectional:
            self.readers.append(CELLS[cell][0](part, go_backwards=True, name="backward"))
        for reader in self.readers:
            reader.build((None, None, features))
        self.code = keras.layers.Dense(code_dim, name="code")
        self.code.build((None, width))
        self.built = True

    def call(self, x, mask):
        """Returns the code `(B, K)`."""
        last = [reader(x, mask=mask) for reader in self.readers]
        return self.code(ops.concatenate(last, axis=-1))


class SeriesDecoder(keras.layers.Layer):
    """Writes a series of vectors from a code that it reads at every step.

    Args:
        features: `F`, values of a step.
        width: `D`, width of the state, which starts at zero.
        code_dim: `K`, numbers in the code.
        cell: "lstm" or "gru".
        feeds_back: Whether a step also reads the values of the step before.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        code: `(B, K)`, float.
        given: `(B, T)` bool: the steps to write, pads included, from the code alone; or
            `(B, T, F)` float: the values before each step.

    Returns:
        Values `(B, T, F)`, those at pads meaningless.
    """

    def __init__(
        self,
        features: int,
        width: int,
        code_dim: int,
        cell: str,
        feeds_back: bool,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.feeds_back = feeds_back
        self.names = CELLS[cell][1]
        self.recurrence = CELLS[cell][0](width, return_sequences=True, name="recurrence")
        self.recurrence.build((None, None, code_dim + features * feeds_back))
        self.values = keras.layers.Dense(features, name="values")
        self.values.build((None, width))
        sizes = [features] + [width] * len(self.names)
        self.loop = keras.layers.RNN(_Fed(self.advance, self.names, sizes), return_sequences=True)
        self.built = True

    def call(self, code, given):
        """Returns values `(B, T, F)`."""
        repeated = ops.repeat(code[:, None], ops.shape(given)[1], axis=1)
        taught = len(given.shape) == 3
        if self.feeds_back and not taught:
            return self.loop(repeated)
        inputs = ops.concatenate([given, repeated], axis=-1) if self.feeds_back else repeated
        return self.values(self.recurrence(inputs))

    def advance(self, values: Any, code: Any, cells: dict) -> tuple[Any, dict]:
        """Takes one step.

        Args:
            values: `(B, F)` values of the step before.
            code: `(B, K)`, float.
            cells: The recurrent state, tensors `(B, D)` by name.

        Returns:
            Values `(B, F)` of this step, and the new `cells`.
        """
        inputs = ops.concatenate([values, code], axis=-1) if self.feeds_back else code
        output, now = self.recurrence.cell(inputs, [cells[name] for name in self.names])
        return self.values(output), dict(zip(self.names, now, strict=True))

    def zeros(self, code: Any) -> dict:
        """Returns the recurrent state before the first step, for a batch of codes `(B, K)`."""
        shape = (ops.shape(code)[0], self.recurrence.units)
        return {name: ops.zeros(shape, self.compute_dtype) for name in self.names}


class _Fed(keras.layers.Layer):
    """A cell that reads the code, and as a part of its state what it wrote at the step before."""

    def __init__(self, advance, names, sizes):
        super().__init__()
        self.advance, self.names = advance, names
        self.state_size, self.output_size = sizes, sizes[0]
        self.built = True

    def call(self, code, states):
        """Returns values `(B, F)` and the state after them."""
        before, *cells = states
        values, cells = self.advance(before, code, dict(zip(self.names, cells, strict=True)))
        return values, [values, *(cells[name] for name in self.names)]


def flip(x: Any, mask: Any) -> Any:
    """Returns series last step first, each within its own length, the pads behind as they were.

    Args:
        x: `(B, T, F)`, float.
        mask: `(B, T)` bool, True = keep; the kept steps come first.

    Returns:
        `(B, T, F)`, float.
    """
    steps = ops.arange(ops.shape(mask)[1], dtype="int32")[None]
    kept = ops.sum(ops.cast(mask, "int32"), axis=1, keepdims=True)
    order = ops.where(steps < kept, kept - 1 - steps, steps)
    return ops.take_along_axis(x, order[:, :, None], axis=1)


def blank(x: Any, mask: Any) -> Any:
    """Returns series with zeros at pads, whatever stood there.

    Args:
        x: `(B, T, F)`, float.
        mask: `(B, T)` bool, True = keep.

    Returns:
        `(B, T, F)`, float.
    """
    # Chosen, not multiplied: 0 times a pad's nan would be nan.
    x = ops.convert_to_tensor(x)
    return ops.where(ops.convert_to_tensor(mask)[:, :, None], x, ops.zeros_like(x))
