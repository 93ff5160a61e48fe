"""Trains a pretrained model from its recipe, whatever its task."""

import dataclasses
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np

from seqtut import data, training
from seqtut.pretrained import pronouncing, translating
from seqtut.pretrained.recipes import Recipe, build
from seqtut.pretrained.transducer import Transducer
from seqtut.text import BucketedBatches

# Batches that are sorted by length together: more of them leave less padding. See BucketedBatches.
_POOL = 40


def task(part: data.Words | data.Messages) -> ModuleType:
    """Returns the module of what is to be learned from such data.

    Args:
        part: A part of the data: words, or messages.

    Returns:
        `pronouncing` or `translating`, which have the same functions.
    """
    return translating if isinstance(part, data.Messages) else pronouncing


def make(
    chosen: Recipe,
    *,
    seed: int = 0,
    checkpoint: Path | str | None = None,
    progress: bool | None = None,
) -> tuple[Transducer, dict[str, Any]]:
    """Trains a model as its recipe says, and keeps the epoch that did best on the dev data.

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
    found = data.load(chosen.data)
    doing = task(found.train)
    source, target = doing.vocabularies(found.train, *chosen.subwords)

    def batches(part: Any, **settings: Any) -> BucketedBatches:
        pairs = doing.encoded(part, source, target)
        return BucketedBatches(pairs, size=chosen.size, multiple=1, **settings)

    train = batches(found.train, pool=_POOL * chosen.size, seed=seed)
    model = doing.model(build(chosen, len(source), len(target)), source, target)
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
        batches(found.dev),
        training.token_loss(chosen.label_smoothing),
        epochs=chosen.epochs,
        learning_rate=rate,
        clip_norm=chosen.clip_norm,
        average=chosen.average,
        score=lambda _: doing.chosen_by(model, found.dev),
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
