"""Chapter 02: the error of a reconstruction, a recurrence, the probability of a sequence."""

from collections.abc import Callable, Sequence

import numpy as np


def squared_error(x: np.ndarray, reconstruction: np.ndarray) -> float:
    """Returns the squared error an example: summed over features, averaged over examples.

    Args:
        x: `(B, F)` the examples.
        reconstruction: `(B, F)` what the decoder made of their codes.

    Returns:
        The mean over the batch of each example's squared Euclidean distance, in squared units
        of `x`. Divide by F for the mean squared error a feature.

    Raises:
        ValueError: If the two are not `(B, F)` arrays of one shape, or B is 0.

    Equation: eq-squared-error
    """
    x, reconstruction = np.asarray(x, np.float64), np.asarray(reconstruction, np.float64)
    if x.ndim != 2 or x.shape != reconstruction.shape or not len(x):
        raise ValueError(
            "squared_error compares two non-empty (B, F) arrays of one shape. "
            f"Received: {x.shape} and {reconstruction.shape}. Flatten each example to F features."
        )
    return float(np.mean(np.sum((x - reconstruction) ** 2, axis=1)))


def recurrence(
    x: np.ndarray,
    w: np.ndarray,
    u: np.ndarray,
    b: np.ndarray,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Returns the states h_1 ... h_S of a simple recurrent network that starts from h_0 = 0.

    A step that the mask leaves out changes nothing: its state is the one before it, so
    `states[:, -1]` is the state at each example's own end, however much padding follows.

    Args:
        x: `(B, S, F)` the sequences.
        w: `(F, D)` how the input enters the state; Keras's `kernel`.
        u: `(D, D)` how the last state enters the next; Keras's `recurrent_kernel`.
        b: `(D,)` bias.
        mask: `(B, S)` bool, True = keep. None keeps everything.

    Returns:
        `(B, S, D)` float64, values in (-1, 1).

    Raises:
        ValueError: If `mask` is not `(B, S)`.

    Equation: eq-recurrence
    """
    x, w, u, b = (np.asarray(a, np.float64) for a in (x, w, u, b))
    mask = np.ones(x.shape[:2], bool) if mask is None else np.asarray(mask, bool)
    if mask.shape != x.shape[:2]:
        raise ValueError(
            f"recurrence needs one mask value a step. Received: a mask of shape {mask.shape} for "
            f"x of shape {x.shape}. Give a (B, S) mask, True = keep."
        )
    h = np.zeros((len(x), len(b)))
    states = np.empty((*x.shape[:2], len(b)))
    for t in range(x.shape[1]):
        new = np.tanh(x[:, t] @ w + h @ u + b)
        h = np.where(mask[:, t, None], new, h)
        states[:, t] = h
    return states


def softmax(logits: np.ndarray) -> np.ndarray:
    """Returns the probabilities that logits stand for, along the last axis.

    Args:
        logits: `(..., V)` any finite numbers.

    Returns:
        `(..., V)` float64, positive up to rounding, summing to one.

    Equation: eq-softmax
    """
    return np.exp(_log_softmax(np.asarray(logits, np.float64)))


def factorisation(
    tokens: Sequence[int], conditional: Callable[[tuple[int, ...]], np.ndarray]
) -> float:
    """Returns the probability of a sequence, as the product of those of its tokens.

    Args:
        tokens: y_1 ... y_T, the end token last; the begin token is not among them.
        conditional: Takes the tokens before t, y_1 ... y_{t-1}, and returns `(V,)`, the
            probabilities of the next one. What is decoded from, x, is its own affair.

    Returns:
        p(y_1, ..., y_T | x); 1.0 for no tokens at all.

    Equation: eq-factorisation
    """
    tokens = tuple(tokens)
    steps = [conditional(tokens[:t])[token] for t, token in enumerate(tokens)]
    return float(np.prod(steps, dtype=np.float64))


def negative_log_likelihood(
    logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None
) -> float:
    """Returns the negative log-likelihood in nats per token, over the tokens that are kept.

    Args:
        logits: `(B, T, V)` the decoder's output, before the softmax.
        targets: `(B, T)` integer ids of the right tokens, in 0 ... V - 1 also at pads.
        mask: `(B, T)` bool, True = keep. None keeps everything.

    Returns:
        The mean over all kept tokens of the batch; ln V for uniform logits.

    Raises:
        ValueError: If the shapes do not fit or no token is kept.

    Equation: eq-negative-log-likelihood
    """
    logits, targets = np.asarray(logits, np.float64), np.asarray(targets)
    mask = np.ones(targets.shape, bool) if mask is None else np.asarray(mask, bool)
    if not logits.shape[:2] == targets.shape == mask.shape or logits.ndim != 3:
        raise ValueError(
            "negative_log_likelihood needs logits (B, T, V), targets (B, T) and a mask (B, T). "
            f"Received: {logits.shape}, {targets.shape} and {mask.shape}. Make B and T agree."
        )
    if not mask.any():
        raise ValueError(
            "negative_log_likelihood is a mean over tokens. Received: a mask that keeps none. "
            "Set it to True at the tokens that count."
        )
    log_p = np.take_along_axis(_log_softmax(logits), targets[..., None], axis=-1)[..., 0]
    return float(-np.sum(log_p, where=mask) / np.sum(mask))


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    """Subtracts the log of the normaliser; the maximum goes first, so that exp cannot overflow."""
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
