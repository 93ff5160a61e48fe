"""Equations of chapter 05_variational_autoencoder: a picture's probability, and bounds on it.

`spacing` is that of an even grid over the codes of one number; an integral over codes is then a
sum over the grid, times the spacing. Everything is in nats.
"""

import numpy as np
from scipy.special import logsumexp


def marginal_likelihood(log_likelihood: np.ndarray, log_prior: np.ndarray, spacing: float) -> float:
    """Returns `log p(x)`: how probable a picture is, whatever code it may have come from.

    Args:
        log_likelihood: `log p(x | z)`, `(G,)`, at each code of a grid.
        log_prior: `log p(z)`, `(G,)`.
        spacing: The grid's.

    Returns:
        Nats.

    Equation: eq-marginal-likelihood
    """
    joint = np.asarray(log_likelihood, np.float64) + np.asarray(log_prior, np.float64)
    return float(logsumexp(joint) + np.log(spacing))


def linear_gaussian(x: np.ndarray, w: np.ndarray, bias: np.ndarray, sigma: float) -> float:
    """Returns `log p(x)` of the model whose decoder is linear and whose noise is Gaussian.

    Args:
        x: `(F,)`.
        w: `(D, F)`; a code `z` is decoded into `z W + b`, plus noise.
        bias: `b`, `(F,)`.
        sigma: Standard deviation of the noise in each number.

    Returns:
        Nats.

    Equation: eq-linear-gaussian
    """
    x, w, bias = (np.asarray(a, np.float64) for a in (x, w, bias))
    covariance = w.T @ w + sigma**2 * np.eye(len(x))
    off = x - bias
    distance = off @ np.linalg.solve(covariance, off)
    _, log_volume = np.linalg.slogdet(2 * np.pi * covariance)
    return float(-(distance + log_volume) / 2)


def kullback_leibler(log_q: np.ndarray, log_p: np.ndarray, spacing: float) -> float:
    """Returns the Kullback-Leibler divergence of `q` from `p`, which is never below zero.

    Args:
        log_q: `(G,)`, logarithm of the density whose draws are averaged over.
        log_p: `(G,)`, that of the other.
        spacing: The grid's.

    Returns:
        Nats.

    Equation: eq-kullback-leibler
    """
    log_q, log_p = np.asarray(log_q, np.float64), np.asarray(log_p, np.float64)
    return float(np.sum(np.exp(log_q) * (log_q - log_p)) * spacing)


def elbo_derivation(
    log_likelihood: np.ndarray, log_prior: np.ndarray, log_q: np.ndarray, spacing: float
) -> tuple[float, float, float, float]:
    """Returns the value of each line of the derivation of the bound.

    The first two are equal, and so are the last two, which are never larger.

    Args:
        log_likelihood: `log p(x | z)`, `(G,)`, at each code of a grid.
        log_prior: `log p(z)`, `(G,)`.
        log_q: `log q(z | x)`, `(G,)`.
        spacing: The grid's.

    Returns:
        Four numbers in nats, one a line.

    Equation: eq-elbo-derivation
    """
    log_q = np.asarray(log_q, np.float64)
    log_ratio = log_likelihood + log_prior - log_q

    def mean(values: np.ndarray) -> float:
        return float(np.sum(np.exp(log_q) * values) * spacing)

    return (
        marginal_likelihood(log_likelihood, log_prior, spacing),
        float(logsumexp(log_q + log_ratio) + np.log(spacing)),
        mean(log_ratio),
        mean(log_likelihood) - mean(log_q - log_prior),
    )


def elbo(log_likelihood: np.ndarray, kl: float | np.ndarray) -> float | np.ndarray:
    """Returns the evidence lower bound: what a code says about the picture, less its price.

    Args:
        log_likelihood: `log p(x | z)`, shape `(..., K)`, for K codes drawn from `q(z | x)`.
        kl: The divergence of `q(z | x)` from the prior, of shape `(...)`.

    Returns:
        Nats, of shape `(...)`.

    Equation: eq-elbo
    """
    return np.mean(np.asarray(log_likelihood, np.float64), axis=-1) - kl


def elbo_gap(
    log_likelihood: np.ndarray, log_prior: np.ndarray, log_q: np.ndarray, spacing: float
) -> float:
    """Returns how far the bound lies below `log p(x)`: the divergence of `q` from the posterior.

    Args:
        log_likelihood: `log p(x | z)`, `(G,)`, at each code of a grid.
        log_prior: `log p(z)`, `(G,)`.
        log_q: `log q(z | x)`, `(G,)`.
        spacing: The grid's.

    Returns:
        Nats, at least 0.

    Equation: eq-elbo-gap
    """
    log_p = marginal_likelihood(log_likelihood, log_prior, spacing)
    log_posterior = log_likelihood + log_prior - log_p  # Bayes's rule
    return kullback_leibler(log_q, log_posterior, spacing)


def weighted_elbo(
    log_likelihood: np.ndarray, kl: float | np.ndarray, weight: float
) -> float | np.ndarray:
    """Returns the objective with another price on the code; a bound only for a weight from 1 up.

    Args:
        log_likelihood: `log p(x | z)`, shape `(..., K)`, for K codes drawn from `q(z | x)`.
        kl: The divergence of `q(z | x)` from the prior, of shape `(...)`.
        weight: `beta`, the price of a nat; 1 is the evidence lower bound.

    Returns:
        Nats, of shape `(...)`.

    Equation: eq-weighted-elbo
    """
    return elbo(log_likelihood, weight * np.asarray(kl, np.float64))


def importance_weighted_bound(log_weights: np.ndarray) -> float | np.ndarray:
    """Returns the bound that averages the weights of K codes before taking the logarithm.

    Args:
        log_weights: `log p(x | z) + log p(z) - log q(z | x)`, shape `(..., K)`, for K codes drawn
            from `q(z | x)`.

    Returns:
        Nats, of shape `(...)`; its mean over draws is at most `log p(x)` and rises with K.

    Equation: eq-importance-weighted-bound
    """
    log_weights = np.asarray(log_weights, np.float64)
    return logsumexp(log_weights, axis=-1) - np.log(log_weights.shape[-1])
