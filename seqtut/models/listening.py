"""Networks that read frames of sound: a pyramid, with attention above it, or with CTC."""

from typing import Any

import keras
from keras import ops

from seqtut.models.cells import CELLS
from seqtut.models.recurrent_decoder import RecurrentDecoder
from seqtut.models.seq2seq import Seq2Seq
from seqtut.models.series import blank


class PyramidEncoder(keras.layers.Layer):
    """Reads frames with layers that each join neighbouring steps, so that few steps are left.

    A convolution over time looks at each frame and its neighbours. Each recurrent layer then reads
    the steps below it in both directions, joined two by two, or one by one. Pads are set to zero
    before the convolution and before each joining, so they change nothing, whatever they hold. A
    step at whose end a recording ends in the middle is kept, its other half zero.

    Args:
        features: `F`, values of a frame.
        width: `D`, width of a state, half of it a direction.
        joins: For each recurrent layer, how many steps it reads as one.
        cell: "lstm" or "gru".
        reach: Frames that the convolution looks at together.
        dropout: Share of numbers dropped from each recurrent layer's input, in training.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        frames: `(B, S, F)`, float.
        mask: `(B, S)` bool, True = keep.

    Returns:
        States `(B, S', D)`, meaningless at pads, their mask `(B, S')`, and the final state of each
        layer, as `RecurrentEncoder` returns them.

    Equation: eq-pyramid

    Source: Chan et al. (2016).
    """

    def __init__(
        self,
        features: int,
        width: int,
        joins: tuple[int, ...],
        cell: str,
        reach: int,
        dropout: float,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.names, self.joins = CELLS[cell][1], tuple(joins)
        self.look = keras.layers.Conv1D(width // 2, reach, padding="same", activation="relu")
        self.look.build((None, None, features))
        self.dropout = keras.layers.Dropout(dropout)
        self.readers = []
        below = width // 2
        for join in self.joins:
            pair = []
            for backwards in (False, True):
                layer = CELLS[cell][0](
                    width // 2, return_sequences=True, return_state=True, go_backwards=backwards
                )
                layer.build((None, None, below * join))
                pair.append(layer)
            self.readers.append(pair)
            below = width
        self.built = True

    def call(self, frames, mask, training=None):
        """Returns states `(B, S', D)`, their mask, and each layer's final state."""
        mask = ops.convert_to_tensor(mask)
        states, finals = self.look(blank(frames, mask)), {}
        for number, (join, pair) in enumerate(zip(self.joins, self.readers, strict=True)):
            states, mask = joined(states, mask, join)
            states = self.dropout(states, training=training)
            found, *final = pair[0](states, mask=mask, training=training)
            reverse, *last = pair[1](states, mask=mask, training=training)
            states = ops.concatenate([found, ops.flip(reverse, axis=1)], axis=-1)
            final = [ops.concatenate(two, axis=-1) for two in zip(final, last, strict=True)]
            finals[str(number)] = dict(zip(self.names, final, strict=True))
        return states, mask, finals


def joined(states: Any, mask: Any, join: int) -> tuple[Any, Any]:
    """Joins neighbouring steps, and says which of the joined ones are kept.

    Args:
        states: `(B, S, D)`, float.
        mask: `(B, S)` bool, True = keep; the kept steps come first.
        join: How many steps become one.

    Returns:
        `(B, ceil(S / join), join * D)`, zeros in place of pads, and the mask
        `(B, ceil(S / join))`, which keeps a step if it keeps its first part.
    """
    states = blank(states, mask)
    if join == 1:
        return states, mask
    missing = -ops.shape(states)[1] % join
    states = ops.pad(states, ((0, 0), (0, missing), (0, 0)))
    batch, steps, width = ops.shape(states)
    states = ops.reshape(states, (batch, steps // join, join * states.shape[-1]))
    return states, mask[:, ::join]


class _Listener(keras.Model):
    """What both networks have in common: their settings and the pyramid."""

    def __init__(self, settings: dict[str, Any], **kwargs: Any):
        super().__init__(**kwargs)
        self._settings = settings
        _refuse_unknown(type(self).__name__, settings)
        names = ("features", "width", "joins", "cell", "reach", "dropout")
        self.encoder = PyramidEncoder(*(settings[name] for name in names), name="encoder")

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}


@keras.saving.register_keras_serializable(package="seqtut")
class ListenAttendSpell(_Listener):
    """Reads frames of sound with a pyramid and writes characters with attention over its top.

    It is used as `Seq2Seq` is, but that its source is frames, and that the memory's mask is the
    pyramid's, which has fewer steps.

    Args:
        features: `F`, values of a frame.
        target_size: `V`, target vocabulary, the special tokens included.
        width: `D`, width of the states, even.
        joins: For each layer of the encoder, how many steps it reads as one.
        decoder_layers: Recurrent layers of the decoder, at most as many as the encoder's.
        embedding_dim: Width of a character's vector; None for `width`.
        cell: "lstm" or "gru".
        attention: "additive" or "dot".
        reach: Frames that the convolution looks at together.
        dropout: Share of numbers dropped between layers in training, in [0, 1).
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(frames, mask, decoder_input)`: `(B, S, F)` float, bool `(B, S)` with True = keep,
            ids `(B, T)` int32.

    Returns:
        Logits `(B, T, V)`, float.

    Raises:
        ValueError: If a setting is not one of those above.

    Source: Chan et al. (2016).
    """

    def __init__(
        self,
        features: int,
        target_size: int,
        width: int = 256,
        joins: tuple[int, ...] = (2, 2),
        decoder_layers: int = 1,
        embedding_dim: int | None = None,
        cell: str = "lstm",
        attention: str = "additive",
        reach: int = 5,
        dropout: float = 0.0,
        **kwargs: Any,
    ):
        settings = {
            "features": features,
            "target_size": target_size,
            "width": width,
            "joins": tuple(joins),
            "decoder_layers": decoder_layers,
            "embedding_dim": embedding_dim or width,
            "cell": cell,
            "attention": attention,
            "reach": reach,
            "dropout": dropout,
        }
        super().__init__(settings, **kwargs)
        self.decoder = RecurrentDecoder(
            target_size,
            settings["embedding_dim"],
            width,
            decoder_layers,
            cell,
            attention,
            decoder_layers,
            False,
            dropout,
            name="decoder",
        )
        self.built = True

    def call(self, inputs, training=None):
        """Returns logits `(B, T, V)` for `(frames, mask, decoder_input)`."""
        frames, mask, decoder_input = inputs
        return self.decode(self.encode(frames, mask, training), decoder_input, training)

    def encode(self, frames: Any, mask: Any, training: bool | None = None) -> dict:
        """Reads the sound.

        Args:
            frames: `(B, S, F)`, float.
            mask: `(B, S)` bool, True = keep.
            training: Whether dropout acts.

        Returns:
            The memory, as `Seq2Seq.encode` returns it, its "states" `(B, S', D)` and "mask"
            `(B, S')` those of the top of the pyramid.
        """
        states, mask, finals = self.encoder(frames, mask, training=training)
        count = self._settings["decoder_layers"]
        top = range(len(finals) - count, len(finals))
        memory = {"initial": {str(n): finals[str(m)] for n, m in enumerate(top)}}
        memory |= {"states": states, "mask": mask}
        keys = self.decoder.attention.project(states)
        return memory if keys is None else {**memory, "keys": keys}

    # From here on, where the memory came from makes no difference.
    decode, start, step, once = Seq2Seq.decode, Seq2Seq.start, Seq2Seq.step, Seq2Seq.once
    shared = Seq2Seq.shared


@keras.saving.register_keras_serializable(package="seqtut")
class CTCModel(_Listener):
    """Reads frames of sound with a pyramid and says a character or nothing at each step.

    Id 0, which is padding elsewhere, is the blank. There is no decoder, so nothing that is said
    depends on what was said before, but for what both depend on in the sound.

    Args:
        features: `F`, values of a frame.
        target_size: `V`, target vocabulary, the special tokens included.
        width: `D`, width of the states, even.
        joins: For each layer, how many steps it reads as one; a text can have no more characters
            than steps are left.
        cell: "lstm" or "gru".
        reach: Frames that the convolution looks at together.
        dropout: Share of numbers dropped between layers in training, in [0, 1).
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(frames, mask, ...)`: `(B, S, F)` float, bool `(B, S)` with True = keep; what else
            a batch may hold is not read.

    Returns:
        Logits `(B, S', V)`, meaningless at pads, and their mask `(B, S')`.

    Raises:
        ValueError: If a setting is not one of those above.

    Source: Graves et al. (2006).
    """

    def __init__(
        self,
        features: int,
        target_size: int,
        width: int = 256,
        joins: tuple[int, ...] = (2, 1),
        cell: str = "lstm",
        reach: int = 5,
        dropout: float = 0.0,
        **kwargs: Any,
    ):
        settings = {
            "features": features,
            "target_size": target_size,
            "width": width,
            "joins": tuple(joins),
            "cell": cell,
            "reach": reach,
            "dropout": dropout,
        }
        super().__init__(settings, **kwargs)
        self.dropout = keras.layers.Dropout(dropout)
        self.logits = keras.layers.Dense(target_size, name="logits")
        self.logits.build((None, width))
        self.built = True

    def call(self, inputs, training=None):
        """Returns logits `(B, S', V)` and their mask for `(frames, mask)`."""
        frames, mask = inputs[:2]
        states, mask, _ = self.encoder(frames, mask, training=training)
        return self.logits(self.dropout(states, training=training)), mask


def _refuse_unknown(name: str, settings: dict[str, Any]) -> None:
    sizes = [v for v in settings.values() if isinstance(v, int) and not isinstance(v, bool)]
    sizes += settings["joins"]
    if not settings["joins"] or min(sizes) < 1:
        raise ValueError(
            f"{name} needs positive sizes, and at least one layer in joins. Received: {settings}."
        )
    if settings["width"] % 2:
        raise ValueError(
            "Two directions share the width between them. Received: the odd width "
            f"{settings['width']}. Choose an even one."
        )
    if settings["cell"] not in CELLS:
        raise ValueError(f"A cell is 'lstm' or 'gru'. Received: {settings['cell']!r}.")
    if settings.get("attention", "dot") not in ("additive", "dot"):
        raise ValueError(f"Attention is 'additive' or 'dot'. Received: {settings['attention']!r}.")
    if settings.get("decoder_layers", 1) > len(settings["joins"]):
        raise ValueError(
            "Each layer of the decoder starts from one of the encoder's. Received: "
            f"{settings['decoder_layers']} for {len(settings['joins'])}. Give joins as many."
        )
