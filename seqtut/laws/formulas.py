"""Law 5: formulas agree with layers, and gradients with slopes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut.laws.finding import Finding


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
