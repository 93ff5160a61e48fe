"""How a search calls a step: compiled once, checked, and with a state of one row an example."""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from seqtut.decoding.settings import IMPOSSIBLE, at_least

Step = Callable[[tf.Tensor, Any], tuple[tf.Tensor, Any]]

_ODD = "logits that are no distribution, first in step"


@functools.lru_cache(maxsize=32)
def compiled(method: Callable, step: Step, **settings: Any) -> Callable:
    """Returns a search compiled for a step; the same one for the same step and settings.

    Autograph is off: it would rewrite the errors, and `step` is made of tensor operations.

    Args:
        method: A function of a step and tensors.
        step: The step to search over.
        **settings: What the graph depends on, hashable.

    Returns:
        A function of `method`'s tensors, which raises ValueError where `advance` meets logits that
        are no distribution.
    """
    body = functools.partial(method, step, **settings)
    search = tf.function(body, autograph=False, reduce_retracing=True)

    def run(*tensors: Any) -> Any:
        try:
            return search(*tensors)
        except tf.errors.InvalidArgumentError as error:
            if (odd := re.search(rf"{_ODD}\] \[(\d+)", error.message)) is None:
                raise
            raise ValueError(
                "A step's logits must be numbers, none of them plus infinity and not all minus "
                f"infinity. Received: others, first in step {odd[1]} (from 0). Look for nan in "
                "the model's weights or in what it reads."
            ) from None

    return run


def forget() -> None:
    """Drops the compiled searches, and with them the models that their steps belong to."""
    compiled.cache_clear()


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


def with_once(step: Step, once: Callable[[], Any] | None) -> Step:
    """Returns a step that has what it computes of the weights alone; call it outside of the loop.

    Args:
        step: The step.
        once: Returns that, to be the step's third argument, or None if there is no such thing.
    """
    made = None if once is None else once()
    return step if made is None else lambda tokens, state: step(tokens, state, made)


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


def advance(
    step: Step, tokens: tf.Tensor, state: Any, number: tf.Tensor, live: tf.Tensor | bool
) -> tuple[tf.Tensor, Any]:
    """Calls the step and returns log-probabilities and the next state.

    In the compiled search it also asserts that they are log-probabilities, at no cost that can be
    measured: one number a row is looked at.

    Args:
        step: The step.
        tokens: `(B,)` int32, the tokens put out last.
        state: The state before them.
        number: Which step it is, from 0: a scalar, or `(B,)` if it differs between the rows.
        live: `(B,)` bool, True for the rows whose logits will be used.

    Returns:
        `(B, V)` natural logs in float32, and a state of the same
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
    if difference := _difference(state, after):
        raise ValueError(
            "A step returns a state of the structure, shapes and types that it was given. "
            f"Received: {difference}. Let the first state hold all that later ones hold."
        )
    wide = logits if logits.dtype.size >= 4 else tf.cast(logits, tf.float32)
    log_p = tf.cast(tf.nn.log_softmax(wide), tf.float32)
    # A nan, a plus infinity or nothing but minus infinities make a whole row of nan.
    odd = tf.math.is_nan(log_p[:, 0]) & live
    first = tf.reduce_min(tf.where(odd, number, tf.int32.max))
    tf.debugging.Assert(~tf.reduce_any(odd), [_ODD, first])
    return log_p, tf.nest.map_structure(tf.convert_to_tensor, after)


def _difference(before: Any, after: Any) -> str | None:
    """Returns in words how a state differs from the one before it, or None."""
    try:
        tf.nest.assert_same_structure(before, after)
    except (TypeError, ValueError):
        return f"{_outline(after)} after {_outline(before)}"
    for old, new in zip(tf.nest.flatten(before), tf.nest.flatten(after), strict=True):
        new = tf.convert_to_tensor(new)
        if old.dtype != new.dtype or not old.shape.is_compatible_with(new.shape):
            return f"{new.dtype.name} {new.shape} after {old.dtype.name} {old.shape}"
    return None


def _outline(state: Any) -> str:
    return str(tf.nest.map_structure(lambda leaf: str(tf.convert_to_tensor(leaf).shape), state))


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
    return tf.where(hit, IMPOSSIBLE, log_p)


def has_attention(state: Any) -> bool:
    """Returns whether a state carries the attention of its last step."""
    return isinstance(state, Mapping) and "attention" in state
