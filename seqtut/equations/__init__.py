"""The book's numbered equations in NumPy float64, each named after its label.

`eq-mean-squared-error` in a chapter is `seqtut.equations.mean_squared_error` here. They are
written to be read beside the equation, and know no TensorFlow.
"""

from seqtut.equations.autoencoders import (
    autoencoder,
    dense,
    linear_gradient,
    mean_interval,
    mean_squared_error,
    pca,
    pca_error,
    principal_angle,
    tied_decoder,
)
from seqtut.equations.background import conditional_entropy, entropy
from seqtut.equations.sequences import (
    factorisation,
    negative_log_likelihood,
    recurrence,
    softmax,
    squared_error,
)

__all__ = [
    "autoencoder",
    "conditional_entropy",
    "dense",
    "entropy",
    "factorisation",
    "linear_gradient",
    "mean_interval",
    "mean_squared_error",
    "negative_log_likelihood",
    "pca",
    "pca_error",
    "principal_angle",
    "recurrence",
    "softmax",
    "squared_error",
    "tied_decoder",
]
