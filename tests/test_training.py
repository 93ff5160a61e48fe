import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from seqtut import laws, training
from seqtut.models import Autoencoder
from seqtut.training import checkpoints

X = np.random.default_rng(0).normal(size=(50, 6)).astype("float32")


def make(code_dim=2):
    keras.utils.set_random_seed(0)
    return Autoencoder(6, code_dim, (5,), output_activation=None)


def fit(model, epochs=4, checkpoint=None, **settings):
    return training.fit(
        model,
        training.ArrayBatches(X[:40], size=16, seed=settings.pop("seed", 1)),
        training.ArrayBatches(X[40:], size=10),
        training.reconstruction_loss,
        epochs=epochs,
        checkpoint=checkpoint,
        **{"learning_rate": 1e-2, **settings},
    )


def weights(model):
    return [v.numpy().copy() for v in model.variables]


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# Batches


@given(rows=st.integers(1, 40), size=st.integers(1, 50), seed=st.integers(0, 99))
def test_an_epoch_holds_every_example_once(rows, size, seed):
    batches = training.ArrayBatches(np.arange(rows), -np.arange(rows), size=size, seed=seed)
    seen = list(batches.epoch(3))
    assert len(seen) == len(batches)
    assert sorted(np.concatenate([a for a, _ in seen])) == list(range(rows))
    assert all(np.array_equal(a, -b) for a, b in seen)


def test_the_order_changes_with_the_epoch_and_not_with_the_call():
    batches = training.ArrayBatches(np.arange(100), size=100, seed=5)
    first, again, second = (next(batches.epoch(n))[0].tolist() for n in (0, 0, 1))
    assert first == again != second
    assert next(training.ArrayBatches(np.arange(9), size=9).epoch(4))[0].tolist() == list(range(9))


@pytest.mark.parametrize(
    ("arrays", "size"), [([], 1), ([X, X[:3]], 1), ([X[:0]], 1), ([X], 0), ([X], 1.5)]
)
def test_batches_that_cannot_be_cut_are_refused(arrays, size):
    with pytest.raises(ValueError, match="Received"):
        training.ArrayBatches(*arrays, size=size)


# The loop


def test_training_learns_and_keeps_the_best_epoch():
    model = make()
    before = training.evaluate(
        model, training.ArrayBatches(X[40:], size=10), training.reconstruction_loss
    )
    history = fit(model, epochs=30)
    after = training.evaluate(
        model, training.ArrayBatches(X[40:], size=10), training.reconstruction_loss
    )
    assert after < 0.9 * before
    assert after == pytest.approx(min(history.dev), rel=1e-5)
    assert history.dev.index(min(history.dev)) == history.best_epoch


def test_training_twice_with_one_seed_gives_the_same_weights():
    one, other, third = make(), make(), make()
    fit(one), fit(other), fit(third, seed=2)
    assert equal(weights(one), weights(other))
    assert not equal(weights(one), weights(third))


def test_training_stops_when_dev_no_longer_improves():
    model = make()
    history = fit(model, epochs=400, patience=3, learning_rate=0.1)
    assert len(history.dev) < 400
    assert len(history.dev) - 1 - history.best_epoch == 3


def test_the_minimised_mean_counts_values_and_not_batches():
    """40 examples in batches of 16, 16 and 8: the mean of batch means would differ."""
    model = make()
    history = fit(model, epochs=1, learning_rate=1e-12)
    whole = training.evaluate(
        model, training.ArrayBatches(X[:40], size=40), training.reconstruction_loss
    )
    assert history.train[0] == pytest.approx(whole, rel=1e-5)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_weights(tmp_path):
    model = make()
    fit(model, epochs=2, checkpoint=tmp_path / "c")
    good = weights(model)

    def breaks(model_, batch, training_):
        total, count = training.reconstruction_loss(model_, batch, training_)
        return total * np.nan, count

    with pytest.raises(training.TrainingError, match=r"not a finite number in epoch 2.*put back"):
        training.fit(
            model,
            training.ArrayBatches(X[:40], size=16, seed=1),
            training.ArrayBatches(X[40:], size=10),
            breaks,
            epochs=5,
            learning_rate=1e-2,
            checkpoint=tmp_path / "c",
        )
    assert equal(weights(model), good)


def test_progress_is_shown_only_when_asked(capfd):
    fit(make(), epochs=2)
    assert capfd.readouterr().err == ""
    fit(make(), epochs=2, progress=True)
    assert "2/2" in capfd.readouterr().err


# Checkpoints


@settings(max_examples=5)
@given(n=st.integers(1, 3), m=st.integers(1, 3))
def test_resuming_gives_the_weights_of_an_uninterrupted_training(n, m):
    found = laws.resuming_changes_nothing(make, lambda *a: fit(a[0], a[1], a[2]), n, m)
    assert found.holds, found


def test_resuming_with_a_schedule_goes_on_where_it_was():
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, 15)
    found = laws.resuming_changes_nothing(
        make, lambda *a: fit(a[0], a[1], a[2], learning_rate=schedule), 2, 3
    )
    assert found.holds, found


def test_a_finished_training_is_not_repeated(tmp_path):
    first = fit(make(), epochs=3, checkpoint=tmp_path / "c")
    stamp = (tmp_path / "c").stat().st_mtime_ns
    model = make()
    again = fit(model, epochs=3, checkpoint=tmp_path / "c")
    assert again == first
    assert (tmp_path / "c").stat().st_mtime_ns == stamp


