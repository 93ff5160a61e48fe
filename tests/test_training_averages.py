"""Training with a moving average of the weights: what it is, where it is used, resuming."""

import keras
import numpy as np
import pytest

from seqtut import laws, training
from seqtut.models import Autoencoder, Seq2Seq
from seqtut.training.averages import Average
from seqtut.training.checkpoints import load_checkpoint

X = np.random.default_rng(0).normal(size=(50, 6)).astype("float32")
DEV = training.ArrayBatches(X[40:], size=10)
TOKENS = np.random.default_rng(0).integers(4, 9, size=(20, 4)).astype("int32")


def make():
    keras.utils.set_random_seed(0)
    return Autoencoder(6, 2, (5,), output_activation=None)


def fit(model, epochs=4, checkpoint=None, **settings):
    return training.fit(
        model,
        training.ArrayBatches(X[:40], size=16, seed=1),
        settings.pop("dev", DEV),
        settings.pop("loss", training.reconstruction_loss),
        epochs=epochs,
        checkpoint=checkpoint,
        **{"learning_rate": 1e-2, "average": 0.5, **settings},
    )


def weights(model):
    return [w.copy() for w in model.get_weights()]


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_average_moves_towards_the_weights_by_its_share():
    """Against NumPy: fast at first, then by 1 - decay of the distance a step."""
    model = make()
    average = Average(model, 0.8)
    rng = np.random.default_rng(0)
    wanted = weights(model)
    for step in range(60):
        moved = [w + rng.normal(size=w.shape).astype("float32") for w in model.get_weights()]
        model.set_weights(moved)
        average.update(step)
        share = max(0.2, 9 / (10 + step))
        assert share == 0.2 or step < 35
        wanted = [a + share * (w - a) for a, w in zip(wanted, moved, strict=True)]
    for found, value in zip(average.variables, wanted, strict=True):
        np.testing.assert_allclose(found.numpy(), value, rtol=1e-4, atol=1e-5)


def test_nothing_is_left_of_the_starting_weights_after_a_hundred_steps():
    model = make()
    model.set_weights([np.full_like(w, 1e6) for w in model.get_weights()])
    average = Average(model, 0.999)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    for step in range(100):
        average.update(step)
    assert max(np.abs(v.numpy()).max() for v in average.variables) < 1e-4


def test_the_average_is_what_is_measured_scored_and_kept():
    scored = []

    def score(model):
        scored.append(weights(model))
        return -float(len(scored))

    plain, averaged = make(), make()
    without = fit(plain, average=None, epochs=3)
    history = fit(averaged, epochs=3, score=score, average=0.9)
    assert history.train == without.train  # the average does not touch the training itself
    assert history.dev != without.dev
    assert equal(weights(averaged), scored[-1])
    measured = training.evaluate(averaged, DEV, training.reconstruction_loss)
    assert measured == pytest.approx(history.dev[-1], rel=1e-6)


def test_an_average_of_noisy_weights_is_better_than_they_are():
    """With a step size far too high, the weights jump about; their average is in between."""
    plain, averaged = make(), make()
    kept = {"learning_rate": 0.3, "epochs": 40}
    without, history = fit(plain, average=None, **kept), fit(averaged, average=0.95, **kept)
    assert np.mean(history.dev[-10:]) < np.mean(without.dev[-10:])


@pytest.mark.parametrize("n", [1, 3])
def test_resuming_an_averaged_training_changes_nothing(n):
    found = laws.resuming_changes_nothing(make, fit, n, 2)
    assert found.holds, found


def test_resuming_an_averaged_training_with_dropout_and_clipping_changes_nothing():
    mask, first = TOKENS > 0, np.roll(TOKENS, 1, axis=1)

    def make_sequences():
        keras.utils.set_random_seed(0)
        return Seq2Seq(9, 9, 6, dropout=0.4)

    def train(model, epochs, path):
        batches = training.ArrayBatches(TOKENS, mask, first, TOKENS, mask, size=10, seed=0)
        settings = {"clip_norm": 1.0, "average": 0.9, "checkpoint": path}
        training.fit(model, batches, batches, training.token_loss(0.1), epochs=epochs, **settings)

    found = laws.resuming_changes_nothing(make_sequences, train, 1, 1)
    assert found.holds, found


def test_an_average_that_is_not_saved_breaks_the_law_of_resuming(monkeypatch):
    def forgetful(model, epochs, path):
        with monkeypatch.context() as patch:
            patch.setattr(training.loop.State, "restore", restore_without_the_average)
            fit(model, epochs, path)

    restore = training.loop.State.restore

    def restore_without_the_average(state, path):
        kept = [v.numpy().copy() for v in state.variables["average"]]
        restore(state, path)
        for variable, value in zip(state.variables["average"], kept, strict=True):
            variable.assign(value)

    assert not laws.resuming_changes_nothing(make, forgetful, 1, 1).holds


def test_a_training_without_an_average_writes_the_checkpoint_that_it_always_wrote(tmp_path):
    fit(make(), epochs=1, average=None, checkpoint=tmp_path / "c")
    tensors, facts = load_checkpoint(tmp_path / "c")
    assert {name.split("/")[0] for name in tensors} == {"model", "optimizer", "best"}
    assert "average" not in facts["training"]


def test_a_checkpoint_with_another_average_is_refused(tmp_path):
    fit(make(), epochs=1, checkpoint=tmp_path / "c")
    with pytest.raises(training.CheckpointError, match="another training"):
        fit(make(), epochs=2, average=0.9, checkpoint=tmp_path / "c")
    with pytest.raises(training.CheckpointError, match="another training"):
        fit(make(), epochs=2, average=None, checkpoint=tmp_path / "c")


def test_a_loss_that_is_not_finite_puts_the_best_average_back():
    calls = []

    def score(model):
        calls.append(weights(model))
        return 1.0 if len(calls) == 1 else float("nan")

    model = make()
    with pytest.raises(training.TrainingError, match="weights of epoch 0 were put back"):
        fit(model, score=score)
    assert equal(weights(model), calls[0])


@pytest.mark.parametrize("odd", [0, 1, 1.5, -0.1, "half"])
def test_an_average_that_is_no_share_is_refused(odd):
    with pytest.raises(ValueError, match="average must be .*Received"):
        fit(make(), average=odd)
