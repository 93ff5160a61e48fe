"""Pretrained models as files: float16 weights with their vocabularies, and a run card."""

import contextlib
import hashlib
import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from seqtut.pretrained.recipes import PretrainedError, Recipe, recipe
from seqtut.pretrained.tasks import task
from seqtut.pretrained.transducer import Transducer
from seqtut.text import Subwords, TextError, Vocabulary
from seqtut.training import CheckpointError, load_checkpoint, save_checkpoint
from seqtut.training.checkpoints import signature

FOLDER = Path(str(resources.files("seqtut.pretrained")))


def weights_path(name: str) -> Path:
    """Returns where the weights of a model that comes with the package are."""
    recipe(name)
    return FOLDER / f"{name}.safetensors"


def stored_name(index: int) -> str:
    """Returns what a trained variable is called in a weights' file.

    Args:
        index: Its place among the model's trainable variables.
    """
    return f"model/{index}"


def card(name: str, path: Path | str | None = None) -> dict[str, Any]:
    """Returns the run card of a model: data, recipe, seed, versions, machine, time, results.

    Args:
        name: One of `RECIPES`.
        path: Its weights' file, the card being beside it; None takes the package's.

    Returns:
        The card as `seqtut train` wrote it.

    Raises:
        PretrainedError: If there is no such model, or no readable card.
    """
    path = (weights_path(name) if path is None else Path(path)).with_suffix(".json")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PretrainedError(
            f"The run card of {name!r} cannot be read. Received: {error}. "
            f"Make the model: seqtut train {name}."
        ) from error
    told = found.get("recipe") if isinstance(found, dict) else None
    if not isinstance(told, dict) or "data" not in told:
        raise PretrainedError(
            f"The run card of {name!r} tells no recipe. Received: {path}. "
            f"Make the model: seqtut train {name}."
        )
    return found


def save(path: Path | str, name: str, model: Transducer, facts: dict[str, Any]) -> None:
    """Writes a model's weights in float16 with its vocabularies, and its card beside them.

    Args:
        path: The weights' file; the card has the same name and ends in .json.
        name: The recipe that made it.
        model: The model.
        facts: What the card says; "recipe" among it.

    Raises:
        PretrainedError: If a file cannot be written; those before it are left intact.
    """
    path = Path(path)
    tensors = {
        stored_name(index): variable.numpy().astype(np.float16)
        for index, variable in enumerate(model.model.trainable_variables)
    }
    written = {
        "name": name,
        "recipe": facts["recipe"],
        "model": signature(model.model),
        "source": model.source.to_json(),
        "target": model.target.to_json(),
    }
    scratch = path.with_name(f"{path.stem}.{os.getpid()}.part")
    try:
        save_checkpoint(path, tensors, written)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        text = json.dumps({"name": name, **facts, "weights_sha256": digest}, indent=1)
        scratch.write_text(text + "\n", encoding="utf-8")
        os.replace(scratch, path.with_suffix(".json"))
    except (CheckpointError, OSError) as error:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise PretrainedError(f"The model could not be written. {error}") from error


def load(
    name: str,
    path: Path | str | None = None,
    *,
    source: Vocabulary | Subwords | None = None,
    target: Vocabulary | Subwords | None = None,
) -> Transducer:
    """Returns a pretrained model, ready to read.

    Args:
        name: One of `RECIPES`.
        path: A file that `seqtut train` wrote; None takes the one that comes with the package.
        source: The vocabulary that its inputs will be numbered with, to be sure that it is the
            model's own; None asks nothing.
        target: The same for its outputs.

    Returns:
        The model with its vocabularies, its weights in float32; a `Translator` if these are
        subwords.

    Raises:
        PretrainedError: If there is no such model, or the file is missing, damaged, altered,
            another model's, made with another recipe's shape or with other vocabularies.
    """
    path = weights_path(name) if path is None else Path(path)
    try:
        tensors, facts = load_checkpoint(path)
    except CheckpointError as error:
        raise PretrainedError(
            f"{name!r} cannot be loaded. {error} To make it anew: seqtut train {name}."
        ) from error
    if facts.get("name") != name:
        raise PretrainedError(
            f"{path.name} is another model. Received: {facts.get('name')!r}; wanted: {name!r}. "
            "Give the name that it was trained under."
        )
    own = {kind: _vocabulary(facts, kind, path) for kind in ("source", "target")}
    for kind, given in {"source": source, "target": target}.items():
        if given is not None and given != own[kind]:
            raise PretrainedError(
                f"{name!r} was trained with another {kind} vocabulary. Received: {given}; its own "
                f"is {own[kind]}. Number your texts with the model's own: load({name!r}).{kind}."
            )
    chosen = Recipe(**facts["recipe"])
    doing = task(chosen)
    model = doing.network(chosen, **own)
    if signature(model) != facts["model"]:
        raise PretrainedError(
            f"{path.name} was made by another version of seqtut: its model has other settings. "
            f"Received: {facts['model'][:200]}. Make it anew: seqtut train {name}."
        )
    for index, variable in enumerate(model.trainable_variables):
        variable.assign(tensors[stored_name(index)].astype(np.float32))
    return doing.model(model, **own)


def _vocabulary(facts: dict[str, Any], kind: str, path: Path) -> Vocabulary | Subwords:
    try:
        written = facts[kind]
        return (Subwords if '"subwords"' in written else Vocabulary).from_json(written)
    except (KeyError, TextError) as error:
        raise PretrainedError(
            f"{path.name} has no {kind} vocabulary that can be read. Received: {error}. "
            "It is no file of seqtut train."
        ) from error
