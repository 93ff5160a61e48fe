"""What a Transformer is stacked from: attention, two dense layers, and their normalisation."""

from typing import Any

import keras
from keras import ops

from seqtut.layers import MultiHeadAttention


class Block(keras.layers.Layer):
    """Self-attention, then attention to a source if there is one, then two dense layers.

    Each part adds to what it was given, and normalises it first (pre-norm).

    Args:
        width: `D`, width of a state.
        heads: Heads of each attention.
        hidden: Width between the two dense layers.
        dropout: Share of numbers dropped from what each part adds, in training.
        crosses: Whether the block attends to a source.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        states: `(B, T, D)`, float.
        self_mask: Bool, True = keep, that broadcasts to `(B, T, T)`, of rank 3.
        source: Keys and values of the source from `cross.project`, or None.
        source_mask: Bool, True = keep, that broadcasts to `(B, T, S)`, of rank 3, or None.

    Returns:
        States `(B, T, D)`, and the weights of the attention to the source `(B, H, T, S)` or None.
    """

    def __init__(
        self, width: int, heads: int, hidden: int, dropout: float, crosses: bool, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.attend = MultiHeadAttention(width, heads, name="attend")
        self.cross = MultiHeadAttention(width, heads, name="cross") if crosses else None
        self.widen = keras.layers.Dense(hidden, "relu", name="widen")
        self.widen.build((None, width))
        self.narrow = keras.layers.Dense(width, name="narrow")
        self.narrow.build((None, hidden))
        self.norms = [normalisation(width) for _ in range(3 if crosses else 2)]
        self.dropout = keras.layers.Dropout(dropout)
        self.built = True

    def call(self, states, self_mask, source=None, source_mask=None, training=None):
        """Returns states `(B, T, D)` and the weights on the source, if any."""
        normal = self.norms[0](states)
        found, _ = self.attend(normal, *self.attend.project(normal), self_mask)
        states = states + self.dropout(found, training=training)
        return self.finish(states, source, source_mask, training)

    def finish(
        self, states: Any, source: Any, source_mask: Any, training: bool | None = None
    ) -> tuple:
        """Does what comes after self-attention.

        Args:
            states: `(B, T, D)` the states, with what self-attention added.
            source: Keys and values of the source, or None.
            source_mask: Bool, True = keep, that broadcasts to `(B, T, S)`, or None.
            training: Whether dropout acts.

        Returns:
            States `(B, T, D)`, and the weights on the source `(B, H, T, S)` or None.
        """
        weights = None
        if self.cross is not None:
            found, weights = self.cross(self.norms[1](states), *source, source_mask)
            states = states + self.dropout(found, training=training)
        found = self.narrow(self.widen(self.norms[-1](states)))
        return states + self.dropout(found, training=training), weights

    def step(
        self, states: Any, held: dict, position: Any, source_mask: Any
    ) -> tuple[Any, dict, Any]:
        """Adds one step to a sequence whose earlier keys and values are held.

        Args:
            states: `(R, 1, D)` the newest step's, of as many prefixes for each example, side by
                side.
            held: "keys" and "values" `(R, H, M, D / H)` of the target, "source_keys" and
                "source_values" `(B, H, S, D / H)` of the source.
            position: `(R,)`, int32: where the step stands, from 0.
            source_mask: `(B, 1, S)` bool, True = keep.

        Returns:
            States `(R, 1, D)`, `held` with the step's keys and values written in, and the weights
            on the source `(B, H, R / B, S)`.
        """
        places = ops.arange(ops.shape(held["keys"])[2], dtype="int32")[None]
        normal = self.norms[0](states)
        keys, values = (
            written(held[name], new, position)
            for name, new in zip(("keys", "values"), self.attend.project(normal), strict=True)
        )
        found, _ = self.attend(normal, keys, values, (places <= position[:, None])[:, None])
        source = held["source_keys"], held["source_values"]
        grouped = ops.reshape(states + found, (ops.shape(source[0])[0], -1, states.shape[-1]))
        grouped, weights = self.finish(grouped, source, source_mask)
        states = ops.reshape(grouped, ops.shape(states))
        return states, {**held, "keys": keys, "values": values}, weights


def written(held: Any, new: Any, place: Any) -> Any:
    """Returns keys or values with those of one step written in.

    Args:
        held: `(R, H, M, N)`, room for `M` steps.
        new: `(R, H, 1, N)`, those of the step.
        place: `(R,)`, int32: where the step stands, below `M`.
    """
    rows, heads = ops.shape(held)[:2]
    head = ops.arange(rows * heads, dtype="int32")
    index = ops.stack([head // heads, head % heads, ops.repeat(place, heads)], axis=-1)
    return ops.scatter_update(held, index, ops.reshape(new, (rows * heads, held.shape[-1])))


def normalisation(width: int) -> keras.layers.LayerNormalization:
    """Returns a layer normalisation over the last axis, of `width` numbers, already built."""
    layer = keras.layers.LayerNormalization(epsilon=1e-6)
    layer.build((None, None, width))
    return layer
