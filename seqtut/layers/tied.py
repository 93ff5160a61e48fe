"""Layers that share another layer's weights: a dense layer's kernel, an embedding's table."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="seqtut")
class TransposedDense(keras.layers.Layer):
    """A dense layer that uses another one's weights, transposed: `y = f(x W^T + c)`.

    Only the bias `c` is this layer's own. Tying a decoder to its encoder this way halves the
    number of weights.

    Args:
        tied_to: The `keras.layers.Dense` whose kernel `(D, K)` is shared. It must be built.
        activation: Name of the activation, or None for a linear layer.
        use_bias: Whether to add `c`.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        inputs: `(B, K)`, float.

    Returns:
        `(B, D)`, float.

    Raises:
        ValueError: If `tied_to` has no kernel yet.

    Equation: eq-tied-decoder
    """

    def __init__(
        self,
        tied_to: keras.layers.Dense,
        activation: str | None = None,
        use_bias: bool = True,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not tied_to.built:
            raise ValueError(
                "TransposedDense shares the kernel of a layer that is built. "
                f"Received: {tied_to.name}, not built. Call it, or its model, on an input first."
            )
        self.tied_to = tied_to
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias

    def build(self, input_shape):
        """Makes the bias; the kernel is the other layer's."""
        width = self.tied_to.kernel.shape[0]
        self.bias = (
            self.add_weight(shape=(width,), initializer="zeros", name="bias")
            if self.use_bias
            else None
        )

    def call(self, inputs):
        """Returns `f(inputs W^T + c)`, `(B, D)`, for `inputs` `(B, K)`."""
        outputs = ops.matmul(inputs, ops.transpose(self.tied_to.kernel))
        if self.bias is not None:
            outputs = outputs + self.bias
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        """Returns `(..., D)` for inputs `(..., K)`."""
        return (*input_shape[:-1], self.tied_to.kernel.shape[0])

    def get_config(self):
        """Returns the arguments that make this layer again, `tied_to` described in full."""
        return {
            **super().get_config(),
            "tied_to": keras.saving.serialize_keras_object(self.tied_to),
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
        }


@keras.saving.register_keras_serializable(package="seqtut")
class TiedLogits(keras.layers.Layer):
    """Scores each token by its own embedding: `logits = x E^T + b`.

    Only the bias `b` is this layer's own.

    Args:
        tied_to: The `keras.layers.Embedding` whose table `(V, D)` is shared. It must be built.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        inputs: `(..., D)`, float.

    Returns:
        `(..., V)`, float.

    Raises:
        ValueError: If `tied_to` has no table yet.

    Source: Press and Wolf (2017).
    """

    def __init__(self, tied_to: keras.layers.Embedding, **kwargs: Any):
        super().__init__(**kwargs)
        if not tied_to.built:
            raise ValueError(
                "TiedLogits shares the table of an embedding that is built. "
                f"Received: {tied_to.name}, not built. Call it on an input first."
            )
        self.tied_to = tied_to
        self.build(None)

    def build(self, input_shape):
        """Makes the bias; the table is the other layer's."""
        size = self.tied_to.embeddings.shape[0]
        self.bias = self.add_weight(shape=(size,), initializer="zeros", name="bias")

    def call(self, inputs):
        """Returns `inputs E^T + b`, `(..., V)`, for `inputs` `(..., D)`."""
        return ops.matmul(inputs, ops.transpose(self.tied_to.embeddings)) + self.bias

    def compute_output_shape(self, input_shape):
        """Returns `(..., V)` for inputs `(..., D)`."""
        return (*input_shape[:-1], self.tied_to.embeddings.shape[0])

    def get_config(self):
        """Returns the arguments that make this layer again, `tied_to` described in full."""
        config = {"tied_to": keras.saving.serialize_keras_object(self.tied_to)}
        return {**super().get_config(), **config}
