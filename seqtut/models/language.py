"""A language model: the decoder alone, which goes on with whatever it was given."""

from typing import Any

import keras
from keras import ops

from seqtut.layers import TiedLogits
from seqtut.models.blocks import Block, normalisation, written
from seqtut.models.stacks import Tokens
from seqtut.text import BEGIN


@keras.saving.register_keras_serializable(package="seqtut")
class LanguageModel(keras.Model):
    """Predicts each token of a text from those before it, by self-attention (pre-norm).

    It has the interface of the models that read a source. Its source is a prompt, the beginning of
    the text: what is decoded goes on where the prompt ends. An empty prompt is a mask that keeps
    nothing. Prompt and continuation are one sequence that starts with BEGIN, and no token is
    treated differently for being given. Only the first step differs: it is fed BEGIN, as decoding
    does, and reads the prompt's last token in its place.

    Args:
        size: `V`, vocabulary, the special tokens included; it scores a token by its own embedding.
        width: `D`, width of the states and of a token's vector.
        layers: Blocks.
        heads: `H`, heads of each attention; they divide `width`.
        hidden: Width between a block's two dense layers; None for `4 * width`.
        positions: "sinusoidal" or "learned".
        max_length: The longest text that learned positions reach.
        dropout: Share of numbers dropped in training, in [0, 1).
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(prompt, prompt_mask, decoder_input)`: ids `(B, S)` int32, bool `(B, S)` with
            True = keep, ids `(B, T)` int32.

    Returns:
        Logits `(B, T, V)`, float.

    Raises:
        ValueError: If a setting is not one of those above.

    Source: Vaswani et al. (2017), their decoder without attention to a source.
    """

    # What all prefixes of a source have in common in a state, as `decoding.beam_search` asks for.
    shared: tuple[str, ...] = ()
    once = None

    def __init__(
        self,
        size: int,
        width: int = 128,
        layers: int = 2,
        heads: int = 4,
        hidden: int | None = None,
        positions: str = "sinusoidal",
        max_length: int = 256,
        dropout: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self._settings = {
            "size": size,
            "width": width,
            "layers": layers,
            "heads": heads,
            "hidden": 4 * width if hidden is None else hidden,
            "positions": positions,
            "max_length": max_length,
            "dropout": dropout,
        }
        _refuse_unknown(self._settings)
        block = {name: self._settings[name] for name in ("width", "heads", "hidden", "dropout")}
        self.tokens = Tokens(size, width, positions, max_length, dropout)
        self.blocks = [Block(**block, crosses=False) for _ in range(layers)]
        self.norm = normalisation(width)
        self.logits = TiedLogits(self.tokens.embedding)
        self.built = True

    def call(self, inputs, training=None):
        """Returns logits `(B, T, V)` for `(prompt, prompt_mask, decoder_input)`."""
        prompt, prompt_mask, decoder_input = inputs
        return self.decode(self.encode(prompt, prompt_mask, training), decoder_input, training)

    def encode(self, source: Any, source_mask: Any, training: bool | None = None) -> dict:
        """Reads a prompt, up to its last token, which is left for the first step.

        Args:
            source: `(B, S)` ids of the prompt, int32, without BEGIN.
            source_mask: `(B, S)` bool, True = keep; pads come after the tokens.
            training: Whether dropout acts.

        Returns:
            The memory: "mask" `(B, S)`, which of BEGIN and the tokens after it were read, "last"
            and "length" `(B,)`, the token that was not, and how many were, and in "layers" for
            each block its "keys" and "values" `(B, H, S, D / H)`.
        """
        source_mask = ops.convert_to_tensor(source_mask)
        source = ops.where(source_mask, ops.convert_to_tensor(source, dtype="int32"), 0)
        length = ops.sum(ops.cast(source_mask, "int32"), axis=1)
        text = ops.concatenate([ops.full_like(length[:, None], BEGIN), source], axis=1)
        places = ops.arange(ops.shape(source)[1], dtype="int32")
        last = ops.take_along_axis(text, length[:, None], axis=1)[:, 0]
        states = self.tokens(text[:, :-1], places[None], training=training)
        seen = (places[None, :] <= places[:, None])[None] & source_mask[:, None, :]
        layers = {}
        for number, block in enumerate(self.blocks):
            states, keys, values = _attended(block, states, None, seen, training)
            layers[str(number)] = {"keys": keys, "values": values}
        return {"layers": layers, "mask": source_mask, "last": last, "length": length}

    def decode(self, memory: dict, decoder_input: Any, training: bool | None = None) -> Any:
        """Scores every next token of given continuations (teacher forcing).

        Args:
            memory: What `encode` returned.
            decoder_input: `(B, T)` ids, int32, the begin token first.
            training: Whether dropout acts.

        Returns:
            Logits `(B, T, V)`; those at t are of the token after `decoder_input[:, t]`.
        """
        decoder_input = ops.convert_to_tensor(decoder_input, dtype="int32")
        steps = memory["mask"].shape[1], decoder_input.shape[1]
        self.tokens.refuse_longer(None if None in steps else sum(steps))
        places = ops.arange(ops.shape(decoder_input)[1], dtype="int32")
        fed = ops.where(places[None] == 0, memory["last"][:, None], decoder_input)
        states = self.tokens(fed, memory["length"][:, None] + places[None], training=training)
        mask = memory["mask"][:, None, :] & ops.ones_like(places, dtype="bool")[None, :, None]
        earlier = (places[None, :] <= places[:, None])[None]
        earlier = ops.broadcast_to(earlier, (ops.shape(mask)[0], *ops.shape(earlier)[1:]))
        seen = ops.concatenate([mask, earlier], axis=2)
        for number, block in enumerate(self.blocks):
            before = memory["layers"][str(number)]
            states, _, _ = _attended(block, states, before, seen, training)
        return self.logits(self.norm(states))

    def start(self, memory: dict, max_steps: int) -> dict:
        """Returns the state before the first step, with room for the continuation.

        Args:
            memory: What `encode` returned.
            max_steps: `M`, steps that will be taken at most.

        Returns:
            A nest of tensors, each with a leading axis B, of shapes that no step changes. For each
            block "keys" and "values" are `(B, H, S + M, D / H)`.

        Raises:
            ValueError: If learned positions do not reach so far.
        """
        before = memory["mask"].shape[1]
        self.tokens.refuse_longer(None if before is None else before + max_steps)
        room = [[0, 0], [0, 0], [0, max_steps], [0, 0]]
        return {
            "layers": {
                number: {name: ops.pad(held, room) for name, held in layer.items()}
                for number, layer in memory["layers"].items()
            },
            "mask": ops.pad(memory["mask"], [[0, 0], [0, max_steps]], constant_values=False),
            "last": memory["last"],
            "position": memory["length"],
            "place": ops.full_like(memory["length"], ops.shape(memory["mask"])[1]),
        }

    def step(self, tokens: Any, state: dict) -> tuple[Any, dict]:
        """Takes one step.

        Args:
            tokens: `(B,)` ids of the last tokens, int32; the begin token at first.
            state: What `start` or the last `step` returned.

        Returns:
            Logits `(B, V)` of the next token, and the state after it.
        """
        tokens = ops.where(state["last"] >= 0, state["last"], ops.cast(tokens, "int32"))
        states = self.tokens(tokens[:, None], state["position"][:, None])
        places = ops.arange(ops.shape(state["mask"])[1], dtype="int32")
        here = places[None] == state["place"][:, None]
        mask, layers = state["mask"] | here, {}
        for number, block in enumerate(self.blocks):
            held, normal = state["layers"][str(number)], block.norms[0](states)
            keys, values = (
                written(held[name], new, state["place"])
                for name, new in zip(("keys", "values"), block.attend.project(normal), strict=True)
            )
            found, _ = block.attend(normal, keys, values, mask[:, None, :])
            states, _ = block.finish(states + found, None, None)
            layers[str(number)] = {"keys": keys, "values": values}
        after = {
            "layers": layers,
            "mask": mask,
            "last": ops.full_like(state["last"], -1),
            "position": state["position"] + 1,
            "place": state["place"] + 1,
        }
        return self.logits(self.norm(states))[:, 0], after

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}


def _attended(
    block: Block, states: Any, before: dict | None, mask: Any, training: bool | None
) -> tuple:
    """Returns the states after a block, and the keys and values of its own steps."""
    normal = block.norms[0](states)
    own = block.attend.project(normal)
    keys, values = own
    if before is not None:
        keys = ops.concatenate([before["keys"], keys], axis=2)
        values = ops.concatenate([before["values"], values], axis=2)
    found, _ = block.attend(normal, keys, values, mask)
    states = states + block.dropout(found, training=training)
    return block.finish(states, None, None, training)[0], *own


def _refuse_unknown(settings: dict[str, Any]) -> None:
    sizes = [value for value in settings.values() if isinstance(value, int)]
    if min(sizes) < 1:
        raise ValueError(f"LanguageModel needs positive sizes. Received: {settings}.")
    if settings["positions"] not in ("sinusoidal", "learned"):
        raise ValueError(
            f"Positions are 'sinusoidal' or 'learned'. Received: {settings['positions']!r}."
        )
