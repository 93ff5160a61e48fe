"""Chapter 06: how far back a gradient reaches, and how it is kept in bounds."""

from collections.abc import Sequence

import numpy as np

from seqtut.equations.sequences import recurrence


def backpropagation_through_time(
    x: np.ndarray,
    w: np.ndarray,
    u: np.ndarray,
    b: np.ndarray,
    direct: np.ndarray,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Returns the gradients of a loss that looks at the states of a simple recurrent network.

    A step that the mask leaves out hands the gradient on as it is, since it handed on the state.

    Args:
        x: `(B, S, F)` the sequences.
        w: `(F, D)` how the input enters the state.
        u: `(D, D)` how the last state enters the next.
        b: `(D,)` bias.
        direct: `(B, S, D)` the loss's derivative by each state with all other states held fixed:
            zeros where the loss does not look at a state.
        mask: `(B, S)` bool, True = keep. None keeps everything.

    Returns:
        The gradients by `x`, `w`, `u` and `b`, each of the shape of what it belongs to, float64.

    Raises:
        ValueError: If `direct` is not `(B, S, D)`, or `mask` not `(B, S)`.

    Equation: eq-backpropagation-through-time
    Source: Rumelhart et al. (1986), Werbos (1990).
    """
    x, w, u, b, direct = (np.asarray(a, np.float64) for a in (x, w, u, b, direct))
    states = recurrence(x, w, u, b, mask)
    if direct.shape != states.shape:
        raise ValueError(
            "direct holds a derivative for each number of each state, zero where there is none. "
            f"Received: {direct.shape} for states of {states.shape}. Give it their shape."
        )
    keep = np.ones(x.shape[:2], bool) if mask is None else np.asarray(mask, bool)
    before = np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
    for_x, for_w, for_u, for_b = (np.zeros_like(a) for a in (x, w, u, b))
    total = np.zeros((len(x), len(b)))
    for t in reversed(range(x.shape[1])):
        total = total + direct[:, t]
        delta = np.where(keep[:, t, None], total * (1 - states[:, t] ** 2), 0)
        for_x[:, t] = delta @ w.T
        for_w += x[:, t].T @ delta
        for_u += before[:, t].T @ delta
        for_b += delta.sum(axis=0)
        total = np.where(keep[:, t, None], delta @ u.T, total)
    return for_x, for_w, for_u, for_b


def state_jacobian(states: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Returns how a small change of a state moves the state some steps later.

    With rows as vectors, a change e of the state before the first of `states` becomes e J after
    the last; a gradient by the last becomes itself times the transpose of J.

    Args:
        states: `(k, D)` the states h_{s+1} ... h_t of one sequence.
        u: `(D, D)` how a state enters the next.

    Returns:
        J, `(D, D)` float64; the identity for no steps.

    Equation: eq-state-jacobian
    Source: Bengio et al. (1994), Pascanu et al. (2013).
    """
    states, u = np.asarray(states, np.float64), np.asarray(u, np.float64)
    jacobian = np.eye(len(u))
    for h in states:
        jacobian = jacobian @ u * (1 - h**2)
    return jacobian


def half_life(bias: float | np.ndarray) -> np.ndarray:
    """Returns after how many steps a forget gate with this bias has kept half of a cell.

    The gate's value is taken to be that of its bias alone, as it roughly is before training.

    Args:
        bias: The forget gate's bias, any real number or an array of them.

    Returns:
        Steps, float64, of the shape of `bias`; not a whole number in general.

    Equation: eq-half-life
    """
    return np.log(2) / np.logaddexp(0, -np.asarray(bias, np.float64))


def gradient_clipping(gradients: Sequence[np.ndarray], threshold: float) -> list[np.ndarray]:
    """Returns gradients scaled down together, so that their common norm is at most a threshold.

    Args:
        gradients: Arrays of any shapes, which together are one long vector.
        threshold: The largest norm, in units of loss per unit of weight.

    Returns:
        Arrays of the same shapes, float64; the direction of the whole is unchanged.

    Raises:
        ValueError: If `threshold` is not above 0.

    Equation: eq-gradient-clipping
    Source: Pascanu et al. (2013).
    """
    if not threshold > 0:
        raise ValueError(
            f"The largest norm is a number above 0. Received: {threshold}. "
            "To leave gradients as they are, do not clip."
        )
    gradients = [np.asarray(g, np.float64) for g in gradients]
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    return [g * (threshold / max(norm, threshold)) for g in gradients]
