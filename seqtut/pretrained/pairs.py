"""What the tasks of pairs share, where one sequence of ids becomes another."""

from collections.abc import Callable, Sequence
from typing import Any

from seqtut import training
from seqtut.pretrained.recipes import Recipe, build
from seqtut.text import BucketedBatches

# Batches that are sorted by length together: more of them leave less padding. See BucketedBatches.
_POOL = 40


def network(chosen: Recipe, source: Any, target: Any) -> Any:
    """Makes the network of a recipe, its weights random.

    Args:
        chosen: The recipe.
        source: What numbers its inputs.
        target: What numbers its outputs.

    Returns:
        A `Seq2Seq` or a `Transformer`.
    """
    return build(chosen, len(source), len(target))


def batches(
    examples: Sequence[tuple[Sequence[int], Sequence[int]]],
    chosen: Recipe,
    seed: int | None = None,
) -> BucketedBatches:
    """Returns examples in batches of like length.

    Args:
        examples: Source ids and target ids of each.
        chosen: The recipe, which tells the size of a batch.
        seed: Of the order in training; None for what is only measured.

    Returns:
        The batches.
    """
    shuffled = {} if seed is None else {"pool": _POOL * chosen.size, "seed": seed}
    return BucketedBatches(examples, size=chosen.size, multiple=1, **shuffled)


def loss(chosen: Recipe) -> Callable[[Any, tuple, bool], tuple]:
    """Returns what is minimised: cross-entropy over the real tokens, smoothed as the recipe says.

    Args:
        chosen: The recipe.

    Returns:
        A loss for `training.fit`.
    """
    return training.token_loss(chosen.label_smoothing)
