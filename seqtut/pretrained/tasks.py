"""The tasks that pretrained models learn, each a module with the same functions."""

from types import ModuleType

from seqtut.pretrained import (
    beating,
    captioning,
    dictating,
    pronouncing,
    redrawing,
    summarising,
    translating,
    writing,
)
from seqtut.pretrained.recipes import Recipe

_MODULES = (
    pronouncing,
    translating,
    redrawing,
    beating,
    dictating,
    captioning,
    writing,
    summarising,
)
_TASKS = {module.__name__.rpartition(".")[2]: module for module in _MODULES}


def task(chosen: Recipe) -> ModuleType:
    """Returns the module of what a recipe's model learns.

    Args:
        chosen: The recipe.

    Returns:
        A module with `vocabularies`, `encoded`, `batches`, `network`, `model`, `loss`, `chosen_by`,
        `plain_part`, `measure`, `summary` and `figures`, and the texts `UNIT`, `EXAMPLE` and
        `PROTOCOL`; and `WIDTHS`, what a card tells of by the width of the beam, if that is other
        than greedy decoding and a beam of 5.
    """
    return _TASKS[chosen.task or ("translating" if chosen.subwords else "pronouncing")]
