"""A running average of the weights, which wanders less than the weights that are trained."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
from keras import ops


class Average:
    """An exponential moving average of a model's trainable weights, one update a step.

    After step `t`, counted from 0, the average moves by a share `max(1 - decay, 9 / (10 + t))` of
    its distance to the weights: it follows closely at first, so that nothing is left of the
    starting weights, and has warmed up when the second term is the smaller one, after some
    `9 / (1 - decay)` steps. Keras's optimizers average too (`use_ema`), but without a warm-up: with
    a decay of 0.999 the weights of the first step would still be a third of it 1,100 steps on.

    Args:
        model: A built Keras model.
        decay: Share of the average that a step leaves, in (0, 1); None for no average at all.
    """

    def __init__(self, model: Any, decay: float | None):
        self.decay = decay
        self._trained = [] if decay is None else model.trainable_variables
        self.variables = [
            keras.Variable(trained.numpy(), trainable=False, dtype=trained.dtype)
            for trained in self._trained
        ]

    def update(self, steps: Any) -> None:
        """Moves the average towards the weights; belongs behind the optimizer's step.

        Args:
            steps: Updates before this one, an integer scalar.
        """
        if self.decay is None:
            return
        share = ops.maximum(1 - self.decay, 9 / (10 + ops.cast(steps, "float32")))
        for average, trained in zip(self.variables, self._trained, strict=True):
            average.assign_add(ops.cast(share, average.dtype) * (trained - average))

    def instead_of(self, variables: list[Any]) -> list[Any]:
        """Returns a model's variables with the average in the place of each that has one."""
        pairs = zip(self._trained, self.variables, strict=True)
        averages = {id(trained): average for trained, average in pairs}
        return [averages.get(id(variable), variable) for variable in variables]

    @contextlib.contextmanager
    def in_model(self) -> Iterator[None]:
        """Lends the model the average for its weights, and gives it its own back."""
        own = [trained.numpy().copy() for trained in self._trained]
        for trained, average in zip(self._trained, self.variables, strict=True):
            trained.assign(average)
        try:
            yield
        finally:
            for trained, value in zip(self._trained, own, strict=True):
                trained.assign(value)
