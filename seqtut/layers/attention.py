"""Attention with explicit masks: additive, dot and multi-head, each returning its weights."""

import math
from typing import Any

import keras
from keras import ops


def masked_softmax(scores: Any, mask: Any) -> Any:
    """Turns scores into weights over the last axis that are exactly 0 where nothing is kept.

    Args:
        scores: `(..., S)`, float.
        mask: Bool, True = keep, of a shape that broadcasts to the scores'.

    Returns:
        `(..., S)` weights that sum to 1 over what is kept; all 0 where nothing is, never NaN.
    """
    masked = ops.where(mask, scores, ops.cast(-1e9, scores.dtype))
    # Keras's softmax warns of a last axis of one, and a source of one token is no mistake.
    weights = ops.exp(ops.log_softmax(masked, axis=-1))
    # Where nothing is kept, these weights are uniform: the product makes them nothing.
    return weights * ops.cast(mask, scores.dtype)


@keras.saving.register_keras_serializable(package="seqtut")
class DotAttention(keras.layers.Layer):
    """Weighs source states by their dot product with the query; has no weights of its own.

    Args:
        scaled: Whether scores are divided by the square root of the width, as in Vaswani et al.
            (2017), or left alone, as in Luong et al. (2015).
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        query: `(B, T, D)`, float.
        states: `(B, S, D)`, float.
        source_mask: `(B, S)` bool, True = keep.
        keys: What `project` returned, or None.
        values: `(B, S, N)` what is weighed; None for the states.

    Returns:
        The context `(B, T, D)`, or `(B, T, N)` of values, and the weights `(B, T, S)`.

    Source: Luong et al. (2015).
    """

    def __init__(self, scaled: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.scaled = scaled
        self.built = True

    def project(self, states: Any) -> None:
        """Returns None: the states are their own keys, there is nothing to compute once."""

    def call(self, query, states, source_mask, keys=None, values=None):
        """Returns context `(B, T, D)` and weights `(B, T, S)`."""
        scores = ops.matmul(query, ops.swapaxes(states, 1, 2))
        if self.scaled:
            scores = scores / math.sqrt(query.shape[-1])
        weights = masked_softmax(scores, source_mask[:, None, :])
        return ops.matmul(weights, states if values is None else values), weights

    def get_config(self):
        """Returns the arguments that make this layer again."""
        return {**super().get_config(), "scaled": self.scaled}


@keras.saving.register_keras_serializable(package="seqtut")
class AdditiveAttention(keras.layers.Layer):
    """Weighs source states by a small network: `score = v . tanh(W query + U state + b)`.

    Keras's layer of this name leaves `W` and `U` to its caller.

    Args:
        units: `A`, hidden units of the network.
        query_width: `Q`, width of a query.
        state_width: `D`, width of a source state.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        query: `(B, T, Q)`, float.
        states: `(B, S, D)`, float.
        source_mask: `(B, S)` bool, True = keep.
        keys: What `project` returned, or None to compute it here.
        values: `(B, S, N)` what is weighed; None for the states.

    Returns:
        The context `(B, T, D)`, or `(B, T, N)` of values, and the weights `(B, T, S)`.

    Source: Bahdanau et al. (2015).
    """

    def __init__(self, units: int, query_width: int, state_width: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.widths = {"units": units, "query_width": query_width, "state_width": state_width}
        self.query_dense = keras.layers.Dense(units, use_bias=False, name="query")
        self.query_dense.build((None, query_width))
        self.state_dense = keras.layers.Dense(units, name="state")
        self.state_dense.build((None, state_width))
        self.scale = self.add_weight(shape=(units,), initializer="glorot_uniform", name="scale")
        self.built = True

    def project(self, states: Any) -> Any:
        """Returns the keys `U state + b`, `(B, S, A)`, which no query changes."""
        return self.state_dense(states)

    def call(self, query, states, source_mask, keys=None, values=None):
        """Returns context `(B, T, D)` and weights `(B, T, S)`."""
        keys = self.project(states) if keys is None else keys
        hidden = ops.tanh(self.query_dense(query)[:, :, None, :] + keys[:, None, :, :])
        weights = masked_softmax(
            ops.squeeze(ops.matmul(hidden, self.scale[:, None]), -1), source_mask[:, None, :]
        )
        return ops.matmul(weights, states if values is None else values), weights

    def get_config(self):
        """Returns the arguments that make this layer again."""
        return {**super().get_config(), **self.widths}


@keras.saving.register_keras_serializable(package="seqtut")
class MultiHeadAttention(keras.layers.Layer):
    """Scaled dot attention in several heads, whose keys and values can be kept between steps.

    Keras's layer of this name computes the keys and values of all earlier steps anew.

    Args:
        width: `D`, width of inputs and outputs.
        heads: `H`, which divides `D`; a head has `D / H` numbers.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call args:
        query: `(B, T, D)`, float.
        keys: `(B, H, S, D / H)` from `project`.
        values: `(B, H, S, D / H)` from `project`.
        attention_mask: Bool, True = keep, of a shape that broadcasts to `(B, T, S)`, of rank 3.

    Returns:
        The output `(B, T, D)` and the weights `(B, H, T, S)`.

    Raises:
        ValueError: If `heads` does not divide `width`.

    Source: Vaswani et al. (2017).
    """

    def __init__(self, width: int, heads: int, **kwargs: Any):
        super().__init__(**kwargs)
        if heads < 1 or width % heads:
            raise ValueError(
                f"The heads must divide the width. Received: {heads} heads, width {width}."
            )
        self.width, self.heads = width, heads
        names = ("query", "key", "value", "output")
        self.denses = {name: keras.layers.Dense(width, name=name) for name in names}
        for dense in self.denses.values():
            dense.build((None, width))
        self.built = True

    def _split(self, x):
        batch, steps = ops.shape(x)[:2]
        if x.shape[1] == 1:  # nothing changes its place: a single step's heads stand in order
            return ops.reshape(x, (batch, self.heads, 1, self.width // self.heads))
        parts = ops.reshape(x, (batch, steps, self.heads, self.width // self.heads))
        return ops.transpose(parts, (0, 2, 1, 3))

    def project(self, states: Any) -> tuple[Any, Any]:
        """Returns the keys and values, each `(B, H, S, D / H)`, of states `(B, S, D)`."""
        return self._split(self.denses["key"](states)), self._split(self.denses["value"](states))

    def call(self, query, keys, values, attention_mask):
        """Returns the output `(B, T, D)` and the weights `(B, H, T, S)`."""
        # The query is the smaller operand to scale: T x D numbers, not T x S a head.
        queries = self._split(self.denses["query"](query)) / math.sqrt(self.width // self.heads)
        scores = ops.matmul(queries, ops.swapaxes(keys, 2, 3))
        weights = masked_softmax(scores, attention_mask[:, None, :, :])
        found = ops.matmul(weights, values)
        if query.shape[1] != 1:
            found = ops.transpose(found, (0, 2, 1, 3))
        merged = ops.reshape(found, (*ops.shape(query)[:2], self.width))
        return self.denses["output"](merged), weights

    def get_config(self):
        """Returns the arguments that make this layer again."""
        return {**super().get_config(), "width": self.width, "heads": self.heads}
