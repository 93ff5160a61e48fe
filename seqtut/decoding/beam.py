"""Beam search: the best few prefixes are kept at every step, for a whole batch at once."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import tensorflow as tf

from seqtut.decoding import common, live, loops, pools, settings
from seqtut.decoding.common import Step
from seqtut.decoding.settings import IMPOSSIBLE, length_penalty


class History(NamedTuple):
    """What the beam held at each step, from which its tree can be drawn.

    Each is `(B, T, W)`, W = `width`. `tokens`, `parents` and `scores` are of the prefixes that
    went on: the token, the place (0 ... W - 1) of the prefix it extends in the step before, and
    the sum of log-probabilities, minus infinity where the place was empty or the row had
    stopped. `ends` is by the place of the parent: the score of that prefix with the end token,
    where this was among the best W of the step, otherwise minus infinity.
    """

    tokens: tf.Tensor
    parents: tf.Tensor
    scores: tf.Tensor
    ends: tf.Tensor


class Hypotheses(NamedTuple):
    """What a beam search kept, K = `keep` hypotheses an example, best first.

    `tokens` `(B, K, T)` int32, T = `max_steps`, pads after the end; `lengths` `(B, K)` int32, the
    end token counted; `scores` `(B, K)`, sums of the model's log-probabilities in nats;
    `penalised` `(B, K)`, these over the length penalty; `finished` `(B, K)` bool, False where the
    hypothesis was cut; `attention` `(B, K, T, S)`, zero at pads, or None. Where there were fewer
    than K, the rest has length 0 and score minus infinity.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor
    penalised: tf.Tensor
    finished: tf.Tensor
    attention: tf.Tensor | None
    history: History


def beam_search(
    step: Step,
    state: Any,
    *,
    begin: int,
    end: int,
    max_steps: int,
    width: int = 5,
    keep: int | None = None,
    alpha: float = 0.0,
    pad: int = 0,
    forbidden: Iterable[int] = (),
    shared: Iterable[str] = (),
    once: Callable[[], Any] | None = None,
) -> Hypotheses:
    """Keeps the `width` most probable prefixes at every step, and the best that ended apart.

    A hypothesis ends if its end token is among the `width` best continuations of its step. It
    is then compared by `score / length_penalty(length, alpha)` with the others that ended.
    Since a score is negative, a positive `alpha` favours longer hypotheses; 0 is off.

    A row stops when no prefix on its beam can end better than the worst that is kept. That
    changes no result: a score only falls as a prefix grows, so with `alpha` 0 the best prefix's
    own score is the bound, and otherwise this score over the kindest penalty there is, that of
    `max_steps` for a positive `alpha`. The bound is loose then: give a tight `max_steps`.

    What was cut at `max_steps` comes after all that ended, whatever its score.

    Args:
        step: From `tokens` `(R,)` int32 and a state to `logits` `(R, V)` and the next state. The
            prefixes of one example stand side by side, one in the first step and `width` later;
            an example that has stopped has none. So `R` changes, and what belongs to a row has to
            be in the state.
        state: The state before the first step, a nest of tensors with leading axis `B`. What
            the step passes on as the same object, such as the encoder's states, is seldom copied.
        begin: The token that the first step is fed.
        end: The token that ends a sequence.
        max_steps: The longest output, the end token counted.
        width: Prefixes on the beam.
        keep: Hypotheses to return, `width` by default. With 1 the best is the same, and found
            sooner, since a row stops as soon as its best cannot be beaten.
        alpha: The exponent of the length penalty.
        pad: What fills the rows after the end.
        forbidden: Ids that are never put out, such as those of the pad and begin tokens. The
            probabilities of the others are not rescaled.
        shared: Names in the state of what all prefixes of an example have in common. The step is
            given one row of it an example, however many prefixes there are, and passes it on. The
            models of `seqtut.models` say what they can share.
        once: Returns what every step needs and none changes, a nest of tensors: it is computed once
            a search, and given to the step as its third argument. If it returns None, the step is
            given two. Give the same function each time, such as a model's method: the search is
            compiled anew for another one.

    Returns:
        `Hypotheses`, no two of them alike.

    Raises:
        ValueError: If a setting is out of range, or the step breaks its contract.

    Source: Wu et al. (2016) for the length penalty.
    """
    ids = settings.special(begin, end, pad, forbidden)
    width = settings.at_least("width", width, 1)
    keep = width if keep is None else settings.at_least("keep", keep, 1)
    if keep > width:
        raise ValueError(
            f"keep must be at most the width of the beam. Received: keep={keep}, width={width}."
        )
    steps = tf.constant(settings.at_least("max_steps", max_steps, 1))
    exponent = tf.constant(settings.finite("alpha", alpha), tf.float32)
    if isinstance(shared, str):
        raise ValueError(f"shared is a list of names. Received: {shared!r}. Write [{shared!r}].")
    settled = {**ids, "width": width, "keep": keep, "shared": tuple(shared), "once": once}
    run = common.compiled(_search, step, **settled)
    return run(common.prepare(state), steps, exponent)


