"""The loop: epochs of compiled steps, early stopping, checkpoints that resume exactly."""

import numbers
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from seqtut.runtime import progress_wanted
from seqtut.training.averages import Average
from seqtut.training.batches import ArrayBatches
from seqtut.training.state import History, State

Loss = Callable[[Any, tuple, bool], tuple]


class TrainingError(Exception):
    """Training cannot go on; the message says where it stopped and what was kept."""


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
    clip_norm: float | None = None,
    average: float | None = None,
    score: Callable[[Any], float] | None = None,
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
        clip_norm: The largest norm of all gradients together, longer ones being scaled down to it;
            None never clips.
        average: Decay by step of a moving average of the weights (as in `averages.Average`), 0.999
            say. The average is then what is measured on `dev`, scored and kept; the training loss
            in the history stays that of the weights themselves. None keeps no average.
        score: Takes the model after each epoch and returns what to choose the epoch by instead of
            the `dev` loss, lower being better: an error rate of decoded outputs, say.
        patience: Epochs without a better `dev` loss, or score, before stopping; None never stops
            early.
        checkpoint: File to write after each epoch and to resume from.
        progress: Whether to show a bar; None shows it in a terminal or Colab.

    Returns:
        The `History`, of earlier runs of a resumed training too.

    Raises:
        ValueError: If `epochs`, `patience` or `clip_norm` is not above zero, or `average` is not
            between 0 and 1.
        TrainingError: If the loss or score is not a finite number; the best weights are put back.
        CheckpointError: If the checkpoint is damaged, or another model's or training's.
    """
    _refuse_odd(epochs=epochs, patience=patience, clip_norm=clip_norm, average=average)
    if isinstance(learning_rate, numbers.Real):
        learning_rate = float(learning_rate)
    average = None if average is None else float(average)
    optimizer = keras.optimizers.Adam(learning_rate, global_clipnorm=clip_norm)
    optimizer.build(model.trainable_variables)
    settings = {"learning_rate": _described(learning_rate), **train.settings}
    settings |= {} if clip_norm is None else {"clip_norm": clip_norm}
    settings |= {} if average is None else {"average": average}
    settings |= {} if score is None else {"chosen_by": "score"}
    averaged = Average(model, average)
    state = State(model, optimizer, averaged, settings)
    if checkpoint is not None and Path(checkpoint).exists():
        state.restore(Path(checkpoint))
    step, measure = _compiled(model, optimizer, averaged, loss)
    history = state.history

    shown = progress_wanted() if progress is None else progress
    with tqdm(total=epochs, initial=len(history.train), unit="epoch", disable=not shown) as bar:
        while len(history.train) < epochs and not _exhausted(history, patience):
            epoch = len(history.train)
            measured = {"train": _mean(step, train, epoch)}
            with averaged.in_model():
                measured["dev"] = _mean(measure, dev, epoch)
                if score is not None:
                    measured["score"] = float(score(model))
            if not np.isfinite(list(measured.values())).all():
                state.keep_best()
                found = ", ".join(f"{name} {value}" for name, value in measured.items())
                best = history.best_epoch
                kept = "the starting weights" if best < 0 else f"the weights of epoch {best}"
                raise TrainingError(
                    f"The loss was not a finite number in epoch {epoch}. Received: {found}. Lower "
                    f"the learning rate, or look for one in the data; {kept} were put back."
                )
            state.record(measured)
            if checkpoint is not None:
                state.write(Path(checkpoint))
            shown_values = {name: f"{value:.5f}" for name, value in measured.items()}
            bar.set_postfix(shown_values, refresh=False)
            bar.update()
    state.keep_best()
    return history


def _refuse_odd(*, epochs: Any, patience: Any, clip_norm: Any, average: Any) -> None:
    for name, value in {"epochs": epochs, "patience": patience}.items():
        if name == "patience" and value is None:
            continue
        if not isinstance(value, numbers.Integral) or value < 1:
            raise ValueError(f"{name} must be a whole number above 0. Received: {value!r}.")
    if clip_norm is not None and not (isinstance(clip_norm, numbers.Real) and clip_norm > 0):
        raise ValueError(f"clip_norm must be a number above 0, or None. Received: {clip_norm!r}.")
    if average is not None and not (isinstance(average, numbers.Real) and 0 < average < 1):
        raise ValueError(
            f"average must be a number between 0 and 1, or None. Received: {average!r}."
        )


def _described(rate: Any) -> Any:
    return rate if isinstance(rate, float) else [type(rate).__name__, rate.get_config()]


def _exhausted(history: History, patience: int | None) -> bool:
    return patience is not None and len(history.dev) - 1 - history.best_epoch >= patience > 0


def _dense(gradient: Any) -> Any:
    # An embedding's gradient lists a part for each use of a token. Keras's Adam squares the parts
    # before it adds them, and takes too long a step for each token that a batch repeats.
    return tf.convert_to_tensor(gradient) if isinstance(gradient, tf.IndexedSlices) else gradient


def _compiled(
    model: Any, optimizer: Any, averaged: Average, loss: Loss
) -> tuple[Callable, Callable]:
    @tf.function(reduce_retracing=True)
    def step(batch):
        with tf.GradientTape() as tape:
            total, count = loss(model, batch, True)
            mean = total / count
        gradients = [_dense(g) for g in tape.gradient(mean, model.trainable_variables)]
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        averaged.update(optimizer.iterations - 1)
        return total, count

    @tf.function(reduce_retracing=True)
    def measure(batch):
        return loss(model, batch, False)

    return step, measure
