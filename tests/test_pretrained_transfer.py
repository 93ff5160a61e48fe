"""An encoder taken over to another task: whose weights, what is trained, and what was recorded."""

import numpy as np
import pytest

from seqtut import pretrained, training
from seqtut.models import Seq2Seq

RNG = np.random.default_rng(0)
SOURCE = RNG.integers(4, 12, (96, 6)).astype("int32")
MASK = np.arange(6) < RNG.integers(2, 7, 96)[:, None]
SOURCE *= MASK
CLASSES = (SOURCE == 5).any(axis=1).astype("int32")


@pytest.fixture(scope="module")
def model():
    return Seq2Seq(12, 9, width=8, bidirectional=True, attention=None)


def test_a_classifier_takes_over_the_encoder_and_nothing_else(model):
    made = pretrained.classifier(model, 2, model.encoder.get_weights())
    for own, given in zip(made.encoder.get_weights(), model.encoder.get_weights(), strict=True):
        assert np.array_equal(own, given)
    other = pretrained.classifier(model, 2)
    assert not np.array_equal(other.encoder.get_weights()[0], model.encoder.get_weights()[0])


def test_pads_move_no_score(model):
    made = pretrained.classifier(model, 3)
    longer = np.pad(SOURCE, [(0, 0), (0, 4)]), np.pad(MASK, [(0, 0), (0, 4)])
    noise = np.where(longer[1], longer[0], 7).astype("int32")
    for source in (longer[0], noise):
        assert np.abs(made((source, longer[1])) - made((SOURCE, MASK))).max() < 1e-5


def test_a_class_loss_is_a_loop_over_the_examples(model):
    made = pretrained.classifier(model, 2)
    total, count = training.class_loss(made, (SOURCE, MASK, CLASSES), False)
    logits = np.asarray(made((SOURCE, MASK)), np.float64)
    wanted = sum(np.log(np.exp(row).sum()) - row[c] for row, c in zip(logits, CLASSES, strict=True))
    assert float(total) == pytest.approx(wanted, rel=1e-5)
    assert float(count) == 96


def test_tuning_learns_and_repeats_itself_from_the_same_start(model):
    made = pretrained.classifier(model, 2, model.encoder.get_weights())
    tuner, began = pretrained.Tuner(made, rate=2e-2, size=16), made.get_weights()
    ended = []
    for _ in range(2):
        made.set_weights(began)
        tuner.tune((SOURCE, MASK, CLASSES), 100, seed=1)
        ended.append(made.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*ended, strict=True))
    said, features = tuner.look(SOURCE, MASK)
    assert np.mean(said == CLASSES) > 0.85
    assert features.shape == (96, 8)


def test_a_probe_finds_what_is_linear_in_the_features():
    features = RNG.normal(size=(300, 4))
    classes = (features[:, 1] > 0).astype(int)
    said = pretrained.probe(features[:200], classes[:200], features[200:])
    assert np.mean(said == classes[200:]) > 0.95


def test_the_record_has_a_share_for_each_way_seed_and_size():
    record = pretrained.transfer()
    assert set(record["accuracy"]) == {
        "letters",
        *(f"{how} {start}" for how in ("frozen", "tuned")
          for start in ("chance", "autoencoder", "pronouncer")),
    }  # fmt: skip
    shape = len(record["seeds"]), len(record["sizes"])
    for rows in record["accuracy"].values():
        assert np.shape(rows) == shape
        assert np.all((np.array(rows) > 0.2) & (np.array(rows) < 1))


def test_a_record_that_is_lost_is_one_clear_error(monkeypatch, tmp_path):
    monkeypatch.setattr("seqtut.pretrained.transferring.RECORDS", tmp_path)
    with pytest.raises(pretrained.PretrainedError, match="benchmarks.transfer"):
        pretrained.transfer()
