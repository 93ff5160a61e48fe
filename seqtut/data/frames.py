"""Log-mel frames of sound, for a whole recording at once."""

import functools

import numpy as np

from seqtut import equations

RATE = 22050  # samples a second
WINDOW, HOP = 512, 256  # samples of a frame, and from one frame to the next
BANDS, LOW, HIGH = 32, 60.0, 8000.0  # mel bands, and the frequencies that they cover in hertz

# A frame is kept as bytes: 0 is the floor, and each step half a decibel.
FLOOR = -60.0


@functools.cache
def filters() -> np.ndarray:
    """Returns the triangles over the frequencies of a frame, `(F, WINDOW / 2 + 1)`, float64."""
    return equations.mel_filters(BANDS, WINDOW, RATE, LOW, HIGH)


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Returns the log-mel frames of a recording.

    Args:
        samples: `(N,)` int16, at `RATE`; what is shorter than a frame is filled with silence, and
            what is left over at the end is not read.

    Returns:
        `(S, F)` decibels, float64, none below `FLOOR`.

    Equation: eq-log-mel
    """
    x = np.asarray(samples, np.float64) / 2**15
    x = np.pad(x, (0, max(0, WINDOW - len(x))))
    rows = np.lib.stride_tricks.sliding_window_view(x, WINDOW)[::HOP]
    spectrum = np.fft.rfft(rows * equations.hann_window(WINDOW))
    energy = np.abs(spectrum) ** 2 @ filters().T
    return 10 * np.log10(np.maximum(10 ** (FLOOR / 10), energy))


def to_bytes(decibels: np.ndarray) -> np.ndarray:
    """Returns decibels as uint8, a step for each half decibel above `FLOOR`."""
    return np.clip(np.rint(2 * (decibels - FLOOR)), 0, 255).astype(np.uint8)


def to_decibels(kept: np.ndarray) -> np.ndarray:
    """Returns what `to_bytes` kept, in decibels, float32."""
    return kept.astype(np.float32) / np.float32(2) + np.float32(FLOOR)
