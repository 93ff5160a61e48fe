"""The walk: its parts follow one another in time, and no window reaches into two of them."""

import hashlib
import sys

import numpy as np
import pytest

from seqtut import data
from seqtut.data import walking


@pytest.fixture(scope="module")
def walk():
    return data.load("walking")


@pytest.mark.parametrize(("part", "steps"), [("train", 48 * 64), ("dev", 17 * 64), ("test", 1088)])
def test_a_part_is_one_stretch_of_nine_accelerations(walk, part, steps):
    values = getattr(walk, part)
    assert values.shape == (steps, 9) == (steps, len(walk.features))
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    assert np.abs(values).max() < 6


def test_what_is_left_on_average_is_gravity(walk):
    places = walk.train.mean(axis=0).reshape(3, 3)
    assert np.allclose(np.linalg.norm(places, axis=1), 1.0, atol=0.3)


def test_there_is_walking_in_every_part(walk):
    forward = walk.features.index("ankle forward")
    for values in (walk.train, walk.dev, walk.test):
        seconds = values[:, forward].reshape(-1, walk.rate)
        assert (seconds.std(axis=1) > 0.3).mean() > 0.9


def test_the_parts_never_change(walk):
    digest = hashlib.sha256()
    for values in (walk.train, walk.dev, walk.test):
        digest.update(np.rint(values * 1000).astype(np.int16).tobytes())
    assert digest.hexdigest() == (
        "b5a7bcb6bcf9a9d694a9941b7f2ec5afb38950dac3261d2a04f7d9554b4847c1"
    )


def test_no_window_of_one_part_holds_a_step_of_another(walk):
    """Steps are told apart by where they are in memory: all parts are cut from one recording."""
    whole = walk.train.base
    begin = whole.__array_interface__["data"][0]
    steps = []
    for values in (walk.train, walk.dev, walk.test):
        assert values.base is whole
        first = (values.__array_interface__["data"][0] - begin) // whole.strides[0]
        steps.append(set(range(first, first + len(values))))
    assert not steps[0] & steps[1] and not steps[1] & steps[2] and not steps[0] & steps[2]
    assert max(steps[0]) < min(steps[1]) and max(steps[1]) < min(steps[2])


def test_a_row_is_a_time_nine_thousandths_and_a_mark():
    found = walking.parse(["time,a,b", "t," + ",".join(map(str, range(9))) + ",1"])
    np.testing.assert_allclose(found, [[i / 1000 for i in range(9)]], rtol=1e-6)


def test_nothing_of_the_package_is_imported(walk):
    assert "aeon" not in sys.modules
