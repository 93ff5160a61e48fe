"""What a training remembers from epoch to epoch, and from one process to the next."""

import functools
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seqtut.training.averages import Average
from seqtut.training.checkpoints import (
    load_checkpoint,
    refuse_others,
    save_checkpoint,
    signature,
    values,
)


@dataclass
class History:
    """Losses by epoch, and the epoch (from 0) whose weights the model holds at the end.

    `score` is empty unless `fit` was given one to choose the epoch by. `seconds` is how long each
    epoch took, its measurements included; it is no part of what makes two histories equal.
    """

    train: list[float] = field(default_factory=list)
    dev: list[float] = field(default_factory=list)
    best_epoch: int = -1
    score: list[float] = field(default_factory=list, repr=False)
    seconds: list[float] = field(default_factory=list, repr=False, compare=False)


class State:
    """All that a resumed training needs: weights, the optimizer's, the best so far, history.

    The best weights are the average's where there is one.

    Args:
        model: The model being trained, built.
        optimizer: Its optimizer, built.
        average: The average of the model's weights.
        settings: What a resumed training must have in common with this one.
        batches: Those of training and of dev, whose data it must have in common too.
    """

    def __init__(
        self,
        model: Any,
        optimizer: Any,
        average: Average,
        settings: dict[str, Any],
        batches: tuple,
    ):
        self.variables = {
            "model": model.variables,
            "optimizer": optimizer.variables,
            "average": average.variables,
        }
        self._measured = average.instead_of(model.variables)
        self._facts = {"model": signature(model), "training": settings}
        self._batches = batches
        self.history = History()
        self.best = values(model.variables)

    @functools.cached_property
    def facts(self) -> dict[str, Any]:
        """What a checkpoint says of itself; hashes the data when it is asked for first."""
        return {**self._facts, "data set": [part.fingerprint() for part in self._batches]}

    def digest(self) -> int:
        """Returns a number below 2**48 that stands for the facts and the history so far."""
        said = json.dumps({**self.facts, "history": vars(self.history)}, sort_keys=True)
        return int(hashlib.sha256(said.encode()).hexdigest()[:12], 16)

    def record(self, measured: dict[str, float]) -> None:
        """Adds an epoch's measurements, and keeps its weights if it is the best so far."""
        history = self.history
        for name, value in measured.items():
            getattr(history, name).append(value)
        chosen_by = history.score or history.dev
        if history.best_epoch < 0 or chosen_by[-1] < chosen_by[history.best_epoch]:
            history.best_epoch = len(chosen_by) - 1
            self.best = values(self._measured)

    def keep_best(self) -> None:
        """Puts the weights of the best epoch into the model."""
        for variable, value in zip(self.variables["model"], self.best, strict=True):
            variable.assign(value)

    def write(self, path: Path) -> None:
        """Writes everything to a checkpoint."""
        tensors = {
            f"{group}/{index}": value
            for group, variables in self.variables.items()
            for index, value in enumerate(values(variables))
        }
        tensors |= {f"best/{index}": value for index, value in enumerate(self.best)}
        save_checkpoint(path, tensors, {**self.facts, "history": vars(self.history)})

    def restore(self, path: Path) -> None:
        """Puts everything back from a checkpoint; another model's or training's is refused."""
        tensors, facts = load_checkpoint(path)
        # Checkpoints were once written without a word on the data.
        wanted = {n: fact for n, fact in self.facts.items() if n != "data set" or n in facts}
        refuse_others(path, facts, wanted)
        for group, variables in self.variables.items():
            for index, variable in enumerate(variables):
                variable.assign(tensors[f"{group}/{index}"])
        self.best = [tensors[f"best/{index}"] for index in range(len(self.best))]
        self.history = History(**facts["history"])
