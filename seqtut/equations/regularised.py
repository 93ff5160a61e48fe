"""Chapter 04_regularised_autoencoders, first half: noise at the input, few numbers in the code."""

import numpy as np


def salt_and_pepper(x: np.ndarray, hit: np.ndarray, salt: np.ndarray) -> np.ndarray:
    """Returns pictures in which every pixel that was hit is white or black, whatever it was.

    Args:
        x: `(B, F)` clean pictures, values in [0, 1].
        hit: `(B, F)`, True = corrupt this pixel. The level `v` is the share of True.
        salt: `(B, F)`, what a hit pixel becomes: True or 1 for ink, False or 0 for paper.

    Returns:
        `(B, F)`, float64.

    Equation: eq-salt-and-pepper
    """
    hit = np.asarray(hit, np.float64)
    return (1 - hit) * np.asarray(x, np.float64) + hit * np.asarray(salt, np.float64)


def denoising_objective(x: np.ndarray, outputs: np.ndarray) -> float:
    """Returns the squared error of what comes back from corrupted pictures, against clean ones.

    Args:
        x: `(B, F)` clean pictures.
        outputs: `(K, B, F)`, what the autoencoder makes of `K` corruptions of each of them.

    Returns:
        The squared error an image, averaged over the corruptions.

    Equation: eq-denoising-objective
    """
    difference = np.asarray(outputs, np.float64) - np.asarray(x, np.float64)
    return float(np.mean(np.sum(difference**2, axis=-1)))


def noise_as_penalty(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, level: float) -> float:
    """Returns the denoising objective of a linear map, averaged over all corruptions exactly.

    Args:
        x: `(B, F)` clean pictures.
        kernel: `M`, `(F, F)`; a corrupted picture becomes `x M + c`.
        bias: `c`, `(F,)`.
        level: `v`, the share of pixels hit by salt and pepper, in [0, 1].

    Returns:
        The expected squared error an image: that of the mean corrupted picture, and the noise's
        variance at each pixel times the square of all weights that leave it.

    Equation: eq-noise-as-penalty
    """
    x, kernel, bias = (np.asarray(a, np.float64) for a in (x, kernel, bias))
    mean = (1 - level) * x + level / 2
    variance = _noise_variance(x, level)
    error = np.sum((x - mean @ kernel - bias) ** 2, axis=1)
    penalty = variance @ np.sum(kernel**2, axis=1)
    return float(np.mean(error + penalty))


def linear_denoiser(x: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns the linear map that removes salt and pepper with the least expected squared error.

    Args:
        x: `(N, F)` clean training pictures.
        level: `v`, the share of pixels hit, above 0 and at most 1.

    Returns:
        `M` `(F, F)` and `c` `(F,)`: a corrupted picture becomes `x M + c`.

    Equation: eq-linear-denoiser
    """
    x = np.asarray(x, np.float64)
    mean = x.mean(axis=0)
    covariance = (x - mean).T @ (x - mean) / len(x)
    noisy = (1 - level) ** 2 * covariance + np.diag(_noise_variance(x, level).mean(axis=0))
    kernel = np.linalg.solve(noisy, (1 - level) * covariance)
    return kernel, mean - ((1 - level) * mean + level / 2) @ kernel


def best_denoiser(noisy: np.ndarray, examples: np.ndarray, sigma: float) -> np.ndarray:
    """Returns the best guess of what was there before normal noise was added.

    Args:
        noisy: `(B, F)` examples with noise.
        examples: `(N, F)`, what there is without noise, each as likely as the others.
        sigma: Standard deviation of the noise in each direction, above 0.

    Returns:
        `(B, F)`: the mean of the examples, each weighted by how likely it explains what was met.

    Equation: eq-best-denoiser
    """
    noisy, examples = np.asarray(noisy, np.float64), np.asarray(examples, np.float64)
    distance = np.sum((noisy[:, None, :] - examples[None, :, :]) ** 2, axis=-1)  # (B, N)
    logs = -distance / (2 * sigma**2)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True) @ examples


def sparse_objective(
    x: np.ndarray, code: np.ndarray, reconstruction: np.ndarray, weight: float
) -> float:
    """Returns the squared error of a reconstruction and a price for every number in its code.

    Args:
        x: `(B, F)` pictures.
        code: `(B, D)`, what the reconstruction was made from.
        reconstruction: `(B, F)`.
        weight: `lambda`, the price of one unit of activity.

    Returns:
        The squared error an image plus `lambda` times the mean over images of the code's
        absolute values, summed.

    Equation: eq-sparse-objective
    """
    x, code, reconstruction = (np.asarray(a, np.float64) for a in (x, code, reconstruction))
    error = np.sum((x - reconstruction) ** 2, axis=1)
    return float(np.mean(error + weight * np.sum(np.abs(code), axis=1)))


def k_sparse(code: np.ndarray, k: int) -> np.ndarray:
    """Returns a code with the `k` largest numbers of each example, and 0 in all other places.

    Args:
        code: `(B, D)`.
        k: How many are kept, from 1 to `D`. Numbers equal to the smallest one kept stay as well.

    Returns:
        `(B, D)`, float64.

    Equation: eq-k-sparse
    """
    code = np.asarray(code, np.float64)
    smallest_kept = np.sort(code, axis=1)[:, -k, None]  # (B, 1)
    return np.where(code >= smallest_kept, code, 0.0)


def _noise_variance(x: np.ndarray, level: float) -> np.ndarray:
    """Returns the variance of each pixel under salt and pepper, for a picture that is known."""
    return level * (1 - level) * (x - 0.5) ** 2 + level / 4
