"""The recurrent encoder-decoder, with or without attention."""

from typing import Any

import keras
from keras import ops

from seqtut.models.cells import CELLS
from seqtut.models.recurrent import RecurrentEncoder
from seqtut.models.recurrent_decoder import RecurrentDecoder


@keras.saving.register_keras_serializable(package="seqtut")
class Seq2Seq(keras.Model):
    """Reads a sequence with one recurrent network and writes another with a second one.

    The decoder's layers start from the final states of the encoder's top layers. Without
    attention these states are all that the decoder knows of the source.

    Args:
        source_size: Source vocabulary, the special tokens included.
        target_size: `V`, target vocabulary, the special tokens included.
        width: `D`, width of the states, even if the encoder is bidirectional: a direction then has
            half of it.
        embedding_dim: Width of a token's vector; None for `width`.
        layers: Recurrent layers of the encoder.
        decoder_layers: Recurrent layers of the decoder, at most `layers`; None for as many.
        cell: "lstm", or "gru" in Keras's variant (`reset_after=True`).
        bidirectional: Whether the encoder also reads from the end.
        attention: "additive" (Bahdanau's score), "dot" (not scaled), or None.
        attend_after: Layers of the decoder below the attention, the others reading what it found;
            None for all.
        tied: Whether the decoder scores a token by its own embedding.
        dropout: Share of numbers dropped between layers in training, in [0, 1).
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(source, source_mask, decoder_input)`: ids `(B, S)` int32, bool `(B, S)` with
            True = keep, ids `(B, T)` int32.

    Returns:
        Logits `(B, T, V)`, float.

    Raises:
        ValueError: If a setting is not one of those above.

    Source: Sutskever et al. (2014); Luong et al. (2015); Bahdanau et al. (2015); Wu et al. (2016)
    for attention below the top layer.
    """

    # What all prefixes of a source have in common in a state, as `decoding.beam_search` asks for.
    shared = ("states", "mask", "keys", "values")

    def __init__(
        self,
        source_size: int,
        target_size: int,
        width: int = 256,
        embedding_dim: int | None = None,
        layers: int = 1,
        decoder_layers: int | None = None,
        cell: str = "lstm",
        bidirectional: bool = False,
        attention: str | None = "dot",
        attend_after: int | None = None,
        tied: bool = False,
        dropout: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self._settings = {
            "source_size": source_size,
            "target_size": target_size,
            "width": width,
            "embedding_dim": embedding_dim or width,
            "layers": layers,
            "decoder_layers": layers if decoder_layers is None else decoder_layers,
            "cell": cell,
            "bidirectional": bidirectional,
            "attention": attention,
            "attend_after": attend_after,
            "tied": tied,
            "dropout": dropout,
        }
        embedding_dim, decoder_layers = (
            self._settings[name] for name in ("embedding_dim", "decoder_layers")
        )
        _refuse_unknown(self._settings)
        self._skipped = layers - decoder_layers
        self.encoder = RecurrentEncoder(
            source_size, embedding_dim, width, layers, cell, bidirectional, dropout, name="encoder"
        )
        self.decoder = RecurrentDecoder(
            target_size,
            embedding_dim,
            width,
            decoder_layers,
            cell,
            attention,
            decoder_layers if attend_after is None else attend_after,
            tied,
            dropout,
            name="decoder",
        )
        self.built = True

    def call(self, inputs, training=None):
        """Returns logits `(B, T, V)` for `(source, source_mask, decoder_input)`."""
        source, source_mask, decoder_input = inputs
        memory = self.encode(source, source_mask, training)
        return self.decode(memory, decoder_input, training)

    def encode(self, source: Any, source_mask: Any, training: bool | None = None) -> dict:
        """Reads the source.

        Args:
            source: `(B, S)` ids, int32.
            source_mask: `(B, S)` bool, True = keep.
            training: Whether dropout acts.

        Returns:
            The memory: "initial", the decoder's first state a layer, and with attention "states"
            `(B, S, D)`, "mask" `(B, S)` and, if additive, "keys" `(B, S, D)`.
        """
        states, finals = self.encoder(source, source_mask, training=training)
        top = range(self._skipped, len(finals))
        memory = {"initial": {str(n): finals[str(m)] for n, m in enumerate(top)}}
        attention = self.decoder.attention
        if attention is not None:
            memory |= {"states": states, "mask": ops.convert_to_tensor(source_mask)}
            keys = attention.project(states)
            if keys is not None:
                memory["keys"] = keys
        return memory

    def decode(self, memory: dict, decoder_input: Any, training: bool | None = None) -> Any:
        """Scores every next token of given targets (teacher forcing).

        Args:
            memory: What `encode` returned.
            decoder_input: `(B, T)` ids, int32, the begin token first.
            training: Whether dropout acts.

        Returns:
            Logits `(B, T, V)`; those at t are of the token after `decoder_input[:, t]`.
        """
        return self.decoder(decoder_input, memory, training=training)

    def start(self, memory: dict, max_steps: int) -> dict:
        """Returns the state before the first step.

        Args:
            memory: What `encode` returned.
            max_steps: Steps that will be taken at most; a recurrent state needs no room for them.

        Returns:
            A nest of tensors, each with a leading axis B, of shapes that no step changes. With
            attention, "attention" `(B, S)` is the last step's weights, and "values" `(B, S, ...)`
            is made of "states": change neither alone.
        """
        state = {"cells": memory["initial"]}
        if self.decoder.attention is not None:
            state |= {name: memory[name] for name in ("states", "mask", "keys") if name in memory}
            state["values"] = self.decoder.values(memory["states"])
            state["attention"] = ops.zeros_like(memory["states"][:, :, 0])
        return state

    def once(self) -> Any:
        """Returns what each `step` computes of the weights alone, so that a search does it once."""
        return self.decoder.ready()

    def step(self, tokens: Any, state: dict, once: Any = None) -> tuple[Any, dict]:
        """Takes one step.

        Args:
            tokens: `(B,)` ids of the last tokens, int32; the begin token at first.
            state: What `start` or the last `step` returned; of what is `shared`, also a row for
                several tokens that stand side by side.
            once: What `once` returned, or None to compute it here.

        Returns:
            Logits `(B, V)` of the next token, and the state after it.
        """
        logits, cells, weights = self.decoder.advance(tokens, state, once)
        after = {**state, "cells": cells}
        if weights is not None:
            after["attention"] = weights
        return logits, after

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}


