"""Losses as a sum and a count, so that a mean over batches is the mean over what they hold."""

from typing import Any

from keras import ops


def reconstruction_loss(model: Any, batch: tuple, training: bool) -> tuple:
    """Squared error between a model's reconstruction and its target, summed, with the count.

    Args:
        model: Maps inputs `(B, F)` to reconstructions `(B, F)`.
        batch: `(x,)` if an input is its own target, or `(x, target)`, each `(B, F)`, float.
        training: Whether layers such as dropout act as in training.

    Returns:
        The sum of squared differences, and how many values were compared, both float scalars.

    Equation: eq-mean-squared-error
    """
    inputs, target = batch[0], batch[-1]
    difference = model(inputs, training=training) - target
    return ops.sum(ops.square(difference)), ops.cast(ops.size(target), "float32")
