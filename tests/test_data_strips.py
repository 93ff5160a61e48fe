"""Strips of digits: how they are composed, and that no part of the data is in another."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import data


@pytest.fixture(scope="module")
def strips():
    return data.load("strips")


def test_a_strip_is_ink_beside_ink_with_the_gaps_between():
    one, other = np.zeros((2, 28, 28), np.float32)
    one[:, 5:8], other[3, 20] = 1, 0.5
    strip, spans = data.compose_strip([one, other.ravel()], (2, 3, 1))
    assert strip.shape == (28, 2 + 3 + 3 + 1 + 1)
    assert spans.tolist() == [[2, 5], [8, 9]]
    assert np.flatnonzero(strip.any(axis=0)).tolist() == [2, 3, 4, 8]
    assert strip[3, 8] == 0.5


def test_a_picture_without_ink_stays_whole():
    assert data.compose_strip([np.zeros((28, 28))], (0, 0))[0].shape == (28, 28)


@pytest.mark.parametrize("gaps", [(), (1,), (1, 2, 3)])
def test_gaps_that_do_not_fit_are_refused(gaps):
    with pytest.raises(ValueError, match="a gap before each"):
        data.compose_strip([np.ones((28, 28))], gaps)


def test_a_strip_without_pictures_is_refused():
    with pytest.raises(ValueError, match="0 pictures"):
        data.compose_strip([], (1,))


def test_the_parts_have_the_sizes_that_they_say(strips):
    assert np.bincount(strips.train.lengths).tolist() == [0] + [8000] * 5
    assert np.bincount(strips.dev.lengths).tolist() == [0, 500, 246, 166, 125, 100]
    assert np.bincount(strips.test.lengths).tolist() == [0, 500, 247, 166, 125, 100]
    assert [len(p) for p in (strips.train, strips.dev, strips.test)] == [40_000, 1137, 1138]


def test_no_picture_and_no_longer_number_is_in_training_and_outside(strips):
    train = strips.train
    pictures = {picture.tobytes() for picture in train.digits.images}
    numbers = {number for number in train.numbers if number > 99}
    for part in (strips.dev, strips.test):
        assert pictures.isdisjoint(picture.tobytes() for picture in part.digits.images)
        assert numbers.isdisjoint(part.numbers)


def test_a_picture_is_once_in_the_test_strips_of_a_length(strips):
    for part in (strips.dev, strips.test):
        for length in range(1, 6):
            used = [p for some in part.places if len(some) == length for p in some]
            assert len(set(used)) == len(used)


def test_a_number_has_as_many_digits_as_its_strip(strips):
    for part in (strips.train, strips.dev, strips.test):
        shown = np.array([len(str(number)) for number in part.numbers])
        assert np.array_equal(shown, part.lengths)


def test_training_shows_every_number_of_one_and_two_digits(strips):
    assert set(range(100)) <= set(strips.train.numbers)


def test_ink_stands_where_the_spans_say_and_nowhere_else(strips):
    for which in range(0, len(strips.test), 37):
        strip, spans = strips.test.strip(which), strips.test.spans(which)
        inside = np.zeros(strip.shape[1], bool)
        for first, behind in spans:
            assert strip[:, first].any()
            assert strip[:, behind - 1].any()
            inside[first:behind] = True
        assert not strip[:, ~inside].any()
        gaps = np.diff([0, *spans.ravel(), strip.shape[1]])[::2]
        assert gaps.min() >= 2
        assert gaps.max() <= 6


def test_the_strips_are_the_same_everywhere(strips):
    said = repr([strips.test.numbers, strips.test.gaps, strips.train.places[::97]])
    digest = hashlib.sha256(said.encode()).hexdigest()
    assert digest[:16] == "21fe33d235f76b73"


def test_without_three_digits_only_the_test_has_them(strips):
    found = data.load("strips-without-3")
    assert np.bincount(found.train.lengths).tolist() == [0, 8000, 8000, 0, 8000, 8000]
    assert 3 not in found.dev.lengths
    assert found.test.places == strips.test.places


@given(st.lists(st.integers(0, 1137), min_size=1, max_size=5))
def test_a_selection_holds_the_strips_that_were_chosen(strips, chosen):
    some = strips.test.only(chosen)
    assert some.numbers == [strips.test.number(which) for which in chosen]
    assert np.array_equal(some.strip(0), strips.test.strip(chosen[0]))
