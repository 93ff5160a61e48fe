"""Equations of chapter 05_variational_autoencoder: Gaussian clouds of codes, and ink or paper."""

import numpy as np
from scipy.special import logsumexp


def reparameterisation(mean: np.ndarray, log_variance: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Returns draws from Gaussian clouds as a function of noise that knows nothing of them.

    Args:
        mean: `mu`, `(B, D)`.
        log_variance: `log sigma^2`, `(B, D)`.
        noise: `epsilon`, `(B, D)`, from the standard Gaussian.

    Returns:
        `z`, `(B, D)`, float64.

    Equation: eq-reparameterisation
    """
    mean, log_variance, noise = (np.asarray(a, np.float64) for a in (mean, log_variance, noise))
    return mean + np.exp(log_variance / 2) * noise


def pathwise_gradient(slopes: np.ndarray, noise: np.ndarray) -> tuple[float, float]:
    """Returns an estimate of the gradient of `E f(z)` from the slopes of `f` at the codes drawn.

    Args:
        slopes: `f'(z)`, `(K,)`, at `z = mu + sigma epsilon`.
        noise: `epsilon`, `(K,)`.

    Returns:
        The gradients by `mu` and by `sigma`.

    Equation: eq-pathwise-gradient
    """
    slopes, noise = np.asarray(slopes, np.float64), np.asarray(noise, np.float64)
    return float(np.mean(slopes)), float(np.mean(slopes * noise))


def score_gradient(values: np.ndarray, noise: np.ndarray, sigma: float) -> tuple[float, float]:
    """Returns an estimate of the same gradient from the values of `f` alone.

    Args:
        values: `f(z)`, `(K,)`, at `z = mu + sigma epsilon`.
        noise: `epsilon`, `(K,)`.
        sigma: The cloud's standard deviation.

    Returns:
        The gradients by `mu` and by `sigma`.

    Equation: eq-score-gradient
    """
    values, noise = np.asarray(values, np.float64), np.asarray(noise, np.float64)
    by_mean = np.mean(values * noise) / sigma
    return float(by_mean), float(np.mean(values * (noise**2 - 1)) / sigma)


def gaussian_kl(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """Returns what each number of a code costs: its cloud's divergence from the standard Gaussian.

    Args:
        mean: `mu`, `(B, D)`.
        log_variance: `log sigma^2`, `(B, D)`.

    Returns:
        Nats, `(B, D)`; an example's divergence is the sum over D.

    Equation: eq-gaussian-kl
    """
    mean, log_variance = np.asarray(mean, np.float64), np.asarray(log_variance, np.float64)
    return (mean**2 + np.exp(log_variance) - 1 - log_variance) / 2


def bernoulli_likelihood(x: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Returns `log p(x | z)` of pictures of ink and paper, from the decoder's logits.

    Args:
        x: `(B, F)`, 1 for ink and 0 for paper.
        logits: `a`, `(B, F)`; the chance of ink is `sigmoid(a)`.

    Returns:
        Nats, `(B,)`, none above 0.

    Equation: eq-bernoulli-likelihood
    """
    x, logits = np.asarray(x, np.float64), np.asarray(logits, np.float64)
    return np.sum(x * logits - np.logaddexp(0, logits), axis=-1)


def bernoulli_mixture(x: np.ndarray, weights: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Returns `log p(x)` where the code is the number of a template, so that it can be summed out.

    Args:
        x: `(B, F)`, 1 for ink and 0 for paper.
        weights: `pi`, `(M,)`, the templates' shares.
        ink: `(M, F)`, each template's chances of ink, strictly between 0 and 1.

    Returns:
        Nats, `(B,)`.

    Equation: eq-bernoulli-mixture
    """
    x, weights, ink = (np.asarray(a, np.float64) for a in (x, weights, ink))
    log_likelihood = x @ (np.log(ink) - np.log1p(-ink)).T + np.log1p(-ink).sum(axis=1)  # (B, M)
    return logsumexp(log_likelihood + np.log(weights), axis=1)


def active_units(means: np.ndarray, threshold: float = 0.01) -> int:
    """Returns how many numbers of a code change with the picture.

    Args:
        means: `mu`, `(N, D)`, the mean codes of a data set.
        threshold: The variance over pictures that a number of the code must exceed.

    Returns:
        A count from 0 to D.

    Equation: eq-active-units
    """
    return int(np.sum(np.var(np.asarray(means, np.float64), axis=0) > threshold))


def free_bits(kl: np.ndarray, free: float) -> float:
    """Returns the price of a batch of codes of which each number's first nats cost no more.

    Args:
        kl: `(B, D)`, nats for each picture and number of the code.
        free: `lambda`, the nats that a number may use at no further cost.

    Returns:
        Nats an image.

    Equation: eq-free-bits
    """
    return float(np.sum(np.maximum(free, np.mean(np.asarray(kl, np.float64), axis=0))))
