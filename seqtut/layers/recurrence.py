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

from seqtut.layers import gates

# Tokens of a vocabulary that a batch is sure to have more of.
_FEW = 512


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
        looked_up = gates.apart(_products(cell, embedding.embeddings))
    return Ready(gates.apart(tf.convert_to_tensor(cell.recurrent_kernel)), looked_up)


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
    run = _Run(places, kept, int(layer.go_backwards))
    run = run.with_gradients if training else run.through
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
        read = gates.apart(rows if places is None else tf.gather(rows, places))
    if given is None:
        recurrent = gates.apart(tf.matmul(h, layer.cell.recurrent_kernel))
    else:
        recurrent = tf.matmul(h[None], given.kernel)
    h, c, _ = gates.forwards(read, recurrent, h, c, None)
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


class _Run:
    """One run of an LSTM over sequences, time first.

    Args:
        places: `(T, B)` int32: which row each step reads; None if steps read rows of their own.
        kept: `(T, B, 1)` bool, True = keep; None keeps all.
        back: 1 to read from the last step to the first, else 0.
    """

    def __init__(self, places: tf.Tensor | None, kept: tf.Tensor | None, back: int):
        self.places, self.kept, self.back = places, kept, back

    def through(self, given: tf.Tensor, kernel: tf.Tensor, h: tf.Tensor, c: tf.Tensor) -> tuple:
        """Returns the states `(T, B, D)` and the last `h` and `c`.

        Args:
            given: `(T, B, 4 * D)` what the gates are given of the inputs; or `(V, 4 * D)`, if
                there are places.
            kernel: `(D, 4 * D)` how the state enters the gates.
            h: `(B, D)` the state before the first step.
            c: `(B, D)` the cell state before it.
        """
        h, c, states, *_ = self._forwards(given, kernel, h, c, gates.forwards, records=1)
        return self._after(states.stack()), h, c

    @property
    def with_gradients(self) -> Callable:
        """Does as `through`, and takes the weights' gradients in one product over all steps."""

        def run(given: tf.Tensor, kernel: tf.Tensor, h: tf.Tensor, c: tf.Tensor) -> tuple:
            forwards, backwards = gates.for_training(h)
            h, c, *records = self._forwards(given, kernel, h, c, forwards, records=3)
            states = records[0].stack()

            def gradients(*of_outputs: tf.Tensor) -> tuple:
                d_gates, d_h, d_c = self._backwards(kernel, *records[1:], backwards, *of_outputs)
                flat = d_gates.concat()
                before = tf.reshape(self._before(states), [-1, kernel.shape[0]])
                d_kernel = tf.matmul(before, flat, transpose_a=True)
                return self._given_gradient(given, flat), d_kernel, d_h, d_c

            return (self._after(states), h, c), gradients

        return tf.custom_gradient(run)

    def _forwards(self, given, kernel, h, c, forwards, records: int) -> tuple:
        """Returns the last `h` and `c`, and the records of `h`, `c` and the gates, or the first."""
        steps, width = self._steps(given), h.shape[-1]
        apart = gates.apart(kernel)
        rows = given if self.places is None else gates.apart(given)

        def advance(i: tf.Tensor, h: tf.Tensor, c: tf.Tensor, *kept: tf.TensorArray) -> tuple:
            t = steps - 1 - i if self.back else i
            # Looked up here, since XLA takes the nearest row for an id that there is no row for.
            read = (
                gates.apart(rows[t])
                if self.places is None
                else tf.gather(rows, self.places[t], axis=1)
            )
            h, c, sums = forwards(read, tf.matmul(h[None], apart), h, c, _at(self.kept, t))
            after = t + 1 - self.back
            now = zip(kept, (after, after, t), (h, c, sums), strict=False)
            return i + 1, h, c, *(record.write(place, value) for record, place, value in now)

        # States stand between the steps: before step t at t, after it at t + 1; or vice versa.
        begin = steps if self.back else 0
        kept = [_record(h, steps + 1, width).write(begin, first) for first in (h, c)[:records]]
        kept += [_record(h, steps, 4 * width)] * (records > 2)
        return tf.while_loop(lambda i, *_: i < steps, advance, (0, h, c, *kept))[1:]

    def _backwards(self, kernel, cs, sums, backwards, d_states, d_h, d_c) -> tuple:
        """Returns the record of the gradients of the gates' sums, and those of the first states."""
        steps, across = tf.shape(d_states)[0], tf.transpose(kernel)

        def retreat(i: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor, kept: tf.TensorArray) -> tuple:
            t = i if self.back else steps - 1 - i
            cells = cs.read(t + 1 - self.back), cs.read(t + self.back)
            d, d_h, d_c = backwards(sums.read(t), *cells, d_states[t], d_h, d_c, _at(self.kept, t))
            return i + 1, d_h + tf.matmul(d, across), d_c, kept.write(t, d)

        kept = _record(d_h, steps, kernel.shape[1])
        _, d_h, d_c, kept = tf.while_loop(lambda i, *_: i < steps, retreat, (0, d_h, d_c, kept))
        return kept, d_h, d_c

    def _given_gradient(self, given: tf.Tensor, flat: tf.Tensor) -> tf.Tensor:
        if self.places is None:
            return tf.reshape(flat, tf.shape(given))
        read = tf.one_hot(tf.reshape(self.places, [-1]), tf.shape(given)[0], dtype=flat.dtype)
        return tf.matmul(read, flat, transpose_a=True)

    def _steps(self, given: tf.Tensor) -> tf.Tensor:
        return tf.shape(given if self.places is None else self.places)[0]

    def _before(self, states: tf.Tensor) -> tf.Tensor:
        return states[1:] if self.back else states[:-1]

    def _after(self, states: tf.Tensor) -> tf.Tensor:
        return states[:-1] if self.back else states[1:]


def _at(sequence: tf.Tensor | None, t: tf.Tensor) -> tf.Tensor | None:
    return None if sequence is None else sequence[t]


def _record(h: tf.Tensor, size: tf.Tensor, values: int) -> tf.TensorArray:
    shape = (h.shape[0], values)
    return tf.TensorArray(h.dtype, size, clear_after_read=False, element_shape=shape)
