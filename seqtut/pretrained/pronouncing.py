"""The task of saying words: vocabularies of letters and phonemes, and errors counted in them."""

from typing import Any

import numpy as np

from seqtut import data, metrics
from seqtut.pretrained.pairs import batches as batches
from seqtut.pretrained.pairs import loss as loss
from seqtut.pretrained.pairs import network as network
from seqtut.pretrained.transducer import Transducer
from seqtut.text import Vocabulary

# A character in fewer training words than this is read as unknown.
_RARE = 50

# What is counted, as a summary and the command call it.
UNIT = "words"
# Something to try, as it is written on a command line.
EXAMPLE = "autoencoder"

PROTOCOL = (
    "A word is right if what is said matches one of its pronunciations in the dictionary phoneme "
    "by phoneme, stress left out; a word's edits are counted against the nearest of them. Words of "
    "the letters a to z. Intervals: 95 %, bootstrap over families of words."
)


def vocabularies(words: data.Words) -> tuple[Vocabulary, Vocabulary]:
    """Makes the vocabularies of letters and of phonemes from the training words.

    Args:
        words: The training part of the data.

    Returns:
        Source and target vocabulary.
    """
    source = Vocabulary.build(words.spellings, min_count=_RARE)
    return source, Vocabulary.build(said for _, said in words.pairs())


def encoded(
    part: data.Words, source: Vocabulary, target: Vocabulary
) -> list[tuple[list[int], list[int]]]:
    """Returns the ids of each word and of each of its pronunciations, a pair for each.

    Args:
        part: A part of the data.
        source: What numbers the inputs.
        target: What numbers the outputs.
    """
    return [(source.encode(word), target.encode(said)) for word, said in part.pairs()]


def model(network: Any, source: Vocabulary, target: Vocabulary) -> Transducer:
    """Returns a network with its vocabularies.

    Args:
        network: The model.
        source: What numbers its inputs.
        target: What numbers its outputs.
    """
    return Transducer(network, source, target)


def chosen_by(found: Transducer, dev: data.Words) -> float:
    """Returns what the best epoch is chosen by: the share of dev words said wrong, greedily.

    Args:
        found: The model.
        dev: What to measure it on.
    """
    return measure(found, dev.plain(), width=1)["wer"].value


def plain_part(part: data.Words) -> data.Words:
    """Returns the words that a model is measured on: those of the letters a to z."""
    return part.plain()


def measure(model: Transducer, words: data.Words, width: int = 5) -> dict[str, metrics.Ratio]:
    """Measures a pronouncer against the nearest of each word's pronunciations.

    Args:
        model: The model.
        words: What to measure it on.
        width: Prefixes on the beam; 1 decodes greedily.

    Returns:
        "wer", the share of words that match no pronunciation, and "per", edits for each phoneme
        of the nearest one.
    """
    said = [reading.tokens for reading in model.read(words.spellings, width)]
    return rates(said, words)


def rates(said: list, words: data.Words) -> dict[str, metrics.Ratio]:
    """Counts the errors of given pronunciations.

    Args:
        said: A sequence of phonemes for each word.
        words: The words.

    Returns:
        "wer" and "per", as `measure` does.
    """
    return {
        "wer": metrics.word_error_rate(said, words.pronunciations),
        "per": metrics.phoneme_error_rate(said, words.pronunciations),
    }


def by_family(ratio: metrics.Ratio, words: data.Words | data.Recordings) -> metrics.Ratio:
    """Sums a rate's parts over each family of words, which stand or fall together.

    A bootstrap draws what is independent. "tree" and "trees" are not.

    Args:
        ratio: A rate with an entry for each word, or for each recording of one.
        words: The words, or the recordings.

    Returns:
        The same rate with an entry for each family.
    """
    names, places = np.unique([data.family(word) for word in words.spellings], return_inverse=True)
    return metrics.Ratio(*(np.bincount(places, part, len(names)) for part in ratio))


def summary(found: dict[str, metrics.Ratio], words: data.Words) -> dict[str, Any]:
    """Returns measured rates with their bootstrap intervals, as a card states them.

    Args:
        found: What `measure` returned.
        words: What it was measured on.

    Returns:
        For each rate its value and the ends of its 95 % interval, and the number of words.
    """
    return {UNIT: len(words), **described_rates(found, words)}


def described_rates(
    found: dict[str, metrics.Ratio], said: data.Words | data.Recordings
) -> dict[str, dict[str, float]]:
    """Returns for each rate its value and the ends of its 95 % interval.

    Args:
        found: Rates with an entry for each word, or for each recording of one.
        said: The words, or the recordings, whose families are drawn.

    Returns:
        A dict for each rate, with "value", "low" and "high".
    """
    described = {}
    for name, ratio in found.items():
        interval = metrics.bootstrap_interval(by_family(ratio, said))
        low, high = round(interval.low, 5), round(interval.high, 5)
        described[name] = {"value": round(ratio.value, 5), "low": low, "high": high}
    return described


def figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Returns of a summary each rate's name, its value and the ends of its interval, as text."""
    return [
        (rate.upper(), *(f"{found[rate][end]:.2%}" for end in ("value", "low", "high")))
        for rate in ("wer", "per")
    ]
