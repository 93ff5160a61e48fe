"""Equations of chapter 03_autoencoder: dense layers, reconstruction, PCA, and how to compare."""

from collections.abc import Callable

import numpy as np
from scipy import stats


def dense(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray,
    activation: Callable[[np.ndarray], np.ndarray] = lambda a: a,
) -> np.ndarray:
    """Returns the output of a dense layer, `phi(x W + b)`.

    Args:
        x: `(B, F)` inputs, one a row.
        kernel: `W`, `(F, D)`.
        bias: `b`, `(D,)`.
        activation: `phi`, applied to each number; the identity by default.

    Returns:
        `(B, D)`, float64.

    Equation: eq-dense
    """
    x, kernel, bias = (np.asarray(a, np.float64) for a in (x, kernel, bias))
    return activation(x @ kernel + bias)


def autoencoder(
    x: np.ndarray,
    encoder: Callable[[np.ndarray], np.ndarray],
    decoder: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Returns the reconstruction `decode(encode(x))`.

    Args:
        x: `(B, F)` inputs.
        encoder: From `(B, F)` to the code `(B, D)`.
        decoder: From the code `(B, D)` back to `(B, F)`.

    Returns:
        `(B, F)`.

    Equation: eq-autoencoder
    """
    return decoder(encoder(x))


def mean_squared_error(x: np.ndarray, reconstruction: np.ndarray) -> float:
    """Returns the squared error a value: the mean over examples and features alike.

    Times `F` it is the squared error an example of `squared_error`.

    Args:
        x: `(B, F)` targets.
        reconstruction: `(B, F)`.

    Returns:
        The mean, in squared units of `x`.

    Equation: eq-mean-squared-error
    """
    difference = np.asarray(x, np.float64) - np.asarray(reconstruction, np.float64)
    return float(np.mean(difference**2))


def linear_gradient(
    x: np.ndarray, encoder: np.ndarray, decoder: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the gradient of the mean squared error of a linear autoencoder without biases.

    Args:
        x: `(B, F)` inputs.
        encoder: `W`, `(F, D)`; the code is `x W`.
        decoder: `G`, `(D, F)`; the reconstruction is `x W G`.

    Returns:
        The gradients by `W` `(F, D)` and by `G` `(D, F)`.

    Equation: eq-linear-gradient
    """
    x, encoder, decoder = (np.asarray(a, np.float64) for a in (x, encoder, decoder))
    residual = x @ encoder @ decoder - x
    scale = 2 / x.size
    return scale * x.T @ residual @ decoder.T, scale * (x @ encoder).T @ residual


def pca(x: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Returns the reconstruction of `x` by principal component analysis.

    Args:
        x: `(B, F)` inputs.
        mean: `mu`, `(F,)`, the training data's mean.
        components: `P`, `(D, F)`, orthonormal rows: the leading principal directions.

    Returns:
        `(B, F)`: the mean plus the projection on the components.

    Equation: eq-pca
    """
    x, mean, components = (np.asarray(a, np.float64) for a in (x, mean, components))
    return mean + (x - mean) @ components.T @ components


def pca_error(eigenvalues: np.ndarray, code_dim: int) -> float:
    """Returns PCA's squared error an example on its own training data.

    Args:
        eigenvalues: `(F,)` of the covariance matrix (divided by `N`), largest first.
        code_dim: `D`, components kept.

    Returns:
        The sum of the eigenvalues left out.

    Equation: eq-pca-error
    """
    return float(np.sum(np.asarray(eigenvalues, np.float64)[code_dim:]))


def principal_angle(one: np.ndarray, other: np.ndarray) -> float:
    """Returns the largest principal angle between two subspaces of equal dimension.

    Args:
        one: `(F, D)`, whose columns span the one.
        other: `(F, D)`, whose columns span the other.

    Returns:
        Degrees, from 0 (the same subspace) to 90.

    Equation: eq-principal-angle
    """
    first, _ = np.linalg.qr(np.asarray(one, np.float64))
    second, _ = np.linalg.qr(np.asarray(other, np.float64))
    # The sine of the angle is accurate for small angles, where the cosine is flat.
    outside = second - first @ (first.T @ second)
    return float(np.degrees(np.arcsin(min(1.0, np.linalg.norm(outside, 2)))))


def tied_decoder(code: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Returns the output of a linear decoder that shares the encoder's kernel.

    Args:
        code: `z`, `(B, D)`.
        kernel: The encoder's `W`, `(F, D)`.
        bias: `c`, `(F,)`, the decoder's own.

    Returns:
        `z W^T + c`, `(B, F)`.

    Equation: eq-tied-decoder
    """
    code, kernel, bias = (np.asarray(a, np.float64) for a in (code, kernel, bias))
    return code @ kernel.T + bias


def mean_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Returns a mean and the half-width of Student's interval for it.

    Args:
        values: `(n,)` independent results, such as one a seed; at least two.
        level: The share of such intervals that would hold the true mean.

    Returns:
        The mean and the half-width, in the values' unit.

    Equation: eq-mean-interval
    """
    values = np.asarray(values, np.float64)
    n = len(values)
    quantile = stats.t.ppf((1 + level) / 2, n - 1)
    return float(values.mean()), float(quantile * values.std(ddof=1) / np.sqrt(n))
