"""One token after another: the most probable one, or one drawn at random."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import tensorflow as tf

from seqtut.decoding import common, loops, settings
from seqtut.decoding.common import Step
from seqtut.decoding.settings import IMPOSSIBLE


class Sequences(NamedTuple):
    """What greedy decoding or sampling put out, one sequence an example.

    `tokens` `(B, T)` int32, T = `max_steps`, pads after the end; `lengths` `(B,)` int32, the end
    token counted; `scores` `(B,)`, sums of the model's log-probabilities in nats; `finished`
    `(B,)` bool, False where the sequence was cut; `attention` `(B, T, S)`, zero at pads, or None.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor
    finished: tf.Tensor
    attention: tf.Tensor | None


def greedy(
    step: Step,
    state: Any,
    *,
    begin: int,
    end: int,
    max_steps: int,
    pad: int = 0,
    forbidden: Iterable[int] = (),
    once: Callable[[], Any] | None = None,
) -> Sequences:
    """Takes the most probable token at every step; of equal ones that with the lowest id.

    Args:
        step: From `tokens` `(B,)` int32 and a state to `logits` `(B, V)` and the next state.
        state: The state before the first step, a nest of tensors with leading axis `B`.
        begin: The token that the first step is fed.
        end: The token that ends a sequence.
        max_steps: The longest output, the end token counted.
        pad: What fills the rows after the end, and is fed to the step there.
        forbidden: Ids that are never put out, such as those of the pad and begin tokens. The
            probabilities of the others are not rescaled.
        once: As of `beam_search`.

    Returns:
        `Sequences`. It stops as soon as every row has ended.

    Raises:
        ValueError: If a setting is out of range, or the step breaks its contract.
    """
    ids = settings.special(begin, end, pad, forbidden)
    steps = tf.constant(settings.at_least("max_steps", max_steps, 1))
    return common.compiled(_greedy, step, **ids, once=once)(common.prepare(state), steps)


def sample(
    step: Step,
    state: Any,
    *,
    begin: int,
    end: int,
    max_steps: int,
    seed: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
    pad: int = 0,
    forbidden: Iterable[int] = (),
) -> Sequences:
    """Draws every token at random from the step's distribution, sharpened and cut as asked.

    The same seed and batch give the same output, on any number of threads: no generator is kept
    between calls. A row's draws depend on its place in the batch. For several samples an input,
    `repeat` the state.

    Args:
        step: From `tokens` `(B,)` int32 and a state to `logits` `(B, V)` and the next state.
        state: The state before the first step, a nest of tensors with leading axis `B`.
        begin: The token that the first step is fed.
        end: The token that ends a sequence.
        max_steps: The longest output, the end token counted.
        seed: Of the draws.
        temperature: What the logits are divided by: below 1 sharper, above 1 flatter. As it goes
            to 0 sampling becomes greedy decoding.
        top_k: How many of the most probable tokens may be drawn; None leaves all.
        top_p: The share of the probability that must be left after cutting, in (0, 1].
        pad: What fills the rows after the end, and is fed to the step there.
        forbidden: Ids that are never put out.

    Returns:
        `Sequences`; the scores are the model's own, at temperature 1 and uncut.

    Raises:
        ValueError: If a setting is out of range, or the step breaks its contract.

    Source: Fan et al. (2018) for top-k, Holtzman et al. (2020) for top-p.
    """
    ids = settings.special(begin, end, pad, forbidden)
    steps = tf.constant(settings.at_least("max_steps", max_steps, 1))
    if not settings.finite("temperature", temperature) > 0:
        raise ValueError(
            f"temperature must be above 0. Received: {temperature}. Use greedy for its limit at 0."
        )
    kept = _cut_settings(top_k, top_p)
    draw = common.compiled(_sample, step, **ids, cuts=top_k is not None or top_p < 1)
    heat = tf.constant(temperature, tf.float64)
    return draw(common.prepare(state), steps, heat, *kept, tf.constant(seed, tf.int64))


def truncate(logits: Any, top_k: int | None = None, top_p: float = 1.0) -> tf.Tensor:
    """Returns logits with all but the most probable tokens set to minus infinity.

    First the `top_k` most probable tokens are kept; of those the fewest, most probable first,
    whose share of what is left reaches `top_p`. Of equally probable tokens the lower ids go
    first, so exactly `top_k` stay. The most probable token always stays.

    Args:
        logits: `(B, V)`, floats.
        top_k: How many to keep; None keeps all.
        top_p: The share to keep, in (0, 1]; 1 keeps all.

    Returns:
        `(B, V)`.

    Raises:
        ValueError: If `top_k` is below 1 or `top_p` outside (0, 1].
    """
    return _truncate(tf.convert_to_tensor(logits), *_cut_settings(top_k, top_p))


