"""The Transformer: an encoder-decoder of attention alone."""

from typing import Any

import keras
from keras import ops

from seqtut.models.stacks import Tokens, TransformerDecoder, TransformerEncoder


@keras.saving.register_keras_serializable(package="seqtut")
class Transformer(keras.Model):
    """Reads a sequence and writes another, every step by attention (pre-norm).

    Positions are counted from the front: pads come after the tokens.

    Args:
        source_size: Source vocabulary, the special tokens included.
        target_size: `V`, target vocabulary, the special tokens included.
        width: `D`, width of the states and of a token's vector.
        layers: Blocks of the encoder, and of the decoder.
        heads: `H`, heads of each attention; they divide `width`.
        hidden: Width between a block's two dense layers; None for `4 * width`.
        positions: "sinusoidal" or "learned".
        max_length: The longest sequence that learned positions reach.
        tied: Whether the decoder scores a token by its own embedding.
        dropout: Share of numbers dropped in training, in [0, 1).
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(source, source_mask, decoder_input)`: ids `(B, S)` int32, bool `(B, S)` with
            True = keep, ids `(B, T)` int32.

    Returns:
        Logits `(B, T, V)`, float.

    Raises:
        ValueError: If a setting is not one of those above.

    Source: Vaswani et al. (2017); Xiong et al. (2020) for the order of the normalisation.
    """

    # What all prefixes of a source have in common in a state, as `decoding.beam_search` asks for.
    shared = ("source_keys", "source_values", "mask")
    once = None

    def __init__(
        self,
        source_size: int,
        target_size: int,
        width: int = 128,
        layers: int = 2,
        heads: int = 4,
        hidden: int | None = None,
        positions: str = "sinusoidal",
        max_length: int = 256,
        tied: bool = False,
        dropout: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self._settings = {
            "source_size": source_size,
            "target_size": target_size,
            "width": width,
            "layers": layers,
            "heads": heads,
            "hidden": 4 * width if hidden is None else hidden,
            "positions": positions,
            "max_length": max_length,
            "tied": tied,
            "dropout": dropout,
        }
        _refuse_unknown(self._settings)
        block = {name: self._settings[name] for name in ("width", "heads", "hidden", "dropout")}
        places = (width, positions, max_length, dropout)
        self.encoder = TransformerEncoder(
            Tokens(source_size, *places), layers, block, name="encoder"
        )
        self.decoder = TransformerDecoder(
            target_size, Tokens(target_size, *places), layers, block, tied, name="decoder"
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
            The memory: "states" `(B, S, D)` and "mask" `(B, S)`.
        """
        source_mask = ops.convert_to_tensor(source_mask)
        states = self.encoder(source, source_mask, training=training)
        return {"states": states, "mask": source_mask}

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
        """Returns the state before the first step, with room for the target's keys and values.

        Args:
            memory: What `encode` returned.
            max_steps: Steps that will be taken at most.

        Returns:
            A nest of tensors, each with a leading axis B, of shapes that no step changes.
            "attention" `(B, S)` is the last block's weights on the source at the last step, the
            mean over its heads.

        Raises:
            ValueError: If learned positions do not reach so far.
        """
        nothing = ops.zeros_like(memory["states"][:, :, 0])
        return {
            "layers": self.decoder.hold(memory, max_steps),
            "mask": memory["mask"],
            "position": ops.zeros_like(nothing[:, 0], dtype="int32"),
            "attention": nothing,
        }

    def step(self, tokens: Any, state: dict) -> tuple[Any, dict]:
        """Takes one step.

        Args:
            tokens: `(B,)` ids of the last tokens, int32; the begin token at first.
            state: What `start` or the last `step` returned; of what is `shared`, also a row for
                several tokens that stand side by side.

        Returns:
            Logits `(B, V)` of the next token, and the state after it.
        """
        logits, layers, weights = self.decoder.advance(
            tokens, state["layers"], state["position"], state["mask"]
        )
        after = {
            "layers": layers,
            "mask": state["mask"],
            "position": state["position"] + 1,
            "attention": weights,
        }
        return logits, after

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}


def _refuse_unknown(settings: dict[str, Any]) -> None:
    sizes = [v for v in settings.values() if isinstance(v, int) and not isinstance(v, bool)]
    if min(sizes) < 1:
        raise ValueError(f"Transformer needs positive sizes. Received: {settings}.")
    if settings["positions"] not in ("sinusoidal", "learned"):
        raise ValueError(
            f"Positions are 'sinusoidal' or 'learned'. Received: {settings['positions']!r}."
        )
