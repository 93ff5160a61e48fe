"""A step of training and a measurement, compiled, and their mean over an epoch."""

import math
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from seqtut.training.averages import Average
from seqtut.training.batches import ArrayBatches
from seqtut.training.replicas import Replicas

Loss = Callable[[Any, tuple, bool], tuple]


class NotFiniteError(Exception):
    """A loss or a score is no finite number; the message says which and where."""


def compiled(
    model: Any, optimizer: Any, average: Average, loss: Loss, replicas: Replicas
) -> tuple[Callable, Callable]:
    """Compiles what an epoch repeats.

    Args:
        model: A built Keras model.
        optimizer: Its optimizer, built.
        average: The average of its weights.
        loss: Returns a sum and a count for a batch.
        replicas: What the batches are split over.

    Returns:
        Two functions from a whole batch to the sum and the count of its loss: one that takes a
        training step, and one that only measures.
    """
    own_loss, variables = replicas.share(loss), model.trainable_variables

    def train(batch: tuple) -> tuple:
        with tf.GradientTape() as tape:
            total, count = own_loss(model, batch, True)
            # All that the batch holds, on whatever replica: shares of it add up to its mean.
            count = replicas.summed(count)
            mean = total / count
        gradients = [_dense(g) for g in tape.gradient(mean, variables)]
        total, gradients = replicas.summed((total, gradients))
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        average.update(optimizer.iterations - 1)
        return total, count

    def look(batch: tuple) -> tuple:
        return replicas.summed(own_loss(model, batch, False))

    def compile_(body: Callable) -> Callable:
        @tf.function(reduce_retracing=True)
        def run(batch: tuple) -> tuple:
            return replicas.run(body, batch)

        return run

    return compile_(train), compile_(look)


def mean(measure: Callable, batches: ArrayBatches, epoch: int, name: str | None = None) -> float:
    """Returns the mean over an epoch of what a function sums and counts.

    Args:
        measure: From a batch to a sum and a count.
        batches: The batches.
        epoch: Which epoch of them.
        name: What a batch is called, to stop at the first whose loss is no finite number; None
            never stops.

    Raises:
        NotFiniteError: If batches have a name, and a sum is not finite or a count is zero.
    """
    total = count = 0.0
    for number, batch in enumerate(batches.epoch(epoch)):
        part, size = map(float, measure(tuple(map(tf.convert_to_tensor, batch))))
        if name is not None and not (math.isfinite(part) and size > 0):
            raise NotFiniteError(f"{name} {number}. Received: {part} over {size:g} values")
        total, count = total + part, count + size
    return total / count


def refuse_infinite(measured: dict[str, float]) -> None:
    """Refuses what an epoch measured if a number of it is not finite.

    Args:
        measured: The numbers by name.

    Raises:
        NotFiniteError: If one of them is not finite.
    """
    for name, value in measured.items():
        if not math.isfinite(value):
            raise NotFiniteError(f"the {name}. Received: {name} {value}")


def _dense(gradient: Any) -> Any:
    # An embedding's gradient lists a part for each use of a token. Keras's Adam squares the parts
    # before it adds them, and takes too long a step for each token that a batch repeats.
    return tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient
