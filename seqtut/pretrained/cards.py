"""What a run card says of the machine and the code, and one whole run from recipe to card."""

import hashlib
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import seqtut
from seqtut import data, runtime
from seqtut.pretrained import making, store
from seqtut.pretrained.recipes import Recipe
from seqtut.pretrained.tasks import task

# What decides how a training comes out, besides the recipe.
_ROOMS = ("data", "text", "layers", "models", "training", "decoding", "metrics", "pretrained")

# What a card tells of, by the width of the beam.
_WIDTHS = {"greedy": 1, "beam 5": 5}


def run(
    name: str, chosen: Recipe, out: Path, *, seed: int = 0, progress: bool | None = None
) -> dict[str, Any]:
    """Trains a model, measures it on the test data once, and writes weights and card.

    A run that was stopped goes on from the checkpoint beside `out`, which is removed at the end.

    Args:
        name: What the model is called.
        chosen: Its recipe.
        out: The weights' file; the card stands beside it and ends in .json.
        seed: Of the weights, dropout and the batches' order.
        progress: Whether to show a bar; None shows it in a terminal or Colab.

    Returns:
        The card.

    Raises:
        TrainingError: If the loss is not a finite number.
        CheckpointError: If the checkpoint is damaged, or another model's or training's.
        DataError: If the data cannot be had.
        PretrainedError: If the model cannot be written.
    """
    checkpoint = out.with_suffix(".checkpoint")
    model, facts = making.make(chosen, seed=seed, checkpoint=checkpoint, progress=progress)
    store.save(out, name, model, facts)
    # What is measured is what was written: weights in float16.
    model = store.load(name, out)
    found = data.load(chosen.data)
    doing = task(chosen)
    part = doing.plain_part(found.test)
    facts["test"] = {
        label: doing.summary(doing.measure(model, part, width), part)
        for label, width in getattr(doing, "WIDTHS", _WIDTHS).items()
    }
    facts |= {"protocol": doing.PROTOCOL, **surroundings(chosen.data)}
    store.save(out, name, model, facts)
    checkpoint.unlink(missing_ok=True)
    return store.card(name, out)


def surroundings(name: str) -> dict[str, Any]:
    """Returns what a card says of the code, the versions and the machine.

    Args:
        name: The data set.
    """
    packages = data.pins(name) if name in data.names() else []
    used = ("tensorflow", "keras", "numpy", "sentencepiece", "sacrebleu")
    return {
        "code": {"seqtut": seqtut.__version__, "sha256": code_hash()},
        "data_package": ", ".join(f"{pin.name} {pin.version}" for pin in packages),
        "versions": {
            "python": platform.python_version(),
            **{package: metadata.version(package) for package in used},
        },
        "machine": {
            "system": sys.platform,
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "threads": runtime.threads(),
            "peak_gb": runtime.peak_memory(),
        },
    }


def code_hash() -> str:
    """Returns a SHA-256 over the sources that a training depends on, in hexadecimal."""
    digest = hashlib.sha256()
    root = Path(seqtut.__file__).parent
    for path in sorted(path for room in _ROOMS for path in (root / room).glob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
