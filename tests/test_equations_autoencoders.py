import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, laws

seeds = st.integers(0, 2**31)
widths = st.integers(1, 6)


@given(seed=seeds, rows=widths, features=widths, units=widths)
def test_dense_equals_the_keras_layer(seed, rows, features, units):
    rng = np.random.default_rng(seed)
    x, kernel, bias = rng.normal(size=(rows, features)), rng.normal(size=(features, units)), None
    bias = rng.normal(size=units)
    layer = keras.layers.Dense(units, "tanh")
    layer.build((None, features))
    layer.set_weights([kernel, bias])
    found = laws.equation_is_layer(lambda a: equations.dense(a, kernel, bias, np.tanh), layer, x)
    assert found.holds, found


def test_autoencoder_is_the_decoder_after_the_encoder():
    x = np.arange(6.0).reshape(2, 3)
    found = equations.autoencoder(x, lambda a: a[:, :1], lambda z: np.repeat(z, 3, axis=1))
    assert found.tolist() == [[0, 0, 0], [3, 3, 3]]


@given(seed=seeds, rows=widths, features=widths)
def test_mean_squared_error_is_squared_error_a_feature(seed, rows, features):
    x, y = np.random.default_rng(seed).normal(size=(2, rows, features))
    found = equations.mean_squared_error(x, y)
    assert found == pytest.approx(equations.squared_error(x, y) / features)
    assert found == pytest.approx(float(keras.losses.MeanSquaredError()(x, y)), rel=1e-4, abs=1e-6)


@given(seed=seeds, rows=widths, features=widths, code=widths)
def test_linear_gradient_is_the_slope_of_the_error(seed, rows, features, code):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=(rows, features)), rng.normal(size=(features, code))
    v = rng.normal(size=(code, features))
    by_w, by_v = equations.linear_gradient(x, w, v)
    error = equations.mean_squared_error
    assert laws.gradient_is_slope(lambda a: error(x, x @ a @ v), by_w, w, 1e-5).holds
    assert laws.gradient_is_slope(lambda a: error(x, x @ w @ a), by_v, v, 1e-5).holds


@given(seed=seeds, code=st.integers(0, 5))
def test_pca_loses_exactly_the_eigenvalues_left_out(seed, code):
    x = np.random.default_rng(seed).normal(size=(30, 5)) * [5, 4, 3, 2, 1] + 7
    mean = x.mean(axis=0)
    eigenvalues, directions = np.linalg.eigh(np.cov(x.T, bias=True))
    components = directions[:, ::-1].T[:code]
    rebuilt = equations.pca(x, mean, components)
    lost = equations.pca_error(eigenvalues[::-1], code)
    assert equations.squared_error(x, rebuilt) == pytest.approx(lost, abs=1e-9)


def test_pca_gives_back_the_mean_picture_unchanged():
    mean = np.array([1.0, 2.0, 3.0])
    found = equations.pca(mean[None], mean, np.array([[1.0, 0.0, 0.0]]))
    assert found.tolist() == [[1, 2, 3]]


@given(degrees=st.floats(0, 90))
def test_principal_angle_of_two_turned_lines_is_the_turn(degrees):
    turn = np.radians(degrees)
    found = equations.principal_angle(
        np.array([[1.0], [0.0], [0.0]]), np.array([[np.cos(turn)], [np.sin(turn)], [0.0]])
    )
    assert found == pytest.approx(degrees, abs=1e-6)


def test_principal_angle_sees_the_subspace_and_not_its_basis():
    rng = np.random.default_rng(0)
    basis, mixing = rng.normal(size=(10, 3)), rng.normal(size=(3, 3))
    assert equations.principal_angle(basis, basis @ mixing) == pytest.approx(0, abs=1e-6)


def test_tied_decoder_equals_a_dense_layer_with_the_transposed_kernel():
    rng = np.random.default_rng(0)
    code, kernel, bias = rng.normal(size=(4, 2)), rng.normal(size=(5, 2)), rng.normal(size=5)
    found = equations.tied_decoder(code, kernel, bias)
    assert np.allclose(found, equations.dense(code, kernel.T, bias))


def test_mean_interval_is_students_for_a_case_worked_by_hand():
    # n = 4, mean 5, s = 2, t_3(0.975) = 3.182446...
    mean, half = equations.mean_interval(np.array([3.0, 5.0, 5.0, 7.0]))
    assert mean == 5
    assert half == pytest.approx(3.182446 * np.sqrt(8 / 3) / 2, rel=1e-6)


def test_mean_interval_covers_the_truth_as_often_as_it_says():
    samples = np.random.default_rng(0).normal(3.0, 2.0, size=(4000, 5))
    found = [equations.mean_interval(sample, 0.9) for sample in samples]
    covered = np.mean([abs(mean - 3.0) <= half for mean, half in found])
    assert covered == pytest.approx(0.9, abs=0.015)
