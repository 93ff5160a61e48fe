"""The checkers of the book's exercises: `check("slug-1", answer)` says right, or what is wrong."""

# Importing a room registers its checkers.
from seqtut.exercises import (
    anomaly_detection,
    attention,
    autoencoder,
    background,
    concepts,
    decoding,
    encoder_decoder,
    evaluation,
    limits,
    recurrent_autoencoder,
    recurrent_networks,
    regularised_autoencoders,
    seq2seq_math,
    text,
    transformer,
    translation,
    variational_autoencoder,
)
from seqtut.exercises.registry import Hint, Verdict, check, exercise, judge, names

__all__ = [
    "Hint",
    "Verdict",
    "anomaly_detection",
    "attention",
    "autoencoder",
    "background",
    "check",
    "concepts",
    "encoder_decoder",
    "evaluation",
    "decoding",
    "exercise",
    "limits",
    "judge",
    "names",
    "recurrent_autoencoder",
    "recurrent_networks",
    "regularised_autoencoders",
    "translation",
    "seq2seq_math",
    "text",
    "transformer",
    "variational_autoencoder",
]
