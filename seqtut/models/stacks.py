"""The two halves of `Transformer`: tokens with positions, and stacks of blocks over them."""

from typing import Any

import keras
from keras import ops

from seqtut.layers import LearnedPositions, SinusoidalPositions, TiedLogits
from seqtut.models.blocks import Block, normalisation


class Tokens(keras.layers.Layer):
    """Embeds tokens and adds where they stand.

    Args:
        size: `V`, vocabulary.
        width: `D`, width of a token's vector.
        positions: "sinusoidal" or "learned".
        max_length: Positions that are learned; without effect on sinusoidal ones.
        dropout: Share of numbers dropped in training.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        tokens: `(B, T)` ids, int32.
        positions: Integers that broadcast to `(B, T)`: where each token stands, from 0.

    Returns:
        `(B, T, D)`, float.
    """

    def __init__(
        self,
        size: int,
        width: int,
        positions: str,
        max_length: int,
        dropout: float,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.scale = width**0.5
        spread = keras.initializers.RandomNormal(0.0, width**-0.5)
        self.embedding = keras.layers.Embedding(size, width, embeddings_initializer=spread)
        self.embedding.build(None)
        learned = positions == "learned"
        self.max_length = max_length if learned else None
        self.positions = (
            LearnedPositions(width, max_length) if learned else SinusoidalPositions(width)
        )
        self.dropout = keras.layers.Dropout(dropout)
        self.built = True

    def call(self, tokens, positions, training=None):
        """Returns `(B, T, D)`."""
        vectors = self.embedding(tokens) * self.scale + self.positions(positions)
        return self.dropout(vectors, training=training)

    def refuse_longer(self, steps: int | None) -> None:
        """Raises if learned positions do not reach so far.

        Args:
            steps: Length of a sequence; None if it is not known yet.

        Raises:
            ValueError: If a step has no learned position.
        """
        if None not in (steps, self.max_length) and steps > self.max_length:
            raise ValueError(
                f"Learned positions end at max_length={self.max_length}. Received: {steps} steps. "
                "Cut the sequence, or make a model with a larger max_length."
            )


class TransformerEncoder(keras.layers.Layer):
    """Lets each source token gather from all the others, several times over.

    Args:
        tokens: Embeds the source.
        layers: Number of blocks.
        block: Arguments of each `Block`.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        source: `(B, S)` ids, int32.
        source_mask: `(B, S)` bool, True = keep.

    Returns:
        States `(B, S, D)`, meaningless at pads.
    """

    def __init__(self, tokens: Tokens, layers: int, block: dict[str, Any], **kwargs: Any):
        super().__init__(**kwargs)
        self.tokens = tokens
        self.blocks = [Block(**block, crosses=False) for _ in range(layers)]
        self.norm = normalisation(block["width"])
        self.built = True

    def call(self, source, source_mask, training=None):
        """Returns states `(B, S, D)`."""
        self.tokens.refuse_longer(source.shape[1])
        states = self.tokens(source, ops.arange(ops.shape(source)[1])[None], training=training)
        for block in self.blocks:
            states, _ = block(states, source_mask[:, None, :], training=training)
        return self.norm(states)


class TransformerDecoder(keras.layers.Layer):
    """Predicts each target token from those before it and what its blocks attend to.

    Args:
        size: `V`, target vocabulary.
        tokens: Embeds the target.
        layers: Number of blocks.
        block: Arguments of each `Block`.
        tied: Whether a token is scored by its own embedding.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        decoder_input: `(B, T)` ids, int32, the begin token first.
        memory: What `Transformer.encode` returned.

    Returns:
        Logits `(B, T, V)`.
    """

    def __init__(
        self,
        size: int,
        tokens: Tokens,
        layers: int,
        block: dict[str, Any],
        tied: bool,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.tokens = tokens
        self.blocks = [Block(**block, crosses=True) for _ in range(layers)]
        self.norm = normalisation(block["width"])
        self.logits = TiedLogits(tokens.embedding) if tied else keras.layers.Dense(size)
        if not tied:
            self.logits.build((None, block["width"]))
        self.built = True

    def call(self, decoder_input, memory, training=None):
        """Returns logits `(B, T, V)`."""
        self.tokens.refuse_longer(decoder_input.shape[1])
        places = ops.arange(ops.shape(decoder_input)[1])
        states = self.tokens(decoder_input, places[None], training=training)
        earlier = (places[None, :] <= places[:, None])[None]
        source_mask = memory["mask"][:, None, :]
        for block in self.blocks:
            source = block.cross.project(memory["states"])
            states, _ = block(states, earlier, source, source_mask, training=training)
        return self.logits(self.norm(states))

    def hold(self, memory: dict, max_steps: int) -> dict:
        """Makes room for the keys and values of a target, and computes those of the source.

        Args:
            memory: What `Transformer.encode` returned.
            max_steps: `M`, steps that will be taken at most.

        Returns:
            For each block "keys" and "values" `(B, H, M, D / H)`, all 0, and the source's,
            "source_keys" and "source_values" `(B, H, S, D / H)`.
        """
        self.tokens.refuse_longer(max_steps)
        held = {}
        for number, block in enumerate(self.blocks):
            keys, values = block.cross.project(memory["states"])
            batch, heads, _, part = ops.shape(keys)
            room = ops.zeros((batch, heads, max_steps, part), dtype=keys.dtype)
            held[str(number)] = {
                "keys": room,
                "values": room,
                "source_keys": keys,
                "source_values": values,
            }
        return held

    def advance(self, tokens: Any, held: dict, position: Any, source_mask: Any) -> tuple:
        """Takes one step.

        Args:
            tokens: `(R,)` ids of the last tokens, int32, of as many prefixes for each example,
                side by side.
            held: What `hold` or the last step returned; of the source `B` rows.
            position: `(R,)`, int32: where these tokens stand, from 0.
            source_mask: `(B, S)` bool, True = keep.

        Returns:
            Logits `(R, V)`, the new `held`, and the last block's weights on the source, `(R, S)`,
            the mean over its heads.
        """
        states, after, weights = self.tokens(tokens[:, None], position[:, None]), {}, None
        for number, block in enumerate(self.blocks):
            states, after[str(number)], weights = block.step(
                states, held[str(number)], position, source_mask[:, None, :]
            )
        weights = ops.reshape(ops.mean(weights, axis=1), (-1, ops.shape(weights)[-1]))
        return self.logits(self.norm(states))[:, 0], after, weights
