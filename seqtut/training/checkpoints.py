"""Checkpoints: one file, written whole or not at all, refused if it is not what it claims."""

import contextlib
import glob
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save


class CheckpointError(Exception):
    """A checkpoint cannot be used; the message says why and what to do."""


def signature(model: Any) -> str:
    """Describes a model: its class, settings and the shape of each weight, as JSON."""
    settings = {k: v for k, v in model.get_config().items() if k not in ("name", "dtype")}
    shapes = [list(variable.shape) for variable in model.variables]
    described = {"class": type(model).__name__, "settings": settings, "shapes": shapes}
    return json.dumps(described, sort_keys=True, default=str)


def values(variables: list[Any]) -> list[np.ndarray]:
    """Returns copies of the values that Keras variables hold now."""
    return [variable.numpy().copy() for variable in variables]


def _digest(tensors: dict[str, np.ndarray], facts: dict[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(name.encode() + b"\0" + tensors[name].tobytes())
    return digest.hexdigest()


def save_checkpoint(path: Path, tensors: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
    """Writes arrays and facts to a safetensors file, by way of a temporary file and a rename.

    Args:
        path: The file to write; the folder is made if it is missing.
        tensors: Arrays by name.
        facts: What JSON can hold: epoch, history, the model's signature.

    Raises:
        CheckpointError: If the file cannot be written; the one before it is left intact.
    """
    path, scratch = Path(path), _scratch(path)
    written = {name: json.dumps(value) for name, value in facts.items()}
    arrays = {name: np.array(array, order="C") for name, array in tensors.items()}
    data = save(arrays, metadata={**written, "sha256": _digest(arrays, written)})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(scratch, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except OSError as error:
        with contextlib.suppress(OSError):  # the folder itself may be what is unusable
            scratch.unlink(missing_ok=True)
        raise CheckpointError(
            f"The checkpoint could not be written. Received: {error}. "
            "Free some space or choose another path; the last good checkpoint is intact."
        ) from error


def _scratch(path: Path | str) -> Path:
    return Path(path).with_name(f"{Path(path).name}.{os.getpid()}.part")


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # no signal, only the question whether one could be sent
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def make_ready(path: Path) -> None:
    """Finds out whether a checkpoint can be written, and removes what killed processes left.

    Args:
        path: The file that will be written.

    Raises:
        CheckpointError: If no file can be made in its folder.
    """
    path, scratch = Path(path), _scratch(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.touch()
        scratch.unlink()
    except OSError as error:
        raise CheckpointError(
            f"No checkpoint can be written there. Received: {error}. Choose another path."
        ) from error
    for left in path.parent.glob(f"{glob.escape(path.name)}.*.part"):
        pid = left.suffixes[-2][1:]
        if os.name == "posix" and pid.isdecimal() and _gone(int(pid)):
            left.unlink(missing_ok=True)


def load_checkpoint(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Reads what `save_checkpoint` wrote.

    Args:
        path: The file to read.

    Returns:
        The arrays by name, and the facts.

    Raises:
        CheckpointError: If the file is missing, truncated, altered, or no checkpoint of ours.
    """
    path = Path(path)
    if path.is_dir():
        raise CheckpointError(
            f"A checkpoint is a file. Received: {path}, a folder. Choose a file's path in it."
        )
    try:
        with safe_open(path, framework="numpy") as file:
            written = dict(file.metadata() or {})
            names = file.keys()
            tensors = {name: file.get_tensor(name) for name in names}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{path} is missing or is no whole checkpoint. Received: {error}. "
            "Delete it to train from the start, or restore a copy."
        ) from error
    stated = written.pop("sha256", None)
    if stated is None:
        raise CheckpointError(
            f"{path} is a safetensors file, but none that seqtut wrote. Choose another path."
        )
    if stated != _digest(tensors, written):
        raise CheckpointError(
            f"{path} was altered: its contents do not match the hash it carries. "
            "Delete it to train from the start, or restore a copy."
        )
    return tensors, {name: json.loads(value) for name, value in written.items()}


def save_weights(path: Path, model: Any) -> None:
    """Writes a model's weights with its signature.

    Args:
        path: The file to write.
        model: A built Keras model.

    Raises:
        CheckpointError: If the file cannot be written; the one before it is left intact.
    """
    tensors = {f"model/{index}": value for index, value in enumerate(values(model.variables))}
    save_checkpoint(path, tensors, {"model": signature(model)})


def load_weights(path: Path, model: Any) -> None:
    """Puts the weights of a file written by `save_weights` or `fit` into a model.

    Args:
        path: The file to read; from a training's checkpoint, the best weights are taken.
        model: A model of the same class and settings.

    Raises:
        CheckpointError: If the file is damaged or another model's; the model is left as it was.
    """
    tensors, facts = load_checkpoint(path)
    refuse_others(path, facts, {"model": signature(model)})
    group = "best" if "best/0" in tensors else "model"
    for index, variable in enumerate(model.variables):
        variable.assign(tensors[f"{group}/{index}"])


def refuse_others(path: Path, facts: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Refuses a checkpoint that belongs to another model or training.

    Args:
        path: The checkpoint's file, for the message.
        facts: What the checkpoint says of itself.
        wanted: What it must say, by name.

    Raises:
        CheckpointError: If a wanted fact is missing or differs.
    """
    for name, value in wanted.items():
        if facts.get(name) != value:
            raise CheckpointError(
                f"{path} belongs to another {name}. Received: {facts.get(name)}; "
                f"wanted: {value}. Choose another path, or delete the file."
            )
