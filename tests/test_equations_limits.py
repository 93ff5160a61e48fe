import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(("width", "inputs"), [(3, 5), (4, 4)])
def test_a_recurrent_step_multiplies_by_each_weight_once(width, inputs):
    lstm = keras.layers.LSTM(width, use_bias=False)
    lstm.build((None, None, inputs))
    weights = sum(int(np.prod(w.shape)) for w in lstm.weights)
    assert equations.recurrent_cost(1, width, inputs) == weights
    assert equations.recurrent_cost(7, width, inputs) == 7 * weights


@few
@given(seeds, st.integers(1, 6), st.integers(1, 9))
def test_streaming_attention_is_attention(seed, t, s):
    rng = np.random.default_rng(seed)
    q, k, v = (rng.normal(0, 2, shape) for shape in ((t, 4), (s, 4), (s, 3)))
    found = equations.streaming_attention(q, k, v)
    np.testing.assert_allclose(found, equations.scaled_dot_attention(q, k, v)[0], atol=1e-12)


def test_streaming_attention_bears_scores_whose_powers_no_float_holds():
    k = np.array([[1e4], [-1e4], [1e4]])
    found = equations.streaming_attention(np.array([[1.0], [-1.0]]), k, np.array([[1.0], [2], [5]]))
    np.testing.assert_allclose(found, [[3.0], [2.0]])


@few
@given(st.floats(0.1, 5), st.floats(0.01, 2), st.lists(st.integers(1, 10**6), min_size=2))
def test_a_power_law_is_found_again(a, beta, n):
    n = np.array([1, *n, 2 * 10**6])
    found = equations.power_law(n, a * n**-beta)
    np.testing.assert_allclose(found, (a, beta), rtol=1e-6)


def test_occlusion_is_what_is_lost_by_target_and_source_token():
    lost = equations.occlusion([-1.0, -2.0], [[-1.5, -2.0], [-1.0, -1.0], [-4.0, -2.5]])
    np.testing.assert_allclose(lost, [[0.5, 0.0, 3.0], [0.0, -1.0, 0.5]])


def test_ranks_agree_reverse_or_say_nothing():
    assert equations.rank_correlation([1, 2, 30], [0.1, 0.2, 0.21]) == pytest.approx(1)
    assert equations.rank_correlation([1, 2, 30], [3, 2, -9]) == pytest.approx(-1)
    assert math.isnan(equations.rank_correlation([1, 2, 3], [4, 4, 4]))
    # Ranks 1.5, 1.5, 3 beside 1, 2, 3.
    assert equations.rank_correlation([1, 1, 2], [1, 2, 3]) == pytest.approx(1.5 / math.sqrt(3))


@few
@given(st.lists(st.integers(-3, 3), min_size=3, max_size=9), seeds)
def test_the_rank_correlation_is_the_correlation_of_ranks(values, seed):
    other = np.random.default_rng(seed).permutation(values)
    found = equations.rank_correlation(values, other)
    if len(set(values)) == 1:
        assert math.isnan(found)
        return
    ranks = [
        [sorted(x).index(y) + (list(x).count(y) - 1) / 2 for y in x]
        for x in (values, other.tolist())
    ]
    np.testing.assert_allclose(found, np.corrcoef(ranks)[0, 1], atol=1e-12)
