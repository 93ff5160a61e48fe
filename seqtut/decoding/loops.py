"""A compiled loop over the steps, and what it records."""

from collections.abc import Callable, Iterable
from typing import Any

import tensorflow as tf


def loop(going: Callable, body: Callable, start: tuple) -> tuple:
    """Runs `tf.while_loop` on variables that keep their shapes, also where TensorFlow loses them.

    Args:
        going: Whether to go on, from the variables.
        body: The next variables, from the variables.
        start: The first ones, a tuple of nests.

    Returns:
        The last ones.
    """

    def shaped(old: Any, new: Any) -> Any:
        if tf.is_tensor(new) and not tf.executing_eagerly():  # an eager one knows its own
            new.set_shape(old.shape)
        return new

    def turn(*now: Any) -> tuple:
        return tf.nest.map_structure(shaped, now, body(*now))

    return tf.while_loop(going, turn, start)


def records(names: Iterable[tuple[str, tf.DType]], size: tf.Tensor) -> dict[str, tf.TensorArray]:
    """Returns an empty record a name, to be written once a step.

    Args:
        names: The names and their types.
        size: Steps at most, a scalar.

    Returns:
        The records by name.
    """
    return {name: tf.TensorArray(dtype, size=size) for name, dtype in names}


def played_back(record: tf.TensorArray, steps: tf.Tensor, size: tf.Tensor, fill: Any) -> tf.Tensor:
    """Returns what was recorded as one tensor, time first.

    Args:
        record: What was written.
        steps: How many steps were.
        size: How many steps the result has.
        fill: The value at the steps that were not taken.

    Returns:
        `(size, ...)`.
    """
    return filled(record.gather(tf.range(steps)), size, fill)


def filled(x: tf.Tensor, size: tf.Tensor, fill: Any) -> tf.Tensor:
    """Returns `(steps, ...)` as `(size, ...)`.

    Args:
        x: What was found at the steps that were taken.
        size: How many steps the result has.
        fill: The value at the others.
    """
    margins = tf.pad([[0, size - tf.shape(x)[0]]], [[0, tf.rank(x) - 1], [0, 0]])
    return tf.pad(x, margins, constant_values=tf.cast(fill, x.dtype))
