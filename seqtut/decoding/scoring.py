"""What the model itself makes of a given output: its log-probability by teacher forcing."""

from typing import Any

import numpy as np
import tensorflow as tf

from seqtut.decoding import common, loops, settings
from seqtut.decoding.common import Step


def score(step: Step, state: Any, tokens: Any, lengths: Any, *, begin: int) -> tf.Tensor:
    """Returns the log-probability of given outputs, a row each.

    It is how a search error is told from a model error: if the right output scores higher than
    the one that was found, the search missed it; if lower, the model prefers the wrong one.

    Args:
        step: From `tokens` `(B,)` int32 and a state to `logits` `(B, V)` and the next state.
        state: The state before the first step, a nest of tensors with leading axis `B`.
        tokens: `(B, T)` ids, without the begin token.
        lengths: `(B,)` how many of them count, the end token among them.
        begin: The token that the first step is fed.

    Returns:
        `(B,)` float32, sums of log-probabilities in nats.

    Raises:
        ValueError: If the shapes do not fit, or the step breaks its contract.
    """
    tokens, lengths = np.asarray(tokens, np.int32), np.asarray(lengths, np.int32)
    state = common.prepare(state)
    rows = tf.nest.flatten(state)[0].shape[0]
    if tokens.ndim != 2 or lengths.shape != tokens.shape[:1] or len(tokens) != rows:
        raise ValueError(
            "score needs tokens (B, T), lengths (B,) and a state of B rows. "
            f"Received: {tokens.shape}, {lengths.shape} and {rows} rows. Give each row its length."
        )
    run = common.compiled(_score, step, begin=settings.at_least("begin", begin, 0))
    return run(state, tf.constant(tokens), tf.constant(lengths))


def _score(
    step: Step, state: Any, tokens: tf.Tensor, lengths: tf.Tensor, *, begin: int
) -> tf.Tensor:
    fed = tf.concat([tf.fill([tf.shape(tokens)[0], 1], begin), tokens], axis=1)

    def body(t, scores, state):
        log_p, state = common.advance(step, fed[:, t], state, t, t < lengths)
        gain = tf.gather(log_p, tokens[:, t], batch_dims=1)
        return t + 1, tf.where(t < lengths, scores + gain, scores), state

    _, scores, _ = loops.loop(
        lambda t, *_: t < tf.reduce_max(lengths),
        body,
        (tf.constant(0), tf.zeros(tf.shape(lengths)), state),
    )
    return scores
