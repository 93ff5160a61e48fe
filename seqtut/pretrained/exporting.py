"""A model for other programs: a description in JSON and one file of raw numbers."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from seqtut.pretrained.rebuilder import Rebuilder
from seqtut.pretrained.recipes import PretrainedError
from seqtut.pretrained.store import load, stored_name
from seqtut.pretrained.tracing import trace
from seqtut.pretrained.transducer import Transducer
from seqtut.text import SPECIAL_NAMES


def export(name: str, folder: Path | str, path: Path | str | None = None) -> list[Path]:
    """Writes a pretrained model as NAME.json and NAME.bin.

    The numbers are float16, little-endian, tensor after tensor, each in C order; the JSON says
    for each its name, its shape, at which number it begins, and what it is called in the weights'
    file, so that who has that file and the JSON needs no Keras to write the numbers again.

    Args:
        name: One of `RECIPES`.
        folder: Where to write; made if it is missing.
        path: The weights to export; None takes those that come with the package.

    Returns:
        The two files.

    Raises:
        PretrainedError: If the model cannot be loaded, or a file cannot be written.
    """
    model, folder = load(name, path), Path(folder)
    tensors: list[dict[str, Any]] = []
    numbers, begin = [], 0
    places = {id(v): index for index, v in enumerate(model.model.trainable_variables)}
    for name_of, variable in named_weights(model.model).items():
        array = variable.numpy().astype("<f2")
        told = {"name": name_of, "shape": list(array.shape), "begin": begin}
        tensors.append({**told, "stored": stored_name(places[id(variable)])})
        numbers.append(array.tobytes())
        begin += array.size
    described = {
        "name": name,
        "class": type(model.model).__name__,
        "settings": {  # what Keras calls it depends on how many there were before
            key: value
            for key, value in model.model.get_config().items()
            if key not in ("dtype", "name", "trainable")
        },
        **(model.facts() if isinstance(model, Rebuilder) else _texts(model)),
        "numbers": begin,
        "tensors": tensors,
    }
    files = {f"{name}.json": json.dumps(described).encode(), f"{name}.bin": b"".join(numbers)}
    return _written(folder, files)


def _texts(model: Transducer) -> dict[str, Any]:
    """Returns what is needed to go from a text to ids and back."""
    return {
        "source": [*SPECIAL_NAMES, *model.source.tokens],
        "target": [*SPECIAL_NAMES, *model.target.tokens],
        "max_steps": model.max_steps,
        "longest": model.longest,
    }


def export_batch(
    name: str,
    pairs: Sequence[tuple[str, Sequence[str]]],
    folder: Path | str,
    path: Path | str | None = None,
) -> list[Path]:
    """Writes what becomes of one batch inside a model, layer by layer, as NAME-batch.json.

    Args:
        name: One of `RECIPES`.
        pairs: Words and their phonemes; see `trace`.
        folder: Where to write; made if it is missing.
        path: The weights; None takes those that come with the package.

    Returns:
        The file, in a list.

    Raises:
        PretrainedError: If the batch cannot be traced, or the file cannot be written.
    """
    followed = json.dumps(trace(name, pairs, path), separators=(",", ":"))
    return _written(Path(folder), {f"{name}-batch.json": f"{followed}\n".encode()})


def _written(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """Writes files whole or not at all."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            scratch = folder / f"{file}.{os.getpid()}.part"
            scratch.write_bytes(content)
            os.replace(scratch, folder / file)
    except OSError as error:
        raise PretrainedError(
            f"The model could not be exported. Received: {error}. Choose another folder."
        ) from error
    return [folder / file for file in files]


def named_weights(model: Any) -> dict[str, Any]:
    """Returns a model's trained variables by where they stand, such as "encoder.embedding.kernel".

    Keras's own names count the layers that a process has made, so that they differ from one
    process to the next.

    Args:
        model: A built Keras model.

    Returns:
        Its trainable variables by attribute names from the model down, each once.
    """
    found: dict[int, tuple[str, Any]] = {}

    def visit(part: Any, path: str) -> None:
        if isinstance(part, keras.layers.Layer):
            inner = {name: v for name, v in vars(part).items() if not name.startswith("_")}
            if isinstance(part, keras.Sequential):
                inner = {"layers": part.layers}
            below = f"{path}." if path else ""
            for name, value in inner.items():
                visit(value, below + name)
            for variable in part.trainable_variables:  # its own: its parts' were found before
                found.setdefault(id(variable), (below + variable.name, variable))
        elif isinstance(part, dict):
            for name, value in part.items():
                visit(value, f"{path}.{name}")
        elif isinstance(part, list | tuple):
            for number, value in enumerate(part):
                visit(value, f"{path}.{number}")

    visit(model, "")
    return dict(found.values())
