"""Trains a pretrained model from its recipe, whatever its task."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqtut import data, training
from seqtut.pretrained.recipes import Recipe
from seqtut.pretrained.tasks import task
from seqtut.pretrained.transducer import Transducer


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
    doing = task(chosen)
    source, target = doing.vocabularies(found.train, *chosen.subwords)
    train, dev = (doing.encoded(part, source, target) for part in (found.train, found.dev))
    train, dev = doing.batches(train, chosen, seed), doing.batches(dev, chosen)
    model = doing.model(doing.network(chosen, source, target), source, target)
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
        dev,
        doing.loss(chosen),
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
