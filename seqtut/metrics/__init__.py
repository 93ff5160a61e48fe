"""How well a model does, with the doubt that belongs to the number."""

from seqtut.metrics.bootstrap import Comparison, bootstrap_interval, paired_bootstrap
from seqtut.metrics.characters import chrf_of_sums, chrf_parts
from seqtut.metrics.detection import pr_auc, roc_auc
from seqtut.metrics.edits import (
    edit_distance,
    exact_match,
    phoneme_error_rate,
    word_error_rate,
)
from seqtut.metrics.intervals import Interval, mean_interval, share_interval
from seqtut.metrics.overlap import Rouge, Score, bleu, bleu_of_sums, bleu_parts, chrf, rouge
from seqtut.metrics.ratio import Ratio
from seqtut.metrics.reconstruction import PCA, fit_pca, squared_error_per_example

__all__ = [
    "PCA",
    "Comparison",
    "Interval",
    "Ratio",
    "Rouge",
    "Score",
    "bleu",
    "bleu_of_sums",
    "bleu_parts",
    "bootstrap_interval",
    "chrf",
    "chrf_of_sums",
    "chrf_parts",
    "edit_distance",
    "exact_match",
    "fit_pca",
    "mean_interval",
    "paired_bootstrap",
    "phoneme_error_rate",
    "pr_auc",
    "roc_auc",
    "rouge",
    "share_interval",
    "squared_error_per_example",
    "word_error_rate",
]
