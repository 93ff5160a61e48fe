"""The pointer-generator: an encoder-decoder that may copy tokens of its source."""

from typing import Any

import keras
from keras import ops

from seqtut.layers.recurrence import Unread
from seqtut.models.recurrent_decoder import by_example, one_by_one
from seqtut.models.seq2seq import Seq2Seq

# Keeps the log of a probability finite where float32 has run out of small numbers.
_TINY = 1e-20


@keras.saving.register_keras_serializable(package="seqtut")
class PointerGenerator(Seq2Seq):
    """A `Seq2Seq` with attention whose next token is generated or copied, as a gate decides.

    Source and target share one vocabulary. What is returned in the place of logits are the logs of
    the mixture's probabilities, `p_gen P(w) + (1 - p_gen)` times the attention on all places of
    the source that hold `w`. They are logits of that distribution, so that decoding and
    `training.token_loss` take them as they are.

    Args:
        source_size: `V`, vocabulary of source and target, the special tokens included.
        target_size: The same again.
        **settings: As of `Seq2Seq`; attention is "additive" or "dot", above all the layers.

    Call args:
        inputs: `(source, source_mask, decoder_input)`: ids `(B, S)` int32, bool `(B, S)` with
            True = keep, ids `(B, T)` int32.

    Returns:
        Log-probabilities `(B, T, V)`, float.

    Raises:
        ValueError: If the two sizes differ, there is no attention or a layer above it, or as
            `Seq2Seq` does.

    Source: See et al. (2017), without their coverage.
    Equation: eq-copy-mixture
    """

    shared = ("states", "mask", "keys", "source")

    def __init__(self, source_size: int, target_size: int, **settings: Any):
        super().__init__(source_size, target_size, **settings)
        kept = self._settings
        below_all = kept["attend_after"] in (None, kept["decoder_layers"])
        if source_size != target_size or kept["attention"] is None or not below_all:
            raise ValueError(
                "A pointer copies ids of one vocabulary by an attention above all layers. "
                f"Received: sizes {source_size} and {target_size}, attention "
                f"{kept['attention']!r}, attend_after={kept['attend_after']}."
            )
        self.gate = keras.layers.Dense(1, name="gate")
        self.gate.build((None, 2 * kept["width"] + kept["embedding_dim"]))

    def encode(self, source: Any, source_mask: Any, training: bool | None = None) -> dict:
        """Reads the source, as `Seq2Seq` does, and keeps its ids.

        Args:
            source: `(B, S)` ids, int32.
            source_mask: `(B, S)` bool, True = keep.
            training: Whether dropout acts.

        Returns:
            The memory, with the ids as "source" `(B, S)`.
        """
        memory = super().encode(source, source_mask, training)
        return {**memory, "source": ops.convert_to_tensor(source, dtype="int32")}

    def decode(self, memory: dict, decoder_input: Any, training: bool | None = None) -> Any:
        """Scores every next token of given targets (teacher forcing).

        Args:
            memory: What `encode` returned.
            decoder_input: `(B, T)` ids, int32, the begin token first.
            training: Whether dropout acts.

        Returns:
            Log-probabilities `(B, T, V)`; those at t are of the token after
            `decoder_input[:, t]`.
        """
        read = self.decoder.embedding(decoder_input)
        states = self.decoder.through(read, memory, self.decoder.below, training)
        return self._mixture(read, states, memory, training)[0]

    def start(self, memory: dict, max_steps: int) -> dict:
        """Returns the state before the first step, as `Seq2Seq` does, and what came of the gate.

        Args:
            memory: What `encode` returned.
            max_steps: Steps that will be taken at most.

        Returns:
            A nest of tensors. "generates" `(B,)` is the last step's `p_gen`.
        """
        state = super().start(memory, max_steps)
        del state["values"]  # the gate reads what was found itself
        nothing = ops.zeros_like(state["attention"][:, 0])
        return {**state, "source": memory["source"], "generates": nothing}

    def step(self, tokens: Any, state: dict, once: Any = None) -> tuple[Any, dict]:
        """Takes one step.

        Args:
            tokens: `(B,)` ids of the last tokens, int32; the begin token at first.
            state: What `start` or the last `step` returned; of what is `shared`, also a row for
                several tokens that stand side by side.
            once: What `once` returned, or None to compute it here.

        Returns:
            Log-probabilities `(B, V)` of the next token, and the state after it.
        """
        read = self.decoder.embedding(tokens)
        output, cells = self.decoder.through_cells(
            Unread(tokens, self.decoder.embedding), state["cells"], self.decoder.below, once
        )
        found = self._mixture(by_example(read, state), by_example(output, state), state)
        mixture, weights, gate = map(one_by_one, found)
        return mixture, {**state, "cells": cells, "attention": weights, "generates": gate[:, 0]}

    def _mixture(
        self, read: Any, states: Any, memory: dict, training: bool | None = None
    ) -> tuple[Any, Any, Any]:
        """Returns log-probabilities `(B, T, V)`, weights `(B, T, S)` and the gate `(B, T, 1)`."""
        joined, weights = self.decoder.look(states, memory)
        gate = ops.sigmoid(self.gate(ops.concatenate([joined, read], axis=-1)))
        found = joined
        if self.decoder.combine is not None:
            found = self.decoder.combine(self.decoder.dropout(found, training=training))
        generated = ops.softmax(self.decoder.read_out(found, training))
        copied = by_token(weights, memory["source"], self._settings["target_size"])
        return ops.log(gate * generated + (1 - gate) * copied + _TINY), weights, gate


def by_token(weights: Any, source: Any, size: int) -> Any:
    """Adds up the weights of all places of the source that hold the same token.

    Args:
        weights: `(B, T, S)`.
        source: `(B, S)` ids, int32.
        size: `V`, ids that there are.

    Returns:
        `(B, T, V)`. Added place by place: a matrix product would need `(B, S, V)` numbers.
    """
    batch, steps, places = ops.shape(weights)
    rows = ops.broadcast_to(ops.arange(batch, dtype="int32")[:, None], (batch, places))
    indices = ops.reshape(ops.stack([rows, source], axis=-1), (-1, 2))
    added = ops.reshape(ops.transpose(weights, (0, 2, 1)), (-1, steps))
    return ops.transpose(ops.scatter(indices, added, (batch, size, steps)), (0, 2, 1))