def _cut_settings(top_k: int | None, top_p: float) -> tuple[tf.Tensor, tf.Tensor]:
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p must be above 0 and at most 1. Received: {top_p}.")
    most = 2**31 - 1 if top_k is None else settings.at_least("top_k", top_k, 1)
    return tf.constant(most), tf.constant(top_p, tf.float64)


def _truncate(logits: tf.Tensor, top_k: tf.Tensor, top_p: tf.Tensor) -> tf.Tensor:
    size = tf.shape(logits)[-1]
    # top_k, unlike a sort, promises that the lower of two equally probable ids comes first.
    ordered, order = tf.math.top_k(logits, size)
    ordered = tf.where(tf.range(size) < top_k, ordered, IMPOSSIBLE)
    before = tf.cumsum(tf.nn.softmax(tf.cast(ordered, tf.float64)), axis=-1, exclusive=True)
    # At 1 nothing is cut, though the sum may reach 1 early by rounding.
    kept = (before < top_p) | (top_p >= 1)
    ordered = tf.where(kept, ordered, IMPOSSIBLE)
    places = tf.argsort(order)
    return tf.gather(ordered, places, batch_dims=1)


def _greedy(
    step: Step, state: Any, max_steps: tf.Tensor, *, once: Callable[[], Any] | None, **ids: Any
) -> Sequences:
    step = common.with_once(step, once)

    def choose(log_p: tf.Tensor, _: tf.Tensor) -> tf.Tensor:
        return tf.argmax(log_p, axis=-1, output_type=tf.int32)

    return _generate(step, state, max_steps, choose, **ids)


def _sample(
    step: Step,
    state: Any,
    max_steps: tf.Tensor,
    temperature: tf.Tensor,
    top_k: tf.Tensor,
    top_p: tf.Tensor,
    seed: tf.Tensor,
    *,
    cuts: bool,
    **ids: Any,
) -> Sequences:
    def choose(log_p: tf.Tensor, i: tf.Tensor) -> tf.Tensor:
        # Measured from the most probable token, so that no small temperature overflows.
        best = tf.reduce_max(log_p, axis=-1, keepdims=True)
        logits = tf.cast(log_p - best, tf.float64) / temperature
        logits = _truncate(logits, top_k, top_p) if cuts else logits
        key = tf.stack([seed, tf.cast(i, tf.int64)])
        # TensorFlow's categorical draws depend on the number of threads; uniform ones do not.
        uniform = tf.random.stateless_uniform(tf.shape(logits), key, dtype=tf.float64)
        return tf.argmax(logits - tf.math.log(-tf.math.log(uniform)), 1, tf.int32)

    return _generate(step, state, max_steps, choose, **ids)


def _generate(
    step: Step,
    state: Any,
    max_steps: tf.Tensor,
    choose: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    *,
    begin: int,
    end: int,
    pad: int,
    forbidden: tuple[int, ...],
) -> Sequences:
    rows = common.batch_size(state)
    attends = common.has_attention(state)
    start = tf.fill([rows], begin)
    wanted = [("tokens", tf.int32)]
    if attends:
        wanted.append(("attention", state["attention"].dtype))

    def going(i, tokens, done, *_):
        return (i < 1) | ((i < max_steps) & ~tf.reduce_all(done))

    def body(i, tokens, done, scores, lengths, state, kept):
        log_p, state = common.advance(step, tokens, state, i, ~done)
        log_p = common.forbid(log_p, forbidden, end)
        tokens = choose(log_p, i)
        gain = tf.gather(log_p, tokens, batch_dims=1)
        scores = tf.where(done, scores, scores + gain)
        lengths = tf.where(done, lengths, i + 1)
        tokens = tf.where(done, pad, tokens)
        kept = {**kept, "tokens": kept["tokens"].write(i, tokens)}
        if attends:
            weights = state["attention"]
            weights = tf.where(done[:, None], tf.zeros_like(weights), weights)
            kept["attention"] = kept["attention"].write(i, weights)
        return i + 1, tokens, done | (tokens == end), scores, lengths, state, kept

    i, _, done, scores, lengths, _, kept = loops.loop(
        going,
        body,
        (
            tf.constant(0),
            start,
            tf.fill([rows], False),
            tf.zeros([rows]),
            tf.fill([rows], 0),
            state,
            loops.records(wanted, max_steps),
        ),
    )
    tokens = loops.played_back(kept["tokens"], i, max_steps, pad)
    attention = None
    if attends:
        attention = loops.played_back(kept["attention"], i, max_steps, 0)
        attention = tf.transpose(attention, [1, 0, 2])
    return Sequences(tf.transpose(tokens), lengths, scores, done, attention)
