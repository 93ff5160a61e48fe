"""The second half of `Seq2Seq`: a recurrent decoder with attention."""

from typing import Any

import keras
from keras import ops

from seqtut.layers import AdditiveAttention, DotAttention, TiedLogits
from seqtut.layers.recurrence import Unread
from seqtut.models.cells import CELLS, dropped, embedding, ready, recurrent, run, step


def _dense(inputs: int, width: int, activation: str | None, name: str) -> keras.layers.Dense:
    layer = keras.layers.Dense(width, activation, name=name)
    layer.build((None, inputs))
    return layer


class RecurrentDecoder(keras.layers.Layer):
    """Predicts each target token from those before it and what it attends to in the source.

    Attention looks from a layer's state at a step, after the step, as in Luong et al. (2015). That
    layer's state does not depend on what was attended to, so in training its recurrence runs over
    the whole target first and one matrix product then attends for all steps. Layers above the
    attention read what it found, at this step and, through their state, at all earlier ones.

    Args:
        size: `V`, target vocabulary.
        embedding_dim: Width of a token's vector.
        width: `D`, width of a state.
        layers: Recurrent layers.
        cell: "lstm" or "gru".
        attention: "additive", "dot" or None.
        attend_after: Layers below the attention, at least one.
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
        attend_after: int,
        tied: bool,
        dropout: float,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.names = CELLS[cell][1]
        self.embedding = embedding(size, embedding_dim)
        self.dropout = keras.layers.Dropout(dropout)
        widths = [embedding_dim] + [width] * (layers - 1)
        self.layers = [recurrent(cell, inputs, width) for inputs in widths]
        self.below, self.above = range(attend_after), range(attend_after, layers)
        self.attention = {
            "additive": lambda: AdditiveAttention(width, width, width, name="attention"),
            "dot": lambda: DotAttention(name="attention"),
            None: lambda: None,
        }[attention]()
        read = embedding_dim if tied else width
        seen = width * 2 if attention else width
        found = width if self.above else read
        self.combine = _dense(seen, found, "tanh", "combine") if attention or tied else None
        self.narrow = _dense(width, read, "tanh", "narrow") if tied and self.above else None
        self.logits = TiedLogits(self.embedding) if tied else _dense(read, size, None, "logits")
        self.built = True

    def call(self, decoder_input, memory, training=None):
        """Returns logits `(B, T, V)`."""
        states = Unread(decoder_input, self.embedding)
        states = self.through(states, memory, self.below, training)
        states, _ = self.attend(states, memory, training)
        return self.read_out(self.through(states, memory, self.above, training), training)

    def through(
        self, states: Any, memory: dict, numbers: range, training: bool | None = None
    ) -> Any:
        """Runs layers over a whole target.

        Args:
            states: What the first of them reads, `(B, T, ...)` or `Unread`.
            memory: Holds the state that each layer starts from as "initial".
            numbers: Which layers.
            training: Whether dropout acts.

        Returns:
            The last one's states, `(B, T, D)`, or `states` if there is none.
        """
        for number in numbers:
            initial = [memory["initial"][str(number)][name] for name in self.names]
            states = dropped(self.dropout, states, training)
            states, _ = run(self.layers[number], states, initial=initial, training=training)
        return states

    def through_cells(
        self, output: Any, before: dict, numbers: range, given: list | None = None
    ) -> tuple[Any, dict]:
        """Takes one step of layers.

        Args:
            output: What the first of them reads, `(B, ...)` or `Unread`.
            before: The state of each layer, as `start` of the model gives it.
            numbers: Which layers.
            given: What `ready` returned, or None to compute what is wanted of it here.

        Returns:
            The last one's output `(B, D)`, or `output` if there is none, and their new states.
        """
        cells = {}
        for number in numbers:
            held = [before[str(number)][name] for name in self.names]
            known = None if given is None else given[number]
            output, now = step(self.layers[number], output, held, known)
            cells[str(number)] = dict(zip(self.names, now, strict=True))
        return output, cells

    def attend(self, states: Any, memory: dict, training: bool | None = None) -> tuple:
        """Joins states with what they attend to.

        Args:
            states: `(B, T, D)` the states of the layer below the attention.
            memory: Holds the source's "states", "mask" and, for some attentions, "keys".
            training: Whether dropout acts.

        Returns:
            What the next layer reads, `(B, T, ...)`, and the attention's weights `(B, T, S)`, or
            None without attention.
        """
        states, weights = self.look(states, memory)
        if self.combine is not None:
            states = self.combine(self.dropout(states, training=training))
        return states, weights

    def look(self, states: Any, memory: dict) -> tuple:
        """Attends to the source.

        Args:
            states: `(B, T, D)` the states of the layer below the attention.
            memory: Holds the source's "states", "mask" and, for some attentions, "keys".

        Returns:
            The states with what was found behind them, `(B, T, 2 * D)`, and the weights `(B, T,
            S)`; without attention, the states alone and None.
        """
        if self.attention is None:
            return states, None
        context, weights = self.attention(
            states, memory["states"], memory["mask"], memory.get("keys")
        )
        return ops.concatenate([states, context], axis=-1), weights

    def values(self, states: Any) -> Any:
        """Returns the part that each source state has in `attend`, `(B, S, ...)`, before the sum.

        Weighing is linear, so a source's states can be multiplied before it, once for all steps.

        Args:
            states: `(B, S, D)` the source's.
        """
        kernel = ops.cast(self.combine.kernel, states.dtype)
        return ops.matmul(states, kernel[-states.shape[-1] :])

    def attend_to_values(self, states: Any, memory: dict) -> tuple:
        """Returns what `attend` does without dropout, up to rounding, from weighed `values`.

        Args:
            states: `(B, T, D)` the states of the layer below the attention.
            memory: As of `attend`, and "values" `(B, S, ...)`.
        """
        source = (memory[name] for name in ("states", "mask"))
        found, weights = self.attention(states, *source, memory.get("keys"), memory["values"])
        kernel, bias = (ops.cast(w, states.dtype) for w in self.combine.weights)
        own = ops.matmul(states, kernel[: states.shape[-1]])
        return self.combine.activation(own + found + bias), weights

    def read_out(self, states: Any, training: bool | None = None) -> Any:
        """Scores the vocabulary.

        Args:
            states: `(B, T, ...)` what `attend` returned, or the top layer's states above it.
            training: Whether dropout acts.

        Returns:
            Logits `(B, T, V)`.
        """
        if self.above or self.combine is None:
            states = self.dropout(states, training=training)
        return self.logits(states if self.narrow is None else self.narrow(states))

    def ready(self) -> list:
        """Returns for each layer what its steps need of the weights alone, or None."""
        embeddings = [self.embedding, *[None] * (len(self.layers) - 1)]
        return [ready(*pair) for pair in zip(self.layers, embeddings, strict=True)]

    def advance(self, tokens: Any, state: dict, given: list | None = None) -> tuple[Any, dict, Any]:
        """Takes one step.

        Args:
            tokens: `(B,)` ids of the last tokens, int32; or of several prefixes an example, side
                by side, as many for each.
            state: What `Seq2Seq.start` or the last step returned, its "cells" a row a token. What
                is attended to has a row an example.
            given: What `ready` returned, or None to compute what is wanted of it here.

        Returns:
            Logits `(B, V)`, the new "cells" of the state, and the attention's weights `(B, S)` or
            None without attention.
        """
        read, before = Unread(tokens, self.embedding), state["cells"]
        output, cells = self.through_cells(read, before, self.below, given)
        attend = self.attend_to_values if "values" in state else self.attend
        output, weights = attend(by_example(output, state), state)
        output, weights = one_by_one(output), None if weights is None else one_by_one(weights)
        output, more = self.through_cells(output, before, self.above, given)
        return self.read_out(output), cells | more, weights


def by_example(rows: Any, memory: dict) -> Any:
    """Returns what is said of prefixes, `(R, N)`, as `(B, R / B, N)`, for the examples attended to.

    Args:
        rows: `(R, N)`, those of an example side by side.
        memory: Holds "states" `(B, S, D)`; without, each row is an example.
    """
    if "states" not in memory:
        return rows[:, None]
    return ops.reshape(rows, (ops.shape(memory["states"])[0], -1, rows.shape[-1]))


def one_by_one(grouped: Any) -> Any:
    """Returns `(B, W, N)` as `(B * W, N)`."""
    return ops.reshape(grouped, (-1, ops.shape(grouped)[-1]))
