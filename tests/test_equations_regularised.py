from itertools import product

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, laws

seeds = st.integers(0, 2**31)
levels = st.floats(0.05, 0.95)


def every_corruption(x, level):
    """All ways in which salt and pepper can fall on a picture, with the probability of each."""
    outcomes = {"kept": 1 - level, "salt": level / 2, "pepper": level / 2}
    for fate in product(outcomes, repeat=len(x)):
        hit = np.array([name != "kept" for name in fate])
        salt = np.array([name == "salt" for name in fate])
        noisy = equations.salt_and_pepper(x[None], hit[None], salt[None])[0]
        yield noisy, np.prod([outcomes[name] for name in fate])


def test_salt_and_pepper_leaves_a_pixel_alone_unless_it_is_hit():
    x = np.array([[0.2, 0.4, 0.6]])
    found = equations.salt_and_pepper(x, [[False, True, True]], [[True, True, False]])
    assert found.tolist() == [[0.2, 1.0, 0.0]]


def test_denoising_objective_compares_with_the_clean_picture_and_averages_over_corruptions():
    x = np.array([[0.0, 1.0], [1.0, 1.0]])
    outputs = np.array([[[0, 1], [1, 0]], [[2, 1], [1, 1]]])
    assert equations.denoising_objective(x, outputs) == (0 + 1 + 4 + 0) / 4


@given(seed=seeds, level=levels)
def test_noise_as_penalty_is_the_mean_over_every_corruption_that_can_happen(seed, level):
    rng = np.random.default_rng(seed)
    x, kernel, bias = rng.uniform(size=3), rng.normal(size=(3, 3)), rng.normal(size=3)
    mean = sum(
        p * equations.denoising_objective(x[None], (noisy @ kernel + bias)[None, None])
        for noisy, p in every_corruption(x, level)
    )
    assert equations.noise_as_penalty(x[None], kernel, bias, level) == pytest.approx(mean)


@given(seed=seeds, level=levels)
def test_linear_denoiser_cannot_be_improved_by_any_small_change(seed, level):
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(6, 3))
    kernel, bias = equations.linear_denoiser(x, level)

    def error(kernel, bias):
        return equations.noise_as_penalty(x, kernel, bias, level)

    for_kernel = laws.gradient_is_slope(lambda a: error(a, bias), np.zeros((3, 3)), kernel)
    assert for_kernel.holds, for_kernel
    for_bias = laws.gradient_is_slope(lambda a: error(kernel, a), np.zeros(3), bias)
    assert for_bias.holds, for_bias


def test_linear_denoiser_copies_if_there_is_almost_no_noise():
    x = np.random.default_rng(0).uniform(size=(50, 3))
    kernel, bias = equations.linear_denoiser(x, 1e-9)
    assert np.allclose(kernel, np.eye(3), atol=1e-6)
    assert np.allclose(bias, 0, atol=1e-6)


def test_best_denoiser_of_two_points_is_the_logistic_function_worked_by_hand():
    # Points at -1 and 1, met at a: the weights' ratio is exp(2 a / sigma^2).
    found = equations.best_denoiser(np.array([[0.5]]), np.array([[-1.0], [1.0]]), 2.0)
    assert found[0, 0] == pytest.approx(np.tanh(0.5 / 4))


def test_best_denoiser_answers_with_the_nearest_example_or_with_the_mean():
    examples = np.array([[0.0, 0.0], [4.0, 0.0]])
    near = equations.best_denoiser(np.array([[1e3, 5.0]]), examples, 0.01)
    assert near.tolist() == [[4, 0]]
    far = equations.best_denoiser(np.array([[1.0, 5.0]]), examples, 1e6)
    assert np.allclose(far, [[2, 0]])


def test_sparse_objective_adds_the_price_of_the_code_to_the_squared_error():
    x, code = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[3.0, -1.0], [0.0, 2.0]])
    found = equations.sparse_objective(x, code, np.zeros((2, 2)), 0.5)
    assert found == ((5 + 0.5 * 4) + 0.5 * 2) / 2


@given(seed=seeds, width=st.integers(1, 9), data=st.data())
def test_k_sparse_keeps_the_largest_in_their_places(seed, width, data):
    k = data.draw(st.integers(1, width))
    code = np.random.default_rng(seed).normal(size=(4, width))
    found = equations.k_sparse(code, k)
    for before, after in zip(code, found, strict=True):
        places = np.argsort(before)[-k:]
        assert np.array_equal(after[places], before[places])
        assert np.all(np.delete(after, places) == 0)


@given(seed=seeds, size=st.integers(1, 4), stride=st.integers(1, 3), channels=st.integers(1, 3))
def test_convolution_equals_the_keras_layer(seed, size, stride, channels):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 7, 8, channels))
    kernel, bias = rng.normal(size=(size, size, channels, 2)), rng.normal(size=2)
    layer = keras.layers.Conv2D(2, size, stride)
    layer.build(x.shape)
    layer.set_weights([kernel, bias])
    found = laws.equation_is_layer(
        lambda a: equations.convolution(a, kernel, bias, stride), layer, x
    )
    assert found.holds, found


@given(seed=seeds, stride=st.integers(1, 3), extra=st.integers(0, 2))
def test_transposed_convolution_equals_the_keras_layer(seed, stride, extra):
    rng = np.random.default_rng(seed)
    size = stride + extra  # with a kernel below the stride Keras adds rows that nothing reaches
    y = rng.normal(size=(2, 4, 3, 2))
    kernel, bias = rng.normal(size=(size, size, 3, 2)), rng.normal(size=3)
    layer = keras.layers.Conv2DTranspose(3, size, stride)
    layer.build(y.shape)
    layer.set_weights([kernel, bias])
    found = laws.equation_is_layer(
        lambda a: equations.transposed_convolution(a, kernel, bias, stride), layer, y
    )
    assert found.holds, found


@given(seed=seeds, size=st.integers(1, 4), stride=st.integers(1, 3))
def test_transposed_convolution_is_the_transpose_of_the_convolution(seed, size, stride):
    rng = np.random.default_rng(seed)
    kernel = rng.normal(size=(size, size, 3, 2))
    y = rng.normal(size=(1, 4, 3, 2))
    back = equations.transposed_convolution(y, kernel, np.zeros(3), stride)
    x = rng.normal(size=back.shape)
    there = equations.convolution(x, kernel, np.zeros(2), stride)
    assert np.sum(there * y) == pytest.approx(np.sum(x * back))
