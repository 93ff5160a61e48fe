"""The variational autoencoder of chapter 05_variational_autoencoder."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="seqtut")
class VariationalAutoencoder(keras.Model):
    """Codes a picture as a Gaussian cloud of codes, and decodes a code into chances of ink.

    The encoder gives the mean and the logarithm of the variance of each number in the code; the
    decoder gives a logit a pixel. Trained with `training.negative_elbo`, it decodes codes drawn
    from the standard Gaussian into new pictures.

    Args:
        input_dim: `F`, pixels of a picture.
        code_dim: `D`, numbers in the code.
        hidden: Widths of the encoder's hidden layers, outermost first; the decoder mirrors them.
        activation: Activation of the hidden layers.
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(B, F)`, float, 0 for paper and 1 for ink.

    Returns:
        Chances of ink `(B, F)`, float in [0, 1]: from a code that is drawn in training, from the
        mean code otherwise.

    Raises:
        ValueError: If a width is not positive.
    Equation: eq-elbo
    Source: Kingma and Welling (2014).
    """

    def __init__(
        self,
        input_dim: int = 784,
        code_dim: int = 20,
        hidden: Sequence[int] = (256,),
        activation: str = "relu",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        widths = (input_dim, *hidden, code_dim)
        if min(widths) < 1:
            raise ValueError(f"VariationalAutoencoder needs positive widths. Received: {widths}.")
        self._settings = {
            "input_dim": input_dim,
            "code_dim": code_dim,
            "hidden": list(hidden),
            "activation": activation,
        }

        def stack(first: int, inner: Sequence[int], last: int, name: str) -> keras.Sequential:
            layers = [keras.layers.Dense(width, activation) for width in inner]
            layers.append(keras.layers.Dense(last))
            return keras.Sequential([keras.Input((first,)), *layers], name=name)

        self.encoder = stack(input_dim, hidden, 2 * code_dim, "encoder")
        self.decoder = stack(code_dim, tuple(reversed(hidden)), input_dim, "decoder")
        self.noise = keras.random.SeedGenerator()
        self.built = True

    def call(self, inputs, training=None):
        """Returns chances of ink `(B, F)` for `inputs` `(B, F)`."""
        mean, log_variance = self.posterior(inputs)
        return self.decode(self.draw(mean, log_variance) if training else mean)

    def posterior(self, x: Any) -> tuple[Any, Any]:
        """Returns the cloud of codes that the encoder gives each picture, `q(z | x)`.

        Args:
            x: `(B, F)`, float.

        Returns:
            Mean and logarithm of the variance, each `(B, D)`, float.
        """
        mean, log_variance = ops.split(self.encoder(x), 2, axis=-1)
        return mean, log_variance

    def draw(self, mean: Any, log_variance: Any) -> Any:
        """Draws a code from each cloud, in such a way that gradients pass.

        Args:
            mean: `(B, D)`, float.
            log_variance: `(B, D)`, float.

        Returns:
            `(B, D)`, float.

        Equation: eq-reparameterisation
        """
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.noise)
        return mean + ops.exp(log_variance / 2) * noise

    def encode(self, x: Any) -> Any:
        """Returns the mean code of a batch.

        Args:
            x: `(B, F)`, float.

        Returns:
            `(B, D)`, float.
        """
        return self.posterior(x)[0]

    def decode(self, code: Any) -> Any:
        """Returns the chances of ink for a batch of codes.

        Args:
            code: `(B, D)`, float.

        Returns:
            `(B, F)`, float in [0, 1].
        """
        return ops.sigmoid(self.decoder(code))

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}
