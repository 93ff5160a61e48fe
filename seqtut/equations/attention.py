"""Attention, and the other parts of a Transformer: normalisation and positions."""

from collections.abc import Mapping

import numpy as np

from seqtut.equations.alignment import masked_softmax


def dot_attention(
    query: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray | None = None,
    scaled: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns what queries find among values, weighed by dot products with keys.

    Args:
        query: `(..., T, D)`.
        keys: `(..., S, D)`.
        values: `(..., S, F)`.
        mask: Bool, True = keep, of a shape that broadcasts to `(..., T, S)`. None keeps all.
        scaled: Whether scores are divided by the square root of D.

    Returns:
        The context `(..., T, F)` and the weights `(..., T, S)`; a query for which nothing is kept
        finds zeros.

    Source: Luong et al. (2015); Vaswani et al. (2017) for the scale.

    Equation: eq-dot-attention
    """
    query, keys, values = (np.asarray(a, np.float64) for a in (query, keys, values))
    scores = query @ np.swapaxes(keys, -1, -2)
    if scaled:
        scores = scores / np.sqrt(query.shape[-1])
    weights = masked_softmax(scores, mask)
    return weights @ values, weights


def additive_attention(
    query: np.ndarray,
    keys: np.ndarray,
    w: np.ndarray,
    u: np.ndarray,
    b: np.ndarray,
    v: np.ndarray,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns what queries find among keys, weighed by `v . tanh(W query + U key + b)`.

    Args:
        query: `(B, T, Q)`, the decoder's states.
        keys: `(B, S, D)`, the encoder's states, which are the values too.
        w: `(Q, A)`.
        u: `(D, A)`.
        b: `(A,)`.
        v: `(A,)`.
        mask: `(B, S)` bool, True = keep. None keeps everything.

    Returns:
        The context `(B, T, D)` and the weights `(B, T, S)`; a query for which nothing is kept
        finds zeros.

    Source: Bahdanau et al. (2015).

    Equation: eq-additive-attention
    """
    query, keys, w, u, b, v = (np.asarray(a, np.float64) for a in (query, keys, w, u, b, v))
    hidden = np.tanh((query @ w)[:, :, None] + (keys @ u + b)[:, None])
    weights = masked_softmax(hidden @ v, None if mask is None else np.asarray(mask)[:, None])
    return weights @ keys, weights


def multi_head_attention(
    query: np.ndarray,
    source: np.ndarray,
    weights: Mapping[str, tuple[np.ndarray, np.ndarray]],
    heads: int,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns scaled dot attention, done in several heads of a part of the width each.

    Args:
        query: `(B, T, D)`; the same as `source` in self-attention.
        source: `(B, S, D)`.
        weights: A matrix `(D, D)` and a bias `(D,)` each for "query", "key", "value", "output";
            head n uses the n-th group of `D / H` columns.
        heads: `H`, which divides D.
        mask: Bool, True = keep, of a shape that broadcasts to `(B, T, S)`. None keeps all.

    Returns:
        The output `(B, T, D)` and the weights `(B, H, T, S)`.

    Equation: eq-multi-head-attention
    Source: Vaswani et al. (2017).
    """

    def project(x, name):
        matrix, bias = (np.asarray(a, np.float64) for a in weights[name])
        return np.asarray(x, np.float64) @ matrix + bias

    def split(x):
        return np.stack(np.split(x, heads, axis=-1), axis=1)

    shape = (len(query), np.shape(query)[1], np.shape(source)[1])
    found, seen = dot_attention(
        split(project(query, "query")),
        split(project(source, "key")),
        split(project(source, "value")),
        None if mask is None else np.broadcast_to(mask, shape)[:, None],
        scaled=True,
    )
    return project(np.concatenate(list(np.moveaxis(found, 1, 0)), axis=-1), "output"), seen


def layer_normalisation(
    x: np.ndarray, gain: np.ndarray, offset: np.ndarray, epsilon: float = 1e-6
) -> np.ndarray:
    """Returns vectors shifted and scaled to mean 0 and variance 1, then by what was learned.

    Args:
        x: `(..., D)`.
        gain: `(D,)`; Keras's `gamma`.
        offset: `(D,)`; Keras's `beta`.
        epsilon: Added to the variance; Keras's default is 1e-3.

    Returns:
        `(..., D)` float64.

    Equation: eq-layer-normalisation
    Source: Ba et al. (2016).
    """
    x, gain, offset = (np.asarray(a, np.float64) for a in (x, gain, offset))
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt(x.var(axis=-1, keepdims=True) + epsilon) + offset


def sinusoidal_positions(steps: int, width: int) -> np.ndarray:
    """Returns a vector for each position: sines and cosines of slower and slower waves.

    Args:
        steps: `T`, positions from 0.
        width: `D`, even.

    Returns:
        `(T, D)` float64: sines at the even places of a vector, cosines at the odd ones, with
        wavelengths from 2 pi to nearly 10,000 times that.

    Raises:
        ValueError: If `width` is odd.

    Equation: eq-sinusoidal-positions
    Source: Vaswani et al. (2017).
    """
    if width % 2:
        raise ValueError(f"A sine goes with a cosine: width must be even. Received: {width}.")
    angles = np.arange(steps)[:, None] / 10_000 ** (np.arange(0, width, 2) / width)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(steps, width)
