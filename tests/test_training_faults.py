"""Kills, full disks, numbers that are none, other data: what a training survives or refuses."""

import contextlib
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqtut import text, training
from seqtut.models import Autoencoder
from seqtut.training import checkpoints

LAB = Path(__file__).with_name("training_lab.py")
X = np.random.default_rng(0).normal(size=(50, 6)).astype("float32")


def make():
    keras.utils.set_random_seed(0)
    return Autoencoder(6, 2, (5,), output_activation=None)


def fit(model, checkpoint=None, epochs=3, x=X, dev=X[40:], loss=None, **settings):
    return training.fit(
        model,
        training.ArrayBatches(x[:40], size=16, seed=1),
        training.ArrayBatches(dev, size=10),
        loss or training.reconstruction_loss,
        epochs=epochs,
        checkpoint=checkpoint,
        **{"learning_rate": 1e-2, **settings},
    )


def weights(model):
    return [v.numpy().copy() for v in model.variables]


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


# Kills


def test_a_training_killed_twenty_times_ends_as_one_that_was_not(tmp_path):
    """At random moments, every other time at a random byte of a checkpoint or at its renaming."""
    subprocess.run([sys.executable, LAB, "kills", tmp_path], check=True, timeout=3600)
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["statuses"] == [-9] * 20
    assert found["unfinished"]
    assert found["differing"] == 0
    # Nothing is left over of the files that were being written.
    assert found["files"] == ["cut.c", "cut.final", "whole.c", "whole.final"]


def test_what_a_living_process_is_writing_is_left_alone(tmp_path):
    ours, gone = (tmp_path / f"c.{pid}.part" for pid in (os.getppid(), 2**22 + 1))
    for path in (ours, gone, tmp_path / "c.x.part", tmp_path / "d.4194305.part"):
        path.touch()
    fit(make(), tmp_path / "c", epochs=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["c", ours.name, "c.x.part", "d.4194305.part"]
    )


# Disks


