"""The task of redrawing digits from a code of two numbers, which a page can show as a plane."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut import data, metrics, models, training
from seqtut.data.digits import SIDE
from seqtut.pretrained.rebuilder import Rebuilder
from seqtut.pretrained.recipes import Recipe
from seqtut.text import Vocabulary

CODE = 2
UNIT = "pictures"
EXAMPLE = ""  # it reads no text
WIDTHS = {"mean code": 1}

PROTOCOL = (
    "Mean squared error a pixel, grey from 0 to 1, between a test picture and what is decoded from "
    "its code; a variational autoencoder reads and rebuilds black and white, and its code is the "
    "mean of its cloud. Intervals: 95 %, bootstrap over pictures."
)


def vocabularies(pictures: data.LabelledImages) -> tuple[Vocabulary, Vocabulary]:
    """Returns two empty vocabularies: nothing is spelt here.

    Args:
        pictures: The training part of the data.
    """
    return Vocabulary([]), Vocabulary([])


def encoded(
    part: data.LabelledImages, source: Vocabulary, target: Vocabulary
) -> data.LabelledImages:
    """Returns the pictures: they are numbers already.

    Args:
        part: A part of the data.
        source: Without meaning here.
        target: Without meaning here.
    """
    return part


def batches(
    examples: data.LabelledImages, chosen: Recipe, seed: int | None = None
) -> training.ArrayBatches:
    """Returns the pictures in batches.

    Args:
        examples: What `encoded` returned.
        chosen: The recipe, which tells the size of a batch.
        seed: Of the order in training; None for what is only measured.
    """
    ready = _ready(chosen.model)
    pictures = examples.images if ready is None else ready(examples.images)
    return training.ArrayBatches(pictures, size=chosen.size, seed=seed)


def network(chosen: Recipe, source: Vocabulary, target: Vocabulary) -> Any:
    """Makes the network of a recipe, its weights random.

    Args:
        chosen: The recipe.
        source: Without meaning here.
        target: Without meaning here.

    Returns:
        An `Autoencoder` or a `VariationalAutoencoder`.
    """
    return getattr(models, chosen.model)(SIDE**2, CODE, **chosen.shape)


def model(network: Any, source: Vocabulary, target: Vocabulary) -> Rebuilder:
    """Returns a network that redraws pictures.

    Args:
        network: The model.
        source: Without meaning here.
        target: Without meaning here.
    """
    return Rebuilder(network, _ready(type(network).__name__), _facts)


def loss(chosen: Recipe) -> Callable[[Any, tuple, bool], tuple]:
    """Returns what is minimised: squared error, or the negative ELBO of a variational model.

    Args:
        chosen: The recipe.
    """
    variational = chosen.model == "VariationalAutoencoder"
    return training.negative_elbo if variational else training.reconstruction_loss


def chosen_by(found: Rebuilder, dev: data.LabelledImages) -> float:
    """Returns what the best epoch is chosen by: the squared error on dev.

    Args:
        found: The model.
        dev: What to measure it on.
    """
    return measure(found, dev)["mse"].value


def plain_part(part: data.LabelledImages) -> data.LabelledImages:
    """Returns the pictures that a model is measured on: all of them."""
    return part


def measure(
    found: Rebuilder, part: data.LabelledImages, width: int = 1
) -> dict[str, metrics.Ratio]:
    """Measures how well pictures are rebuilt.

    Args:
        found: The model.
        part: What to measure it on.
        width: Without meaning here.

    Returns:
        "mse", the squared error a pixel.
    """
    wanted = found.ready(part.images)
    squares = np.square(wanted - found.rebuild(part.images), dtype=np.float64)
    return {"mse": metrics.Ratio(squares.sum(axis=1), np.full(len(part), float(wanted.shape[1])))}


def summary(found: dict[str, metrics.Ratio], part: data.LabelledImages) -> dict[str, Any]:
    """Returns the error with its bootstrap interval, as a card states it.

    Args:
        found: What `measure` returned.
        part: What it was measured on.
    """
    interval = metrics.bootstrap_interval(found["mse"])
    ends = {"low": round(interval.low, 5), "high": round(interval.high, 5)}
    return {UNIT: len(part), "mse": {"value": round(found["mse"].value, 5), **ends}}


def figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Returns of a summary the error's name, its value and the ends of its interval, as text."""
    return [("MSE", *(f"{found['mse'][end]:.4f}" for end in ("value", "low", "high")))]


def _ready(kind: str) -> Callable[[np.ndarray], np.ndarray] | None:
    """Returns what pictures go through first: a variational model knows ink and paper alone."""
    return _ink if kind == "VariationalAutoencoder" else None


def _ink(pictures: np.ndarray) -> np.ndarray:
    return (pictures > 0.5).astype(np.float32)


def _facts(found: Rebuilder) -> dict[str, Any]:
    """Returns where the test pictures lie in the plane of codes, with what they show."""
    test = data.load("digits").test
    codes = np.round(found.encode(test.images).astype(np.float64), 2)
    return {
        "side": SIDE,
        "codes": [
            [*code, int(label)] for code, label in zip(codes.tolist(), test.labels, strict=True)
        ],
    }
