import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, metrics

words = st.lists(st.sampled_from("abc"), max_size=7)


def test_two_bits_a_character_however_the_text_was_cut():
    pieces = np.log([1 / 16, 1 / 4])  # two characters in one piece, then the end
    letters = np.log([1 / 4, 1 / 4, 1 / 4])
    for logs in (pieces, letters):
        assert equations.bits_per_character(logs, 3) == pytest.approx(2)


@pytest.mark.parametrize(("logs", "characters"), [([-1.0], 0), ([0.1], 3)])
def test_bits_of_nothing_or_of_more_than_certainty_are_refused(logs, characters):
    with pytest.raises(ValueError, match="Received"):
        equations.bits_per_character(np.array(logs), characters)


# Of the text "abab": order 0, order 1, order 2.
COUNTS = [
    {"": {"a": 2, "b": 2}},
    {"a": {"b": 2}, "b": {"a": 1}},
    {"ab": {"a": 1}, "ba": {"b": 1}},
]


def test_a_backed_off_probability_worked_by_hand():
    zero = (2 + 2 * 0.25) / (4 + 2)  # b among all, four letters there are
    one = (2 + 1 * zero) / (2 + 1)  # b after a
    two = (1 + 1 * one) / (1 + 1)  # b after ba
    assert equations.backed_off(COUNTS, "ba", "b", 4) == pytest.approx(two)
    assert equations.backed_off(COUNTS[:2], "ba", "b", 4) == pytest.approx(one)
    assert equations.backed_off(COUNTS, "xa", "b", 4) == pytest.approx(one)
    assert equations.backed_off([], "", "b", 4) == 0.25


@given(st.text("abx", min_size=2, max_size=2))
def test_what_may_come_after_a_context_sums_to_one(context):
    total = math.fsum(equations.backed_off(COUNTS, context, letter, 4) for letter in "abxy")
    assert total == pytest.approx(1)


def test_a_context_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match="the 2 characters before"):
        equations.backed_off(COUNTS, "a", "b", 4)


def test_distinct_n_grams_of_a_text_that_goes_in_circles():
    assert equations.distinct(["abab", "ab"], 2) == pytest.approx(2 / 4)
    assert equations.distinct(["abcd"], 2) == 1
    with pytest.raises(ValueError, match="2 tokens or more"):
        equations.distinct(["a", "b"], 2)


def test_the_gate_is_the_sigmoid_of_a_weighted_sum():
    rng = np.random.default_rng(0)
    state, context, read = (rng.normal(size=(2, 3, d)) for d in (4, 4, 5))
    w = [rng.normal(size=d) for d in (4, 4, 5)]
    found = equations.copy_gate(state, context, read, *w, 0.3)
    one = sum(x[1, 2] @ v for x, v in zip((state, context, read), w, strict=True)) + 0.3
    assert found.shape == (2, 3)
    assert found[1, 2] == pytest.approx(1 / (1 + math.exp(-one)))
    assert equations.copy_gate(-1e4 * state, context, read, w[0] * 0 + 1, *w[1:], 0).min() >= 0


def test_a_copied_token_gets_the_attention_of_all_its_places():
    source = np.array([[3, 1, 3, 0]])
    weights = np.array([[[0.2, 0.5, 0.3, 0.0]]])
    generated = np.array([[[0.1, 0.2, 0.3, 0.4]]])
    found = equations.copy_mixture(np.array([[0.25]]), generated, weights, source)
    np.testing.assert_allclose(found, [[[0.025, 0.05 + 0.375, 0.075, 0.1 + 0.375]]])
    assert found.sum() == pytest.approx(1)


@given(words, words)
def test_rouge_is_that_of_the_metrics(one, other):
    found = metrics.rouge([one], [[other]])
    assert equations.rouge_l(one, other) == pytest.approx(found.rouge_l.value)


@given(words, words)
def test_a_common_subsequence_is_no_longer_than_either_and_the_same_both_ways(one, other):
    found = equations.common_subsequence(one, other)
    assert found == equations.common_subsequence(other, one)
    assert found <= min(len(one), len(other))
    assert equations.common_subsequence(one, one) == len(one)
    # An edit distance of insertions and deletions alone.
    assert (found == len(one)) == is_inside(one, other)


def is_inside(one, other):
    rest = iter(other)
    return all(token in rest for token in one)


def test_rouge_l_worked_by_hand():
    one = ["return", "the", "nodes", "of", "a", "graph"]
    other = ["the", "number", "of", "nodes", "in", "a", "graph"]
    assert equations.common_subsequence(one, other) == 4  # the, nodes, a, graph
    assert equations.rouge_l(one, other) == pytest.approx(8 / 13)
