"""Law 8: a linear autoencoder finds the principal subspace."""

from typing import Any

import numpy as np

from seqtut import equations
from seqtut.laws.finding import Finding
from seqtut.metrics import fit_pca


def linear_autoencoder_is_pca(model: Any, x: np.ndarray) -> Finding:
    """Law 8: a trained linear autoencoder finds the principal subspace of its training data.

    The law needs an eigengap: where two neighbouring eigenvalues are nearly equal, the subspace
    is not determined. The finding states the ratio of the last eigenvalue kept to the first one
    left out.

    Args:
        model: A linear autoencoder whose decoder ends in a dense layer, trained on `x`.
        x: `(N, F)` its training data.

    Returns:
        A `Finding` with the error ratio (at most 1.01), the largest principal angle (at most 1
        degree) and the eigengap.

    Source: Baldi and Hornik (1989); Equation: eq-pca-error, eq-principal-angle.
    """
    found = fit_pca(x)
    code_dim = model.encode(x[:1]).shape[-1]
    # A linear decoder's image is spanned by how it maps the code's axes, its bias taken off.
    origin = np.asarray(model.decode(np.zeros((1, code_dim), "float32")), np.float64)
    axes = np.asarray(model.decode(np.eye(code_dim, dtype="float32")), np.float64) - origin
    error = equations.squared_error(x, np.asarray(model(x)))
    ratio = error / equations.pca_error(found.eigenvalues, code_dim)
    angle = equations.principal_angle(axes.T, found.components[:code_dim].T)
    gap = found.eigenvalues[code_dim - 1] / found.eigenvalues[code_dim]
    measured = f"error ratio {ratio:.4f}, largest angle {angle:.2f} degrees, eigengap {gap:.2f}"
    return Finding("linear autoencoder = PCA", bool(ratio <= 1.01 and angle <= 1.0), measured)
