"""The first half of `Seq2Seq`: a recurrent encoder."""

from typing import Any

import keras
from keras import ops

from seqtut.layers.recurrence import Unread
from seqtut.models.cells import CELLS, dropped, embedding, recurrent, run


class RecurrentEncoder(keras.layers.Layer):
    """Reads a source sequence into a state for each token and one for the whole.

    A padded step leaves the state as it was, so that the last state is the one at each example's
    own end. The backward direction meets the pads first: they leave its state at zero, so it starts
    at each example's own end too.

    Args:
        size: `V`, source vocabulary.
        embedding_dim: Width of a token's vector.
        width: `D`, width of a token's state; a direction has half of it if there are two.
        layers: Recurrent layers.
        cell: "lstm" or "gru".
        bidirectional: Whether each layer also reads from the end.
        dropout: Share of numbers dropped from each layer's input, in training.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        source: `(B, S)` ids, int32.
        source_mask: `(B, S)` bool, True = keep.

    Returns:
        The states `(B, S, D)`, meaningless at pads, and the final state of each layer: a dict from
        "0", "1" ... to a dict of `(B, D)` by name ("h", and "c" for an LSTM).
    """

    def __init__(
        self,
        size: int,
        embedding_dim: int,
        width: int,
        layers: int,
        cell: str,
        bidirectional: bool,
        dropout: float,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.names = CELLS[cell][1]
        self.embedding = embedding(size, embedding_dim)
        self.dropout = keras.layers.Dropout(dropout)
        widths = [embedding_dim] + [width] * (layers - 1)
        part = width // 2 if bidirectional else width
        self.forwards = [recurrent(cell, inputs, part) for inputs in widths]
        self.backwards = [
            recurrent(cell, inputs, part, go_backwards=True) if bidirectional else None
            for inputs in widths
        ]
        self.built = True

    def call(self, source, source_mask, training=None):
        """Returns states `(B, S, D)` and each layer's final state."""
        states = Unread(source, self.embedding)
        finals = {}
        for number, pair in enumerate(zip(self.forwards, self.backwards, strict=True)):
            states = dropped(self.dropout, states, training)
            found, final = run(pair[0], states, source_mask, training=training)
            if pair[1] is not None:
                reverse, last = run(pair[1], states, source_mask, training=training)
                found = ops.concatenate([found, reverse], axis=-1)
                final = [ops.concatenate(two, axis=-1) for two in zip(final, last, strict=True)]
            states = found
            finals[str(number)] = dict(zip(self.names, final, strict=True))
        return states, finals
