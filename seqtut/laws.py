"""What a correct model cannot break: laws that a reader can call on a model of his own.

Each law returns a `Finding`; printing it says what was measured and whether that is lawful.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from seqtut import equations
from seqtut.metrics import fit_pca
from seqtut.training import ArrayBatches, evaluate, load_weights, save_weights


class Finding(NamedTuple):
    """What a law found: its name, whether it holds, and the measurement in words."""

    law: str
    holds: bool
    measured: str

    def __str__(self) -> str:
        return f"{self.law}: {'holds' if self.holds else 'BROKEN'} ({self.measured})"


def equation_is_layer(
    equation: Callable[..., np.ndarray],
    layer: Callable[[Any], Any],
    x: np.ndarray,
    tolerance: float = 1e-5,
) -> Finding:
    """Law 5: the float64 equation and the Keras layer agree.

    Args:
        equation: Maps `x` to the value the book's equation gives, in NumPy.
        layer: Maps `x` to the layer's output.
        x: The input, of any shape that both take.
        tolerance: The largest difference allowed, as a share of `max(1, |value|)`.

    Returns:
        A `Finding` with the largest difference.
    """
    wanted = np.asarray(equation(x), np.float64)
    found = np.asarray(layer(x), np.float64)
    if wanted.shape != found.shape:
        measured = f"shapes {wanted.shape} and {found.shape}"
        return Finding("equation = layer", False, measured)
    gap = float(np.max(np.abs(wanted - found) / np.maximum(1, np.abs(wanted)), initial=0))
    return Finding("equation = layer", gap <= tolerance, f"differ by {gap:.0e} at most")


def gradient_is_slope(
    function: Callable[[np.ndarray], float],
    gradient: np.ndarray,
    at: np.ndarray,
    tolerance: float = 1e-6,
) -> Finding:
    """Law 5: a gradient agrees with central differences, coordinate by coordinate.

    Args:
        function: A scalar function of an array, in float64.
        gradient: The claimed gradient, of `at`'s shape.
        at: The point, float64, of any shape.
        tolerance: The largest difference allowed, as a share of `max(1, |slope|)`.

    Returns:
        A `Finding` with the largest difference.
    """
    at = np.asarray(at, np.float64)
    if np.shape(gradient) != at.shape:
        measured = f"shapes {np.shape(gradient)} and {at.shape}"
        return Finding("gradient = slope", False, measured)
    slopes = np.empty_like(at)
    step = 1e-5
    for index in np.ndindex(at.shape):
        nudge = np.zeros_like(at)
        nudge[index] = step
        slopes[index] = (function(at + nudge) - function(at - nudge)) / (2 * step)
    gap = float(np.max(np.abs(slopes - gradient) / np.maximum(1, np.abs(slopes))))
    return Finding("gradient = slope", gap <= tolerance, f"differ by {gap:.0e} at most")


def loss_ignores_batching(model: Any, x: np.ndarray, loss: Callable) -> Finding:
    """Law 6: a mean loss is the same however the data are cut into batches.

    Args:
        model: The model to measure.
        x: `(N, F)` examples.
        loss: Returns a sum and a count for a batch, as in `seqtut.training`.

    Returns:
        A `Finding` with the spread over several batch sizes, relative to the loss.
    """
    sizes = sorted({1, 2, 3, 7, len(x)} & set(range(1, len(x) + 1)))
    losses = [evaluate(model, ArrayBatches(x, size=size), loss) for size in sizes]
    spread = (max(losses) - min(losses)) / max(abs(losses[0]), 1e-12)
    return Finding("loss ignores batching", spread <= 1e-5, f"spread {spread:.0e} of the loss")


def saving_changes_nothing(make: Callable[[], Any], x: np.ndarray) -> Finding:
    """Law 7: weights that are saved and loaded give the same outputs, bit for bit.

    Args:
        make: Makes a model, each time with fresh random weights.
        x: `(B, F)` inputs to compare on.

    Returns:
        A `Finding`.
    """
    saved, loaded = make(), make()
    before = np.asarray(saved(x))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.safetensors"
        save_weights(path, saved)
        load_weights(path, loaded)
    after = np.asarray(loaded(x))
    differing = int(np.sum(before != after))
    measured = f"{differing} of {before.size} numbers differ"
    return Finding("saving changes nothing", differing == 0, measured)


def resuming_changes_nothing(
    make: Callable[[], Any], train: Callable[[Any, int, Path | None], Any], n: int, m: int
) -> Finding:
    """Law 7: n epochs, a checkpoint, a new process's model and m more are n + m epochs.

    Args:
        make: Makes a model with the same initial weights each time.
        train: Trains a model up to a number of epochs, with the checkpoint at a path, or without
            one.
        n: Epochs before the interruption.
        m: Epochs after it.

    Returns:
        A `Finding` with the number of weights that differ.
    """
    whole, first, second = make(), make(), make()
    train(whole, n + m, None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.safetensors"
        train(first, n, path)
        train(second, n + m, path)
    pairs = zip(whole.get_weights(), second.get_weights(), strict=True)
    differing = sum(int(np.sum(a != b)) for a, b in pairs)
    return Finding("resuming changes nothing", differing == 0, f"{differing} weights differ")


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
