"""What an LSTM does to the four gates of a step, and the gradients of it."""

import sys
from collections.abc import Callable

import tensorflow as tf

# Below so many numbers in a state, compiling takes longer than the operations do.
_MANY = 2**13


def apart(x: tf.Tensor) -> tf.Tensor:
    """Returns `(N, 4 * D)` as `(4, N, D)`, so that the numbers of each gate stand together."""
    return tf.transpose(tf.reshape(x, [-1, 4, x.shape[-1] // 4]), [1, 0, 2])


def forwards(
    read: tf.Tensor, recurrent: tf.Tensor, h: tf.Tensor, c: tf.Tensor, kept: tf.Tensor | None
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Takes a step.

    Args:
        read: `(4, B, D)` what the gates (input, forget, candidate, output) are given of the input.
        recurrent: `(4, B, D)` what they are given of the state.
        h: `(B, D)` the state.
        c: `(B, D)` the cell state.
        kept: `(B, 1)` bool, True = keep: which rows take the step; None for all.

    Returns:
        The new `h` and `c`, and the gates side by side, `(B, 4 * D)`.
    """
    i, f, g, o = tf.unstack(read + recurrent, num=4)
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    new_c = f * c + i * g
    new_h = o * tf.tanh(new_c)
    if kept is not None:
        new_h, new_c = tf.where(kept, new_h, h), tf.where(kept, new_c, c)
    return new_h, new_c, tf.concat([i, f, g, o], axis=1)


def backwards(
    gates: tf.Tensor,
    c: tf.Tensor,
    c_before: tf.Tensor,
    d_state: tf.Tensor,
    d_h: tf.Tensor,
    d_c: tf.Tensor,
    kept: tf.Tensor | None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns the gradients of what `forwards` was given.

    Args:
        gates: `(B, 4 * D)` the gates.
        c: `(B, D)` the cell state after the step.
        c_before: `(B, D)` the one before.
        d_state: `(B, D)` the gradient of the state as what the layer puts out.
        d_h: `(B, D)` that of the state as what the next step reads.
        d_c: `(B, D)` that of the cell state after the step.
        kept: As of `forwards`.

    Returns:
        The gradient of the pre-activations `(B, 4 * D)`, that of the state before where a step that
        is not kept hands it through, and that of the cell state before, both `(B, D)`.
    """
    i, f, g, o = tf.split(gates, 4, axis=1)
    d_h, out = d_h + d_state, tf.tanh(c)
    d_new = d_c + d_h * o * (1 - out * out)
    d = [d_new * g * i * (1 - i), d_new * c_before * f * (1 - f)]
    d += [d_new * i * (1 - g * g), d_h * out * o * (1 - o)]
    d, through, d_before = tf.concat(d, axis=1), tf.zeros_like(d_h), d_new * f
    if kept is not None:
        d, through = tf.where(kept, d, 0), tf.where(kept, through, d_h)
        d_before = tf.where(kept, d_before, d_c)
    return d, through, d_before


_fused_forwards = tf.function(forwards, jit_compile=True, autograph=False)
_fused_backwards = tf.function(backwards, jit_compile=True, autograph=False)


def for_training(h: tf.Tensor) -> tuple[Callable, Callable]:
    """Returns `forwards` and `backwards`, each fused into one operation by XLA where that pays.

    Args:
        h: `(B, D)` a state, by whose size it is decided.
    """
    if sys.platform != "linux":  # elsewhere XLA may not be there
        return forwards, backwards

    def either(plain: Callable, fused: Callable) -> Callable:
        def chosen(*given: tf.Tensor) -> tuple:
            return tf.cond(tf.size(h) < _MANY, lambda: plain(*given), lambda: fused(*given))

        return chosen

    return either(forwards, _fused_forwards), either(backwards, _fused_backwards)
