"""Chapter 04_regularised_autoencoders, second half: weights that are shared over a picture."""

import numpy as np


def convolution(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int = 1) -> np.ndarray:
    """Returns what a small kernel finds at every place of a picture, without padding.

    As in all libraries of neural networks the kernel is not mirrored, so that mathematicians call
    it a cross-correlation.

    Args:
        x: `(B, H, W, C)` pictures with `C` channels.
        kernel: `K`, `(k, k, C, D)`.
        bias: `b`, `(D,)`.
        stride: `s`, pixels from one place to the next.

    Returns:
        `(B, 1 + (H - k) // s, 1 + (W - k) // s, D)`, float64.

    Equation: eq-convolution
    """
    x, kernel = np.asarray(x, np.float64), np.asarray(kernel, np.float64)
    height, width = (1 + (side - len(kernel)) // stride for side in x.shape[1:3])
    y = np.zeros((len(x), height, width, kernel.shape[-1])) + bias
    for p, q in np.ndindex(kernel.shape[:2]):
        rows = slice(p, p + stride * height, stride)
        columns = slice(q, q + stride * width, stride)
        y += x[:, rows, columns] @ kernel[p, q]
    return y


def transposed_convolution(
    y: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int = 1
) -> np.ndarray:
    """Returns a larger picture: each place of a map stamps the kernel into it, and stamps add up.

    Args:
        y: `(B, H, W, D)` maps.
        kernel: `K`, `(k, k, C, D)`, in the order of the convolution that it transposes.
        bias: `b`, `(C,)`.
        stride: `s`, pixels from one stamp to the next.

    Returns:
        `(B, (H - 1) s + k, (W - 1) s + k, C)`, float64.

    Equation: eq-transposed-convolution
    """
    y, kernel = np.asarray(y, np.float64), np.asarray(kernel, np.float64)
    height, width = y.shape[1:3]
    size, _, channels, _ = kernel.shape
    x = np.zeros((len(y), (height - 1) * stride + size, (width - 1) * stride + size, channels))
    for p, q in np.ndindex(size, size):
        rows = slice(p, p + stride * height, stride)
        columns = slice(q, q + stride * width, stride)
        x[:, rows, columns] += y @ kernel[p, q].T
    return x + np.asarray(bias, np.float64)