def _refuse_unknown(settings: dict[str, Any]) -> None:
    sizes = [v for v in settings.values() if isinstance(v, int) and not isinstance(v, bool)]
    if min(sizes) < 1:
        raise ValueError(f"Seq2Seq needs positive sizes. Received: {settings}.")
    if settings["cell"] not in CELLS:
        raise ValueError(f"A cell is 'lstm' or 'gru'. Received: {settings['cell']!r}.")
    if settings["attention"] not in ("additive", "dot", None):
        raise ValueError(
            f"Attention is 'additive', 'dot' or None. Received: {settings['attention']!r}."
        )
    if settings["bidirectional"] and settings["width"] % 2:
        raise ValueError(
            "Two directions share the width between them. Received: the odd width "
            f"{settings['width']}. Choose an even one."
        )
    if settings["decoder_layers"] > settings["layers"]:
        raise ValueError(
            "Each layer of the decoder starts from one of the encoder's. Received: "
            f"{settings['decoder_layers']} for {settings['layers']}. Give the encoder as many."
        )
    after = settings["attend_after"]
    if after is not None and (settings["attention"] is None or after > settings["decoder_layers"]):
        raise ValueError(
            "attend_after counts those of the decoder's layers that are below its attention. "
            f"Received: {after}, with {settings['decoder_layers']} layers and attention "
            f"{settings['attention']!r}. Give it at most as many layers, or leave it None."
        )
