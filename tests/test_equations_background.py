"""Entropy and conditional entropy against their definitions and their known limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seqtut import equations

COUNTS = st.integers(min_value=0, max_value=1000)
TABLES = arrays(np.int64, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=COUNTS).filter(
    lambda table: table.sum() > 0
)


def test_a_fair_coin_holds_one_bit_and_a_certain_symbol_none():
    assert equations.entropy([0.5, 0.5]) == pytest.approx(1.0)
    assert equations.entropy([0, 7, 0]) == 0.0


def test_entropy_is_the_same_for_counts_and_for_probabilities():
    counts = np.array([3, 1, 4, 1, 5, 9])
    assert equations.entropy(counts) == pytest.approx(equations.entropy(counts / counts.sum()))


def test_entropy_equals_a_loop_over_the_definition():
    p = np.array([0.1, 0.2, 0.3, 0.4])
    by_hand = -sum(value * math.log2(value) for value in p)
    assert equations.entropy(p) == pytest.approx(by_hand, abs=1e-12)


def test_conditional_entropy_equals_a_loop_over_the_definition():
    table = np.array([[2, 1, 1], [0, 3, 1]])
    by_hand = 0.0
    for row in table:
        for count in row:
            if count:
                by_hand -= count / table.sum() * math.log2(count / row.sum())
    assert equations.conditional_entropy(table) == pytest.approx(by_hand, abs=1e-12)


def test_a_context_that_decides_the_symbol_leaves_no_uncertainty():
    assert equations.conditional_entropy(np.diag([5, 2, 9])) == 0.0


@given(arrays(np.int64, 4, elements=st.integers(1, 50)), st.integers(2, 5))
def test_a_context_that_tells_nothing_leaves_the_entropy_as_it_was(counts, rows):
    table = np.outer(np.arange(1, rows + 1), counts)
    assert equations.conditional_entropy(table) == pytest.approx(equations.entropy(counts))


@given(TABLES)
def test_conditional_entropy_is_the_joint_entropy_less_the_contexts_own(table):
    joint = equations.entropy(table.ravel())
    assert equations.conditional_entropy(table) == pytest.approx(
        joint - equations.entropy(table.sum(axis=1)), abs=1e-9
    )


@given(TABLES)
def test_context_never_adds_uncertainty(table):
    assert equations.conditional_entropy(table) <= equations.entropy(table.sum(axis=0)) + 1e-9


@pytest.mark.parametrize("weights", [[[1, 2]], [-1, 2], [0, 0], []])
def test_entropy_refuses_what_is_no_distribution(weights):
    with pytest.raises(ValueError, match=r"Received: .*Pass counts"):
        equations.entropy(weights)


@pytest.mark.parametrize("weights", [[1, 2], [[-1, 2]], [[0, 0]]])
def test_conditional_entropy_refuses_what_is_no_table(weights):
    with pytest.raises(ValueError, match=r"Received: .*Pass counts"):
        equations.conditional_entropy(weights)
