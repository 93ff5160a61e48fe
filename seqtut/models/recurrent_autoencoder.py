"""The recurrent autoencoder of chapter 07_recurrent_autoencoder."""

from typing import Any

import keras
from keras import ops

from seqtut.models.cells import CELLS
from seqtut.models.series import SeriesDecoder, SeriesEncoder, blank, flip

DECODERS = ("repeat", "autoregressive")


@keras.saving.register_keras_serializable(package="seqtut")
class RecurrentAutoencoder(keras.Model):
    """Squeezes a series of any length into one code, and rebuilds the series from it.

    One recurrent network reads the series; a linear layer makes the code of its last state. The
    second network gets the code at every step. That is all a "repeat" decoder gets; an
    "autoregressive" one also gets the values of the step before, in training the true ones
    (teacher forcing), in `decode(code, mask)` its own. A linear layer makes each step's values,
    so that they may be any real numbers. Pads come after the steps.

    Args:
        features: `F`, values of a step.
        width: `D`, width of the decoder's state, and of the encoder's even if it is
            bidirectional: a direction then has half of it.
        code_dim: `K`, numbers in the code.
        cell: "lstm", or "gru" in Keras's variant (`reset_after=True`).
        decoder: "repeat" or "autoregressive".
        bidirectional: Whether the encoder also reads from the end.
        reverse: Whether the decoder writes the last step first. What `call` and
            `decode(code, mask)` return is put back in order.
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(x, mask)`: values `(B, T, F)`, float, and bool `(B, T)`, True = keep.

    Returns:
        The reconstruction `(B, T, F)`, float, 0 at pads.

    Raises:
        ValueError: If a setting is not one of those above.

    Equation: eq-recurrent-autoencoder
    Source: Srivastava et al. (2015); Cho et al. (2014) for a code that is read at every step.
    """

    def __init__(
        self,
        features: int,
        width: int = 64,
        code_dim: int = 8,
        cell: str = "lstm",
        decoder: str = "repeat",
        bidirectional: bool = False,
        reverse: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self._settings = {
            "features": features,
            "width": width,
            "code_dim": code_dim,
            "cell": cell,
            "decoder": decoder,
            "bidirectional": bidirectional,
            "reverse": reverse,
        }
        _refuse_unknown(self._settings)
        self.encoder = SeriesEncoder(features, width, code_dim, cell, bidirectional, name="encoder")
        self.decoder = SeriesDecoder(
            features, width, code_dim, cell, decoder == "autoregressive", name="decoder"
        )
        self.built = True

    def call(self, inputs, training=None):
        """Returns the reconstruction `(B, T, F)` of `(x, mask)`; a teacher forces the decoder."""
        x, mask = inputs
        x = blank(x, mask)
        given = mask
        if self.decoder.feeds_back:
            target = flip(x, mask) if self._settings["reverse"] else x
            given = ops.pad(target[:, :-1], [(0, 0), (1, 0), (0, 0)])
        found = self.decoder(self.encode(x, mask), given)
        return self._ordered(found, mask)

    def encode(self, x: Any, mask: Any) -> Any:
        """Returns the code of each series.

        Args:
            x: `(B, T, F)` values, float; at pads they may be anything.
            mask: `(B, T)` bool, True = keep.

        Returns:
            `(B, K)`, float.
        """
        return self.encoder(blank(x, mask), mask)

    def decode(self, code: Any, given: Any) -> Any:
        """Rebuilds series from codes alone, or as a teacher forces it.

        Args:
            code: `(B, K)`, float.
            given: `(B, T)` bool, True = keep: which steps to write, from the code alone. Or, for
                an autoregressive decoder, `(B, T, F)` float: the values before each step, in the
                decoder's own order, zeros first.

        Returns:
            `(B, T, F)`, float; with a mask 0 at pads, and in the series' order.
        """
        if len(given.shape) == 3:
            return self.decoder(code, given)
        return self._ordered(self.decoder(code, given), given)

    def start(self, code: Any, max_steps: int) -> dict:
        """Returns the state before the first step.

        Args:
            code: `(B, K)`, float.
            max_steps: Steps that will be taken at most; a recurrent state needs no room for them.

        Returns:
            "code" `(B, K)`, and "cells", a dict of zeros `(B, D)` by name.
        """
        return {"code": ops.convert_to_tensor(code), "cells": self.decoder.zeros(code)}

    def step(self, values: Any, state: dict) -> tuple[Any, dict]:
        """Takes one step.

        Args:
            values: `(B, F)` values of the step before, zeros at first; a "repeat" decoder does
                not look at them.
            state: What `start` or the last `step` returned.

        Returns:
            Values `(B, F)` of this step, in the decoder's own order, and the state after it.
        """
        found, cells = self.decoder.advance(values, state["code"], state["cells"])
        return found, {**state, "cells": cells}

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}

    def _ordered(self, found: Any, mask: Any) -> Any:
        return blank(flip(found, mask) if self._settings["reverse"] else found, mask)


def _refuse_unknown(settings: dict[str, Any]) -> None:
    sizes = {name: settings[name] for name in ("features", "width", "code_dim")}
    if min(sizes.values()) < 1:
        raise ValueError(f"RecurrentAutoencoder needs positive sizes. Received: {sizes}.")
    if settings["cell"] not in CELLS:
        raise ValueError(f"A cell is 'lstm' or 'gru'. Received: {settings['cell']!r}.")
    if settings["decoder"] not in DECODERS:
        raise ValueError(
            f"A decoder is 'repeat' or 'autoregressive'. Received: {settings['decoder']!r}."
        )
    if settings["bidirectional"] and settings["width"] % 2:
        raise ValueError(
            "Two directions share the width between them. Received: the odd width "
            f"{settings['width']}. Choose an even one."
        )
