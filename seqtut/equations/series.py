"""Chapter 07: a series through one code and back, its error, and a distance that bends time."""

from collections.abc import Callable

import numpy as np

Affine = tuple[np.ndarray, np.ndarray]


def recurrent_autoencoder(
    x: np.ndarray,
    mask: np.ndarray,
    read: Callable[[np.ndarray, np.ndarray], np.ndarray],
    to_code: Affine,
    write: Callable[[np.ndarray], np.ndarray],
    to_values: Affine,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the code of each series and what a repeat decoder makes of it.

    Args:
        x: `(B, T, F)` the series, pads behind them.
        mask: `(B, T)` bool, True = keep.
        read: The encoder's recurrence: from series `(B, T, F)` and their mask to states
            `(B, T, D)`, a padded step leaving the state as it was.
        to_code: Kernel `(D, K)` and bias `(K,)`.
        write: The decoder's recurrence: from inputs `(B, T, K)` to states `(B, T, D)`.
        to_values: Kernel `(D, F)` and bias `(F,)`.

    Returns:
        The codes `(B, K)` and the reconstructions `(B, T, F)`, float64, 0 at pads.

    Equation: eq-recurrent-autoencoder
    """
    mask = np.asarray(mask, bool)
    z = _affine(read(np.asarray(x, np.float64), mask)[:, -1], to_code)
    repeated = np.repeat(z[:, None], mask.shape[1], axis=1)
    return z, _affine(write(repeated), to_values) * mask[..., None]


def autoregressive_decoder(
    z: np.ndarray,
    before: np.ndarray,
    write: Callable[[np.ndarray], np.ndarray],
    to_values: Affine,
) -> np.ndarray:
    """Returns each step's values, from the code and the values of the step before.

    Args:
        z: `(B, K)` the codes.
        before: `(B, T, F)` the values before each step, zeros first: the true ones with a teacher.
        write: The decoder's recurrence: from inputs `(B, T, F + K)` to states `(B, T, D)`.
        to_values: Kernel `(D, F)` and bias `(F,)`.

    Returns:
        `(B, T, F)` float64.

    Equation: eq-autoregressive-decoder
    """
    z, before = np.asarray(z, np.float64), np.asarray(before, np.float64)
    repeated = np.repeat(z[:, None], before.shape[1], axis=1)
    return _affine(write(np.concatenate([before, repeated], axis=-1)), to_values)


def masked_squared_error(x: np.ndarray, reconstruction: np.ndarray, mask: np.ndarray) -> float:
    """Returns the mean squared error over the values of the steps that are kept.

    Args:
        x: `(B, T, F)` the series.
        reconstruction: `(B, T, F)` what the decoder made of their codes.
        mask: `(B, T)` bool, True = keep.

    Returns:
        The mean over all kept values of the batch, in squared units of `x`.

    Raises:
        ValueError: If the shapes do not fit or no step is kept.

    Equation: eq-masked-squared-error
    """
    x, reconstruction = np.asarray(x, np.float64), np.asarray(reconstruction, np.float64)
    mask = np.asarray(mask, bool)
    if x.ndim != 3 or x.shape != reconstruction.shape or mask.shape != x.shape[:2]:
        raise ValueError(
            "masked_squared_error compares two (B, T, F) arrays under a (B, T) mask. "
            f"Received: {x.shape}, {reconstruction.shape} and {mask.shape}. Make B and T agree."
        )
    if not mask.any():
        raise ValueError(
            "masked_squared_error is a mean over steps. Received: a mask that keeps none. "
            "Set it to True at the steps that count."
        )
    return float(np.mean((x[mask] - reconstruction[mask]) ** 2))


def dynamic_time_warping(x: np.ndarray, y: np.ndarray) -> float:
    """Returns the squared distance of two series along the best alignment of their steps.

    Args:
        x: `(S, F)` a series.
        y: `(T, F)` another one, of any length.

    Returns:
        The least sum of squared distances over all paths from the first pair of steps to the last
        in which neither series ever steps back; infinite if one of the two is empty.

    Equation: eq-dynamic-time-warping
    Source: Sakoe and Chiba (1978), without slope weights or a window.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    best = np.full((len(x) + 1, len(y) + 1), np.inf)
    best[0, 0] = 0
    for i in range(len(x)):
        for j in range(len(y)):
            before = min(best[i, j], best[i, j + 1], best[i + 1, j])
            best[i + 1, j + 1] = np.sum((x[i] - y[j]) ** 2) + before
    return float(best[-1, -1]) if len(x) and len(y) else float("inf")


def window_count(steps: int, length: int, stride: int) -> int:
    """Returns how many whole windows are cut from a series.

    Args:
        steps: Steps of the series.
        length: Steps of a window.
        stride: Steps from the beginning of one window to that of the next.

    Returns:
        The number of windows; 0 if the series is shorter than one.

    Equation: eq-window-count
    """
    return max(0, (steps - length) // stride + 1)


def _affine(x: np.ndarray, weights: Affine) -> np.ndarray:
    kernel, bias = weights
    return x @ kernel + bias
