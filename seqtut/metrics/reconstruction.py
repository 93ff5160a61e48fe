"""Reconstruction: the squared error of each example, and PCA to compare with."""

from typing import NamedTuple

import numpy as np

from seqtut import equations


class PCA(NamedTuple):
    """Principal components of training data, largest first, in float64.

    Attributes:
        mean: `(F,)`.
        components: `(K, F)`, orthonormal rows; `K` is the smaller of `F` and the examples.
        eigenvalues: `(K,)`, of the covariance (divided by the number of examples).
    """

    mean: np.ndarray
    components: np.ndarray
    eigenvalues: np.ndarray

    def reconstruct(self, x: np.ndarray, code_dim: int) -> np.ndarray:
        """Returns what is left of data in a code of some length.

        Args:
            x: `(B, F)`.
            code_dim: Numbers in the code.

        Returns:
            `(B, F)`, float64.
        """
        return equations.pca(x, self.mean, self.components[:code_dim])


def fit_pca(x: np.ndarray) -> PCA:
    """Finds the principal components of data by singular value decomposition.

    Args:
        x: `(N, F)`, one example a row.

    Returns:
        A `PCA`.

    Raises:
        ValueError: If `x` is not two-dimensional or has fewer than two rows.
    """
    x = np.asarray(x, np.float64)
    if x.ndim != 2 or len(x) < 2:
        raise ValueError(f"fit_pca needs two or more rows of features. Received shape: {x.shape}.")
    mean = x.mean(axis=0)
    _, singular, components = np.linalg.svd(x - mean, full_matrices=False)
    return PCA(mean, components, singular**2 / len(x))


def squared_error_per_example(x: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
    """Returns the squared error of each example, summed over its features.

    Args:
        x: `(B, F)`.
        reconstruction: `(B, F)`.

    Returns:
        `(B,)`, float64; its mean is `equations.squared_error`.

    Raises:
        ValueError: If the shapes differ.

    Equation: eq-squared-error
    """
    x, reconstruction = np.asarray(x, np.float64), np.asarray(reconstruction, np.float64)
    if x.shape != reconstruction.shape:
        raise ValueError(
            "An input and its reconstruction have one shape. "
            f"Received: {x.shape} and {reconstruction.shape}."
        )
    return np.sum((x - reconstruction) ** 2, axis=1)
