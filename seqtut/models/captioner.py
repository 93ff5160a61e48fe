"""Reads a strip of pixels with convolutions, and says what it shows with a recurrent decoder."""

from typing import Any

import keras
from keras import ops

from seqtut.models.recurrent_decoder import RecurrentDecoder

# Columns of pixels that become one column of the encoder: two poolings, each of two.
STRIDE = 4


class ColumnEncoder(keras.layers.Layer):
    """Turns columns of pixels into fewer columns of features, and lets a network read along them.

    Convolutions reach over the edge of what is kept. So after each of them everything behind a
    mask is set to 0, which is what they find over the edge of the array as well: a strip with
    padding is then computed like one without.

    Args:
        rows: `F`, height of a strip.
        channels: Filters of each convolution; after the first two their columns are halved.
        width: `D`, numbers of a column; each direction of the network along them has half of it.
        dropout: Share of numbers dropped from the columns, in training.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        strips: `(B, S, F)` columns of pixels, float.
        mask: `(B, S)` bool, True = keep.

    Returns:
        What each column looks like, `(B, S / 4, D)`, rounded up; what it is among the others,
        `(B, S / 4, D)`; the two directions' last states, `(B, D)`; and the columns' mask, True if
        one pixel column of it is kept.
    """

    def __init__(
        self, rows: int, channels: tuple[int, ...], width: int, dropout: float, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.convolutions, before, height = [], 1, rows
        for number, filters in enumerate(channels):
            layer = keras.layers.Conv2D(
                filters, 3, padding="same", activation="relu", kernel_initializer="he_uniform"
            )
            layer.build((None, None, height, before))
            self.convolutions.append(layer)
            before, height = filters, -(-height // 2) if number < 2 else height
        self.pool = keras.layers.MaxPooling2D(2, padding="same")
        self.flat = height * before
        self.looks = keras.layers.Dense(width, "relu", name="looks")
        self.looks.build((None, None, self.flat))
        self.dropout = keras.layers.Dropout(dropout)
        self.forward, self.backward = (
            keras.layers.GRU(
                width // 2, return_sequences=True, return_state=True, go_backwards=backwards
            )
            for backwards in (False, True)
        )
        for layer in (self.forward, self.backward):
            layer.build((None, None, width))
        self.built = True

    def call(self, strips, mask, training=None):
        """Returns looks, order, last states and mask of the columns."""
        x = keep(strips, mask)[..., None]
        for number, convolution in enumerate(self.convolutions):
            x = keep(convolution(x), mask)
            if number < 2:
                x, mask = self.pool(x), pooled(mask)
        looks = self.looks(ops.reshape(x, (*ops.shape(x)[:2], self.flat)))
        looks = keep(self.dropout(looks, training=training), mask)
        onward, last = self.forward(looks, mask=mask, training=training)
        back, first = self.backward(looks, mask=mask, training=training)
        order = ops.concatenate([onward, ops.flip(back, axis=1)], axis=-1)
        return looks, order, ops.concatenate([last, first], axis=-1), mask


def keep(x: Any, mask: Any) -> Any:
    """Sets what is not kept to 0.

    Args:
        x: `(B, S, ...)`.
        mask: `(B, S)` bool, True = keep.

    Returns:
        As `x`. Chosen, not multiplied: 0 times a pad's nan would be nan.
    """
    return ops.where(ops.reshape(mask, (*ops.shape(mask), *(1,) * (len(x.shape) - 2))), x, 0.0)


def pooled(mask: Any) -> Any:
    """Returns the mask of columns made of two each.

    Args:
        mask: `(B, S)` bool, True = keep.

    Returns:
        `(B, S / 2)`, rounded up: True where at least one of the two is kept.
    """
    odd = ops.shape(mask)[1] % 2
    pairs = ops.pad(mask, ((0, 0), (0, odd)))
    return ops.any(ops.reshape(pairs, (ops.shape(mask)[0], -1, 2)), axis=-1)


@keras.saving.register_keras_serializable(package="seqtut")
class Captioner(keras.Model):
    """Says what a strip of pixels shows, in the language of the tag that its output begins with.

    Attention finds a column by what it is among the others (a network has read along them in both
    directions), and hands over what it looks like (a convolution has seen a few columns of
    pixels). So what is attended to is what is read.

    Args:
        target_size: `V`, target vocabulary, special tokens and tags included.
        rows: `F`, height of a strip.
        channels: Filters of each convolution.
        width: `D`, width of a column and of the decoder's state.
        embedding_dim: Width of a token's vector.
        dropout: Share of numbers dropped between layers in training, in [0, 1).
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(strips, mask, decoder_input)`: columns of pixels `(B, S, F)`, float; bool
            `(B, S)` with True = keep; ids `(B, T)` int32, a language's tag first.

    Returns:
        Logits `(B, T, V)`, float.

    Raises:
        ValueError: If a size is not positive, the width is odd, or there are fewer than two
            convolutions.

    Source: Xu et al. (2015) for attention on a convolution's columns; Bahdanau et al. (2015).
    """

    # What all prefixes of a source have in common in a state, as `decoding.beam_search` asks for.
    shared = ("states", "keys", "mask")

    def __init__(
        self,
        target_size: int,
        rows: int = 28,
        channels: tuple[int, ...] = (16, 32, 32),
        width: int = 128,
        embedding_dim: int = 32,
        dropout: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        channels = tuple(channels)
        sizes = (target_size, rows, *channels, width, embedding_dim)
        if min(sizes) < 1 or width % 2 or len(channels) < 2:
            raise ValueError(
                "Captioner needs positive sizes, an even width and two convolutions or more. "
                f"Received: sizes {sizes}, channels {channels}."
            )
        self._settings = {
            "target_size": target_size,
            "rows": rows,
            "channels": list(channels),
            "width": width,
            "embedding_dim": embedding_dim,
            "dropout": dropout,
        }
        self.encoder = ColumnEncoder(rows, channels, width, dropout, name="encoder")
        self.decoder = RecurrentDecoder(
            target_size,
            embedding_dim,
            width,
            1,
            "gru",
            "additive",
            1,
            False,
            dropout,
            name="decoder",
        )
        self.built = True

    def call(self, inputs, training=None):
        """Returns logits `(B, T, V)` for `(strips, mask, decoder_input)`."""
        strips, mask, decoder_input = inputs
        return self.decode(self.encode(strips, mask, training), decoder_input, training)

    def encode(self, source: Any, source_mask: Any, training: bool | None = None) -> dict:
        """Looks at the strips; in which language they will be said makes no difference.

        Args:
            source: `(B, S, F)` columns of pixels, float.
            source_mask: `(B, S)` bool, True = keep.
            training: Whether dropout acts.

        Returns:
            The memory: "initial", the decoder's first state; "states" and "keys"
            `(B, S / 4, D)`; their "mask"; and "pixels", the mask of the columns of pixels.
        """
        source_mask = ops.convert_to_tensor(source_mask)
        looks, order, last, mask = self.encoder(source, source_mask, training=training)
        return {
            "initial": {"0": {"h": last}},
            "states": looks,
            "keys": self.decoder.attention.project(order),
            "mask": mask,
            "pixels": source_mask,
        }

    def decode(self, memory: dict, decoder_input: Any, training: bool | None = None) -> Any:
        """Scores every next token of given targets (teacher forcing).

        Args:
            memory: What `encode` returned.
            decoder_input: `(B, T)` ids, int32, a language's tag first.
            training: Whether dropout acts.

        Returns:
            Logits `(B, T, V)`; those at t are of the token after `decoder_input[:, t]`.
        """
        return self.decoder(decoder_input, memory, training=training)

    def start(self, memory: dict, max_steps: int) -> dict:
        """Returns the state before the first step.

        Args:
            memory: What `encode` returned.
            max_steps: Steps that will be taken at most; the state needs no room for them.

        Returns:
            A nest of tensors, each with a leading axis B, of shapes that no step changes;
            "attention" `(B, S)` is the last step's weights.
        """
        state = {name: memory[name] for name in ("states", "keys", "mask", "pixels")}
        nowhere = ops.zeros_like(memory["pixels"], memory["states"].dtype)
        return {"cells": memory["initial"], **state, "attention": nowhere}

    def once(self) -> Any:
        """Returns what each `step` computes of the weights alone, so that a search does it once."""
        return self.decoder.ready()

    def step(self, tokens: Any, state: dict, once: Any = None) -> tuple[Any, dict]:
        """Takes one step.

        Args:
            tokens: `(B,)` ids of the last tokens, int32; a language's tag at first.
            state: What `start` or the last `step` returned; of what is `shared`, also a row for
                several tokens that stand side by side.
            once: What `once` returned, or None to compute it here.

        Returns:
            Logits `(B, V)` of the next token, and the state after it. The weight of a column is
            shared evenly by the columns of pixels that it was pooled from.
        """
        logits, cells, weights = self.decoder.advance(tokens, state, once)
        shared = spread(weights, state["pixels"])
        return logits, {**state, "cells": cells, "attention": shared}

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}


def spread(weights: Any, mask: Any) -> Any:
    """Shares each column's weight among the columns of pixels that it was pooled from.

    Args:
        weights: `(B, S / 4)`, rounded up.
        mask: `(B, S)` bool, True = keep.

    Returns:
        `(B, S)`, of the same sum a row, exactly 0 where nothing is kept.
    """
    kept = ops.cast(mask, weights.dtype)
    steps, columns = ops.shape(mask)[1], ops.shape(weights)[1]
    whole = ops.pad(kept, ((0, 0), (0, columns * STRIDE - steps)))
    counts = ops.sum(ops.reshape(whole, (ops.shape(mask)[0], columns, STRIDE)), axis=-1)
    shares = weights / ops.maximum(counts, 1.0)
    return ops.repeat(shares, STRIDE, axis=1)[:, :steps] * kept
