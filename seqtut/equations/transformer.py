"""What a Transformer is stacked from, around its attention."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from seqtut.equations.attention import dot_attention, layer_normalisation, multi_head_attention


def scaled_dot_attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Returns means of values, weighed by how well their keys fit the queries.

    Args:
        q: `(..., T, d)` queries.
        k: `(..., S, d)` keys.
        v: `(..., S, F)` values.
        mask: Bool, True = keep, of a shape that broadcasts to `(..., T, S)`. None keeps all.

    Returns:
        The means `(..., T, F)` and the weights `(..., T, S)`; a query for which nothing is kept
        finds zeros.

    Equation: eq-scaled-dot-attention
    Source: Vaswani et al. (2017).
    """
    return dot_attention(q, k, v, mask, scaled=True)


def feed_forward(
    x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray
) -> np.ndarray:
    """Returns what two dense layers with a rectifier between them make of each vector.

    Args:
        x: `(..., D)`.
        w1: `(D, M)`.
        b1: `(M,)`.
        w2: `(M, D)`.
        b2: `(D,)`.

    Returns:
        `(..., D)` float64.

    Equation: eq-feed-forward
    Source: Vaswani et al. (2017).
    """
    x, w1, b1, w2, b2 = (np.asarray(a, np.float64) for a in (x, w1, b1, w2, b2))
    return np.maximum(0, x @ w1 + b1) @ w2 + b2


def pre_norm_block(
    x: np.ndarray,
    weights: Mapping[str, Any],
    heads: int,
    mask: np.ndarray | None = None,
    epsilon: float = 1e-6,
) -> np.ndarray:
    """Returns a block: self-attention and two dense layers, each normalised first, then added.

    Args:
        x: `(B, S, D)`.
        weights: "attend" as `multi_head_attention` takes them, "widen" and "narrow", a matrix and
            a bias each, and "norms", two pairs of gain and offset.
        heads: `H`, which divides D.
        mask: Bool, True = keep, of a shape that broadcasts to `(B, S, S)`. None keeps all.
        epsilon: Added to the variances.

    Returns:
        `(B, S, D)` float64.

    Equation: eq-pre-norm-block
    Source: Xiong et al. (2020).
    """
    x = np.asarray(x, np.float64)
    first, second = weights["norms"]
    normal = layer_normalisation(x, *first, epsilon)
    x = x + multi_head_attention(normal, normal, weights["attend"], heads, mask)[0]
    normal = layer_normalisation(x, *second, epsilon)
    return x + feed_forward(normal, *weights["widen"], *weights["narrow"])


def shift_of_positions(shift: int, width: int) -> np.ndarray:
    """Returns the matrix that turns each sinusoidal position into the one `shift` places on.

    Args:
        shift: `j`, places; negative ones go back.
        width: `D`, even.

    Returns:
        `(D, D)` float64, orthogonal: a block of two by two for each wavelength.

    Raises:
        ValueError: If `width` is odd.

    Equation: eq-shift-of-positions
    Source: Vaswani et al. (2017), section 3.5.
    """
    if width % 2:
        raise ValueError(f"A sine goes with a cosine: width must be even. Received: {width}.")
    matrix = np.zeros((width, width))
    for i in range(width // 2):
        angle = shift * 10_000.0 ** (-2 * i / width)
        cos, sin = np.cos(angle), np.sin(angle)
        matrix[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[cos, -sin], [sin, cos]]
    return matrix


def attention_cost(steps: int, width: int, hidden: int) -> int:
    """Returns how many multiplications the matrix products of a block take.

    Args:
        steps: `S`, steps of the sequence.
        width: `D`.
        hidden: `M`, width between the two dense layers.

    Returns:
        Multiplications of numbers, a causal mask saving none.

    Equation: eq-attention-cost
    Source: Vaswani et al. (2017), table 1, for the orders.
    """
    return steps * (4 * width**2 + 2 * width * hidden) + 2 * steps**2 * width
