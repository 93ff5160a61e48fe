import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations


def distributions(rng, steps, size):
    p = rng.uniform(0.05, 1, (steps, size))
    return p / p.sum(axis=1, keepdims=True)


def test_two_windows_half_a_frame_apart_add_up_to_one_everywhere():
    window = equations.hann_window(64)
    assert window[0] == 0 and window[32] == 1
    np.testing.assert_allclose(window[:32] + window[32:], 1)


def test_the_fourier_transform_is_numpys():
    x = np.random.default_rng(0).normal(size=96)
    np.testing.assert_allclose(equations.fourier_transform(x), np.fft.fft(x), atol=1e-10)


def test_a_pure_tone_is_in_its_own_frequency_alone():
    n = np.arange(32)
    found = np.abs(equations.fourier_transform(np.cos(2 * np.pi * 5 * n / 32)))
    np.testing.assert_allclose(found[[5, 27]], 16)
    assert np.delete(found, [5, 27]).max() < 1e-10


@settings(max_examples=20)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40))
def test_a_frame_has_the_same_energy_in_time_and_in_frequency(x):
    one, other = equations.parseval(np.array(x))
    assert one == pytest.approx(other, abs=1e-9)


def test_a_thousand_hertz_are_a_thousand_mel_and_zero_is_zero():
    assert equations.mel(0) == 0
    assert equations.mel(1000) == pytest.approx(1000, abs=0.1)
    assert np.all(np.diff(np.diff(equations.mel(np.arange(0, 8000, 100)))) < 0)


def test_mel_filters_rise_and_fall_between_their_neighbours_peaks():
    filters = equations.mel_filters(32, 512, 22050, 60, 8000)
    assert filters.shape == (32, 257)
    assert filters.min() == 0 and filters.max() <= 1
    corners = np.linspace(equations.mel(60), equations.mel(8000), 34)
    m = equations.mel(np.arange(257) * 22050 / 512)
    for row, (left, right) in zip(filters, zip(corners, corners[2:], strict=False), strict=True):
        assert np.array_equal(row > 0, (m > left) & (m < right))
    inside = (m > corners[1]) & (m < corners[-2])
    np.testing.assert_allclose(filters.sum(axis=0)[inside], 1)


def test_ten_times_the_amplitude_is_twenty_decibels_more():
    frame = np.random.default_rng(1).normal(size=128)
    filters = equations.mel_filters(8, 128, 8000, 60, 4000)
    soft, loud = (equations.log_mel(scale * frame, filters) for scale in (1, 10))
    np.testing.assert_allclose(loud - soft, 20)
    np.testing.assert_array_equal(equations.log_mel(0 * frame, filters), -60)


def test_log_mel_is_the_energy_under_each_triangle_of_the_windowed_frame():
    frame = np.random.default_rng(2).normal(size=64)
    filters = equations.mel_filters(5, 64, 8000, 60, 4000)
    power = np.abs(np.fft.rfft(frame * equations.hann_window(64))) ** 2
    expected = [
        10 * np.log10(sum(f * p for f, p in zip(row, power, strict=True))) for row in filters
    ]
    np.testing.assert_allclose(equations.log_mel(frame, filters), expected)


def test_a_pyramid_joins_neighbours_and_keeps_a_step_whose_first_half_is_kept():
    states = np.arange(10.0).reshape(5, 2)
    joined, mask = equations.pyramid(states, np.array([True, True, True, False, False]))
    np.testing.assert_array_equal(joined, [[0, 1, 2, 3], [4, 5, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(mask, [True, True, False])


def test_a_path_collapses_to_what_stands_between_its_blanks():
    assert equations.collapse([0, 3, 3, 0, 3, 1, 1, 0]) == [3, 3, 1]
    assert equations.collapse([2, 0, 0, 2], blank=2) == [0]
    assert equations.collapse([]) == []


@pytest.mark.parametrize("labels", [(), (1,), (1, 2), (1, 1), (2, 1, 2), (1, 1, 1), (2, 2, 1)])
@pytest.mark.parametrize("steps", [1, 3, 5])
def test_the_forward_recursion_sums_what_brute_force_sums(labels, steps):
    p = distributions(np.random.default_rng(steps), steps, 3)
    alpha = equations.ctc_forward(p, labels)
    assert alpha[-1, -2:].sum() == pytest.approx(equations.ctc_probability(p, labels), abs=1e-15)


def test_the_probabilities_of_all_texts_sum_to_one():
    p = distributions(np.random.default_rng(7), 4, 3)
    texts = [text for n in range(5) for text in itertools.product((1, 2), repeat=n)]
    assert sum(equations.ctc_forward(p, text)[-1, -2:].sum() for text in texts) == pytest.approx(1)


def test_another_id_may_be_the_blank():
    p = distributions(np.random.default_rng(8), 4, 3)
    turned = p[:, [2, 1, 0]]
    one = equations.ctc_forward(p, (1, 2))[-1, -2:].sum()
    other = equations.ctc_forward(turned, (1, 0), blank=2)[-1, -2:].sum()
    assert one == pytest.approx(other)
    assert equations.ctc_probability(turned, (1, 0), blank=2) == pytest.approx(one)
