"""How each pretrained model is made: its data, its shape, and what it is trained with."""

import difflib
from dataclasses import dataclass, field
from typing import Any

from seqtut import models


class PretrainedError(Exception):
    """A pretrained model cannot be made or used; the message says why and what to do."""


@dataclass(frozen=True)
class Recipe:
    """All that decides what a training ends with, besides the code and the data.

    Attributes:
        data: The data set's name.
        model: The class in `seqtut.models`.
        shape: The model's settings, vocabularies' sizes left out.
        epochs: Passes over the training pairs.
        size: Examples in a batch.
        learning_rate: Adam's step size at its highest, reached after half an epoch; a cosine
            brings it down to a hundredth of that at the last step.
        label_smoothing: Share of the target that is spread over the vocabulary.
        clip_norm: The largest norm of the gradients.
    """

    data: str
    model: str
    shape: dict[str, Any] = field(default_factory=dict)
    epochs: int = 30
    size: int = 256
    learning_rate: float = 1.5e-3
    label_smoothing: float = 0.1
    clip_norm: float = 1.0


RECIPES = {
    "cmudict-small": Recipe(
        data="cmudict",
        model="Seq2Seq",
        shape={
            "width": 160,
            "embedding_dim": 64,
            "layers": 2,
            "decoder_layers": 1,
            "bidirectional": True,
            "attention": "dot",
            "dropout": 0.1,
        },
        epochs=14,
        learning_rate=3e-3,
    ),
}


def recipe(name: str) -> Recipe:
    """Returns the recipe of a pretrained model.

    Args:
        name: One of `RECIPES`.

    Raises:
        PretrainedError: If there is none of that name.
    """
    if name in RECIPES:
        return RECIPES[name]
    near = difflib.get_close_matches(name, RECIPES, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise PretrainedError(
        f"There is no model of that name. Received: {name!r}.{meant} "
        f"The models are: {', '.join(RECIPES)}."
    )


def build(chosen: Recipe, source_size: int, target_size: int) -> Any:
    """Makes the model of a recipe, its weights random.

    Args:
        chosen: The recipe.
        source_size: Source vocabulary, the special tokens included.
        target_size: `V`, target vocabulary, the special tokens included.

    Returns:
        A `Seq2Seq` or a `Transformer`.
    """
    return getattr(models, chosen.model)(source_size, target_size, **chosen.shape)
