"""Law 4: what a search returns is what it claims, whatever the model."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seqtut import decoding
from seqtut.laws.finding import Finding


def search_keeps_its_word(
    step: Callable,
    start: Callable[[], Any],
    *,
    begin: int,
    end: int,
    max_steps: int,
    widths: Sequence[int] = (1, 2, 5),
    tolerance: float = 1e-4,
) -> Finding:
    """Law 4: a beam of one is greedy, no beam beats exact search, every score is the model's.

    Outputs that were cut off at `max_steps` are left out of the comparison with exact search,
    which prefers any that ended. The exact search is small by design: choose a vocabulary and
    `max_steps` that it can exhaust.

    Args:
        step: From `tokens` `(B,)` int32 and a state to `logits` `(B, V)` and the next state.
        start: Makes the state before the first step, a nest of tensors with leading axis `B`.
        begin: The token that the first step is fed.
        end: The token that ends an output.
        max_steps: The longest output.
        widths: Beam widths to try.
        tolerance: The largest difference of scores allowed, in nats.

    Returns:
        A `Finding` that names what is wrong, or the largest gap between a score and the model's.
    """
    ids = {"begin": begin, "end": end, "max_steps": max_steps}
    greedy = decoding.greedy(step, start(), **ids)
    exact = decoding.exact_search(step, start(), **ids)
    best, proven = exact.scores[:, 0], np.asarray(exact.optimal)
    wrong, gap = [], 0.0
    for width in widths:
        beam = decoding.beam_search(step, start(), width=width, keep=1, **ids)
        tokens, lengths = np.asarray(beam.tokens)[:, 0], np.asarray(beam.lengths)[:, 0]
        scores, finished = np.asarray(beam.scores)[:, 0], np.asarray(beam.finished)[:, 0]
        if width == 1 and not np.array_equal(tokens, greedy.tokens):
            wrong.append("a beam of width 1 is not greedy")
        comparable = finished & proven & np.asarray(exact.finished)[:, 0]
        if np.any(scores[comparable] > best[comparable] + tolerance):
            wrong.append(f"a beam of width {width} beats exact search")
        own = np.asarray(decoding.score(step, start(), tokens, lengths, begin=begin))
        gap = max(gap, float(np.max(np.abs(own - scores))))
    if not gap <= tolerance:
        wrong.append("a score is not the model's")
    measured = "; ".join([*wrong, f"scores differ by {gap:.0e} nats at most"])
    return Finding("search keeps its word", not wrong, measured)
