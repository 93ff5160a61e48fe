"""Exact search: the best output there is, by always extending the prefix that promises most."""

import heapq
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqtut.decoding import common, settings
from seqtut.decoding.common import Step
from seqtut.decoding.settings import IMPOSSIBLE, length_penalty


class Exact(NamedTuple):
    """What an exact search found, K = `keep` hypotheses an example, best first; NumPy arrays.

    `tokens`, `lengths`, `scores`, `penalised`, `finished` and `attention` are as in `Hypotheses`.
    `expansions` `(B,)` counts the prefixes that were extended, and `optimal` `(B,)` bool says
    whether the search came to its end within the limit. Where it did not, the hypotheses are
    the best that it had come across.
    """

    tokens: np.ndarray
    lengths: np.ndarray
    scores: np.ndarray
    penalised: np.ndarray
    finished: np.ndarray
    attention: np.ndarray | None
    expansions: np.ndarray
    optimal: np.ndarray


class _Prefix(NamedTuple):
    """Tokens put out so far, their score, and the state that the last was drawn from."""

    tokens: tuple[int, ...]
    score: float
    state: list[np.ndarray]
    attention: tuple[np.ndarray, ...]


class _Siblings(NamedTuple):
    """A prefix that was extended, with its continuations, the most probable first."""

    parent: _Prefix
    order: np.ndarray
    scores: np.ndarray


def exact_search(
    step: Step,
    state: Any,
    *,
    begin: int,
    end: int,
    max_steps: int,
    keep: int = 1,
    alpha: float = 0.0,
    max_expansions: int = 10_000,
    pad: int = 0,
    forbidden: Iterable[int] = (),
) -> Exact:
    """Finds the best outputs of at most `max_steps` tokens, and proves that they are.

    A prefix's score bounds that of all its continuations, since each further token adds a
    log-probability, at most 0 (with a length penalty: its score over the kindest penalty). So
    the prefix with the best bound is extended first, and when that bound is no better than the
    worst output kept, nothing better can be left. The time is exponential in the worst case:
    `max_expansions` limits it. All rows that still search share one compiled call a step.

    Outputs that were cut at `max_steps` come after all that ended, as in `beam_search`, and are
    only returned where fewer than `keep` can end: then the whole space is searched.

    Args:
        step: From `tokens` `(B,)` int32 and a state to `logits` `(B, V)` and the next state.
        state: The state before the first step, a nest of tensors with leading axis `B`.
        begin: The token that the first step is fed.
        end: The token that ends a sequence.
        max_steps: The longest output, the end token counted.
        keep: Hypotheses to return.
        alpha: The exponent of the length penalty, see `length_penalty`; 0 is off.
        max_expansions: How many prefixes may be extended for an example. Each keeps its scores
            and what changed of the state in memory.
        pad: What fills the rows after the end.
        forbidden: Ids that are never put out.

    Returns:
        `Exact`; look at `optimal` before calling it exact.

    Raises:
        ValueError: If a setting is out of range, or the step breaks its contract.

    Source: Stahlberg and Byrne (2019), who searched depth-first, for what it is good for.
    """
    ids = settings.special(begin, end, pad, forbidden)
    limits = (
        settings.at_least("max_steps", max_steps, 1),
        settings.at_least("keep", keep, 1),
        settings.at_least("max_expansions", max_expansions, 1),
        settings.finite("alpha", alpha),
    )
    state = common.prepare(state)
    attends = common.has_attention(state)
    leaves = [leaf.numpy() for leaf in tf.nest.flatten(state)]
    expand = common.compiled(_expand, step, end=end, forbidden=ids["forbidden"])
    searches = [
        _Search(_Prefix((), 0.0, [leaf[row] for leaf in leaves], ()), end, *limits)
        for row in range(len(leaves[0]))
    ]
    while True:
        chosen = [(search, prefix) for search in searches if (prefix := search.choose())]
        if not chosen:
            break
        tokens = [prefix.tokens[-1] if prefix.tokens else begin for _, prefix in chosen]
        columns = zip(*(prefix.state for _, prefix in chosen), strict=True)
        stacked = tf.nest.pack_sequence_as(state, [tf.constant(np.stack(c)) for c in columns])
        at = [len(prefix.tokens) for _, prefix in chosen]
        log_p, after = expand(stacked, tf.constant(tokens, tf.int32), tf.constant(at, tf.int32))
        attention = after["attention"].numpy() if attends else None
        later = [leaf.numpy() for leaf in tf.nest.flatten(after)]
        for row, (search, prefix) in enumerate(chosen):
            seen = prefix.attention + (() if attention is None else (attention[row].copy(),))
            # An array that did not change is shared, and a row is no view that holds the batch.
            kept = [
                old if np.array_equal(old, new[row]) else new[row].copy()
                for old, new in zip(prefix.state, later, strict=True)
            ]
            search.extend(prefix._replace(state=kept, attention=seen), log_p[row].numpy())
    source = state["attention"].shape[1] if attends else None
    return _collect(searches, max_steps, keep, pad, source)


