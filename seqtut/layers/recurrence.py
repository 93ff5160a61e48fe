"""An LSTM with the weights of Keras's layer, in fewer and larger products.

Keras multiplies what a step reads by the kernel inside the loop over the steps, and its gradient
adds up those of the weights step by step. Here both are one product over all steps. The tokens of a
small vocabulary are multiplied once each, and looked up. What is left in the loop is the product
with the state, and a dozen operations on the gates, which XLA makes one of in training.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

# Tokens of a vocabulary that a batch is sure to have more of.
_FEW = 512
# Below so many numbers in a state, compiling takes longer than the operations do.
_MANY = 2**13


class Unread:
    """Tokens whose vectors have not been looked up yet.

    Args:
        tokens: Ids, int32: `(B, T)` of sequences, or `(B,)` of a step.
        embedding: A built layer that has the vectors.
    """

    def __init__(self, tokens: Any, embedding: keras.layers.Embedding):
        self.tokens, self.embedding = tf.convert_to_tensor(tokens), embedding

    def vectors(self) -> Any:
        """Returns the tokens' vectors, with one more axis, `F`."""
        return self.embedding(self.tokens)

    def many(self) -> bool:
        """Returns whether these are more tokens than there are different ones, if that is known."""
        shape, size = self.tokens.shape, self.embedding.input_dim
        return size < math.prod(shape) if shape.is_fully_defined() else size <= _FEW


class Ready(NamedTuple):
    """What the steps of a layer need of its weights alone, computed once for all of them.

    `kernel` `(4, D, D)` is how the state enters each gate, `table` `(4, V, D)` what each gate is
    given of each token; None where it looks none up.
    """

    kernel: tf.Tensor
    table: tf.Tensor | None


def ready(layer: keras.layers.LSTM, embedding: keras.layers.Embedding | None = None) -> Ready:
    """Computes what the steps of a built LSTM layer need of its weights alone.

    Args:
        layer: Whose weights to take.
        embedding: Of the tokens that it reads, if it is a first layer.
    """
    cell, looked_up = layer.cell, None
    if embedding is not None and embedding.input_dim <= _FEW:
        looked_up = _apart(_products(cell, embedding.embeddings))
    return Ready(_apart(tf.convert_to_tensor(cell.recurrent_kernel)), looked_up)


