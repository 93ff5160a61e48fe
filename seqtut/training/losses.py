"""Losses as a sum and a count, so that a mean over batches is the mean over what they hold."""

from collections.abc import Callable
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


def masked_reconstruction_loss(model: Any, batch: tuple, training: bool) -> tuple:
    """Squared error of rebuilt series over the steps that are kept, summed, with the count.

    Args:
        model: Maps `(x, mask)` to reconstructions `(B, T, F)`.
        batch: `(x, mask)` if a series is its own target, or `(x, mask, target)`; `x` and `target`
            `(B, T, F)`, float, `mask` `(B, T)` bool, True = keep.
        training: Whether layers such as dropout act as in training.

    Returns:
        The sum of squared differences, and how many values were compared, both float scalars.

    Equation: eq-masked-squared-error
    """
    x, mask = batch[:2]
    target = batch[2] if len(batch) > 2 else x
    found = model((x, mask), training=training)
    kept = ops.broadcast_to(mask[:, :, None], ops.shape(target))
    # Chosen, not multiplied: 0 times a pad's nan would be nan, in the gradient too.
    difference = ops.where(kept, found - target, 0.0)
    return ops.sum(ops.square(difference)), ops.sum(ops.cast(kept, difference.dtype))


def token_loss(label_smoothing: float = 0.0) -> Callable[[Any, tuple, bool], tuple]:
    """Makes the loss of a sequence model: cross-entropy in nats, summed over the real tokens.

    With smoothing, a token's target is `1 - label_smoothing` on the right token plus
    `label_smoothing` spread evenly over the vocabulary. Only training is smoothed: an evaluation
    is the negative log-likelihood, whose mean's exponential is the perplexity.

    Args:
        label_smoothing: Share of the target that is spread, in [0, 1).

    Returns:
        A loss for `fit` and `evaluate`. It takes a model, a batch `(source, source_mask,
        decoder_input, target, target_mask)` and whether this is training, and returns the sum
        over the tokens that the target mask keeps, and how many these are, both float scalars.

    Raises:
        ValueError: If `label_smoothing` is not in [0, 1).

    Source: Szegedy et al. (2016) for the smoothing.
    """
    if not 0 <= label_smoothing < 1:
        raise ValueError(f"label_smoothing is a share in [0, 1). Received: {label_smoothing}.")

    def loss(model: Any, batch: tuple, training: bool) -> tuple:
        *inputs, target, target_mask = batch
        logits = model(tuple(inputs), training=training)
        nats = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)
        if training and label_smoothing:
            even = ops.logsumexp(logits, axis=-1) - ops.mean(logits, axis=-1)
            nats = (1 - label_smoothing) * nats + label_smoothing * even
        kept = ops.cast(target_mask, nats.dtype)
        return ops.sum(nats * kept), ops.sum(kept)

    return loss


def token_accuracy(model: Any, batch: tuple, training: bool) -> tuple:
    """How many real tokens a sequence model ranks first, given the right ones before them.

    Args:
        model: Maps `(source, source_mask, decoder_input)` to logits `(B, T, V)`.
        batch: `(source, source_mask, decoder_input, target, target_mask)`.
        training: Whether layers such as dropout act as in training.

    Returns:
        The number of tokens that are right, and of those that the target mask keeps, both float
        scalars, as `evaluate` takes them.
    """
    *inputs, target, target_mask = batch
    logits = model(tuple(inputs), training=training)
    right = ops.equal(ops.cast(ops.argmax(logits, axis=-1), target.dtype), target)
    kept = ops.cast(target_mask, logits.dtype)
    return ops.sum(ops.cast(right, logits.dtype) * kept), ops.sum(kept)


def class_loss(model: Any, batch: tuple, training: bool) -> tuple:
    """Cross-entropy of one class an example, in nats, summed, with the count.

    Args:
        model: Maps `(source, source_mask)` to logits `(B, C)`.
        batch: `(source, source_mask, target)`, the last `(B,)` classes, int32.
        training: Whether layers such as dropout act as in training.

    Returns:
        The sum over the examples, and how many they are, both float scalars.

    Equation: eq-cross-entropy
    """
    *inputs, target = batch
    logits = model(tuple(inputs), training=training)
    nats = ops.sparse_categorical_crossentropy(target, logits, from_logits=True)
    return ops.sum(nats), ops.cast(ops.shape(target)[0], nats.dtype)
