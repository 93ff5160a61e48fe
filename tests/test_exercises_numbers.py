"""Whatever a reader's function gives, it becomes an array or a hint."""

import numpy as np
import pytest

from seqtut.exercises.numbers import array_from, as_array


class Hostile:
    """An object that refuses to be read."""

    def __array__(self, *_, **__):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "found", [[[1, 2]], ((1.0, 2.0),), np.array([[1, 2]], np.float32), [np.float64([1, 2])]]
)
def test_numbers_are_read_out_of_anything_that_holds_them(found):
    array, hint = as_array(found, (1, 2))
    assert hint is None
    assert array.dtype == np.float64
    assert array.tolist() == [[1, 2]]


@pytest.mark.parametrize("found", [None, "1", Hostile(), [[1], [1, 2]], object(), 1j])
def test_what_holds_no_numbers_gets_a_hint(found):
    array, hint = as_array(found, ())
    assert array is None
    assert type(found).__name__ in hint.en
    assert type(found).__name__ in hint.zh


def test_another_shape_is_named():
    assert "(2,). Received: (3,)" in as_array([1, 2, 3], (2,))[1].en


def test_a_function_that_writes_into_its_arguments_does_not_reach_them():
    given = np.ones(2)

    def spoil(x):
        x[:] = 7
        return x

    assert array_from(spoil, given, shape=(2,))[0].tolist() == [7, 7]
    assert given.tolist() == [1, 1]


def test_a_function_that_fails_is_a_hint_and_warns_nobody():
    assert "ZeroDivisionError" in array_from(lambda: 1 / 0, shape=())[1].en
    with np.errstate(all="raise"):
        array, hint = array_from(lambda x: x / 0, np.ones(1), shape=(1,))
    assert hint is None
    assert np.isinf(array).all()
