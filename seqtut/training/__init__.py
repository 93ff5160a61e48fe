"""One training loop for every model: what it minimises, what it is fed, how it resumes."""

from seqtut.training.batches import ArrayBatches
from seqtut.training.checkpoints import (
    CheckpointError,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    save_weights,
)
from seqtut.training.loop import History, TrainingError, evaluate, fit
from seqtut.training.losses import reconstruction_loss

__all__ = [
    "ArrayBatches",
    "CheckpointError",
    "History",
    "TrainingError",
    "evaluate",
    "fit",
    "load_checkpoint",
    "load_weights",
    "reconstruction_loss",
    "save_checkpoint",
    "save_weights",
]
