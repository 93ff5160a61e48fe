"""Trains a pretrained model from its recipe, and measures it."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqtut import data, metrics, training
from seqtut.pretrained.recipes import Recipe, build
from seqtut.pretrained.transducer import Transducer
from seqtut.text import BucketedBatches, Vocabulary

# A character in fewer training words than this is read as unknown.
_RARE = 50
# Batches that are sorted by length together: more of them leave less padding. See BucketedBatches.
_POOL = 40

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


def make(
    chosen: Recipe,
    *,
    seed: int = 0,
    checkpoint: Path | str | None = None,
    progress: bool | None = None,
) -> tuple[Transducer, dict[str, Any]]:
    """Trains a model as its recipe says, and keeps the epoch with the fewest wrong dev words.

    Args:
        chosen: The recipe.
        seed: Of the weights, dropout and the batches' order.
        checkpoint: File to write after each epoch and to resume from.
        progress: Whether to show a bar; None shows it in a terminal or Colab.

    Returns:
        The model, and what its card says of the training.

    Raises:
        TrainingError: If the loss is not a finite number.
        CheckpointError: If the checkpoint is damaged, or another model's or training's.
        DataError: If the data cannot be had.
    """
    keras.utils.set_random_seed(seed)
    words = data.load(chosen.data)
    source, target = vocabularies(words.train)

    def batches(part: data.Words, **settings: Any) -> BucketedBatches:
        pairs = [(source.encode(word), target.encode(said)) for word, said in part.pairs()]
        return BucketedBatches(pairs, size=chosen.size, multiple=1, **settings)

    train = batches(words.train, pool=_POOL * chosen.size, seed=seed)
    model = Transducer(build(chosen, len(source), len(target)), source, target)
    warm_up = len(train) // 2
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        max(1, (chosen.decay_epochs or chosen.epochs) * len(train) - warm_up),
        warmup_target=chosen.learning_rate,
        warmup_steps=warm_up,
        alpha=0.01,
    )
    history = training.fit(
        model.model,
        train,
        batches(words.dev),
        training.token_loss(chosen.label_smoothing),
        epochs=chosen.epochs,
        learning_rate=rate,
        clip_norm=chosen.clip_norm,
        average=chosen.average,
        score=lambda _: measure(model, words.dev.plain(), width=1)["wer"].value,
        checkpoint=checkpoint,
        progress=progress,
    )
    return model, {
        "recipe": dataclasses.asdict(chosen),
        "weights": sum(int(np.prod(v.shape)) for v in model.model.trainable_variables),
        "seed": seed,
        "seconds": round(sum(history.seconds)),
        "history": dataclasses.asdict(history),
    }


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


def by_family(ratio: metrics.Ratio, words: data.Words) -> metrics.Ratio:
    """Sums a rate's parts over each family of words, which stand or fall together.

    A bootstrap draws what is independent. "tree" and "trees" are not.

    Args:
        ratio: A rate with an entry for each word.
        words: The words.

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
    described: dict[str, Any] = {"words": len(words)}
    for name, ratio in found.items():
        interval = metrics.bootstrap_interval(by_family(ratio, words))
        low, high = round(interval.low, 5), round(interval.high, 5)
        described[name] = {"value": round(ratio.value, 5), "low": low, "high": high}
    return described
