"""The figures that the chapters draw, legible on a phone, in the dark and without colour vision."""

import base64
import html
import io
import wave
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from seqtut.metrics import mean_interval

# Okabe and Ito's palette, told apart with every common kind of colour vision.
COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "grey": "#6E6E6E",
    "black": "#000000",
}


def use_style() -> None:
    """Sets Matplotlib's defaults to the book's.

    Faces are white and lines are dark: the site's dark mode inverts the picture as a whole, and
    a notebook shows it as it is.
    """
    plt.rcdefaults()
    order = ("blue", "orange", "green", "vermilion", "purple", "sky")
    plt.rcParams.update(
        {
            "axes.axisbelow": True,
            "axes.grid": True,
            "axes.prop_cycle": plt.cycler(color=[COLOURS[name] for name in order]),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "figure.constrained_layout.use": True,
            "figure.dpi": 150,
            "figure.figsize": (6.0, 3.6),
            "font.size": 12,
            "grid.color": "#DDDDDD",
            "grid.linewidth": 0.7,
            "image.cmap": "gray_r",
            "legend.frameon": False,
            "lines.linewidth": 2.0,
            "savefig.bbox": "tight",
        }
    )


def image_grid(rows: Sequence[np.ndarray], labels: Sequence[str], size: int = 28) -> Figure:
    """Draws rows of images, one row a label: originals above their reconstructions, say.

    Args:
        rows: Arrays `(N, size * size)` or `(N, size, size)`, values in [0, 1]; 0 is paper.
        labels: One label a row, written at its left.
        size: Height and width of an image in pixels.

    Returns:
        The figure.

    Raises:
        ValueError: If there are not as many labels as rows.
    """
    if len(rows) != len(labels):
        raise ValueError(
            f"image_grid needs one label a row. Received: {len(rows)} rows, {len(labels)} labels."
        )
    figure, axes = plt.subplots(len(rows), 1, figsize=(6.0, 0.85 * len(rows)), squeeze=False)
    for axis, images, label in zip(axes[:, 0], rows, labels, strict=True):
        strip = np.hstack(list(np.reshape(images, (len(images), size, size))))
        axis.imshow(strip, vmin=0, vmax=1, cmap="gray_r")
        axis.set_ylabel(label, rotation=0, ha="right", va="center")
        axis.set(xticks=[], yticks=[])
        axis.grid(False)
        for spine in axis.spines.values():
            spine.set_visible(False)
    return figure


def interval_curve(
    axis: Axes, x: Sequence[float], samples: np.ndarray, label: str, colour: str, **style: object
) -> None:
    """Draws the mean over seeds with its 95 % interval as a band.

    Args:
        axis: Where to draw.
        x: `(K,)` positions.
        samples: `(seeds, K)` one row a seed.
        label: The legend's text.
        colour: A name in `COLOURS`.
        **style: Passed on to `Axes.plot`.
    """
    intervals = [mean_interval(column) for column in np.asarray(samples).T]
    axis.plot(x, [i.mean for i in intervals], color=COLOURS[colour], label=label, **style)
    low, high = [i.low for i in intervals], [i.high for i in intervals]
    axis.fill_between(x, low, high, color=COLOURS[colour], alpha=0.25, linewidth=0)


def player(samples: np.ndarray, rate: int, label: str) -> HTML:
    """Returns sound that can be played where the notebook is shown, whole and without a server.

    Args:
        samples: `(N,)` int16.
        rate: Samples a second.
        label: What is to be heard, shown beside the controls.

    Returns:
        A sound of 16 bits inside an element of HTML.

    Raises:
        ValueError: If the samples are no int16.
    """
    samples = np.asarray(samples)
    if samples.dtype != np.int16 or samples.ndim != 1:
        raise ValueError(
            "player needs samples (N,) of int16. "
            f"Received: shape {samples.shape}, {samples.dtype}. Scale and round them first."
        )
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    sound = base64.b64encode(held.getvalue()).decode("ascii")
    told = html.escape(label, quote=True)
    return HTML(
        f'<figure class="player"><figcaption>{told}</figcaption>'
        f'<audio controls preload="metadata" aria-label="{told}" '
        f'src="data:audio/wav;base64,{sound}"></audio></figure>'
    )
