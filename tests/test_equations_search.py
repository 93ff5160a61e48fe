import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations


def test_length_penalty_is_one_for_one_token_and_two_for_seven():
    assert equations.length_penalty(1, 0.7) == 1
    assert equations.length_penalty(7, 1.0) == pytest.approx(2)
    assert equations.length_penalty(19, 0.5) == pytest.approx(2)
    assert equations.length_penalty(np.array([1, 7]), 2.0) == pytest.approx([1, 4])


@given(length=st.integers(1, 50), more=st.integers(1, 50), alpha=st.floats(0.01, 3))
def test_length_penalty_brings_a_longer_output_nearer_to_zero(length, more, alpha):
    """The sign: at equal log-probability the longer of two outputs wins."""
    short = -4.0 / equations.length_penalty(length, alpha)
    long = -4.0 / equations.length_penalty(length + more, alpha)
    assert short < long < 0
    assert equations.length_penalty(length, 0.0) == 1


def test_beam_score_of_a_case_worked_by_hand():
    # Seven tokens of probability 1/2 each: 7 ln(1/2) = -4.852; the penalty at alpha 1 is 2.
    logs = np.full(7, np.log(0.5))
    assert equations.beam_score(logs) == pytest.approx(-4.852030, abs=1e-6)
    assert equations.beam_score(logs, 1.0) == pytest.approx(-2.426015, abs=1e-6)


@given(logs=st.lists(st.floats(-20, 0), min_size=1, max_size=12))
def test_beam_score_without_penalty_is_the_log_of_the_product(logs):
    found = equations.beam_score(np.array(logs))
    assert np.exp(found) == pytest.approx(np.prod(np.exp(logs)))


@pytest.mark.parametrize("logs", [[], [[-1.0]], [-1.0, 0.5]])
def test_beam_score_refuses_what_is_no_log_probability(logs):
    with pytest.raises(ValueError, match="beam_score needs .* Received: shape"):
        equations.beam_score(np.array(logs))


def table(seed, size=4):
    """Log-probabilities of the next token by the last one, 0 being the end and the beginning."""
    return np.log(np.random.default_rng(seed).dirichlet(np.full(size, 0.5), size) + 1e-9)


@given(seed=st.integers(0, 10**6), longest=st.integers(1, 4))
def test_the_best_sequence_is_the_best_of_all_that_are_listed(seed, longest):
    logs = table(seed)
    found, score = equations.best_sequence(lambda y: logs[y[-1] if y else 0], 0, longest)
    listed = {}
    for length in range(longest):
        for middle in itertools.product(range(1, 4), repeat=length):
            path = (0, *middle, 0)
            listed[path[1:]] = sum(logs[a, b] for a, b in itertools.pairwise(path))
    assert score == pytest.approx(max(listed.values()))
    assert listed[found] == pytest.approx(score)


def test_the_best_sequence_avoids_what_cannot_come_and_refuses_an_endless_model():
    logs = np.log([[0.0001, 0.9999], [0.5, 0.5]])
    assert equations.best_sequence(lambda y: logs[y[-1] if y else 0], 0, 3)[0] == (1, 0)
    never = np.array([-np.inf, 0.0])
    with pytest.raises(ValueError, match="none within 5 tokens"):
        equations.best_sequence(lambda y: never, 0, 5)
    with pytest.raises(ValueError, match="none within 0 tokens"):
        equations.best_sequence(lambda y: logs[0], 0, 0)


@given(logs=st.lists(st.floats(-20, 0), min_size=1, max_size=12), cut=st.integers(1, 12))
def test_no_continuation_scores_above_the_bound_of_its_prefix(logs, cut):
    bounds = equations.prefix_bound(np.array(logs))
    whole = equations.beam_score(np.array(logs))
    assert bounds[-1] == pytest.approx(whole)
    assert np.all(whole <= bounds + 1e-9)
    prefix = equations.beam_score(np.array(logs[:cut]))
    assert prefix == pytest.approx(bounds[min(cut, len(logs)) - 1])


@pytest.mark.parametrize("logs", [[], [[-1.0]], [-1.0, 0.5]])
def test_prefix_bound_refuses_what_is_no_log_probability(logs):
    with pytest.raises(ValueError, match="prefix_bound needs .* Received: shape"):
        equations.prefix_bound(np.array(logs))
