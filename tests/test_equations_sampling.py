import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import decoding, equations

LOGITS = st.lists(st.floats(-5, 5), min_size=2, max_size=9)


def test_temperature_one_is_the_softmax_and_its_limits_are_greedy_and_even():
    logits = np.array([1.0, 3.0, 2.0])
    assert equations.temperature(logits, 1.0) == pytest.approx(equations.softmax(logits))
    assert equations.temperature(logits, 0.01) == pytest.approx([0, 1, 0])
    assert equations.temperature(logits, 1e6) == pytest.approx([1 / 3] * 3, abs=1e-5)


@given(logits=LOGITS, tau=st.floats(0.2, 5))
def test_temperature_raises_probabilities_to_a_power_and_scales_them(logits, tau):
    p = equations.softmax(np.array(logits))
    powers = p ** (1 / tau)
    found = equations.temperature(np.array(logits), tau)
    assert found == pytest.approx(powers / powers.sum())


@pytest.mark.parametrize("tau", [0, -1.0, float("nan")])
def test_temperature_refuses_zero_and_less(tau):
    with pytest.raises(ValueError, match="tau above 0. Received"):
        equations.temperature(np.zeros(3), tau)


def test_top_p_of_a_case_worked_by_hand():
    p = np.array([0.1, 0.5, 0.15, 0.25])
    assert equations.top_p(p, 0.5) == pytest.approx([0, 1, 0, 0])
    assert equations.top_p(p, 0.51) == pytest.approx([0, 2 / 3, 0, 1 / 3])
    assert equations.top_p(p, 0.8) == pytest.approx([0, 0.5 / 0.9, 0.15 / 0.9, 0.25 / 0.9])
    assert equations.top_p(p, 1) == pytest.approx(p)


@given(logits=LOGITS, share=st.floats(0.01, 0.999))
def test_top_p_keeps_the_fewest_that_reach_the_share_and_agrees_with_truncate(logits, share):
    p = equations.softmax(np.array(logits))
    kept = equations.top_p(p, share)
    inside = kept > 0
    assert kept.sum() == pytest.approx(1)
    assert p[inside].sum() >= share - 1e-9
    assert p[inside].sum() - p[inside].min() < share + 1e-9
    assert not np.any(~inside) or p[~inside].max() <= p[inside].min()
    logs = decoding.truncate(np.log(p)[None], top_p=share).numpy()[0]
    sums = np.cumsum(np.sort(p)[::-1])
    if np.abs(sums - share).min() > 1e-6:  # else the two may round to different sides
        assert np.array_equal(np.isfinite(logs), inside)


@pytest.mark.parametrize(("p", "share"), [([0.5, 0.5], 0), ([0.5, 0.6], 0.5), ([[1.0]], 0.5)])
def test_top_p_refuses_what_is_no_distribution_and_no_share(p, share):
    with pytest.raises(ValueError, match="top_p needs .* Received: shape"):
        equations.top_p(np.array(p), share)


def test_neither_a_low_temperature_nor_large_logits_overflow():
    np.testing.assert_allclose(equations.temperature([1.0, 2.0], 1e-310), [0, 1])
    np.testing.assert_allclose(equations.temperature([1e308, 1e307], 0.1), [1, 0])


def test_top_p_of_everything_is_a_new_distribution():
    p = np.array([0.5, 0.500004])
    everything = equations.top_p(p, 1)
    assert everything is not p
    assert everything.sum() == pytest.approx(1, abs=1e-12)
