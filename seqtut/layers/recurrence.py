"""An LSTM with the weights of Keras's layer, in fewer and larger products.

Keras multiplies what a step reads by the kernel inside the loop over the steps, and its gradient
adds up those of the weights step by step. Here both are one product over all steps. The tokens of a
small vocabulary are multiplied once each, and looked up. What is left in the loop is the product
with the state, and a dozen operations on the gates, which XLA makes one of in training.
"""

import math
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from seqtut.layers import gates
from seqtut.layers.sweep import Sweep

# A larger vocabulary is not multiplied whole: its gradient would need a one-hot row of it for each
# token.
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
        """Returns whether it pays to multiply the vocabulary rather than each of these.

        Where their number is not known yet, it is taken to be large.
        """
        shape, size = self.tokens.shape, self.embedding.input_dim
        return size <= _FEW and (not shape.is_fully_defined() or size < math.prod(shape))


class Ready(NamedTuple):
    """What the steps of a layer need of its weights alone, computed once for all of them.

    `kernel` `(4, D, D)` is how the state enters each gate, `table` `(4, V, D)` what each gate is
    given of each token; None where it looks none up.
    """

    kernel: tf.Tensor
    table: tf.Tensor | None


def ready(layer: keras.layers.LSTM, embedding: keras.layers.Embedding | None = None) -> Ready:
    """Returns what the steps of a built LSTM layer need of its weights alone.

    Args:
        layer: Whose weights to take.
        embedding: Of the tokens that it reads, if it is a first layer.
    """
    cell, looked_up = layer.cell, None
    if embedding is not None and embedding.input_dim <= _FEW:
        looked_up = gates.apart(_products(cell, embedding.embeddings))
    return Ready(gates.apart(_cast(cell.recurrent_kernel, cell)), looked_up)


def lstm(
    layer: keras.layers.LSTM,
    inputs: Any,
    mask: Any = None,
    initial: Any = None,
    training: bool | None = None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Runs a built LSTM layer over sequences, from their end if it goes backwards.

    The layer has a bias, and what it is set to drop is not dropped.

    Args:
        layer: Whose weights to take; of width `D`, with Keras's own activations.
        inputs: `(B, T, F)`, float, or `Unread`.
        mask: `(B, T)` bool, True = keep; a step that is not kept leaves the state as it was. None
            keeps all.
        initial: `h` and `c` before the first step, `(B, D)` each; None for zeros.
        training: Whether this is training: then the weights' gradients are taken over all steps
            together, and the operations on the gates are fused.

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
    sweep = Sweep(places, kept, int(layer.go_backwards))
    run = sweep.with_gradients if training else sweep.through
    states, h, c = run(given, _cast(layer.cell.recurrent_kernel, layer.cell), *initial)
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
        recurrent = gates.apart(tf.matmul(h, _cast(layer.cell.recurrent_kernel, layer.cell)))
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
    kernel, bias = _cast(cell.kernel, cell), _cast(cell.bias, cell)
    return tf.matmul(_cast(inputs, cell), kernel) + bias


def _cast(x: Any, cell: keras.layers.LSTMCell) -> tf.Tensor:
    return tf.cast(tf.convert_to_tensor(x), cell.compute_dtype)
