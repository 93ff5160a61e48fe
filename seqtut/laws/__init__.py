"""What a correct model cannot break: laws that a reader can call on a model of his own.

Each law returns a `Finding`; printing it says what was measured and whether that is lawful.
"""

from seqtut.laws.autoencoders import linear_autoencoder_is_pca
from seqtut.laws.choosing import (
    alpha_shortens_nothing,
    draws_follow_the_model,
    scores_are_the_models,
)
from seqtut.laws.examining import BROKEN, HOLDS, UNASKED, Answer, Examination, examine
from seqtut.laws.finding import Finding
from seqtut.laws.formulas import equation_is_layer, gradient_is_slope
from seqtut.laws.hearing import answer_changes_nothing, past_is_heard, source_is_heard
from seqtut.laws.learning import (
    loss_ignores_batching,
    resuming_changes_nothing,
    saving_changes_nothing,
)
from seqtut.laws.measures import (
    batches_change_no_score,
    names_change_nothing,
    one_outlier_moves_little,
    one_wrong_sign_is_wrong,
    pads_change_no_score,
    silence_earns_nothing,
    target_can_be_reached,
)
from seqtut.laws.search import search_keeps_its_word
from seqtut.laws.sequences import (
    future_changes_nothing,
    loss_counts_tokens,
    padding_changes_nothing,
    step_is_sequence,
)
from seqtut.laws.splits import (
    epochs_differ,
    order_changes_nothing,
    parts_share_nothing,
    test_changes_nothing,
)

__all__ = [
    "Answer",
    "BROKEN",
    "Examination",
    "Finding",
    "HOLDS",
    "UNASKED",
    "alpha_shortens_nothing",
    "answer_changes_nothing",
    "batches_change_no_score",
    "draws_follow_the_model",
    "epochs_differ",
    "equation_is_layer",
    "examine",
    "future_changes_nothing",
    "gradient_is_slope",
    "linear_autoencoder_is_pca",
    "loss_counts_tokens",
    "loss_ignores_batching",
    "names_change_nothing",
    "one_outlier_moves_little",
    "one_wrong_sign_is_wrong",
    "order_changes_nothing",
    "padding_changes_nothing",
    "pads_change_no_score",
    "parts_share_nothing",
    "past_is_heard",
    "resuming_changes_nothing",
    "saving_changes_nothing",
    "scores_are_the_models",
    "search_keeps_its_word",
    "silence_earns_nothing",
    "source_is_heard",
    "step_is_sequence",
    "target_can_be_reached",
    "test_changes_nothing",
]
