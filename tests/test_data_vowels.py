"""The Japanese vowels: shapes, the split, and what each series says of itself."""

import hashlib
import sys

import numpy as np
import pytest

from seqtut import data
from seqtut.data import vowels


@pytest.fixture(scope="module")
def spoken():
    return data.load("japanese-vowels")


@pytest.mark.parametrize(
    ("part", "counts"),
    [
        ("train", [24] * 9),
        ("dev", [6] * 9),
        ("test", [31, 35, 88, 44, 29, 24, 40, 50, 29]),
    ],
)
def test_every_part_holds_series_of_every_speaker(spoken, part, counts):
    chosen = getattr(spoken, part)
    assert len(chosen) == sum(counts)
    assert np.bincount(chosen.speakers).tolist() == counts
    assert chosen.speakers.dtype == np.int64
    assert all(one.shape[1:] == (12,) and one.dtype == np.float32 for one in chosen.series)
    assert all(7 <= len(one) <= 29 for one in chosen.series)
    assert all(np.isfinite(one).all() for one in chosen.series)


def test_the_speakers_take_turns_where_we_made_the_split(spoken):
    assert spoken.train.speakers[:9].tolist() == spoken.dev.speakers[-9:].tolist() == list(range(9))


def test_the_series_are_of_unequal_length(spoken):
    assert {len(one) for one in spoken.test.series} >= {7, 29}


def test_no_series_is_in_two_parts(spoken):
    parts = (spoken.train, spoken.dev, spoken.test)
    series = [one.tobytes() for part in parts for one in part.series]
    assert len(set(series)) == len(series) == 640


def test_no_frame_of_a_test_series_is_in_the_training_part(spoken):
    known = {frame.tobytes() for one in spoken.train.series for frame in one}
    assert not any(frame.tobytes() in known for one in spoken.test.series for frame in one)


def test_the_split_never_changes(spoken):
    digest = hashlib.sha256()
    for part in (spoken.train, spoken.dev, spoken.test):
        for one, speaker in zip(part.series, part.speakers, strict=True):
            digest.update(one.tobytes() + bytes([speaker]))
    assert digest.hexdigest() == (
        "412df9941b0b8e506b4451a9b0804e7fcc3b2567c49a741f567c12d9f55a1398"
    )


def test_a_series_carries_the_speaker_whom_it_resembles(spoken):
    """A series' mean is nearest to that of the right one of nine speakers, most of the time."""
    means = np.stack([one.mean(axis=0) for one in spoken.train.series])
    centres = np.stack([means[spoken.train.speakers == s].mean(axis=0) for s in range(9)])
    found = np.stack([one.mean(axis=0) for one in spoken.test.series])
    nearest = ((found[:, None] - centres) ** 2).sum(axis=-1).argmin(axis=1)
    assert (nearest == spoken.test.speakers).mean() > 0.8


def test_padding_comes_behind_the_series_and_the_mask_says_where_it_begins(spoken):
    values, mask = spoken.dev.padded()
    assert values.shape == (54, max(map(len, spoken.dev.series)), 12)
    assert values.dtype == np.float32
    assert mask.dtype == bool
    for one, row, kept in zip(spoken.dev.series, values, mask, strict=True):
        assert np.array_equal(row[: len(one)], one)
        assert not row[len(one) :].any()
        assert kept.tolist() == [t < len(one) for t in range(len(row))]
    assert spoken.dev.padded(29)[0].shape == (54, 29, 12)


def test_padding_cuts_nothing_off(spoken):
    with pytest.raises(ValueError, match="Received: a series of 29 steps for steps=20"):
        spoken.test.padded(20)


def test_a_line_is_features_between_colons_and_the_speaker_last():
    lines = ["# a remark", "@data", "1,2,3:4,5,6:9", "", "7:8:1"]
    found = vowels.parse(lines)
    assert [one.tolist() for one in found.series] == [[[1, 4], [2, 5], [3, 6]], [[7, 8]]]
    assert found.speakers.tolist() == [8, 0]


def test_nothing_of_the_package_is_imported(spoken):
    assert "aeon" not in sys.modules