def lstm(
    layer: keras.layers.LSTM,
    inputs: Any,
    mask: Any = None,
    initial: Any = None,
    training: bool | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Runs a built LSTM layer over sequences, from their end if it goes backwards.

    Args:
        layer: Whose weights to take; of width `D`, with Keras's own activations.
        inputs: `(B, T, F)`, float, or `Unread`.
        mask: `(B, T)` bool, True = keep; a step that is not kept leaves the state as it was. None
            keeps all.
        initial: `h` and `c` before the first step, `(B, D)` each; None for zeros.
        training: Whether this is a step of training, of many alike.

    Returns:
        The states `(B, T, D)`, each at its own step, and the last `h` and `c`, `(B, D)`.

    Equation: eq-lstm
    Source: Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000).
    """
    given, places = _given(layer.cell, inputs)
    if places is None:
        given = tf.transpose(given, [1, 0, 2])
    else:
        places = tf.transpose(places)
    if initial is None:
        rows = tf.shape(given if places is None else places)[1]
        initial = [tf.zeros([rows, layer.units], given.dtype)] * 2
    kept = None if mask is None else tf.transpose(tf.convert_to_tensor(mask))[:, :, None]
    back, training = int(layer.go_backwards), bool(training)

    @tf.custom_gradient
    def run(given: tf.Tensor, kernel: tf.Tensor, h: tf.Tensor, c: tf.Tensor) -> tuple:
        return _recur(given, kernel, h, c, places, kept, back, training)

    states, h, c = run(given, tf.convert_to_tensor(layer.cell.recurrent_kernel), *initial)
    return tf.transpose(states, [1, 0, 2]), h, c


def step(
    layer: keras.layers.LSTM, inputs: Any, h: Any, c: Any, given: Ready | None = None
) -> tuple[tf.Tensor, tf.Tensor]:
    """Takes one step of a built LSTM layer.

    Args:
        layer: Whose weights to take.
        inputs: `(B, F)`, float, or `Unread`.
        h: `(B, D)` the state.
        c: `(B, D)` the cell state.
        given: What `ready` returned, or None to compute what is wanted of it here.

    Returns:
        The new `h` and `c`.
    """
    if given is not None and given.table is not None:
        read = tf.gather(given.table, inputs.tokens, axis=1)
    else:
        rows, places = _given(layer.cell, inputs)
        read = _apart(rows if places is None else tf.gather(rows, places))
    if given is None:
        recurrent = _apart(tf.matmul(h, layer.cell.recurrent_kernel))
    else:
        recurrent = tf.matmul(h[None], given.kernel)
    h, c, _ = _forwards(read, recurrent, h, c, None)
    return h, c


def _given(cell: keras.layers.LSTMCell, inputs: Any) -> tuple[tf.Tensor, tf.Tensor | None]:
    """Returns inputs times the kernel, plus the bias, and which row of it each token reads.

    The rows are None where the products are already in the inputs' order.
    """
    if not isinstance(inputs, Unread):
        return _products(cell, inputs), None
    if inputs.many():
        return _products(cell, inputs.embedding.embeddings), inputs.tokens
    return _products(cell, inputs.vectors()), None


def _products(cell: keras.layers.LSTMCell, inputs: Any) -> tf.Tensor:
    return keras.ops.matmul(inputs, cell.kernel) + cell.bias


def _apart(x: tf.Tensor) -> tf.Tensor:
    """Returns `(N, 4 * D)` as `(4, N, D)`, so that a gate's numbers stand together."""
    return tf.transpose(tf.reshape(x, [-1, 4, x.shape[-1] // 4]), [1, 0, 2])


def _recur(
    given: tf.Tensor,
    kernel: tf.Tensor,
    h: tf.Tensor,
    c: tf.Tensor,
    places: tf.Tensor | None,
    kept: tf.Tensor | None,
    back: int,
    training: bool,
) -> tuple:
    """Returns states `(T, B, D)` with the last `h` and `c`, and the function of their gradients.

    `given` is `(T, B, 4 * D)`, or `(V, 4 * D)` with the rows to read as `places` `(T, B)`.
    """
    steps, width, dtype = tf.shape(given if places is None else places)[0], h.shape[-1], h.dtype
    forwards, backwards = _choose(h, training)
    apart = _apart(kernel)
    looked_up = None if places is None else _apart(given)

    def of(sequence: tf.Tensor | None, t: tf.Tensor) -> tf.Tensor | None:
        return None if sequence is None else sequence[t]

    def record(size: tf.Tensor, values: int) -> tf.TensorArray:
        shape = (h.shape[0], values)
        return tf.TensorArray(dtype, size, clear_after_read=False, element_shape=shape)

    # States stand between the steps: before step t at t, after it at t + 1; backwards, vice versa.
    def advance(i: tf.Tensor, h: tf.Tensor, c: tf.Tensor, *records: tf.TensorArray) -> tuple:
        t = steps - 1 - i if back else i
        # Looked up here, since XLA takes the nearest row for an id that the table does not have.
        read = _apart(given[t]) if places is None else tf.gather(looked_up, places[t], axis=1)
        h, c, gates = forwards(read, tf.matmul(h[None], apart), h, c, of(kept, t))
        after = t + 1 - back
        hs, cs, gs = (
            r.write(place, value)
            for r, place, value in zip(records, (after, after, t), (h, c, gates), strict=True)
        )
        return i + 1, h, c, hs, cs, gs

    begin = steps if back else 0
    records = [record(steps + 1, width).write(begin, start) for start in (h, c)]
    _, h, c, hs, cs, gates = tf.while_loop(
        lambda i, *_: i < steps, advance, (0, h, c, *records, record(steps, 4 * width))
    )
    states = hs.stack()

    def gradients(d_states: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor) -> tuple:
        across = tf.transpose(kernel)

        def retreat(i: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor, d_gates: tf.TensorArray) -> tuple:
            t = i if back else steps - 1 - i
            cells = cs.read(t + 1 - back), cs.read(t + back)
            d, d_h, d_c = backwards(gates.read(t), *cells, d_states[t], d_h, d_c, of(kept, t))
            return i + 1, d_h + tf.matmul(d, across), d_c, d_gates.write(t, d)

        _, d_h, d_c, d_gates = tf.while_loop(
            lambda i, *_: i < steps, retreat, (0, d_h, d_c, record(steps, 4 * width))
        )
        before = tf.reshape(states[back : steps + back], [-1, width])
        if places is None:
            d_given = d_gates.stack()
            flat = tf.reshape(d_given, [-1, 4 * width])
        else:
            flat = d_gates.concat()
            read = tf.one_hot(tf.reshape(places, [-1]), tf.shape(given)[0], dtype=dtype)
            d_given = tf.matmul(read, flat, transpose_a=True)
        return d_given, tf.matmul(before, flat, transpose_a=True), d_h, d_c

    return (states[1 - back : steps + 1 - back], h, c), gradients


def _choose(h: tf.Tensor, training: bool) -> tuple[Callable, Callable]:
    """Returns a step's operations on the gates, fused where it pays, and those of its gradient."""
    if not training:
        return _forwards, _backwards

    def either(plain: Callable, fused: Callable) -> Callable:
        def chosen(*given: tf.Tensor) -> tuple:
            return tf.cond(tf.size(h) < _MANY, lambda: plain(*given), lambda: fused(*given))

        return chosen

    return either(_forwards, _fused_forwards), either(_backwards, _fused_backwards)


def _forwards(
    read: tf.Tensor,
    recurrent: tf.Tensor,
    h: tf.Tensor,
    c: tf.Tensor,
    kept: tf.Tensor | None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns the next `h` and `c`, and the four gates side by side, of two `(4, B, D)`."""
    i, f, g, o = tf.unstack(read + recurrent, num=4)
    i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
    new_c = f * c + i * g
    new_h = o * tf.tanh(new_c)
    if kept is not None:
        new_h, new_c = tf.where(kept, new_h, h), tf.where(kept, new_c, c)
    return new_h, new_c, tf.concat([i, f, g, o], axis=1)


def _backwards(
    gates: tf.Tensor,
    c: tf.Tensor,
    c_before: tf.Tensor,
    d_state: tf.Tensor,
    d_h: tf.Tensor,
    d_c: tf.Tensor,
    kept: tf.Tensor | None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns the gradients of the gates' sums, and what of `h` and `c` passes by the gates."""
    i, f, g, o = tf.split(gates, 4, axis=1)
    d_h, out = d_h + d_state, tf.tanh(c)
    d_new = d_c + d_h * o * (1 - out * out)
    d = [d_new * g * i * (1 - i), d_new * c_before * f * (1 - f)]
    d += [d_new * i * (1 - g * g), d_h * out * o * (1 - o)]
    d, passed, d_before = tf.concat(d, axis=1), tf.zeros_like(d_h), d_new * f
    if kept is not None:
        d, passed = tf.where(kept, d, 0), tf.where(kept, passed, d_h)
        d_before = tf.where(kept, d_before, d_c)
    return d, passed, d_before


_fused_forwards = tf.function(_forwards, jit_compile=True, autograph=False)
_fused_backwards = tf.function(_backwards, jit_compile=True, autograph=False)
