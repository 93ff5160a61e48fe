"""Attention's pieces: the masked softmax, its slopes, the mean it takes; and an older aligner."""

import numpy as np


def masked_softmax(
    scores: np.ndarray, mask: np.ndarray | None = None, temperature: float = 1.0
) -> np.ndarray:
    """Returns weights that sum to 1 over what is kept, and are exactly 0 elsewhere.

    Args:
        scores: `(..., S)`.
        mask: Bool, True = keep, of a shape that broadcasts to the scores'. None keeps all.
        temperature: Above 0; small ones leave all weight to the highest score, large ones share
            it out evenly.

    Returns:
        `(..., S)` float64; all 0 where nothing is kept.

    Raises:
        ValueError: If `temperature` is not above 0.

    Equation: eq-masked-softmax
    """
    if not temperature > 0:
        raise ValueError(f"A temperature is above 0. Received: {temperature}.")
    scores = np.asarray(scores, np.float64)
    keep = np.broadcast_to(True if mask is None else np.asarray(mask, bool), scores.shape)
    highest = np.max(scores, axis=-1, keepdims=True, where=keep, initial=-np.inf)
    # What is not kept stands at the highest score for now, so that no exp overflows.
    below = np.where(keep, scores, highest)
    highest = np.where(highest > -np.inf, highest, 0)
    powers = np.where(keep, np.exp((below - highest) / temperature), 0)
    total = powers.sum(axis=-1, keepdims=True)
    return powers / np.where(total > 0, total, 1)


def context(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Returns what attention finds: the mean of the values under its weights.

    Args:
        weights: `(..., T, S)`.
        values: `(..., S, F)`.

    Returns:
        `(..., T, F)` float64.

    Equation: eq-context
    """
    return np.asarray(weights, np.float64) @ np.asarray(values, np.float64)


def softmax_jacobian(weights: np.ndarray) -> np.ndarray:
    """Returns how each weight of a softmax moves with each score, at temperature 1.

    Args:
        weights: `(..., S)`, what the softmax returned.

    Returns:
        `(..., S, S)` float64: at `[s, r]` the derivative of weight s by score r.

    Equation: eq-softmax-jacobian
    """
    weights = np.asarray(weights, np.float64)
    same = np.eye(weights.shape[-1])
    return weights[..., :, None] * (same - weights[..., None, :])


def attention_gradient(
    weights: np.ndarray, values: np.ndarray, direct: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the gradients that reach the scores and the values of one query.

    Args:
        weights: `(S,)`.
        values: `(S, F)`.
        direct: `(F,)`, the loss's gradient by the context.

    Returns:
        The gradient by the scores `(S,)` and by the values `(S, F)`, float64.

    Equation: eq-attention-gradient
    """
    weights, values, direct = (np.asarray(a, np.float64) for a in (weights, values, direct))
    found = context(weights[None], values)[0]
    return weights * ((values - found) @ direct), weights[:, None] * direct


def expected_position(weights: np.ndarray) -> np.ndarray:
    """Returns where each row of weights has its centre of mass, in steps counted from 1.

    Args:
        weights: `(..., T, S)`; rows sum to 1.

    Returns:
        `(..., T)` float64.

    Equation: eq-expected-position
    """
    weights = np.asarray(weights, np.float64)
    return weights @ np.arange(1, weights.shape[-1] + 1)


def letter_alignment(none: np.ndarray, one: np.ndarray) -> np.ndarray:
    """Returns how probable it is that a letter makes a sound, if each makes one or none.

    Letters make their sounds from left to right and none is left over. All ways of sharing the
    sounds among the letters are weighed at once, by sums from the left and from the right.

    Args:
        none: `(S,)`, the probability that letter s makes no sound.
        one: `(S, T)`, that it makes sound t.

    Returns:
        `(T, S)` float64; each row sums to 1.

    Raises:
        ValueError: If the shapes do not fit or there is no way to share the sounds out.

    Source: Rabiner (1989) for the two sums.

    Equation: eq-letter-alignment
    """
    none, one = (np.asarray(a, np.float64) for a in (none, one))
    if one.ndim != 2 or none.shape != one.shape[:1]:
        raise ValueError(
            "letter_alignment takes one probability a letter, (S,), and (S, T). "
            f"Received: {none.shape} and {one.shape}. Make S agree."
        )
    letters, sounds = one.shape
    a = np.zeros((letters + 1, sounds + 1))  # the first s letters make the first t sounds
    b = np.zeros((letters + 1, sounds + 1))  # the letters after s make the sounds after t
    a[0, 0] = b[letters, sounds] = 1
    for s in range(letters):
        a[s + 1] = a[s] * none[s]
        a[s + 1, 1:] += a[s, :-1] * one[s]
    for s in reversed(range(letters)):
        b[s] = b[s + 1] * none[s]
        b[s, :-1] += b[s + 1, 1:] * one[s]
    if not a[letters, sounds] > 0:
        raise ValueError(
            "The sounds cannot be shared out with a probability above 0. Received: "
            f"{letters} letters for {sounds} sounds. Leave the word out."
        )
    return (a[:-1, :-1] * one * b[1:, 1:] / a[letters, sounds]).T
