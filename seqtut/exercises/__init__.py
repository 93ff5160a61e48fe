"""The checkers of the book's exercises: `check("slug-1", answer)` says right, or what is wrong."""

# Importing a room registers its checkers.
from seqtut.exercises import (
    anomaly_detection,
    autoencoder,
    background,
    concepts,
    recurrent_autoencoder,
    recurrent_networks,
    regularised_autoencoders,
    translation,
    variational_autoencoder,
)
from seqtut.exercises.registry import Hint, Verdict, check, exercise, judge, names

__all__ = [
    "Hint",
    "Verdict",
    "anomaly_detection",
    "autoencoder",
    "background",
    "check",
    "concepts",
    "exercise",
    "judge",
    "names",
    "recurrent_autoencoder",
    "recurrent_networks",
    "regularised_autoencoders",
    "translation",
    "variational_autoencoder",
]
