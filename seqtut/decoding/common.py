"""What the searches share: how a step is checked, compiled and called, and the length penalty."""

import functools
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import tensorflow as tf

Step = Callable[[tf.Tensor, Any], tuple[tf.Tensor, Any]]
IMPOSSIBLE = -math.inf


@functools.lru_cache(maxsize=32)
def compiled(method: Callable, step: Step, **settings: Any) -> Callable:
    """Returns a search compiled for a step; the same one for the same step and settings.

    Autograph is off: it would rewrite the errors, and `step` is made of tensor operations.

    Args:
        method: A function of a step and tensors.
        step: The step to search over.
        **settings: What the graph depends on, hashable.

    Returns:
        A function of `method`'s tensors.
    """
    body = functools.partial(method, step, **settings)
    return tf.function(body, autograph=False, reduce_retracing=True)


def forget() -> None:
    """Drops the compiled searches, and with them the models that their steps belong to."""
    compiled.cache_clear()


def at_least(name: str, value: int, least: int) -> int:
    """Returns an integer setting that is large enough.

    Args:
        name: What the setting is called.
        value: Its value.
        least: The smallest one allowed.

    Returns:
        The value, a Python integer.

    Raises:
        ValueError: If `value` is smaller.
    """
    value = operator.index(value)
    if value < least:
        raise ValueError(f"{name} must be {least} or more. Received: {value}.")
    return value


def finite(name: str, value: float) -> float:
    """Returns a setting that is a finite number.

    Args:
        name: What the setting is called.
        value: Its value.

    Returns:
        The value, a Python float.

    Raises:
        ValueError: If `value` is infinite or not a number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number. Received: {value}.")
    return float(value)


def special(begin: int, end: int, pad: int, forbidden: Iterable[int]) -> dict[str, Any]:
    """Returns the ids that a search treats specially, checked and hashable.

    Args:
        begin: What the step is fed first.
        end: What ends a sequence.
        pad: What fills up the rows of the result.
        forbidden: What is never put out.

    Returns:
        The four by name, `forbidden` as a sorted tuple.

    Raises:
        ValueError: If an id is negative.
    """
    return {
        "begin": at_least("begin", begin, 0),
        "end": at_least("end", end, 0),
        "pad": at_least("pad", pad, 0),
        "forbidden": tuple(sorted({at_least("forbidden", token, 0) for token in forbidden})),
    }


def prepare(state: Any) -> Any:
    """Returns the state as tensors.

    Args:
        state: A nest of tensors or arrays, each with the batch as its leading axis.

    Raises:
        ValueError: If it holds nothing, a scalar, or different numbers of rows.
    """
    state = tf.nest.map_structure(tf.convert_to_tensor, state)
    shapes = [tuple(leaf.shape) for leaf in tf.nest.flatten(state)]
    if not all(shapes) or len({shape[0] for shape in shapes} - {None}) > 1 or not shapes:
        raise ValueError(
            "A state is a nest of tensors that all have the batch as leading axis. "
            f"Received: shapes {shapes}. Give each of them one row an example."
        )
    return state


def batch_size(state: Any) -> tf.Tensor:
    """Returns the number of rows of a prepared state, a scalar tensor."""
    return tf.shape(tf.nest.flatten(state)[0])[0]


def repeat(state: Any, times: int) -> Any:
    """Returns a state with each row repeated, the copies side by side.

    Args:
        state: A nest of tensors `(B, ...)`.
        times: Copies a row; such as the number of samples that are wanted for each input.

    Returns:
        The same nest of tensors `(B * times, ...)`.

    Raises:
        ValueError: If `times` is below 1 or the state has no batch axis.
    """
    times = at_least("times", times, 1)

    def copies(x: tf.Tensor) -> tf.Tensor:
        rows = None if x.shape[0] is None else x.shape[0] * times
        return tf.ensure_shape(tf.repeat(x, times, axis=0), (rows, *x.shape[1:]))

    return tf.nest.map_structure(copies, prepare(state))


def advance(step: Step, tokens: tf.Tensor, state: Any) -> tuple[tf.Tensor, Any]:
    """Calls the step and returns log-probabilities and the next state.

    Args:
        step: The step.
        tokens: `(B,)` int32, the tokens put out last.
        state: The state before them.

    Returns:
        `(B, V)` natural logs in float32 (float64 if the logits are), and a state of the same
        structure and shapes as `state`, whose untouched tensors are the very same objects.

    Raises:
        ValueError: If what the step returns is no batch of logits or another kind of state.
    """
    logits, after = step(tokens, state)
    logits = tf.convert_to_tensor(logits)
    if logits.shape.rank != 2:
        raise ValueError(
            "A step returns logits (B, V) and a state. "
            f"Received: logits of shape {logits.shape}. Return the last step's alone."
        )
    try:
        tf.nest.assert_same_structure(state, after, check_types=False)
        leaves = [tf.convert_to_tensor(leaf) for leaf in tf.nest.flatten(after)]
        for old, new in zip(tf.nest.flatten(state), leaves, strict=True):
            if old.dtype != new.dtype:
                raise TypeError(f"{old.dtype.name} became {new.dtype.name}")
            new.set_shape(old.shape)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "A step returns a state of the structure, shapes and types that it was given. "
            f"Received: {error}. Let the first state hold an entry for all that later ones hold."
        ) from error
    wide = logits.dtype if logits.dtype == tf.float64 else tf.float32
    log_p = tf.nn.log_softmax(tf.cast(logits, wide))
    return log_p, tf.nest.pack_sequence_as(state, leaves)


def forbid(log_p: tf.Tensor, forbidden: tuple[int, ...], end: int) -> tf.Tensor:
    """Returns log-probabilities with those of the forbidden tokens set to minus infinity.

    The others stay the model's own: they are not rescaled to sum to one again.

    Args:
        log_p: `(B, V)`.
        forbidden: Ids.
        end: The end token's id, which must be one of the V.

    Returns:
        `(B, V)`.

    Raises:
        ValueError: If an id is not below V.
    """
    size = log_p.shape[-1]
    if size is not None and max(end, *forbidden, 0) >= size:
        raise ValueError(
            f"The end token and the forbidden ones must be among the {size} that the step knows. "
            f"Received: end={end}, forbidden={forbidden}. Take the ids from the vocabulary."
        )
    if not forbidden:
        return log_p
    hit = tf.reduce_any(tf.range(tf.shape(log_p)[-1])[:, None] == tf.constant(forbidden), axis=1)
    return tf.where(hit, tf.cast(IMPOSSIBLE, log_p.dtype), log_p)


def length_penalty(length: Any, alpha: Any) -> Any:
    """Returns what a log-probability is divided by, `((5 + n) / 6) ** alpha`.

    A log-probability is negative: dividing it by a larger number brings it nearer to zero.
    So a positive `alpha` favours longer outputs, a negative one shorter outputs, and 0 is off.

    Args:
        length: `n`, tokens including the end token: a number or an array or tensor of floats.
        alpha: The exponent; 0.6 to 0.7 was found good for translation.

    Returns:
        Of `length`'s shape; 1 at length 1.

    Source: Wu et al. (2016), Google's Neural Machine Translation System.
    """
    return ((5.0 + length) / 6.0) ** alpha


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
    found = record.gather(tf.range(steps))
    margins = tf.pad([[0, size - steps]], [[0, tf.rank(found) - 1], [0, 0]])
    return tf.pad(found, margins, constant_values=tf.cast(fill, found.dtype))


def has_attention(state: Any) -> bool:
    """Returns whether a state carries the attention of its last step."""
    return isinstance(state, Mapping) and "attention" in state