def _search(
    step: Step,
    state: Any,
    max_steps: tf.Tensor,
    alpha: tf.Tensor,
    *,
    begin: int,
    end: int,
    pad: int,
    forbidden: tuple[int, ...],
    width: int,
    keep: int,
    shared: tuple[str, ...],
    once: Callable[[], Any] | None,
) -> Hypotheses:
    step = common.with_once(step, once)
    rows = common.batch_size(state)
    attends = common.has_attention(state)
    attention_type = state["attention"].dtype if attends else None

    def going(i, tokens, scores, *_):
        return (i < 1) | ((i < max_steps) & tf.reduce_any(scores > IMPOSSIBLE))

    def body(i, tokens, scores, pool, going_on, state, kept):
        log_p, after = common.advance(
            step, going_on.pick(tokens), state, i, going_on.pick(scores) > IMPOSSIBLE
        )
        log_p = common.forbid(log_p, forbidden, end)
        total = scores[:, :, None] + going_on.scatter(log_p, rows, width)
        best, parents, tokens = _best(total, 2 * width)
        ended = tokens == end
        ends = tf.where(ended, best, IMPOSSIBLE)[:, :width]
        pool = pools.merge(pool, ends, parents[:, :width], i, alpha)

        # Each prefix ends in one way, so of twice the width at least the width go on.
        scores, place = tf.math.top_k(tf.where(ended, IMPOSSIBLE, best), width)
        by_parent = _by_place(ends, parents[:, :width], width)
        parents, tokens = (tf.gather(x, place, batch_dims=1) for x in (parents, tokens))
        tokens = tf.where(scores > IMPOSSIBLE, tokens, pad)

        now = {"tokens": tokens, "parents": parents, "scores": scores, "ends": by_parent}
        if attends:
            now["attention"] = going_on.scatter(after["attention"], rows, width)
        kept = {name: record.write(i, now[name]) for name, record in kept.items()}
        bound = scores[:, :1] / _kindest(i + 2, max_steps, alpha)
        scores = tf.where(bound <= pool.penalised[:, -1:], IMPOSSIBLE, scores)
        going_on, state = going_on.follow(scores, parents, state, after, shared)
        return i + 1, tokens, scores, pool, going_on, state, kept

    wanted = [("tokens", tf.int32), ("parents", tf.int32)]
    wanted += [("scores", tf.float32), ("ends", tf.float32)]
    wanted += [("attention", attention_type)] if attends else []
    # Only the first place holds a prefix, the empty one: copies of it would be duplicates.
    first = tf.where(tf.range(width) == 0, 0.0, IMPOSSIBLE)
    steps, _, scores, pool, _, _, kept = loops.loop(
        going,
        body,
        (
            tf.constant(0),
            tf.fill([rows, width], begin),
            tf.repeat(first[None], rows, axis=0),
            pools.empty(rows, keep),
            *live.start(state),
            loops.records(wanted, max_steps),
        ),
    )
    played = {name: record.gather(tf.range(steps)) for name, record in kept.items()}
    pool = pools.with_cut(pool, scores, steps, alpha, keep)
    tokens, slots = pools.trace(pool, played["tokens"], played["parents"], end, pad)
    attention = None
    lengths = pool.prefix + tf.cast(pool.finished, tf.int32)
    if attends:
        attention = tf.gather(played["attention"], slots, batch_dims=2)
        inside = tf.range(steps)[:, None, None] < lengths
        attention = tf.where(inside[..., None], attention, tf.zeros_like(attention))
        attention = tf.transpose(loops.filled(attention, max_steps, 0), [1, 2, 0, 3])
    fills = {"tokens": pad, "parents": 0, "scores": IMPOSSIBLE, "ends": IMPOSSIBLE}
    history = History(
        **{
            name: tf.transpose(loops.filled(played[name], max_steps, fill), [1, 0, 2])
            for name, fill in fills.items()
        }
    )
    tokens = tf.transpose(loops.filled(tokens, max_steps, pad), [1, 2, 0])
    return Hypotheses(
        tokens, lengths, pool.scores, pool.penalised, pool.finished, attention, history
    )


def _best(total: tf.Tensor, count: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns the best continuations `(B, count)` of all prefixes: scores, places, tokens."""
    size = tf.shape(total)[-1]
    flat = tf.reshape(total, [tf.shape(total)[0], -1])
    best, index = tf.math.top_k(flat, tf.minimum(count, tf.shape(flat)[1]))
    return best, index // size, index % size


def _kindest(length: tf.Tensor, longest: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    """Returns the largest length penalty, which is monotone, from a length on."""
    ends = [tf.cast(n, tf.float32) for n in (length, longest)]
    return tf.maximum(*(length_penalty(n, alpha) for n in ends))


def _by_place(ends: tf.Tensor, parents: tf.Tensor, width: int) -> tf.Tensor:
    """Returns the scores of what ended, `(B, W)`, by the place of the prefix that ended."""
    here = (parents[:, None, :] == tf.range(width)[:, None]) & (ends > IMPOSSIBLE)[:, None]
    return tf.reduce_max(tf.where(here, ends[:, None, :], IMPOSSIBLE), axis=-1)
