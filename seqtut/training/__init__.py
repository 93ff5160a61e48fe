"""One training loop for every model: what it minimises, what it is fed, how it resumes."""

from seqtut.training.adam import Adam
from seqtut.training.batches import ArrayBatches
from seqtut.training.checkpoints import (
    CheckpointError,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    save_weights,
)
from seqtut.training.ctc import ctc_loss
from seqtut.training.frames import FrameBatches, pad_frames
from seqtut.training.loop import TrainingError, evaluate, fit
from seqtut.training.losses import (
    class_loss,
    masked_reconstruction_loss,
    reconstruction_loss,
    token_accuracy,
    token_loss,
)
from seqtut.training.state import History
from seqtut.training.variational import negative_elbo

__all__ = [
    "Adam",
    "ArrayBatches",
    "CheckpointError",
    "FrameBatches",
    "History",
    "TrainingError",
    "ctc_loss",
    "class_loss",
    "evaluate",
    "fit",
    "load_checkpoint",
    "load_weights",
    "masked_reconstruction_loss",
    "negative_elbo",
    "pad_frames",
    "reconstruction_loss",
    "save_checkpoint",
    "save_weights",
    "token_accuracy",
    "token_loss",
]