def _expand(
    step: Step, state: Any, tokens: tf.Tensor, at: tf.Tensor, *, end: int, forbidden: tuple
) -> tuple[tf.Tensor, Any]:
    log_p, after = common.advance(step, tokens, state, at, True)
    return common.forbid(log_p, forbidden, end), after


class _Search:
    """The search for one example: a heap of the continuations that are still open."""

    def __init__(self, root, end, max_steps, keep, max_expansions, alpha):
        self.end, self.keep, self.alpha = end, keep, alpha
        self.max_steps, self.max_expansions = max_steps, max_expansions
        self.root: _Prefix | None = root
        self.heap: list[tuple[float, int, _Siblings, int]] = []
        self.ended: list[tuple[float, int, _Prefix]] = []
        self.cut: list[_Prefix] = []
        self.count = self.expansions = 0
        self.optimal = False

    def choose(self) -> _Prefix | None:
        """Returns the prefix to extend next, or None if the search is over."""
        if self.root is not None:
            root, self.root = self.root, None
            return root
        while self.heap and -self.heap[0][0] > self._floor():
            if self.expansions >= self.max_expansions:
                return None
            _, _, siblings, place = heapq.heappop(self.heap)
            self._open(siblings, place + 1)
            parent = siblings.parent
            prefix = parent._replace(
                tokens=(*parent.tokens, int(siblings.order[place])),
                score=float(siblings.scores[place]),
            )
            if len(prefix.tokens) < self.max_steps:
                return prefix
            if len(self.cut) < self.keep:
                self.cut.append(prefix)
        self.optimal = True
        return None

    def extend(self, prefix: _Prefix, log_p: np.ndarray) -> None:
        """Takes the continuations of a prefix whose state is the one after its last token."""
        self.expansions += 1
        scores = prefix.score + log_p.astype(np.float64)
        length = len(prefix.tokens) + 1
        if scores[self.end] > IMPOSSIBLE:
            whole = prefix._replace(
                tokens=(*prefix.tokens, self.end), score=float(scores[self.end]), state=[]
            )
            self.count += 1
            entry = (whole.score / length_penalty(length, self.alpha), -self.count, whole)
            heapq.heappush(self.ended, entry)
            if len(self.ended) > self.keep:
                heapq.heappop(self.ended)
        scores[self.end] = IMPOSSIBLE
        order = np.argsort(-scores, kind="stable").astype(np.int32)
        order = order[scores[order] > IMPOSSIBLE]
        self._open(_Siblings(prefix, order, scores[order]), 0)

    def _open(self, siblings: _Siblings, place: int) -> None:
        """Puts one continuation on the heap; its lesser siblings follow when it is taken."""
        if place < len(siblings.order):
            length = len(siblings.parent.tokens) + 1
            nearest = min(length + 1, self.max_steps)
            kindest = max(length_penalty(n, self.alpha) for n in (nearest, self.max_steps))
            bound = siblings.scores[place] / kindest
            if bound > self._floor():
                self.count += 1
                heapq.heappush(self.heap, (-bound, self.count, siblings, place))

    def _floor(self) -> float:
        """Returns what an output must exceed to be kept."""
        return self.ended[0][0] if len(self.ended) == self.keep else IMPOSSIBLE

    def found(self) -> list[tuple[float, _Prefix, bool]]:
        """Returns the best outputs: penalised score, tokens, and whether they ended."""
        whole = [(entry[0], entry[2], True) for entry in sorted(self.ended, reverse=True)]
        penalty = length_penalty(self.max_steps, self.alpha)
        return [*whole, *((p.score / penalty, p, False) for p in self.cut)][: self.keep]


def _collect(
    searches: list[_Search], max_steps: int, keep: int, pad: int, source: int | None
) -> Exact:
    shape = (len(searches), keep)
    tokens = np.full((*shape, max_steps), pad, np.int32)
    lengths, finished = np.zeros(shape, np.int32), np.zeros(shape, bool)
    scores, penalised = np.full((2, *shape), IMPOSSIBLE, np.float32)
    attention = None if source is None else np.zeros((*shape, max_steps, source), np.float32)
    for row, search in enumerate(searches):
        for k, (value, prefix, ended) in enumerate(search.found()):
            n = len(prefix.tokens)
            tokens[row, k, :n] = prefix.tokens
            lengths[row, k], finished[row, k] = n, ended
            scores[row, k], penalised[row, k] = prefix.score, value
            if attention is not None:
                attention[row, k, :n] = prefix.attention
    expansions = np.array([search.expansions for search in searches])
    optimal = np.array([search.optimal for search in searches])
    return Exact(tokens, lengths, scores, penalised, finished, attention, expansions, optimal)
