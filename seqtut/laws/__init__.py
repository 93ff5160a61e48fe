"""What a correct model cannot break: laws that a reader can call on a model of his own.

Each law returns a `Finding`; printing it says what was measured and whether that is lawful.
"""

from seqtut.laws.autoencoders import linear_autoencoder_is_pca
from seqtut.laws.finding import Finding
from seqtut.laws.formulas import equation_is_layer, gradient_is_slope
from seqtut.laws.learning import (
    loss_ignores_batching,
    resuming_changes_nothing,
    saving_changes_nothing,
)
from seqtut.laws.search import search_keeps_its_word
from seqtut.laws.sequences import (
    future_changes_nothing,
    loss_counts_tokens,
    padding_changes_nothing,
    step_is_sequence,
)

__all__ = [
    "Finding",
    "equation_is_layer",
    "future_changes_nothing",
    "gradient_is_slope",
    "linear_autoencoder_is_pca",
    "loss_counts_tokens",
    "loss_ignores_batching",
    "padding_changes_nothing",
    "resuming_changes_nothing",
    "saving_changes_nothing",
    "search_keeps_its_word",
    "step_is_sequence",
]
