"""The task of writing on: a language model of docstrings, measured in bits a character."""

import math
from typing import Any

import numpy as np

from seqtut import data, metrics
from seqtut.models import LanguageModel
from seqtut.pretrained.pairs import batches as batches
from seqtut.pretrained.pairs import loss as loss
from seqtut.pretrained.recipes import Recipe
from seqtut.pretrained.translating import Overlap
from seqtut.pretrained.writer import Writer
from seqtut.text import Subwords

UNIT = "functions"
EXAMPLE = '"Return the number of"'
# A text is scored as it is: nothing is decoded.
WIDTHS = {"teacher forcing": 1}

PROTOCOL = (
    "Bits a character of first line, line break and body, the end counted as one character more, "
    "of functions of libraries that no other part has. Intervals: 95 %, bootstrap over functions."
)


def texts(part: data.Docstrings) -> list[str]:
    """Returns what a language model learns to write: first lines and bodies.

    Args:
        part: A part of the data.
    """
    return [f"{one}\n{rest}" for one, rest in zip(part.summaries, part.bodies, strict=True)]


def vocabularies(part: data.Docstrings, size: int) -> tuple[Subwords, Subwords]:
    """Learns the subwords of the training texts; what is read and what is written have the same.

    Args:
        part: The training part of the data.
        size: Ids.

    Returns:
        Source and target subwords.
    """
    found = Subwords.train(texts(part), size)
    return found, found


def encoded(
    part: data.Docstrings, source: Subwords, target: Subwords
) -> list[tuple[list[int], list[int]]]:
    """Returns the ids of each text, behind an empty prompt.

    Args:
        part: A part of the data.
        source: What numbers the prompts.
        target: What numbers the texts.
    """
    return [([], target.encode(text)) for text in texts(part)]


def network(chosen: Recipe, source: Any, target: Any) -> LanguageModel:
    """Makes the network of a recipe, its weights random.

    Args:
        chosen: The recipe.
        source: What numbers its prompts.
        target: What numbers its texts.

    Returns:
        A `LanguageModel`.
    """
    return LanguageModel(len(target), **chosen.shape)


def model(network: Any, source: Subwords, target: Subwords) -> Writer:
    """Returns a network with its subwords.

    Args:
        network: The model.
        source: What numbers its prompts.
        target: What numbers its texts.
    """
    return Writer(network, source, target)


def chosen_by(found: Writer, dev: data.Docstrings) -> float:
    """Returns what the best epoch is chosen by: bits a character on dev.

    Args:
        found: The model.
        dev: What to measure it on.
    """
    return measure(found, dev)["bits"].value


def plain_part(part: data.Docstrings) -> data.Docstrings:
    """Returns the functions that a model is measured on: all of them."""
    return part


def measure(found: Writer, part: data.Docstrings, width: int = 1) -> dict[str, Overlap]:
    """Measures a language model.

    Args:
        found: The model.
        part: What to measure it on.
        width: Without effect: nothing is decoded.

    Returns:
        "bits": for each function its nats and its characters, whose sums make bits a character.
    """
    written = texts(part)
    sizes = np.array([len(text) + 1 for text in written], np.float64)
    return {"bits": Overlap(np.stack([found.nats(written), sizes]), bits_of_sums, "")}


def bits_of_sums(sums: np.ndarray) -> np.ndarray:
    """Returns bits a character from sums of nats and of characters.

    Args:
        sums: `(samples, 2)`.
    """
    return sums[:, 0] / sums[:, 1] / math.log(2)


def summary(found: dict[str, Overlap], part: data.Docstrings) -> dict[str, Any]:
    """Returns scores with their bootstrap intervals, as a card states them.

    Args:
        found: What `measure` returned.
        part: What it was measured on.

    Returns:
        For each score its value and the ends of its 95 % interval, and the number of functions.
    """
    told: dict[str, Any] = {UNIT: len(part)}
    for name, score in found.items():
        _, low, high = metrics.bootstrap_interval(score.parts, 2_000, statistic=score.statistic)
        told[name] = {"value": round(score.value, 4), "low": round(low, 4), "high": round(high, 4)}
        told[name] |= {"signature": score.signature} if score.signature else {}
    return told


def figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Returns of a summary each score's name, its value and the ends of its interval, as text."""
    ends = (f"{found['bits'][end]:.3f}" for end in ("value", "low", "high"))
    return [("bits a character", *ends)]
