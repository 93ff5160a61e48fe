"""The loop: epochs of compiled steps, early stopping, checkpoints that resume exactly."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from seqtut.runtime import progress_wanted
from seqtut.training.batches import ArrayBatches
from seqtut.training.checkpoints import (
    load_checkpoint,
    refuse_others,
    save_checkpoint,
    signature,
    values,
)

Loss = Callable[[Any, tuple, bool], tuple]


class TrainingError(Exception):
    """Training cannot go on; the message says where it stopped and what was kept."""


@dataclass
class History:
    """Losses by epoch, and the epoch (from 0) whose weights the model holds at the end."""

    train: list[float] = field(default_factory=list)
    dev: list[float] = field(default_factory=list)
    best_epoch: int = -1


def evaluate(model: Any, batches: ArrayBatches, loss: Loss) -> float:
    """Returns the mean loss over all that the batches hold, however they are cut.

    Args:
        model: The model to measure; nothing of it changes.
        batches: What to measure it on.
        loss: Returns a sum and a count for a batch.

    Returns:
        The mean, in the loss's own unit.
    """

    @tf.function(reduce_retracing=True)
    def measure(batch):
        return loss(model, batch, False)

    return _mean(measure, batches, 0)


def _mean(measure: Callable, batches: ArrayBatches, epoch: int) -> float:
    total = count = 0.0
    for batch in batches.epoch(epoch):
        part, size = measure(tuple(map(tf.convert_to_tensor, batch)))
        total, count = total + float(part), count + float(size)
    return total / count


def fit(
    model: Any,
    train: ArrayBatches,
    dev: ArrayBatches,
    loss: Loss,
    *,
    epochs: int,
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 1e-3,
    patience: int | None = None,
    checkpoint: Path | str | None = None,
    progress: bool | None = None,
) -> History:
    """Trains a model with Adam and leaves it with the weights of its best epoch on `dev`.

    With `checkpoint`, the state is written after every epoch, and a call that finds the file
    goes on from there: it ends with the weights of a training that was never stopped.

    Args:
        model: A built Keras model.
        train: Batches to learn from; their order is a function of seed and epoch.
        dev: Batches to choose the epoch by; never the test data.
        loss: Returns a sum and a count for a batch; what is minimised is their ratio.
        epochs: Passes over `train`, those before a resume included.
        learning_rate: Adam's step size, or a Keras schedule of it by step.
        patience: Epochs without a better `dev` loss before stopping; None never stops early.
        checkpoint: File to write after each epoch and to resume from.
        progress: Whether to show a bar; None shows it in a terminal or Colab.

    Returns:
        The `History`, of earlier runs of a resumed training too.

    Raises:
        TrainingError: If the loss is not a finite number; the best weights are put back.
        CheckpointError: If the checkpoint is damaged, or another model's or training's.
    """
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(model.trainable_variables)
    settings = {"learning_rate": _described(learning_rate), "seed": train.seed, "size": train.size}
    state = _State(model, optimizer, settings)
    if checkpoint is not None and Path(checkpoint).exists():
        state.restore(Path(checkpoint))
    step, measure = _compiled(model, optimizer, loss)
    history = state.history

    shown = progress_wanted() if progress is None else progress
    with tqdm(total=epochs, initial=len(history.train), unit="epoch", disable=not shown) as bar:
        while len(history.train) < epochs and not _exhausted(history, patience):
            epoch = len(history.train)
            losses = (_mean(step, train, epoch), _mean(measure, dev, epoch))
            if not np.isfinite(losses).all():
                state.keep_best()
                raise TrainingError(
                    f"The loss was not a finite number in epoch {epoch}. Received: train "
                    f"{losses[0]}, dev {losses[1]}. Lower the learning rate; the weights of "
                    f"epoch {history.best_epoch} were put back."
                )
            state.record(*losses)
            if checkpoint is not None:
                state.write(Path(checkpoint))
            bar.set_postfix(train=f"{losses[0]:.5f}", dev=f"{losses[1]:.5f}", refresh=False)
            bar.update()
    state.keep_best()
    return history


def _described(rate: Any) -> Any:
    return rate if isinstance(rate, float) else [type(rate).__name__, rate.get_config()]


def _exhausted(history: History, patience: int | None) -> bool:
    return patience is not None and len(history.dev) - 1 - history.best_epoch >= patience > 0


def _compiled(model: Any, optimizer: Any, loss: Loss) -> tuple[Callable, Callable]:
    @tf.function(reduce_retracing=True)
    def step(batch):
        with tf.GradientTape() as tape:
            total, count = loss(model, batch, True)
            mean = total / count
        gradients = tape.gradient(mean, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return total, count

    @tf.function(reduce_retracing=True)
    def measure(batch):
        return loss(model, batch, False)

    return step, measure


class _State:
    """All that a resumed training needs: weights, the optimizer's, the best so far, history."""

    def __init__(self, model: Any, optimizer: Any, settings: dict[str, Any]):
        self.variables = {"model": model.variables, "optimizer": optimizer.variables}
        self.facts = {"model": signature(model), "training": settings}
        self.history = History()
        self.best = values(model.variables)

    def record(self, train: float, dev: float) -> None:
        history = self.history
        if history.best_epoch < 0 or dev < history.dev[history.best_epoch]:
            history.best_epoch = len(history.dev)
            self.best = values(self.variables["model"])
        history.train.append(train)
        history.dev.append(dev)

    def keep_best(self) -> None:
        for variable, value in zip(self.variables["model"], self.best, strict=True):
            variable.assign(value)

    def write(self, path: Path) -> None:
        tensors = {
            f"{group}/{index}": value
            for group, variables in self.variables.items()
            for index, value in enumerate(values(variables))
        }
        tensors |= {f"best/{index}": value for index, value in enumerate(self.best)}
        save_checkpoint(path, tensors, {**self.facts, "history": vars(self.history)})

    def restore(self, path: Path) -> None:
        tensors, facts = load_checkpoint(path)
        refuse_others(path, facts, self.facts)
        for group, variables in self.variables.items():
            for index, variable in enumerate(variables):
                variable.assign(tensors[f"{group}/{index}"])
        self.best = [tensors[f"best/{index}"] for index in range(len(self.best))]
        self.history = History(**facts["history"])
