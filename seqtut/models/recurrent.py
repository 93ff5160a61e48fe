"""The two halves of `Seq2Seq`: a recurrent encoder and a recurrent decoder with attention."""

from typing import Any

import keras
from keras import ops

from seqtut.layers import AdditiveAttention, DotAttention, TiedLogits

# What each kind of cell carries from step to step, in the order in which Keras's cells take it.
CELLS = {"lstm": (keras.layers.LSTM, ("h", "c")), "gru": (keras.layers.GRU, ("h",))}


def _embedding(size: int, width: int) -> keras.layers.Embedding:
    layer = keras.layers.Embedding(size, width, name="embedding")
    layer.build(None)
    return layer


def _recurrence(cell: str, inputs: int, width: int, **settings: Any) -> keras.layers.Layer:
    layer = CELLS[cell][0](width, return_sequences=True, return_state=True, **settings)
    layer.build((None, None, inputs))
    return layer


def _dense(inputs: int, width: int, activation: str | None, name: str) -> keras.layers.Dense:
    layer = keras.layers.Dense(width, activation, name=name)
    layer.build((None, inputs))
    return layer


class RecurrentEncoder(keras.layers.Layer):
    """Reads a source sequence into a state for each token and one for the whole.

    A padded step leaves the state as it was, so that the last state is the one at each example's
    own end. The backward direction reads the flipped sequence, pads first: they leave its state at
    zero, so it starts at each example's own end too. Keras's own masks do both. They keep the
    compiled loop over whole sequences and cost about 7 % of an LSTM's training step at width 256
    and batch 256. Running unmasked and picking the state at the last token would cost 10 %, since
    an LSTM then has to tell its cell state at every step.

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
        self.embedding = _embedding(size, embedding_dim)
        self.dropout = keras.layers.Dropout(dropout)
        widths = [embedding_dim] + [width] * (layers - 1)
        part = width // 2 if bidirectional else width
        self.forwards = [_recurrence(cell, inputs, part) for inputs in widths]
        self.backwards = [
            _recurrence(cell, inputs, part, go_backwards=True) if bidirectional else None
            for inputs in widths
        ]
        self.built = True

    def call(self, source, source_mask, training=None):
        """Returns states `(B, S, D)` and each layer's final state."""
        states = self.embedding(source)
        finals = {}
        for number, pair in enumerate(zip(self.forwards, self.backwards, strict=True)):
            states = self.dropout(states, training=training)
            found, *final = pair[0](states, mask=source_mask, training=training)
            if pair[1] is not None:
                reverse, *last = pair[1](states, mask=source_mask, training=training)
                found = ops.concatenate([found, ops.flip(reverse, axis=1)], axis=-1)
                final = [ops.concatenate(two, axis=-1) for two in zip(final, last, strict=True)]
            states = found
            finals[str(number)] = dict(zip(self.names, final, strict=True))
        return states, finals


class RecurrentDecoder(keras.layers.Layer):
    """Predicts each target token from those before it and what it attends to in the source.

    Attention looks from the top layer's state at a step, after the step, as in Luong et al.
    (2015). No state depends on what was attended to, so in training the recurrence runs over the
    whole target first and one matrix product then attends for all its steps.

    Args:
        size: `V`, target vocabulary.
        embedding_dim: Width of a token's vector.
        width: `D`, width of a state.
        layers: Recurrent layers.
        cell: "lstm" or "gru".
        attention: "additive", "dot" or None.
        tied: Whether a token is scored by its own embedding.
        dropout: Share of numbers dropped from each layer's input, in training.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        decoder_input: `(B, T)` ids, int32, the begin token first.
        memory: What `Seq2Seq.encode` returned.

    Returns:
        Logits `(B, T, V)`.
    """

    def __init__(
        self,
        size: int,
        embedding_dim: int,
        width: int,
        layers: int,
        cell: str,
        attention: str | None,
        tied: bool,
        dropout: float,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.names = CELLS[cell][1]
        self.embedding = _embedding(size, embedding_dim)
        self.dropout = keras.layers.Dropout(dropout)
        widths = [embedding_dim] + [width] * (layers - 1)
        self.layers = [_recurrence(cell, inputs, width) for inputs in widths]
        self.attention = {
            "additive": lambda: AdditiveAttention(width, width, width, name="attention"),
            "dot": lambda: DotAttention(name="attention"),
            None: lambda: None,
        }[attention]()
        read = embedding_dim if tied else width
        seen = width * 2 if attention else width
        self.combine = _dense(seen, read, "tanh", "combine") if attention or tied else None
        self.logits = TiedLogits(self.embedding) if tied else _dense(read, size, None, "logits")
        self.built = True

    def call(self, decoder_input, memory, training=None):
        """Returns logits `(B, T, V)`."""
        states = self.embedding(decoder_input)
        for number, layer in enumerate(self.layers):
            initial = memory["initial"][str(number)]
            states = self.dropout(states, training=training)
            states = layer(
                states, initial_state=[initial[name] for name in self.names], training=training
            )[0]
        return self.read_out(states, memory, training)[0]

    def read_out(self, states: Any, memory: dict, training: bool | None = None) -> tuple:
        """Scores the vocabulary from the top layer's states.

        Args:
            states: `(B, T, D)` the top layer's states.
            memory: Holds the source's "states", "mask" and, for some attentions, "keys".
            training: Whether dropout acts.

        Returns:
            Logits `(B, T, V)` and the attention's weights `(B, T, S)`, or None without attention.
        """
        weights = None
        if self.attention is not None:
            context, weights = self.attention(
                states, memory["states"], memory["mask"], memory.get("keys")
            )
            states = ops.concatenate([states, context], axis=-1)
        states = self.dropout(states, training=training)
        if self.combine is not None:
            states = self.combine(states)
        return self.logits(states), weights

    def advance(self, tokens: Any, cells: dict) -> tuple[Any, dict]:
        """Takes one step of the recurrence.

        Args:
            tokens: `(B,)` ids of the last tokens, int32.
            cells: State of each layer, as the encoder's final states.

        Returns:
            The top layer's state `(B, D)` and the new `cells`.
        """
        output, after = self.embedding(tokens), {}
        for number, layer in enumerate(self.layers):
            before = [cells[str(number)][name] for name in self.names]
            output, now = layer.cell(output, before)
            after[str(number)] = dict(zip(self.names, now, strict=True))
        return output, after
