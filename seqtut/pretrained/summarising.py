"""The task of summing up: a function's name and description become the first line."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from seqtut import data, metrics
from seqtut.metrics.bootstrap import ratio_of_sums
from seqtut.pretrained import writing
from seqtut.pretrained.pairs import batches as batches
from seqtut.pretrained.pairs import loss as loss
from seqtut.pretrained.pairs import network as network
from seqtut.pretrained.translating import Overlap
from seqtut.pretrained.writer import Summariser, described
from seqtut.pretrained.writing import plain_part as plain_part
from seqtut.pretrained.writing import summary as summary
from seqtut.pretrained.writing import vocabularies as vocabularies
from seqtut.text import Subwords

UNIT = writing.UNIT
EXAMPLE = '"get_angle: The angle is in radians, from the first vector to the second."'

PROTOCOL = (
    "F1 of ROUGE-1, ROUGE-2 and ROUGE-L on words in lower case, cut where neither letters nor "
    "digits are, averaged over functions, and chrF by sacrebleu, each against the one first line, "
    "on functions of libraries that no other part has. Intervals: 95 %, bootstrap over functions."
)


def readings(part: data.Docstrings) -> list[str]:
    """Returns what a summariser reads of each function.

    Args:
        part: A part of the data.
    """
    return [described(name, body) for name, body in zip(part.names, part.bodies, strict=True)]


def encoded(
    part: data.Docstrings, source: Subwords, target: Subwords
) -> list[tuple[list[int], list[int]]]:
    """Returns the ids of what is read and of the first line of each function.

    Args:
        part: A part of the data.
        source: What numbers the inputs.
        target: What numbers the outputs.
    """
    pairs = zip(readings(part), part.summaries, strict=True)
    return [(source.encode(read), target.encode(line)) for read, line in pairs]


def model(network: Any, source: Subwords, target: Subwords) -> Summariser:
    """Returns a network with its subwords.

    Args:
        network: The model.
        source: What numbers its inputs.
        target: What numbers its outputs.
    """
    return Summariser(network, source, target)


def chosen_by(found: Summariser, dev: data.Docstrings) -> float:
    """Returns what the best epoch is chosen by: what ROUGE-L on dev lacks to 1, greedily.

    Args:
        found: The model.
        dev: What to measure it on.
    """
    return 1 - measure(found, dev, 1)["rouge_l"].value


def measure(found: Summariser, part: data.Docstrings, width: int = 5) -> dict[str, Overlap]:
    """Measures a summariser against the first lines.

    Args:
        found: The model.
        part: What to measure it on.
        width: Prefixes on the beam; 1 decodes greedily.

    Returns:
        "rouge_1", "rouge_2", "rouge_l" from 0 to 1, and "chrf" from 0 to 100.
    """
    return scores([reading.said for reading in found.read(readings(part), width)], part)


def scores(said: Sequence[str], part: data.Docstrings) -> dict[str, Overlap]:
    """Measures given first lines.

    Args:
        said: A line for each function.
        part: The functions.

    Returns:
        "rouge_1", "rouge_2", "rouge_l" and "chrf", as `measure` does.
    """
    right = [[line] for line in part.summaries]
    found = metrics.rouge(list(map(words, said)), [[words(line)] for [line] in right])
    return {
        name: Overlap(np.stack(ratio), ratio_of_sums, "") for name, ratio in found._asdict().items()
    } | {
        "chrf": Overlap(
            metrics.chrf_parts(list(said), right),
            metrics.chrf_of_sums,
            metrics.chrf(list(said), right).signature,
        )
    }


def words(text: str) -> list[str]:
    """Returns the words that ROUGE compares: in lower case, of letters and digits.

    Args:
        text: A text.
    """
    return re.findall(r"[a-z0-9]+", text.lower())


def figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Returns of a summary each score's name, its value and the ends of its interval, as text."""
    shown = {"ROUGE-1": "rouge_1", "ROUGE-2": "rouge_2", "ROUGE-L": "rouge_l"}
    rows = [
        (label, *(f"{100 * found[name][end]:.1f}" for end in ("value", "low", "high")))
        for label, name in shown.items()
    ]
    return [*rows, ("chrF", *(f"{found['chrf'][end]:.1f}" for end in ("value", "low", "high")))]
