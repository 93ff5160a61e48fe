"""The task of writing down what is said: frames of sound in, letters out, errors by voice."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut import data, metrics, models, training
from seqtut.pretrained.listener import Listener
from seqtut.pretrained.pronouncing import described_rates
from seqtut.pretrained.recipes import Recipe
from seqtut.text import Vocabulary

# Batches that are sorted by length together.
_POOL = 40

UNIT = "recordings"
EXAMPLE = "autoencoder"

PROTOCOL = (
    "Synthetic speech of eSpeak NG. Each test word is in no other part, nor is it with an s more "
    "or less at its end, and is said three times: by a voice of the training, by one that training "
    "never heard, and by one whose accent it never heard either. A word is right if it is spelt as "
    "the dictionary spells it; one that sounds the same counts as wrong. Intervals: 95 %, "
    "bootstrap over families of words."
)


def vocabularies(part: data.Recordings) -> tuple[Vocabulary, Vocabulary]:
    """Makes the vocabularies of what may be spoken and of what is written, which are the letters.

    Args:
        part: The training part of the data.

    Returns:
        The same vocabulary twice.
    """
    letters = Vocabulary.build(sorted(set(part.spellings)))
    return letters, letters


def encoded(
    part: data.Recordings, source: Vocabulary, target: Vocabulary
) -> list[tuple[np.ndarray, list[int]]]:
    """Returns the frames of each recording and the ids of its letters.

    Args:
        part: A part of the data.
        source: What may be spoken.
        target: What numbers the outputs.
    """
    return [(part.frames(n), target.encode(word)) for n, word in enumerate(part.spellings)]


def batches(
    examples: list[tuple[np.ndarray, list[int]]], chosen: Recipe, seed: int | None = None
) -> training.FrameBatches:
    """Returns examples in batches of like length.

    Args:
        examples: Frames and target ids of each.
        chosen: The recipe, which tells the size of a batch.
        seed: Of the order in training; None for what is only measured.

    Returns:
        The batches.
    """
    shuffled = {} if seed is None else {"pool": _POOL * chosen.size, "seed": seed}
    return training.FrameBatches(examples, size=chosen.size, multiple=4, **shuffled)


def network(chosen: Recipe, source: Vocabulary, target: Vocabulary) -> Any:
    """Makes the network of a recipe, its weights random.

    Args:
        chosen: The recipe.
        source: What may be spoken.
        target: What numbers its outputs.

    Returns:
        A `ListenAttendSpell` or a `CTCModel`.
    """
    return getattr(models, chosen.model)(data.BANDS, len(target), **chosen.shape)


def model(network: Any, source: Vocabulary, target: Vocabulary) -> Listener:
    """Returns a network with its vocabularies.

    Args:
        network: The model.
        source: What may be spoken.
        target: What numbers its outputs.
    """
    return Listener(network, source, target)


def loss(chosen: Recipe) -> Callable[[Any, tuple, bool], tuple]:
    """Returns what is minimised: CTC where there is no decoder, else cross-entropy, smoothed.

    Args:
        chosen: The recipe.

    Returns:
        A loss for `training.fit`.
    """
    if chosen.model == "CTCModel":
        return training.ctc_loss
    return training.token_loss(chosen.label_smoothing)


def chosen_by(found: Listener, dev: data.Recordings) -> float:
    """Returns what the best epoch is chosen by: the character error rate on dev, greedily.

    Args:
        found: The model.
        dev: What to measure it on.
    """
    return measure(found, dev, width=1)["cer"].value


def plain_part(part: data.Recordings) -> data.Recordings:
    """Returns the recordings that a model is measured on: all of them."""
    return part


def measure(found: Listener, part: data.Recordings, width: int = 5) -> dict[str, metrics.Ratio]:
    """Measures a listener.

    Args:
        found: The model.
        part: What to measure it on.
        width: Prefixes on the beam; 1 decodes greedily.

    Returns:
        "wer" and "cer", as `dictation_rates` does.
    """
    return dictation_rates([reading.said for reading in found.hear(part, width)], part)


def dictation_rates(said: list[str], part: data.Recordings) -> dict[str, metrics.Ratio]:
    """Counts the errors of given spellings.

    Args:
        said: What was written down for each recording.
        part: The recordings.

    Returns:
        "wer", the share of words that are not spelt right, and "cer", edits for each letter of the
        right words.
    """
    right = [[word] for word in part.spellings]
    return {
        "wer": metrics.word_error_rate(said, right),
        "cer": metrics.phoneme_error_rate(said, right),
    }


def summary(found: dict[str, metrics.Ratio], part: data.Recordings) -> dict[str, Any]:
    """Returns measured rates with their bootstrap intervals, of all voices and of each.

    Args:
        found: What `measure` returned.
        part: What it was measured on.

    Returns:
        For each rate its value and the ends of its 95 % interval, the number of recordings, and
        under "voices" the same for each voice.
    """
    described = {UNIT: len(part), **described_rates(found, part)}
    described["voices"] = {}
    for voice in dict.fromkeys(part.voices):
        places = [place for place, one in enumerate(part.voices) if one == voice]
        own = {
            name: metrics.Ratio(*(values[places] for values in ratio))
            for name, ratio in found.items()
        }
        described["voices"][voice] = described_rates(own, part.at(places))
    return described


def figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Returns of a summary each rate's name, its value and the ends of its interval, as text."""
    told = {"all voices": found, **found["voices"]}
    return [
        (
            f"{rate.upper()}, {voice}",
            *(f"{rates[rate][end]:.2%}" for end in ("value", "low", "high")),
        )
        for voice, rates in told.items()
        for rate in ("wer", "cer")
    ]
