import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from seqtut import equations, metrics
from seqtut.models import captioner


@st.composite
def masks(draw):
    steps = draw(st.integers(1, 13))
    lengths = draw(st.lists(st.integers(1, steps), min_size=1, max_size=4))
    return np.arange(steps) < np.array(lengths)[:, None]


def test_a_pooled_mask_worked_by_hand():
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]], bool)
    wanted = [[1, 1, 1], [1, 1, 0], [1, 0, 0]]
    assert equations.pooled_mask(mask).astype(int).tolist() == wanted


@given(masks())
def test_the_layers_pool_masks_as_the_equation_says(mask):
    assert np.array_equal(captioner.pooled(mask), equations.pooled_mask(mask))


def test_a_weight_is_shared_by_the_pixels_that_are_kept():
    mask = np.array([[1, 1, 1, 1, 1, 1, 0, 0]], bool)
    found = equations.pixel_attention([[[0.6, 0.4]]], mask, 4)
    assert np.allclose(found, [[[0.15] * 4 + [0.2, 0.2, 0, 0]]])


@given(masks(), st.integers(0, 9))
def test_attention_on_pixels_sums_to_that_on_columns_and_spares_pads(mask, seed):
    columns = equations.pooled_mask(equations.pooled_mask(mask))
    weights = np.random.default_rng(seed).uniform(0.1, 1, columns.shape) * columns
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    found = equations.pixel_attention(weights[:, None], mask, captioner.STRIDE)[:, 0]
    assert np.allclose(found.sum(axis=1), 1)
    assert np.all(found[~mask] == 0)
    assert np.allclose(captioner.spread(weights, mask), found, atol=1e-6)


def test_the_factors_of_a_tagged_caption_multiply():
    logits = np.log([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]])
    assert equations.tagged_factorisation(logits, [0, 1]) == pytest.approx(0.4)


def test_the_probabilities_of_all_captions_of_one_length_sum_to_one():
    logits = np.random.default_rng(0).normal(size=(1, 4))
    total = sum(equations.tagged_factorisation(logits, [token]) for token in range(4))
    assert total == pytest.approx(1)


def test_wilson_of_a_case_worked_by_hand():
    low, high = equations.wilson_interval(0, 10)
    z = 1.959964
    assert (low, high) == (0, pytest.approx(z**2 / (10 + z**2)))


@pytest.mark.parametrize(("hits", "trials"), [(0, 7), (3, 7), (98, 100), (250, 250)])
def test_wilson_is_the_interval_of_scipy(hits, trials):
    wanted = stats.binomtest(hits, trials).proportion_ci(0.9, method="wilson")
    assert equations.wilson_interval(hits, trials, 0.9) == pytest.approx(tuple(wanted))
    found = metrics.share_interval(hits, trials, 0.9)
    assert found == pytest.approx((hits / trials, *wanted))


@pytest.mark.parametrize("given_", [(3, 2), (-1, 2), (0, 0), (1, 2, 1.0), (1, 2, 0.0)])
def test_a_share_of_nothing_has_no_interval(given_):
    with pytest.raises(ValueError, match="share_interval needs hits"):
        metrics.share_interval(*given_)
