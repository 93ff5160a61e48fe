"""The task of rebuilding normal heartbeats: what cannot be rebuilt raises an alarm."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut import data, equations, metrics, models, training
from seqtut.data.ecg import STEPS
from seqtut.pretrained.rebuilder import Rebuilder
from seqtut.pretrained.recipes import Recipe
from seqtut.pretrained.redrawing import vocabularies as vocabularies
from seqtut.text import Vocabulary

CODE = 8
# The share of normal beats that may raise an alarm.
RATE = 0.05
UNIT = "heartbeats"
EXAMPLE = ""  # it reads no text
WIDTHS = {"alarm at 5 %": 1}

PROTOCOL = (
    "Trained on normal beats alone. A beat's score is its squared reconstruction error, summed "
    "over 140 steps; above the threshold it raises an alarm. The threshold was chosen from the "
    "normal dev beats so that 5 % of normal beats at most raise one, on average. False alarms "
    "are a share of the normal test beats, anomalies found a share of the others. Intervals: 95 "
    "%, bootstrap over beats."
)


def encoded(part: data.Heartbeats, source: Vocabulary, target: Vocabulary) -> np.ndarray:
    """Returns the normal beats of a part, `(N, 140)`: nothing is learned from the others.

    Args:
        part: A part of the data.
        source: Without meaning here.
        target: Without meaning here.
    """
    return part.normal


def batches(examples: np.ndarray, chosen: Recipe, seed: int | None = None) -> training.ArrayBatches:
    """Returns beats in batches.

    Args:
        examples: `(N, 140)` float32.
        chosen: The recipe, which tells the size of a batch.
        seed: Of the order in training; None for what is only measured.
    """
    return training.ArrayBatches(examples, size=chosen.size, seed=seed)


def network(chosen: Recipe, source: Vocabulary, target: Vocabulary) -> Any:
    """Makes the network of a recipe, its weights random.

    Args:
        chosen: The recipe.
        source: Without meaning here.
        target: Without meaning here.

    Returns:
        An `Autoencoder`.
    """
    return getattr(models, chosen.model)(STEPS, CODE, **chosen.shape)


def model(network: Any, source: Vocabulary, target: Vocabulary) -> Rebuilder:
    """Returns a network that rebuilds beats.

    Args:
        network: The model.
        source: Without meaning here.
        target: Without meaning here.
    """
    return Rebuilder(network, None, _facts)


def loss(chosen: Recipe) -> Callable[[Any, tuple, bool], tuple]:
    """Returns what is minimised: the squared error.

    Args:
        chosen: The recipe.
    """
    return training.reconstruction_loss


def chosen_by(found: Rebuilder, dev: data.Heartbeats) -> float:
    """Returns what the best epoch is chosen by: the mean score of the normal dev beats.

    Args:
        found: The model.
        dev: What to measure it on.
    """
    return float(scores(found, dev.normal).mean())


def plain_part(part: data.Heartbeats) -> data.Heartbeats:
    """Returns the beats that a model is measured on: all of them."""
    return part


def scores(found: Rebuilder, series: np.ndarray) -> np.ndarray:
    """Returns how badly each beat is rebuilt.

    Args:
        found: The model.
        series: `(N, 140)` float32.

    Returns:
        `(N,)` float64, squared errors summed over the steps.
    """
    return equations.anomaly_score(series, found.rebuild(series))


def threshold(found: Rebuilder) -> float:
    """Returns the score above which a beat raises an alarm, from the normal dev beats alone."""
    return equations.threshold(scores(found, data.load("ecg5000").dev.normal), RATE)


def measure(found: Rebuilder, part: data.Heartbeats, width: int = 1) -> dict[str, metrics.Ratio]:
    """Measures a detector.

    Args:
        found: The model.
        part: What to measure it on.
        width: Without meaning here.

    Returns:
        "false_alarms", a share of the normal beats, and "found", a share of the anomalies.
    """
    alarms = (scores(found, part.series) > threshold(found)).astype(float)
    return {
        name: metrics.Ratio(alarms[kind], np.ones(int(kind.sum())))
        for name, kind in (("false_alarms", ~part.anomalous), ("found", part.anomalous))
    }


def summary(found: dict[str, metrics.Ratio], part: data.Heartbeats) -> dict[str, Any]:
    """Returns both shares with their bootstrap intervals, as a card states them.

    Args:
        found: What `measure` returned.
        part: What it was measured on.
    """
    described: dict[str, Any] = {UNIT: len(part)}
    for name, ratio in found.items():
        interval = metrics.bootstrap_interval(ratio)
        ends = {"low": round(interval.low, 5), "high": round(interval.high, 5)}
        described[name] = {"value": round(ratio.value, 5), **ends}
    return described


def figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Returns of a summary each share's name, its value and the ends of its interval, as text."""
    return [
        (label, *(f"{found[name][end]:.1%}" for end in ("value", "low", "high")))
        for label, name in (("false alarms", "false_alarms"), ("anomalies found", "found"))
    ]


def _facts(found: Rebuilder) -> dict[str, Any]:
    """Returns the threshold, and where a page begins: the mean code of normal training beats."""
    codes = found.encode(data.load("ecg5000").train.normal).mean(axis=0, dtype=np.float64)
    return {
        "steps": STEPS,
        "rate": RATE,
        "threshold": round(threshold(found), 4),
        "start": np.round(codes, 4).tolist(),
    }
