from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, laws

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=25, deadline=None)


@few
@given(seed=seeds, temperature=st.sampled_from([0.1, 1.0, 7.0]))
def test_a_masked_softmax_is_the_softmax_of_what_is_kept(seed, temperature):
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 5, (3, 6))
    mask = rng.random((3, 6)) < 0.6
    weights = equations.masked_softmax(scores, mask, temperature)
    for row, keep, found in zip(scores, mask, weights, strict=True):
        assert np.all(found[~keep] == 0)
        if keep.any():
            np.testing.assert_allclose(found[keep], equations.softmax(row[keep] / temperature))


def test_where_nothing_is_kept_a_masked_softmax_is_zero_and_warns_of_nothing():
    with np.errstate(all="raise", under="ignore"):
        weights = equations.masked_softmax(
            [[1e5, -1e5], [np.inf, np.nan]], [[True, True], [False] * 2]
        )
    assert weights.tolist() == [[1, 0], [0, 0]]


def test_a_masked_out_score_changes_nothing_whatever_it_is():
    mask = np.array([True, False, True])
    wanted = equations.masked_softmax([0.0, 0.0, 1.0], mask)
    for odd in (1e300, -1e300, np.inf, np.nan):
        assert equations.masked_softmax([0.0, odd, 1.0], mask).tolist() == wanted.tolist()


def test_a_low_temperature_looks_up_and_a_high_one_takes_the_mean():
    scores = np.array([0.2, 1.0, -3.0])
    np.testing.assert_allclose(equations.masked_softmax(scores, None, 1e-3), [0, 1, 0], atol=1e-12)
    np.testing.assert_allclose(equations.masked_softmax(scores, None, 1e6), [1 / 3] * 3, atol=1e-5)
    with pytest.raises(ValueError, match="above 0"):
        equations.masked_softmax(scores, None, 0)


@few
@given(seed=seeds, steps=st.integers(1, 6))
def test_the_jacobian_of_the_softmax_is_its_slope(seed, steps):
    scores = np.random.default_rng(seed).normal(size=steps)
    jacobian = equations.softmax_jacobian(equations.masked_softmax(scores))
    for s in range(steps):
        finding = laws.gradient_is_slope(
            lambda e, s=s: equations.masked_softmax(e)[s], jacobian[s], scores
        )
        assert finding.holds, finding
    np.testing.assert_allclose(jacobian.sum(axis=0), 0, atol=1e-12)


@few
@given(seed=seeds)
def test_the_gradients_of_attention_are_slopes(seed):
    rng = np.random.default_rng(seed)
    scores, values, direct = rng.normal(size=5), rng.normal(size=(5, 3)), rng.normal(size=3)

    def loss(e, v):
        return float(equations.context(equations.masked_softmax(e)[None], v)[0] @ direct)

    weights = equations.masked_softmax(scores)
    by_scores, by_values = equations.attention_gradient(weights, values, direct)
    assert laws.gradient_is_slope(lambda e: loss(e, values), by_scores, scores).holds
    assert laws.gradient_is_slope(lambda v: loss(scores, v), by_values, values).holds
    np.testing.assert_allclose(
        by_scores, (values @ direct) @ equations.softmax_jacobian(weights), atol=1e-12
    )


def test_the_context_is_what_both_attentions_return():
    rng = np.random.default_rng(0)
    query, keys, values = (
        rng.normal(size=(2, 3, 4)),
        rng.normal(size=(2, 5, 4)),
        rng.normal(size=(2, 5, 6)),
    )
    found, weights = equations.dot_attention(query, keys, values)
    np.testing.assert_allclose(found, equations.context(weights, values))


def test_the_expected_position_of_certain_weights_is_where_they_are():
    weights = np.eye(4)[[2, 0, 3]]
    assert equations.expected_position(weights).tolist() == [3, 1, 4]
    assert equations.expected_position(np.full((1, 4), 0.25)).tolist() == [2.5]


@few
@given(seed=seeds, letters=st.integers(1, 7), sounds=st.integers(1, 5))
def test_a_letter_alignment_weighs_every_way_of_sharing_the_sounds_out(seed, letters, sounds):
    letters = max(letters, sounds)
    rng = np.random.default_rng(seed)
    none, one = rng.random(letters), rng.random((letters, sounds))
    wanted, total = np.zeros((sounds, letters)), 0.0
    for places in combinations(range(letters), sounds):
        silent = np.setdiff1d(np.arange(letters), places)
        chance = none[silent].prod() * one[list(places), range(sounds)].prod()
        total += chance
        wanted[range(sounds), list(places)] += chance
    found = equations.letter_alignment(none, one)
    np.testing.assert_allclose(found, wanted / total)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_sounds_that_no_letter_can_make_are_refused():
    with pytest.raises(ValueError, match="1 letters for 3 sounds"):
        equations.letter_alignment(np.ones(1), np.ones((1, 3)))


@pytest.mark.parametrize("letters", [1, 4])
def test_letters_that_do_not_fit_the_sounds_are_refused(letters):
    with pytest.raises(ValueError, match="Make S agree"):
        equations.letter_alignment(np.full(letters, 0.5), np.full((2, 2), 0.5))
