"""Sequence to sequence: two networks and one code, forward, back, and what it adds up to."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from seqtut.equations.sequences import softmax

StepFunction = Callable[[np.ndarray, np.ndarray], np.ndarray]


def encoder_decoder(
    x: np.ndarray,
    before: np.ndarray,
    f: StepFunction,
    g: StepFunction,
    initial: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    mask: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the code of each source and the probabilities of each next target token.

    Args:
        x: `(B, S, F)` the vectors of the source's tokens.
        before: `(B, T, F)` the vectors of the tokens before each step, y_0 ... y_{T-1}: the begin
            token's first.
        f: The encoder's step, from vectors `(B, F)` and states `(B, D)` to states `(B, D)`. A cell
            with several vectors, such as an LSTM, has them side by side in its state.
        g: The decoder's step, of the same kind.
        initial: `(B, D)` h_0, the encoder's state before it has read anything.
        a: `(D, V)` how a state becomes logits.
        b: `(V,)` their bias.
        mask: `(B, S)` bool, True = keep; a step left out changes nothing. None keeps everything.

    Returns:
        The codes z `(B, D)`, and p(y_t | y_<t, x) for every token of the vocabulary,
        `(B, T, V)`, float64.

    Raises:
        ValueError: If `mask` is not `(B, S)`.

    Equation: eq-encoder-decoder
    Source: Cho et al. (2014), Sutskever et al. (2014).
    """
    x, before, h, a, b = (np.asarray(v, np.float64) for v in (x, before, initial, a, b))
    keep = np.ones(x.shape[:2], bool) if mask is None else np.asarray(mask, bool)
    if keep.shape != x.shape[:2]:
        raise ValueError(
            f"encoder_decoder needs one mask value a source step. Received: {keep.shape} for x of "
            f"shape {x.shape}. Give a (B, S) mask, True = keep."
        )
    for t in range(x.shape[1]):
        h = np.where(keep[:, t, None], f(x[:, t], h.copy()), h)
    z = s = h
    p = np.empty((*before.shape[:2], len(b)))
    for t in range(before.shape[1]):
        s = g(before[:, t], s.copy())
        p[:, t] = softmax(s @ a + b)
    return z, p


def logit_gradient(
    distributions: np.ndarray, logits: np.ndarray, mask: np.ndarray | None = None
) -> np.ndarray:
    """Returns the gradient of the mean cross-entropy by the logits: what is said minus what is so.

    Args:
        distributions: `(B, T, V)` target probabilities: one-hot, or smoothed.
        logits: `(B, T, V)` what the decoder gave, before the softmax.
        mask: `(B, T)` bool, True = keep. None keeps everything.

    Returns:
        `(B, T, V)` float64, nats per token for a unit of a logit: 0 at pads, and each token's row
        sums to 0.

    Raises:
        ValueError: If the shapes do not fit or no token is kept.

    Equation: eq-logit-gradient
    """
    distributions, logits = np.asarray(distributions, np.float64), np.asarray(logits, np.float64)
    keep = np.ones(logits.shape[:-1], bool) if mask is None else np.asarray(mask, bool)
    if distributions.shape != logits.shape or keep.shape != logits.shape[:-1] or not keep.any():
        raise ValueError(
            "logit_gradient needs distributions and logits (B, T, V) and a mask (B, T) that keeps "
            f"some. Received: {distributions.shape}, {logits.shape} and {keep.shape}, "
            f"{int(keep.sum())} kept. Make target ids one-hot."
        )
    blame = softmax(np.where(keep[..., None], logits, 0)) - distributions
    return np.where(keep[..., None], blame, 0) / np.sum(keep)