KILLED = """
import sys
from seqtut import runtime
runtime.setup(0)
import numpy as np
from seqtut import training
from seqtut.models import Autoencoder
x = np.random.default_rng(0).normal(size=(400, 40)).astype("float32")
model = Autoencoder(40, 8, (64,), output_activation=None)
training.fit(
    model,
    training.ArrayBatches(x[:300], size=50, seed=0),
    training.ArrayBatches(x[300:], size=100),
    training.reconstruction_loss,
    epochs=int(sys.argv[2]),
    checkpoint=sys.argv[1],
)
training.save_weights(sys.argv[1] + ".final", model)
"""


def test_a_killed_training_resumes_to_the_same_weights(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(textwrap.dedent(KILLED))
    epochs = "60"

    def command(path):
        return [sys.executable, str(script), str(path), epochs]

    subprocess.run(command(tmp_path / "whole"), check=True)
    killed = subprocess.Popen(command(tmp_path / "cut"))
    while not (tmp_path / "cut").exists():
        assert killed.poll() is None
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (tmp_path / "cut.final").exists()  # it really was stopped half-way
    subprocess.run(command(tmp_path / "cut"), check=True)
    whole = load_file(tmp_path / "whole.final")
    cut = load_file(tmp_path / "cut.final")
    assert whole.keys() == cut.keys()
    assert all(np.array_equal(whole[name], cut[name]) for name in whole)


@pytest.mark.parametrize("keep", [0, 7, 0.5, 0.999])
def test_a_truncated_checkpoint_is_refused_in_a_sentence(tmp_path, keep):
    path = tmp_path / "c"
    training.save_weights(path, make())
    data = path.read_bytes()
    path.write_bytes(data[: keep if isinstance(keep, int) else int(keep * len(data))])
    with pytest.raises(training.CheckpointError, match="no whole checkpoint.*Delete it"):
        training.load_weights(path, make())


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(training.CheckpointError, match="nowhere is missing"):
        training.load_weights(tmp_path / "nowhere", make())


def test_an_altered_weight_is_refused(tmp_path):
    path = tmp_path / "c"
    training.save_weights(path, make())
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(training.CheckpointError, match="was altered"):
        training.load_weights(path, make())


def test_somebody_elses_safetensors_file_is_refused(tmp_path):
    save_file({"a": np.zeros(3)}, tmp_path / "c")
    with pytest.raises(training.CheckpointError, match="none that seqtut wrote"):
        training.load_weights(tmp_path / "c", make())


def test_a_folder_is_refused_as_a_checkpoint(tmp_path):
    with pytest.raises(training.CheckpointError, match="is a file. Received: .* a folder"):
        fit(make(), checkpoint=tmp_path)


@pytest.mark.parametrize(
    "odd", [{"epochs": 0}, {"epochs": 1.5}, {"epochs": None}, {"patience": 0}, {"clip_norm": 0}]
)
def test_settings_that_make_no_training_are_refused(odd):
    (name, value) = next(iter(odd.items()))
    with pytest.raises(ValueError, match=f"{name} must be a .*Received: {value}"):
        fit(make(), **odd)


def test_data_that_are_not_numbers_leave_the_starting_weights():
    model = make()
    before = weights(model)
    with pytest.raises(training.TrainingError, match="in the data; the starting weights were put"):
        training.fit(
            model,
            training.ArrayBatches(X * np.nan, size=50, seed=0),
            training.ArrayBatches(X, size=50),
            training.reconstruction_loss,
            epochs=2,
        )
    assert equal(weights(model), before)


def test_another_models_checkpoint_is_refused_and_changes_nothing(tmp_path):
    training.save_weights(tmp_path / "c", make(code_dim=3))
    model = make(code_dim=2)
    before = weights(model)
    with pytest.raises(training.CheckpointError, match=r"another model\. Received.*wanted"):
        training.load_weights(tmp_path / "c", model)
    assert equal(weights(model), before)
    with pytest.raises(training.CheckpointError, match="another model"):
        fit(model, checkpoint=tmp_path / "c")


def test_another_trainings_checkpoint_is_refused(tmp_path):
    fit(make(), epochs=1, checkpoint=tmp_path / "c")
    with pytest.raises(training.CheckpointError, match="another training"):
        fit(make(), epochs=2, checkpoint=tmp_path / "c", learning_rate=0.5)


def test_a_trainings_checkpoint_gives_the_best_weights(tmp_path):
    model, loaded = make(), make()
    fit(model, epochs=25, checkpoint=tmp_path / "c", learning_rate=0.1)
    training.load_weights(tmp_path / "c", loaded)
    assert equal(weights(model), weights(loaded))


@pytest.mark.parametrize("broken", ["write", "fsync", "replace"])
def test_a_checkpoint_that_cannot_be_written_leaves_the_last_one(tmp_path, monkeypatch, broken):
    path = tmp_path / "c"
    training.save_weights(path, make())
    before = path.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    if broken == "write":
        monkeypatch.setattr(checkpoints, "open", full, raising=False)
    else:
        monkeypatch.setattr(os, broken, full)
    with pytest.raises(training.CheckpointError, match=r"No space left.*last good .* is intact"):
        training.save_weights(path, make())
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_below_a_file_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(training.CheckpointError, match="could not be written"):
        training.save_weights(Path(tmp_path / "file" / "c"), make())
