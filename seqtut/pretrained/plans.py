"""What a recipe says, and the model that it makes."""

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
        decay_epochs: Passes in which a cosine brings the learning rate down to a hundredth; None
            for `epochs`. With more than these the training ends while the rate is still high, and
            the moving average does what is left of the cooling down.
        learning_rate: Adam's step size at its highest, reached after half an epoch.
        label_smoothing: Share of the target that is spread over the vocabulary.
        clip_norm: The largest norm of the gradients.
        average: Decay by step of the weights' moving average, which is what is kept.
        subwords: Ids of the source's and of the target's subwords; none for a task whose
            vocabularies are letters and phonemes, or that has none.
        task: What is learned, as `tasks` calls it; None for translating where there are subwords,
            else for pronouncing.
    """

    data: str
    model: str
    shape: dict[str, Any] = field(default_factory=dict)
    epochs: int = 30
    decay_epochs: int | None = None
    size: int = 128
    learning_rate: float = 1.2e-3
    label_smoothing: float = 0.1
    clip_norm: float = 1.0
    average: float | None = 0.999
    subwords: tuple[int, ...] = ()
    task: str | None = None


def build(chosen: Recipe, source_size: int, target_size: int) -> Any:
    """Makes the model of a recipe, its weights random.

    Args:
        chosen: The recipe.
        source_size: Source vocabulary, the special tokens included.
        target_size: `V`, target vocabulary, the special tokens included.

    Returns:
        A model that reads a source and writes a target, such as a `Seq2Seq`.
    """
    return getattr(models, chosen.model)(source_size, target_size, **chosen.shape)
