"""Equations of speech: from samples to log-mel frames, and the sum over alignments of CTC."""

import numpy as np


def hann_window(size: int) -> np.ndarray:
    """Returns a window that rises from 0 to 1 and falls again, so that a frame has no edges.

    Args:
        size: `N`, samples of a frame.

    Returns:
        `(N,)`, float64; symmetric but for its first sample, whose twin is the next frame's.

    Equation: eq-hann-window
    """
    n = np.arange(size)
    return 0.5 - 0.5 * np.cos(2 * np.pi * n / size)


def fourier_transform(x: np.ndarray) -> np.ndarray:
    """Returns how much of each frequency is in a frame: the discrete Fourier transform.

    Args:
        x: `(N,)` samples.

    Returns:
        `(N,)`, complex128; entry k belongs to k turns in N samples.

    Equation: eq-fourier-transform
    """
    x = np.asarray(x, np.float64)
    n = np.arange(len(x))
    turns = np.exp(-2j * np.pi * np.outer(n, n) / len(x))
    return turns @ x


def parseval(x: np.ndarray) -> tuple[float, float]:
    """Returns the energy of a frame, summed over its samples and over its frequencies.

    Args:
        x: `(N,)` samples.

    Returns:
        Both sums, which are equal.

    Equation: eq-parseval
    """
    x = np.asarray(x, np.float64)
    return float(np.sum(x**2)), float(np.mean(np.abs(fourier_transform(x)) ** 2))


def mel(frequency: np.ndarray | float) -> np.ndarray | float:
    """Returns the mel of a frequency: more than its hertz below 1,000 Hz, fewer above.

    Args:
        frequency: In hertz.

    Returns:
        In mel, of the same shape.

    Equation: eq-mel
    """
    return 2595 * np.log10(1 + np.asarray(frequency, np.float64) / 700)


def mel_filters(bands: int, size: int, rate: int, low: float, high: float) -> np.ndarray:
    """Returns triangles over the frequencies of a frame, evenly spaced in mel.

    Args:
        bands: `F`, triangles.
        size: `N`, samples of a frame, even.
        rate: Samples a second.
        low: Where the first triangle begins, in hertz.
        high: Where the last one ends, in hertz.

    Returns:
        `(F, N / 2 + 1)`, float64; row j is 0 outside of its neighbours' peaks, and 1 at most.

    Equation: eq-mel-filters
    """
    corners = np.linspace(mel(low), mel(high), bands + 2)
    left, peak, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    m = mel(np.arange(size // 2 + 1) * rate / size)[None]
    rising, falling = (m - left) / (peak - left), (right - m) / (right - peak)
    return np.maximum(0.0, np.minimum(rising, falling))


def log_mel(frame: np.ndarray, filters: np.ndarray, floor: float = 1e-6) -> np.ndarray:
    """Returns one frame of what a recogniser hears: the energy in each band, in decibels.

    Args:
        frame: `(N,)` samples, not windowed yet.
        filters: `(F, N / 2 + 1)`, as `mel_filters` returns them.
        floor: The least energy that is told from none.

    Returns:
        `(F,)` decibels, float64.

    Equation: eq-log-mel
    """
    frame = np.asarray(frame, np.float64)
    spectrum = fourier_transform(hann_window(len(frame)) * frame)[: filters.shape[1]]
    return 10 * np.log10(np.maximum(floor, filters @ np.abs(spectrum) ** 2))


def pyramid(states: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joins each two neighbouring steps to one, and says which of these are kept.

    Args:
        states: `(S, D)`.
        mask: `(S,)` bool, True = keep; the kept steps come first.

    Returns:
        `(ceil(S / 2), 2 D)`, zeros where a step has no neighbour that is kept, and the mask.

    Equation: eq-pyramid
    """
    kept = np.where(mask[:, None], states, 0.0)
    if len(kept) % 2:
        kept = np.concatenate([kept, np.zeros_like(kept[:1])])
    return np.concatenate([kept[0::2], kept[1::2]], axis=-1), mask[0::2]


def ctc_probability(
    probabilities: np.ndarray, labels: list[int] | tuple[int, ...], blank: int = 0
) -> float:
    """Sums the probabilities of all paths that collapse to the labels, each path looked at.

    Args:
        probabilities: `(S, V)`, each row a distribution.
        labels: The text's ids, without blanks.
        blank: The id that says nothing.

    Returns:
        The probability; the work grows as `V ** S`.

    Equation: eq-ctc-probability
    """
    steps, size = probabilities.shape
    total = 0.0
    for path in np.ndindex(*[size] * steps):
        if collapse(path, blank) == list(labels):
            total += float(np.prod(probabilities[np.arange(steps), path]))
    return total


def collapse(path: np.ndarray | list[int] | tuple[int, ...], blank: int = 0) -> list[int]:
    """Returns the text of a path: of a label in a row one is kept, and no blank.

    Args:
        path: An id a step.
        blank: The id that says nothing.

    Returns:
        The labels.

    Equation: eq-collapse
    """
    found = []
    for s, label in enumerate(path):
        if label != blank and (s == 0 or label != path[s - 1]):
            found.append(int(label))
    return found


def ctc_forward(
    probabilities: np.ndarray, labels: list[int] | tuple[int, ...], blank: int = 0
) -> np.ndarray:
    """Sums the same paths step by step, those that meet in a place being one sum from there on.

    Args:
        probabilities: `(S, V)`, each row a distribution.
        labels: `L` ids, without blanks.
        blank: The id that says nothing.

    Returns:
        `(S, 2 L + 1)`, float64: `alpha`, whose last two entries of the last row sum to the
        probability of the labels.

    Equation: eq-ctc-forward
    """
    z = [blank]
    for label in labels:
        z += [label, blank]
    alpha = np.zeros((len(probabilities), len(z)))
    alpha[0, :2] = probabilities[0, z[:2]]
    for s in range(1, len(probabilities)):
        for u in range(len(z)):
            reached = alpha[s - 1, u]
            if u >= 1:
                reached += alpha[s - 1, u - 1]
            if u >= 2 and z[u] != blank and z[u] != z[u - 2]:
                reached += alpha[s - 1, u - 2]
            alpha[s, u] = probabilities[s, z[u]] * reached
    return alpha
