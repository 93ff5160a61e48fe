"""The dense autoencoder of chapter 03_autoencoder."""

from collections.abc import Sequence
from typing import Any

import keras

from seqtut.layers import TransposedDense


@keras.saving.register_keras_serializable(package="seqtut")
class Autoencoder(keras.Model):
    """Squeezes a vector through a narrow code and rebuilds it.

    The encoder is a stack of dense layers of the widths in `hidden`, then a linear layer of
    `code_dim` units; the decoder is its mirror image. With `hidden=()` and a linear output it
    is the linear autoencoder, whose best code spans the principal subspace.

    Args:
        input_dim: `F`, features of an example.
        code_dim: `D`, numbers in the code.
        hidden: Widths of the encoder's hidden layers, outermost first.
        activation: Activation of the hidden layers.
        output_activation: Activation of the reconstruction; "sigmoid" for values in [0, 1],
            None for real values.
        tied: Whether the decoder uses the encoder's weights, transposed.
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(B, F)`, float.

    Returns:
        The reconstruction, `(B, F)`, float.

    Raises:
        ValueError: If a width is not positive.

    Equation: eq-autoencoder
    """

    def __init__(
        self,
        input_dim: int = 784,
        code_dim: int = 32,
        hidden: Sequence[int] = (256,),
        activation: str = "relu",
        output_activation: str | None = "sigmoid",
        tied: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        widths = (input_dim, *hidden, code_dim)
        if min(widths) < 1:
            raise ValueError(f"Autoencoder needs positive widths. Received: {widths}.")
        self._settings = {
            "input_dim": input_dim,
            "code_dim": code_dim,
            "hidden": list(hidden),
            "activation": activation,
            "output_activation": output_activation,
            "tied": tied,
        }
        encoding = [keras.layers.Dense(width, activation) for width in hidden]
        encoding.append(keras.layers.Dense(code_dim, name="code"))
        self.encoder = keras.Sequential([keras.Input((input_dim,)), *encoding], name="encoder")
        activations = [activation] * len(hidden) + [output_activation]
        if tied:
            decoding = [
                TransposedDense(layer, f)
                for layer, f in zip(reversed(encoding), activations, strict=True)
            ]
        else:
            decoding = [
                keras.layers.Dense(width, f)
                for width, f in zip(reversed(widths[:-1]), activations, strict=True)
            ]
        self.decoder = keras.Sequential([keras.Input((code_dim,)), *decoding], name="decoder")
        self.built = True

    def call(self, inputs, training=None):
        """Returns the reconstruction `(B, F)` of `inputs` `(B, F)`."""
        return self.decoder(self.encoder(inputs, training=training), training=training)

    def encode(self, x: Any) -> Any:
        """Returns the code of a batch.

        Args:
            x: `(B, F)`, float.

        Returns:
            `(B, D)`, float.
        """
        return self.encoder(x)

    def decode(self, code: Any) -> Any:
        """Returns the reconstruction of a batch of codes.

        Args:
            code: `(B, D)`, float.

        Returns:
            `(B, F)`, float.
        """
        return self.decoder(code)

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}