def decoder_gradient(
    for_logits: np.ndarray, states: np.ndarray, a: np.ndarray, u: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Returns the gradients of a loss inside a simple recurrent decoder, and by its code.

    Those by the cell's own weights follow from the deltas as in
    `backpropagation_through_time`, the code being the state before the first step.

    Args:
        for_logits: `(B, T, V)` the loss's derivative by each logit.
        states: `(B, T + 1, D)` s_0 ... s_T, the code first.
        a: `(D, V)` how a state becomes logits.
        u: `(D, D)` how a state enters the next.

    Returns:
        The deltas `(B, T, D)`, and the gradients by `a`, by the bias `(V,)` of the logits, and by
        the code, `(B, D)`; all float64.

    Equation: eq-decoder-gradient
    """
    for_logits, states, a, u = (np.asarray(v, np.float64) for v in (for_logits, states, a, u))
    deltas = np.zeros_like(states[:, 1:])
    later = np.zeros_like(states[:, 0])
    for t in reversed(range(deltas.shape[1])):
        deltas[:, t] = (for_logits[:, t] @ a.T + later @ u.T) * (1 - states[:, t + 1] ** 2)
        later = deltas[:, t]
    for_a = np.einsum("btd,btv->dv", states[:, 1:], for_logits)
    return deltas, for_a, for_logits.sum(axis=(0, 1)), later @ u.T


def encoder_gradient(
    for_code: np.ndarray, states: np.ndarray, u: np.ndarray, mask: np.ndarray | None = None
) -> np.ndarray:
    """Returns what reaches each step of a simple recurrent encoder through its code alone.

    Args:
        for_code: `(B, D)` the loss's derivative by the code, which is the last state.
        states: `(B, S, D)` h_1 ... h_S.
        u: `(D, D)` how a state enters the next.
        mask: `(B, S)` bool, True = keep; a step left out hands the gradient on. None keeps all.

    Returns:
        The deltas `(B, S, D)` float64, 0 at steps left out.

    Equation: eq-encoder-gradient
    """
    total, states, u = (np.asarray(v, np.float64) for v in (for_code, states, u))
    keep = np.ones(states.shape[:2], bool) if mask is None else np.asarray(mask, bool)
    deltas = np.zeros_like(states)
    for t in reversed(range(states.shape[1])):
        kept = keep[:, t, None]
        deltas[:, t] = np.where(kept, total * (1 - states[:, t] ** 2), 0)
        total = np.where(kept, deltas[:, t] @ u.T, total)
    return deltas


def total_probability(
    conditional: Callable[[tuple[int, ...]], np.ndarray], end: int, steps: int
) -> tuple[float, float]:
    """Adds up all sequences that have ended after some steps, and all that have not.

    It lists every sequence, so keep (V - 1) ** steps small.

    Args:
        conditional: Takes the tokens so far and returns `(V,)`, the probabilities of the next.
        end: The end token.
        steps: N, the most tokens, the end token among them.

    Returns:
        E_N and R_N: the probability of all sequences of at most N tokens that end, and that of
        all N tokens without an end. They add up to 1 if each of `conditional`'s answers does.

    Equation: eq-total-probability
    """
    ended, going = 0.0, {(): 1.0}
    for _ in range(steps):
        longer = {}
        for prefix, probability in going.items():
            for token, p in enumerate(conditional(prefix)):
                if token == end:
                    ended += probability * p
                else:
                    longer[(*prefix, token)] = probability * p
        going = longer
    return float(ended), float(sum(going.values()))


def unavoidable_edits(said: Sequence[Hashable], right: Sequence[Hashable]) -> np.ndarray:
    """Returns how many edits each prefix of what was said has made unavoidable.

    Args:
        said: The tokens said, without the end token.
        right: The right tokens.

    Returns:
        `(T + 1,)` integers e_0 ... e_T, each 0 or 1 above the one before. The edit distance of
        the two is e_T, or more if `said` stops too early.

    Equation: eq-unavoidable-edits
    Source: Sabour et al. (2019).
    """
    row = list(range(len(right) + 1))  # distances of the prefix to all prefixes of `right`
    edits = [0]
    for token in said:
        before, row = row, [row[0] + 1]
        for j, other in enumerate(right):
            row.append(min(before[j] + (token != other), before[j + 1] + 1, row[j] + 1))
        edits.append(min(row))
    return np.array(edits)
