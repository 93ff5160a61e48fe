import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, metrics


@given(seed=st.integers(0, 2**31), rows=st.integers(2, 12), features=st.integers(1, 8))
def test_pca_components_are_the_covariance_eigenvectors(seed, rows, features):
    x = np.random.default_rng(seed).normal(size=(rows, features))
    found = metrics.fit_pca(x)
    covariance = np.cov(x.T, bias=True).reshape(features, features)
    recovered = found.components.T @ np.diag(found.eigenvalues) @ found.components
    assert np.allclose(recovered, covariance, atol=1e-10)
    assert np.all(np.diff(found.eigenvalues) <= 1e-12)


def test_pca_with_all_components_rebuilds_exactly():
    x = np.random.default_rng(0).normal(size=(20, 5)) + 9
    assert np.allclose(metrics.fit_pca(x).reconstruct(x, 5), x)
    assert np.allclose(metrics.fit_pca(x).reconstruct(x, 0), x.mean(axis=0))


@pytest.mark.parametrize("x", [np.zeros((1, 3)), np.zeros(3), np.zeros((2, 2, 2))])
def test_pca_refuses_what_is_no_table_of_examples(x):
    with pytest.raises(ValueError, match="two or more rows of features. Received shape"):
        metrics.fit_pca(x)


def test_interval_is_written_as_mean_and_half_width():
    interval = metrics.mean_interval(np.array([3.0, 5.0, 5.0, 7.0]))
    assert f"{interval:.2f}" == "5.00 ± 2.60"
    assert interval.high - interval.mean == pytest.approx(interval.mean - interval.low)


@pytest.mark.parametrize(("values", "level"), [([1.0], 0.95), ([1.0, 2.0], 1.0), ([], 0.95)])
def test_interval_refuses_too_little_to_tell(values, level):
    with pytest.raises(ValueError, match="two or more values and a level between 0 and 1"):
        metrics.mean_interval(values, level)


def test_squared_error_per_example_averages_to_the_equation():
    x, y = np.random.default_rng(0).normal(size=(2, 7, 4))
    found = metrics.squared_error_per_example(x, y)
    assert found.shape == (7,)
    assert found.mean() == pytest.approx(equations.squared_error(x, y))


def test_squared_error_refuses_two_shapes():
    with pytest.raises(ValueError, match=r"Received: \(2, 3\) and \(3,\)"):
        metrics.squared_error_per_example(np.zeros((2, 3)), np.zeros(3))