@contextlib.contextmanager
def no_file_above(size):
    """The system itself refuses to make files longer, with EFBIG."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_costs_no_more_than_the_epoch(tmp_path):
    whole, cut, resumed = make(), make(), make()
    fit(whole)
    fit(cut, tmp_path / "c", epochs=2)
    before = (tmp_path / "c").read_bytes()
    says = r"could not be written\. Received: .*File too large.* last good checkpoint is intact\.$"
    with no_file_above(len(before) // 2), pytest.raises(training.CheckpointError, match=says):
        fit(cut, tmp_path / "c")
    assert list(tmp_path.iterdir()) == [tmp_path / "c"]
    assert (tmp_path / "c").read_bytes() == before
    fit(resumed, tmp_path / "c")
    assert equal(weights(whole), weights(resumed))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full.")
def test_a_full_disk_leaves_the_last_weights(tmp_path):
    training.save_weights(tmp_path / "c", make())
    before = (tmp_path / "c").read_bytes()
    checkpoints._scratch(tmp_path / "c").symlink_to("/dev/full")
    with pytest.raises(training.CheckpointError, match=r"No space left on device.* is intact\.$"):
        training.save_weights(tmp_path / "c", make())
    assert list(tmp_path.iterdir()) == [tmp_path / "c"]
    assert (tmp_path / "c").read_bytes() == before


@pytest.mark.parametrize("name", ["file/c", "file/folder/c", "x" * 300])
def test_a_path_that_cannot_be_written_is_found_before_the_first_epoch(tmp_path, name):
    (tmp_path / "file").write_text("")

    def never(*_):
        raise AssertionError("An epoch was begun.")

    with pytest.raises(training.CheckpointError, match="No checkpoint can be written there"):
        fit(make(), tmp_path / name, loss=never)


def test_a_finished_training_is_read_from_where_nothing_can_be_written(tmp_path, monkeypatch):
    first = fit(make(), tmp_path / "c")

    def refused(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "touch", refused)
    assert fit(make(), tmp_path / "c") == first
    with pytest.raises(training.CheckpointError, match="Read-only"):
        fit(make(), tmp_path / "c", epochs=4)


# Numbers that are none


def breaking_at(call, value=np.nan, while_training=True):
    """A loss that is no number in one call of a compiled function, and fine before."""
    calls = tf.Variable(0)

    def loss(model, batch, now_training):
        total, count = training.reconstruction_loss(model, batch, now_training)
        if now_training == while_training:
            calls.assign_add(1)
            total = tf.where(calls > call, value, total)
        return total, count

    return loss


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_training_stops_at_the_step_whose_loss_is_no_number(value):
    good, model = make(), make()
    fit(good, epochs=2)
    says = rf"in epoch 2, training step 1\. Received: {value} .*weights of epoch 1 were put back"
    with pytest.raises(training.TrainingError, match=says):
        fit(model, epochs=5, loss=breaking_at(7, value))  # 3 steps an epoch
    assert equal(weights(good), weights(model))


def test_a_dev_loss_that_is_no_number_is_told_apart():
    says = r"in epoch 0, dev batch 2\. Received: nan over 60 values.*the starting weights"
    with pytest.raises(training.TrainingError, match=says):
        fit(make(), dev=X, loss=breaking_at(2, while_training=False))


def test_a_batch_with_nothing_to_count_stops_the_training():
    def empty(model, batch, now_training):
        total, count = training.reconstruction_loss(model, batch, now_training)
        return total * 0, count * 0

    with pytest.raises(training.TrainingError, match=r"step 0\. Received: 0.0 over 0 values"):
        fit(make(), loss=empty)


def test_gradients_that_are_no_numbers_put_the_best_weights_back():
    """The loss is a number and its gradient is none: the next measurement tells."""
    model = make()
    before = weights(model)

    @tf.custom_gradient
    def poisoned(total):
        return tf.identity(total), lambda gradient: gradient * float("nan")

    def loss(model_, batch, now_training):
        total, count = training.reconstruction_loss(model_, batch, now_training)
        return poisoned(total), count

    with pytest.raises(training.TrainingError, match="training step 1.*starting weights were put"):
        fit(model, loss=loss)
    assert equal(weights(model), before)


# Other data, other optimizers


@pytest.mark.parametrize("other", ["x", "dev"])
def test_a_checkpoint_of_other_data_of_the_same_size_is_refused(tmp_path, other):
    fit(make(), tmp_path / "c", epochs=1)
    data = {"x": X, "dev": X[40:]}[other].copy()
    data[3, 2] += 1
    with pytest.raises(training.CheckpointError, match="belongs to another data set. Received"):
        fit(make(), tmp_path / "c", **{other: data})


def test_a_checkpoint_from_before_data_were_noted_is_resumed(tmp_path):
    whole, model = make(), make()
    fit(whole)
    fit(make(), tmp_path / "c", epochs=2)
    tensors, facts = training.load_checkpoint(tmp_path / "c")
    assert facts.pop("data set")
    training.save_checkpoint(tmp_path / "c", tensors, facts)
    fit(model, tmp_path / "c")
    assert equal(weights(whole), weights(model))


def test_a_checkpoint_of_another_optimizer_is_refused(tmp_path):
    fit(make(), tmp_path / "c", epochs=1)
    with pytest.raises(training.CheckpointError, match="another training.*SGD"):
        fit(make(), tmp_path / "c", optimizer=keras.optimizers.SGD)


def test_fingerprints_tell_data_apart_and_not_their_order():
    pairs = [([5, 6], [7]), ([8], [5, 9, 6])]
    moved = [([5, 6, 8], [7]), ([8], [5, 9, 6])]

    def prints(batches, **settings):
        return batches(size=1, seed=settings.get("seed")).fingerprint()

    def bucketed(data):
        return lambda **settings: text.BucketedBatches(data, **settings)

    def arrays(*data):
        return lambda **settings: training.ArrayBatches(*data, **settings)

    assert prints(bucketed(pairs)) == prints(bucketed(pairs), seed=3)
    turned = X.T.copy().T  # the same numbers, stored by column
    assert prints(arrays(X)) == prints(arrays(turned), seed=3)
    different = {
        prints(batches)
        for batches in (
            bucketed(pairs),
            bucketed(moved),
            bucketed(pairs[::-1]),
            arrays(X),
            arrays(X.astype("float64")),
            arrays(X.reshape(-1)),
            arrays(X, X),
        )
    }
    assert len(different) == 7
