"""The book's numbered equations in NumPy float64, each named after its label.

`eq-mean-squared-error` in a chapter is `seqtut.equations.mean_squared_error` here. They are
written to be read beside the equation, and know no TensorFlow.
"""

from seqtut.equations.attention import (
    additive_attention,
    dot_attention,
    layer_normalisation,
    multi_head_attention,
    sinusoidal_positions,
)
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
from seqtut.equations.evaluation import (
    bleu,
    cross_entropy,
    edit_distance,
    label_smoothing,
    perplexity,
)
from seqtut.equations.networks import gru, lstm
from seqtut.equations.search import beam_score, length_penalty
from seqtut.equations.sequences import (
    factorisation,
    negative_log_likelihood,
    recurrence,
    softmax,
    squared_error,
)
from seqtut.equations.series import (
    autoregressive_decoder,
    dynamic_time_warping,
    masked_squared_error,
    recurrent_autoencoder,
    window_count,
)

__all__ = [
    "additive_attention",
    "autoencoder",
    "autoregressive_decoder",
    "beam_score",
    "bleu",
    "conditional_entropy",
    "cross_entropy",
    "dense",
    "dot_attention",
    "dynamic_time_warping",
    "edit_distance",
    "entropy",
    "factorisation",
    "gru",
    "label_smoothing",
    "layer_normalisation",
    "length_penalty",
    "linear_gradient",
    "lstm",
    "masked_squared_error",
    "mean_interval",
    "mean_squared_error",
    "multi_head_attention",
    "negative_log_likelihood",
    "pca",
    "pca_error",
    "perplexity",
    "principal_angle",
    "recurrence",
    "recurrent_autoencoder",
    "sinusoidal_positions",
    "softmax",
    "squared_error",
    "tied_decoder",
    "window_count",
]
