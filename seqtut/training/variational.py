"""The loss of a variational autoencoder, in nats an image."""

from typing import Any

from keras import ops


def negative_elbo(model: Any, batch: tuple, training: bool) -> tuple:
    """What pictures of ink and paper cost with one code drawn for each, summed, with their count.

    The mean over codes is the evidence lower bound with its sign changed. The noise goes on from
    where the model's generator stands, so two measurements differ by the luck of the draw.

    Args:
        model: Has `posterior`, `draw` and `decoder`, as `models.VariationalAutoencoder` does.
        batch: `(x,)`, `(B, F)`, float, 1 for ink and 0 for paper.
        training: Whether layers such as dropout act as in training.

    Returns:
        The sum over pictures in nats, and how many they are, both float scalars.

    Equation: eq-elbo
    """
    x = batch[0]
    mean, log_variance = model.posterior(x)
    logits = model.decoder(model.draw(mean, log_variance), training=training)
    picture = ops.softplus(logits) - x * logits
    code = (ops.square(mean) + ops.exp(log_variance) - 1 - log_variance) / 2
    return ops.sum(picture) + ops.sum(code), ops.cast(ops.shape(x)[0], logits.dtype)
