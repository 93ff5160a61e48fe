"""Recurrent networks whose gates decide what to keep: the LSTM and the GRU."""

import numpy as np


def lstm(
    x: np.ndarray,
    w: np.ndarray,
    u: np.ndarray,
    b: np.ndarray,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the states and cell states of an LSTM that starts from zeros.

    The four gates stand side by side in the weights, in Keras's order: input, forget, candidate,
    output. A step that the mask leaves out changes nothing.

    Args:
        x: `(B, S, F)` the sequences.
        w: `(F, 4 D)` how the input enters the gates; Keras's `kernel`.
        u: `(D, 4 D)` how the last state enters them; Keras's `recurrent_kernel`.
        b: `(4 D,)` bias.
        mask: `(B, S)` bool, True = keep. None keeps everything.

    Returns:
        The states h and the cell states c, each `(B, S, D)` float64.

    Equation: eq-lstm
    Source: Hochreiter and Schmidhuber (1997), with the forget gate of Gers et al. (2000).
    """
    x, w, u, b = (np.asarray(a, np.float64) for a in (x, w, u, b))
    keep = _steps_kept(x, mask)
    h = c = np.zeros((len(x), len(u)))
    states, cells = (np.empty((*x.shape[:2], len(u))) for _ in range(2))
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ w + h @ u + b, 4, axis=-1)
        new_c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        new_h = _sigmoid(o) * np.tanh(new_c)
        c = np.where(keep[:, t, None], new_c, c)
        h = np.where(keep[:, t, None], new_h, h)
        states[:, t], cells[:, t] = h, c
    return states, cells


def gru(
    x: np.ndarray,
    w: np.ndarray,
    u: np.ndarray,
    b: np.ndarray,
    mask: np.ndarray | None = None,
    reset_after: bool = False,
) -> np.ndarray:
    """Returns the states of a gated recurrent unit that starts from zeros.

    The gates stand side by side in the weights, in Keras's order: update z, reset r, candidate.
    The update gate keeps the old state where it is 1, as in Keras. The paper resets the state
    before the candidate's matrix product, and so does this function; Keras by default resets the
    product, which `reset_after=True` does here, with a second bias inside the reset.

    Args:
        x: `(B, S, F)` the sequences.
        w: `(F, 3 D)` how the input enters the gates; Keras's `kernel`.
        u: `(D, 3 D)` how the last state enters them; Keras's `recurrent_kernel`.
        b: `(3 D,)` bias, or `(2, 3 D)` with `reset_after`: the input's and the state's.
        mask: `(B, S)` bool, True = keep. None keeps everything.
        reset_after: Whether the reset gate acts after the matrix product.

    Returns:
        `(B, S, D)` float64.

    Equation: eq-gru
    Source: Cho et al. (2014).
    """
    x, w, u, b = (np.asarray(a, np.float64) for a in (x, w, u, b))
    keep = _steps_kept(x, mask)
    of_input, of_state = b if reset_after else (b, np.zeros_like(b))
    width = len(u)
    u_gates, u_candidate = u[:, : 2 * width], u[:, 2 * width :]
    h = np.zeros((len(x), width))
    states = np.empty((*x.shape[:2], width))
    for t in range(x.shape[1]):
        entering = x[:, t] @ w + of_input
        gates = entering[:, : 2 * width] + h @ u_gates + of_state[: 2 * width]
        z, r = np.split(_sigmoid(gates), 2, axis=-1)
        if reset_after:
            recalled = r * (h @ u_candidate + of_state[2 * width :])
        else:
            recalled = (r * h) @ u_candidate
        new = z * h + (1 - z) * np.tanh(entering[:, 2 * width :] + recalled)
        h = np.where(keep[:, t, None], new, h)
        states[:, t] = h
    return states


def _sigmoid(x: np.ndarray) -> np.ndarray:
    # By tanh, which cannot overflow.
    return (1 + np.tanh(x / 2)) / 2


def _steps_kept(x: np.ndarray, mask: np.ndarray | None) -> np.ndarray:
    return np.ones(x.shape[:2], bool) if mask is None else np.asarray(mask, bool)
