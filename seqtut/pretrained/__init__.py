"""Models that come trained: recipes, weights with a run card each, and how to use them."""

from seqtut.pretrained.cards import run
from seqtut.pretrained.exporting import export
from seqtut.pretrained.making import make
from seqtut.pretrained.pronouncing import (
    PROTOCOL,
    by_family,
    measure,
    rates,
    summary,
    vocabularies,
)
from seqtut.pretrained.recipes import RECIPES, PretrainedError, Recipe, build, recipe
from seqtut.pretrained.records import (
    answers,
    keep_answers,
    learning_curve,
    methods,
    scan_runs,
    some_words,
)
from seqtut.pretrained.store import card, load, save, weights_path
from seqtut.pretrained.tasks import task
from seqtut.pretrained.transducer import Reading, Transducer, UnreadableError
from seqtut.pretrained.translating import by_message_family, overlaps, translate
from seqtut.pretrained.translator import Translator, plain

__all__ = [
    "PROTOCOL",
    "RECIPES",
    "PretrainedError",
    "Reading",
    "Recipe",
    "Transducer",
    "Translator",
    "UnreadableError",
    "answers",
    "build",
    "by_family",
    "by_message_family",
    "card",
    "export",
    "keep_answers",
    "learning_curve",
    "load",
    "make",
    "measure",
    "methods",
    "overlaps",
    "plain",
    "rates",
    "recipe",
    "run",
    "save",
    "scan_runs",
    "some_words",
    "summary",
    "task",
    "translate",
    "vocabularies",
    "weights_path",
]
