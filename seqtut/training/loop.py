"""The loop: epochs of compiled steps, early stopping, checkpoints that resume exactly."""

import numbers
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from tqdm import tqdm

from seqtut.runtime import progress_wanted
from seqtut.training import steps
from seqtut.training.adam import Adam
from seqtut.training.averages import Average
from seqtut.training.batches import ArrayBatches
from seqtut.training.checkpoints import make_ready
from seqtut.training.replicas import Replicas
from seqtut.training.state import History, State
from seqtut.training.steps import Loss


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

    return steps.mean(measure, batches, 0)


def fit(
    model: Any,
    train: ArrayBatches,
    dev: ArrayBatches,
    loss: Loss,
    *,
    epochs: int,
    learning_rate: float | keras.optimizers.schedules.LearningRateSchedule = 1e-3,
    optimizer: type = Adam,
    clip_norm: float | None = None,
    average: float | None = None,
    score: Callable[[Any], float] | None = None,
    patience: int | None = None,
    checkpoint: Path | str | None = None,
    strategy: tf.distribute.Strategy | None = None,
    progress: bool | None = None,
) -> History:
    """Trains a model and leaves it with the weights of its best epoch on `dev`.

    With `checkpoint`, the state is written after every epoch, and a call that finds the file
    goes on from there: it ends with the weights of a training that was never stopped.

    With a strategy of several replicas, each batch is split over them, and a step is that of one
    replica with the whole batch, up to rounding and dropout. Every worker calls `fit` with the same
    arguments; the chief alone writes, and all of them read its checkpoint to resume.

    Args:
        model: A built Keras model.
        train: Batches to learn from; their order is a function of seed and epoch.
        dev: Batches to choose the epoch by; never the test data.
        loss: Returns a sum and a count for a batch; what is minimised is their ratio.
        epochs: Passes over `train`, those before a resume included.
        learning_rate: The step size, or a Keras schedule of it by step.
        optimizer: A class of `keras.optimizers`.
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
        strategy: A synchronous strategy of `tf.distribute` in whose scope the model was made;
            None for the current one, which outside of every scope is a single device.
        progress: Whether to show a bar; None shows it in a terminal or Colab.

    Returns:
        The `History`, of earlier runs of a resumed training too.

    Raises:
        ValueError: If `epochs`, `patience` or `clip_norm` is not above zero, `average` is not
            between 0 and 1, the model is not the strategy's, or the workers disagree.
        TrainingError: If the loss or score is not a finite number; the best weights are put back.
        CheckpointError: If the checkpoint is damaged, is another model's, another training's or of
            other data, or cannot be written, which is found before the first epoch if it can be.
    """
    _refuse_odd(epochs=epochs, patience=patience, clip_norm=clip_norm, average=average)
    replicas = Replicas(strategy, model)
    if isinstance(learning_rate, numbers.Real):
        learning_rate = float(learning_rate)
    average = None if average is None else float(average)
    with replicas.strategy.scope():
        optimizing = optimizer(learning_rate, global_clipnorm=clip_norm)
        replicas.build(optimizing, model.trainable_variables)
        averaged = Average(model, average)
    settings = {"learning_rate": _described(learning_rate), **train.settings}
    settings |= {} if optimizer is Adam else {"optimizer": optimizer.__name__}
    settings |= {} if clip_norm is None else {"clip_norm": clip_norm}
    settings |= {} if average is None else {"average": average}
    settings |= {} if score is None else {"chosen_by": "score"}
    path = None if checkpoint is None else Path(checkpoint)
    state = State(model, optimizing, averaged, settings, (train, dev))
    if path is not None and os.path.exists(path):  # False too where the name is none
        state.restore(path)
    if replicas.several:
        replicas.refuse_apart(state.digest())
    history, writes = state.history, path is not None and replicas.chief
    if writes and len(history.train) < epochs:
        make_ready(path)
    step, measure = steps.compiled(model, optimizing, averaged, loss, replicas)

    shown = progress_wanted() if progress is None else progress
    with tqdm(total=epochs, initial=len(history.train), unit="epoch", disable=not shown) as bar:
        while len(history.train) < epochs and not _exhausted(history, patience):
            epoch, started = len(history.train), time.perf_counter()
            try:
                measured = {"train": steps.mean(step, train, epoch, "training step")}
                with averaged.in_model():
                    measured["dev"] = steps.mean(measure, dev, epoch, "dev batch")
                    if score is not None:
                        measured["score"] = float(score(model))
                measured = replicas.agreed(measured)
                steps.refuse_infinite(measured)
            except steps.NotFiniteError as found:
                state.keep_best()
                best = history.best_epoch
                kept = "the starting weights" if best < 0 else f"the weights of epoch {best}"
                raise TrainingError(
                    f"The loss was not a finite number in epoch {epoch}, {found}. Lower the "
                    f"learning rate, or look for one in the data; {kept} were put back."
                ) from None
            state.record(measured)
            history.seconds.append(round(time.perf_counter() - started, 3))
            if writes:
                state.write(path)
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
