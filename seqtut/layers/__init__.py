"""Layers that Keras lacks, on `keras.ops`, each with `get_config` and explicit masks.

`recurrence` runs Keras's own LSTM layers in a loop of TensorFlow's that is faster than theirs.
"""

from seqtut.layers.attention import (
    AdditiveAttention,
    DotAttention,
    MultiHeadAttention,
    masked_softmax,
)
from seqtut.layers.positions import LearnedPositions, SinusoidalPositions
from seqtut.layers.tied import TiedLogits, TransposedDense

__all__ = [
    "AdditiveAttention",
    "DotAttention",
    "LearnedPositions",
    "MultiHeadAttention",
    "SinusoidalPositions",
    "TiedLogits",
    "TransposedDense",
    "masked_softmax",
]
