"""Models that come trained: recipes, weights with a run card each, and how to use them."""

from seqtut.pretrained.cards import run
from seqtut.pretrained.exporting import export
from seqtut.pretrained.making import (
    PROTOCOL,
    by_family,
    make,
    measure,
    rates,
    summary,
    vocabularies,
)
from seqtut.pretrained.recipes import RECIPES, PretrainedError, Recipe, build, recipe
from seqtut.pretrained.records import answers, keep_answers, methods
from seqtut.pretrained.store import card, load, save, weights_path
from seqtut.pretrained.transducer import Reading, Transducer, UnreadableError

__all__ = [
    "PROTOCOL",
    "RECIPES",
    "PretrainedError",
    "Reading",
    "Recipe",
    "Transducer",
    "UnreadableError",
    "answers",
    "build",
    "by_family",
    "card",
    "export",
    "keep_answers",
    "load",
    "make",
    "measure",
    "methods",
    "rates",
    "recipe",
    "run",
    "save",
    "summary",
    "vocabularies",
    "weights_path",
]
