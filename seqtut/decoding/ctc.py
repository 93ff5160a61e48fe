"""What a network with CTC says: the best path, or the best text by a beam over prefixes."""

import math
from typing import NamedTuple

import numpy as np

from seqtut.decoding.settings import at_least

_NEVER = -math.inf


class Transcript(NamedTuple):
    """One text that a network with CTC may have heard.

    Attributes:
        labels: Its ids, without blanks.
        score: Natural log of a probability: of the best path alone from `ctc_greedy`, of all
            the text's paths that the beam kept from `ctc_beam`.
    """

    labels: tuple[int, ...]
    score: float


def ctc_greedy(log_p: np.ndarray, blank: int = 0) -> Transcript:
    """Returns the text of the most probable path, which need not be the most probable text.

    Args:
        log_p: `(S, V)` natural logs of distributions, the kept steps alone.
        blank: The id that says nothing.

    Returns:
        The text, with the score of that path.

    Equation: eq-collapse
    """
    path = np.argmax(log_p, axis=1)
    changes = np.append(True, path[1:] != path[:-1])
    labels = path[changes & (path != blank)]
    return Transcript(tuple(labels.tolist()), float(np.max(log_p, axis=1).sum()))


def ctc_beam(log_p: np.ndarray, width: int = 8, blank: int = 0, tries: int = 8) -> list[Transcript]:
    """Searches for the most probable texts, adding up the paths of each.

    For each prefix two sums are kept: of its paths that end in a blank, and of those that end in
    its last label. Only the second kind needs a blank before the same label is said again.

    Args:
        log_p: `(S, V)` natural logs of distributions, the kept steps alone.
        width: Prefixes that are kept after each step.
        blank: The id that says nothing.
        tries: Labels by which a prefix is continued at a step, the most probable ones.

    Returns:
        Up to `width` texts that have a path, the best one first.

    Raises:
        ValueError: If `width` or `tries` is below 1.

    Source: Graves et al. (2006); Hannun (2017).
    """
    width, tries = at_least("width", width, 1), at_least("tries", tries, 1)
    beam = {(): (0.0, _NEVER)}
    for row in np.asarray(log_p, np.float64):
        order = np.argsort(-row, kind="stable")
        likely = order[order != blank][:tries].tolist()
        found: dict[tuple[int, ...], tuple[float, float]] = {}

        def add(prefix: tuple[int, ...], silent: float, spoken: float, into: dict = found) -> None:
            before = into.get(prefix, (_NEVER, _NEVER))
            into[prefix] = (_log_sum(before[0], silent), _log_sum(before[1], spoken))

        for prefix, (silent, spoken) in beam.items():
            whole = _log_sum(silent, spoken)
            add(prefix, whole + row[blank], _NEVER)
            if prefix:
                add(prefix, _NEVER, spoken + row[prefix[-1]])
            for label in likely:
                again = bool(prefix) and label == prefix[-1]
                add((*prefix, label), _NEVER, (silent if again else whole) + row[label])
        ranked = sorted(found.items(), key=lambda item: (-_log_sum(*item[1]), item[0]))
        beam = dict(ranked[:width])
    texts = [Transcript(prefix, float(_log_sum(*sums))) for prefix, sums in beam.items()]
    # "aa" with too few steps for the blank between is found on the way, and is none.
    return [text for text in texts if text.score > _NEVER] or texts[:1]


def _log_sum(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return high if low == _NEVER else high + math.log1p(math.exp(low - high))
