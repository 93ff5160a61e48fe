"""Training of sequence models: the loss, clipping, a score, resuming with dropout, learning."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, laws, training
from seqtut.models import Seq2Seq, Transformer

BEGIN, END, FIRST, SIZE = 1, 2, 4, 9


def reversals(count, seed, longest=4):
    """Random sources and their reversals, as a batch for teacher forcing."""
    rng = np.random.default_rng(seed)
    source, target, decoder_input = (np.zeros((count, longest + n), "int32") for n in (0, 1, 1))
    for row, length in enumerate(rng.integers(1, longest + 1, count)):
        tokens = rng.integers(FIRST, SIZE, length)
        source[row, :length] = tokens
        target[row, : length + 1] = [*tokens[::-1], END]
        decoder_input[row, : length + 1] = [BEGIN, *tokens[::-1]]
    return source, source > 0, decoder_input, target, target > 0


DATA = reversals(40, 0)
MODELS = {
    "lstm": lambda **c: Seq2Seq(SIZE, SIZE, 6, **c),
    "gru": lambda **c: Seq2Seq(
        SIZE, SIZE, 6, cell="gru", bidirectional=True, attention="additive", **c
    ),
    "transformer": lambda **c: Transformer(SIZE, SIZE, 6, 1, 2, **c),
}
each = pytest.mark.parametrize("name", MODELS)


def make(name, **c):
    keras.utils.set_random_seed(0)
    return MODELS[name](**c)


def fit(model, epochs=2, checkpoint=None, **settings_):
    return training.fit(
        model,
        training.ArrayBatches(*(a[:30] for a in DATA), size=10, seed=1),
        training.ArrayBatches(*(a[30:] for a in DATA), size=10),
        settings_.pop("loss", training.token_loss()),
        epochs=epochs,
        checkpoint=checkpoint,
        **{"learning_rate": 1e-2, **settings_},
    )


class Says:
    """A model that says given logits, whatever it reads."""

    def __init__(self, logits):
        self.logits = np.asarray(logits, "float32")

    def __call__(self, inputs, training=None):
        return self.logits


# The loss


@settings(max_examples=15)
@given(seed=st.integers(0, 999))
def test_token_loss_is_the_equation_over_the_kept_tokens(seed):
    rng = np.random.default_rng(seed)
    logits, target = rng.normal(scale=4, size=(3, 4, 5)), rng.integers(0, 5, (3, 4))
    mask = rng.random((3, 4)) < 0.6
    mask[0, 0] = True
    total, count = training.token_loss()(Says(logits), (0, 0, 0, target, mask), False)
    assert float(count) == mask.sum()
    wanted = equations.negative_log_likelihood(logits, target, mask)
    assert float(total) / float(count) == pytest.approx(wanted, rel=1e-5)


@settings(max_examples=15)
@given(seed=st.integers(0, 999), smoothing=st.sampled_from([0.1, 0.5]))
def test_smoothing_spreads_a_share_of_the_target_evenly_in_training_only(seed, smoothing):
    rng = np.random.default_rng(seed)
    logits, target = rng.normal(scale=4, size=(2, 3, 5)), rng.integers(0, 5, (2, 3))
    mask = np.array([[True, True, False], [True, False, False]])
    spread = (1 - smoothing) * np.eye(5)[target] + smoothing / 5
    nats = -np.sum(spread * np.log(equations.softmax(logits)), axis=-1)
    batch = (0, 0, 0, target, mask)
    smoothed = training.token_loss(smoothing)
    total, count = smoothed(Says(logits), batch, True)
    assert float(total) == pytest.approx(nats[mask].sum(), rel=1e-5)
    assert float(count) == 3
    plain = training.token_loss()(Says(logits), batch, False)[0]
    assert float(smoothed(Says(logits), batch, False)[0]) == float(plain)


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_that_cannot_be_spread_is_refused(share):
    with pytest.raises(ValueError, match="Received"):
        training.token_loss(share)


@each
def test_the_loss_counts_tokens_however_they_are_batched(name):
    found = laws.loss_counts_tokens(make(name), tuple(a[:7] for a in DATA), training.token_loss())
    assert found.holds, found


def test_accuracy_counts_the_kept_tokens_that_are_right():
    target = np.array([[3, 2, 0], [1, 0, 0]], "int32")
    mask = np.array([[True, True, False], [True, False, False]])
    said = np.array([[3, 1, 0], [1, 0, 0]])
    found = training.token_accuracy(Says(np.eye(4)[said]), (0, 0, 0, target, mask), False)
    assert [float(value) for value in found] == [2, 3]


def test_evaluation_of_sequences_ignores_how_they_are_cut():
    model = make("lstm")
    means = [
        training.evaluate(model, training.ArrayBatches(*DATA, size=size), training.token_loss())
        for size in (1, 7, 40)
    ]
    assert means == pytest.approx([means[0]] * 3, rel=1e-5)


# Clipping and choosing


def one_step(clip_norm):
    model = make("lstm")
    before = [w.copy() for w in model.get_weights()]
    training.fit(
        model,
        training.ArrayBatches(*DATA, size=40, seed=1),
        training.ArrayBatches(*DATA, size=40),
        training.token_loss(),
        epochs=1,
        learning_rate=1e-2,
        clip_norm=clip_norm,
    )
    pairs = zip(before, model.get_weights(), strict=True)
    return max(float(np.abs(b - a).max()) for a, b in pairs)


def test_a_step_is_no_longer_than_the_learning_rate_for_tokens_that_repeat_either():
    """Adam's first step is the learning rate, whatever the gradient: also in an embedding."""
    assert one_step(None) == pytest.approx(1e-2, rel=1e-3)


