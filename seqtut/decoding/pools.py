"""The best hypotheses that a beam search has found, and the way back to their tokens."""

from typing import NamedTuple

import tensorflow as tf

from seqtut.decoding import loops
from seqtut.decoding.settings import IMPOSSIBLE, length_penalty


class Pool(NamedTuple):
    """The best hypotheses so far, `(B, K)` each, best first.

    `penalised` and `scores` are minus infinity where there is none yet. The first `prefix` tokens
    of a hypothesis are those that led to place `slot` of the beam; the end token follows if it
    is `finished`.
    """

    penalised: tf.Tensor
    scores: tf.Tensor
    prefix: tf.Tensor
    slot: tf.Tensor
    finished: tf.Tensor


def empty(rows: tf.Tensor, keep: int) -> Pool:
    """Returns a pool that holds nothing yet.

    Args:
        rows: `B`, a scalar.
        keep: `K`, its places a row.

    Returns:
        A `Pool` of `(B, K)`.
    """
    nothing = tf.fill([rows, keep], IMPOSSIBLE)
    zeros = tf.zeros([rows, keep], tf.int32)
    return Pool(nothing, nothing, zeros, zeros, tf.zeros([rows, keep], tf.bool))


def merge(pool: Pool, ends: tf.Tensor, parents: tf.Tensor, i: tf.Tensor, alpha: tf.Tensor) -> Pool:
    """Returns the pool with what ended at a step; of equal ones the older goes first.

    Args:
        pool: The best so far.
        ends: `(B, W)` scores of what ended, minus infinity where nothing did.
        parents: `(B, W)` the places of the prefixes that ended.
        i: The step, from 0; so many tokens are in the prefixes.
        alpha: The exponent of the length penalty.

    Returns:
        The best of both, as many as before.
    """
    keep = pool.scores.shape[1]
    new = Pool(
        ends / length_penalty(tf.cast(i + 1, tf.float32), alpha),
        ends,
        tf.fill(tf.shape(ends), i),
        parents,
        ends > IMPOSSIBLE,
    )
    both = [tf.concat(pair, axis=1) for pair in zip(pool, new, strict=True)]
    penalised, order = tf.math.top_k(both[0], keep)
    return Pool(penalised, *(tf.gather(x, order, batch_dims=1) for x in both[1:]))


def with_cut(pool: Pool, scores: tf.Tensor, steps: tf.Tensor, alpha: tf.Tensor, keep: int) -> Pool:
    """Returns the pool with its empty places filled by the prefixes that were cut.

    Args:
        pool: What ended.
        scores: `(B, W)` of the prefixes on the beam, the best first.
        steps: How many tokens they have.
        alpha: The exponent of the length penalty.
        keep: `K`, the places of the pool.

    Returns:
        What ended, then what was cut, then what is empty.
    """
    width = scores.shape[1]
    cut = Pool(
        scores / length_penalty(tf.cast(steps, tf.float32), alpha),
        scores,
        tf.where(scores > IMPOSSIBLE, steps, 0),
        tf.broadcast_to(tf.range(width), tf.shape(scores)),
        tf.zeros_like(scores, tf.bool),
    )
    both = Pool(*(tf.concat(pair, axis=1) for pair in zip(pool, cut, strict=True)))
    rank = tf.where(both.finished, 0, tf.where(both.scores > IMPOSSIBLE, 1, 2))
    # Unique keys, since both parts are in order already.
    order = tf.argsort(rank * (keep + width) + tf.range(keep + width))[:, :keep]
    return Pool(*(tf.gather(x, order, batch_dims=1) for x in both))


def trace(
    pool: Pool, tokens: tf.Tensor, parents: tf.Tensor, end: int, pad: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Follows the parents of each hypothesis back to its first token.

    Args:
        pool: `(B, K)` hypotheses.
        tokens: `(T, B, W)` of the prefixes at each step.
        parents: `(T, B, W)` the places of the prefixes that they extend.
        end: What follows the prefix of a hypothesis that ended.
        pad: What follows that.

    Returns:
        Two `(T, B, K)`: the tokens, and the places of the beam that each was put out from.
    """
    size = tf.shape(tokens)[0]

    def body(t, slot, kept):
        inside = t < pool.prefix
        token = tf.gather(tokens[t], slot, batch_dims=1)
        last = tf.where(pool.finished & (t == pool.prefix), end, pad)
        slot = tf.where(inside, tf.gather(parents[t], slot, batch_dims=1), slot)
        kept = {
            "tokens": kept["tokens"].write(t, tf.where(inside, token, last)),
            "slots": kept["slots"].write(t, slot),
        }
        return t - 1, slot, kept

    wanted = (("tokens", tf.int32), ("slots", tf.int32))
    _, _, kept = loops.loop(
        lambda t, *_: t >= 0, body, (size - 1, pool.slot, loops.records(wanted, size))
    )
    return kept["tokens"].stack(), kept["slots"].stack()
