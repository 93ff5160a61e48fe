import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations


def test_two_dear_tokens_and_eighteen_cheap_ones():
    assert equations.global_mean([6, 18], [2, 18]) == pytest.approx(1.2)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=5), st.integers(0, 99))
def test_a_mean_does_not_depend_on_who_holds_what(counts, seed):
    terms = np.random.default_rng(seed).normal(size=(sum(counts), 3))
    parts = np.split(terms, np.cumsum(counts)[:-1])
    if not sum(counts):
        with pytest.raises(ValueError, match="at least one term"):
            equations.global_mean(np.zeros((len(counts), 3)), counts)
        return
    found = equations.global_mean([part.sum(axis=0) for part in parts], counts)
    assert found == pytest.approx(terms.mean(axis=0))


@given(st.integers(1, 6), st.integers(0, 99))
def test_after_all_steps_of_a_ring_each_worker_has_one_part_of_the_sum(workers, seed):
    held = np.random.default_rng(seed).normal(size=(workers, workers, 2))
    whole = held.sum(axis=0)
    for step in range(1, workers):
        held = equations.ring_step(held, step)
    for k in range(workers):
        part = (k + 1) % workers
        assert held[k, part] == pytest.approx(whole[part])


def test_a_ring_step_worked_by_hand():
    held = np.array([[[1.0], [2]], [[10], [20]]])
    # worker 0 adds to part 1 what worker 1 has there, worker 1 to part 0
    assert equations.ring_step(held, 1)[:, :, 0].tolist() == [[1, 22], [11, 20]]


def test_what_a_ring_costs():
    assert equations.ring_cost(1, 1e6, 1e-3, 1e6) == 0
    assert equations.ring_cost(2, 1e6, 1e-3, 1e6) == pytest.approx(2 * (1e-3 + 0.5))
    assert equations.ring_cost(10**6, 1e6, 0, 1e6) == pytest.approx(2, rel=1e-5)


def test_a_large_step_is_the_small_ones_where_the_gradient_is_the_same_everywhere():
    w, slope = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    small = w
    for _ in range(4):
        small = small - 0.1 * slope
    assert equations.large_batch_step(w, [slope] * 4, 0.1) == pytest.approx(small)
    curved = w
    for _ in range(4):
        curved = curved - 0.1 * curved  # the gradient of a bowl changes on the way
    assert equations.large_batch_step(w, [w] * 4, 0.1) != pytest.approx(curved)


def test_a_stale_step_takes_the_gradient_at_older_weights():
    weights = [np.array([5.0]), np.array([3.0]), np.array([1.0])]
    taken = [equations.stale_step(weights, lambda w: w, 0.1, delay)[0] for delay in (0, 1, 2, 9)]
    assert taken == pytest.approx([0.9, 0.7, 0.5, 0.5])


@given(st.integers(2, 8), st.integers(0, 99))
def test_no_weight_moves_by_more_than_half_a_scale(bits, seed):
    w = np.random.default_rng(seed).normal(size=(6, 4)) * [1e-3, 1, 50, 0]
    q, scales = equations.quantise(w, bits)
    assert q.dtype == np.int8
    assert np.abs(q).max() == 2 ** (bits - 1) - 1
    assert np.all(np.abs(q * scales - w) <= scales / 2 + 1e-12)


@pytest.mark.parametrize("bits", [0, 1, 9])
def test_bits_that_do_not_fit_are_refused(bits):
    with pytest.raises(ValueError, match=f"Received: {bits}"):
        equations.quantise(np.ones((2, 2)), bits)