def test_clipping_scales_long_gradients_down_and_leaves_short_ones():
    """Adam forgets the gradients' scale, except beside its epsilon: then steps shrink with it."""
    assert one_step(1e3) == pytest.approx(1e-2, rel=1e-3)
    assert one_step(1e-9) < 1e-3


def test_a_score_chooses_the_epoch_and_stops_the_training():
    scores = iter([0.5, 0.3, 0.4, 0.6, 0.1])
    kept = []

    def score(model):
        kept.append([w.copy() for w in model.get_weights()])
        return next(scores)

    model = make("lstm")
    history = fit(model, epochs=5, score=score, patience=2)
    assert history.score == [0.5, 0.3, 0.4, 0.6]
    assert history.best_epoch == 1
    assert len(history.dev) == len(history.train) == 4
    best = zip(model.get_weights(), kept[1], strict=True)
    assert all(np.array_equal(a, b) for a, b in best)


def test_a_score_is_remembered_by_a_checkpoint(tmp_path):
    def score(model):
        return float(np.abs(model.get_weights()[0]).sum())

    whole, cut = make("lstm"), make("lstm")
    wanted = fit(whole, epochs=4, score=score)
    fit(cut, epochs=2, score=score, checkpoint=tmp_path / "c")
    assert fit(cut, epochs=4, score=score, checkpoint=tmp_path / "c") == wanted
    with pytest.raises(training.CheckpointError, match="another training"):
        fit(make("lstm"), epochs=5, checkpoint=tmp_path / "c")


def test_a_score_that_is_not_finite_stops_the_training():
    with pytest.raises(training.TrainingError, match="epoch 0.*score nan"):
        fit(make("lstm"), score=lambda model: float("nan"))


def test_the_history_says_how_long_each_epoch_took_over_a_resume_too(tmp_path):
    fit(make("lstm"), epochs=1, checkpoint=tmp_path / "c")
    history = fit(make("lstm"), epochs=3, checkpoint=tmp_path / "c")
    assert len(history.seconds) == 3
    assert all(0 < seconds < 600 for seconds in history.seconds)


# Resuming


@each
def test_resuming_changes_nothing_with_dropout_smoothing_and_clipping(name):
    found = laws.resuming_changes_nothing(
        lambda: make(name, dropout=0.4),
        lambda model, epochs, path: fit(
            model, epochs, path, loss=training.token_loss(0.1), clip_norm=1.0
        ),
        n=1,
        m=1,
    )
    assert found.holds, found


def test_a_model_whose_dropout_is_not_saved_breaks_the_law_of_resuming():
    class Forgetful(Seq2Seq):
        """Leaves the state of its dropout out of what is saved."""

        @property
        def variables(self):
            return self.weights

    def make_forgetful():
        keras.utils.set_random_seed(0)
        return Forgetful(SIZE, SIZE, 6, dropout=0.4)

    found = laws.resuming_changes_nothing(make_forgetful, fit, n=1, m=1)
    assert not found.holds


# Learning


@pytest.mark.parametrize(
    "make_model",
    [
        lambda: Seq2Seq(SIZE, SIZE, 32, bidirectional=True),
        lambda: Seq2Seq(SIZE, SIZE, 32, cell="gru", attention="additive"),
        lambda: Transformer(SIZE, SIZE, 32, 1, 4, tied=True),
    ],
    ids=["lstm-dot", "gru-additive", "transformer"],
)
def test_a_model_learns_to_say_a_sequence_backwards(make_model):
    keras.utils.set_random_seed(0)
    model = make_model()
    train, dev = reversals(600, 1), reversals(60, 2)
    history = training.fit(
        model,
        training.ArrayBatches(*train, size=50, seed=0),
        training.ArrayBatches(*dev, size=60),
        training.token_loss(),
        epochs=12,
        learning_rate=1e-2,
        clip_norm=1.0,
    )
    assert history.dev[0] > 0.5 > 0.25 > min(history.dev), history.dev
    accuracy = training.evaluate(
        model, training.ArrayBatches(*dev, size=60), training.token_accuracy
    )
    assert accuracy > 0.9
