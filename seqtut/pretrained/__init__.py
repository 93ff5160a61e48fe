"""Models that come trained: recipes, weights with a run card each, and how to use them."""

from seqtut.pretrained.cards import run
from seqtut.pretrained.exporting import export, export_batch
from seqtut.pretrained.dictating import by_word_family, dictation_rates
from seqtut.pretrained.exporting import export
from seqtut.pretrained.listener import Listener
from seqtut.pretrained.making import make
from seqtut.pretrained.pronouncing import (
    PROTOCOL,
    by_family,
    measure,
    rates,
    summary,
    vocabularies,
)
from seqtut.pretrained.rebuilder import Rebuilder
from seqtut.pretrained.recipes import RECIPES, PretrainedError, Recipe, build, recipe
from seqtut.pretrained.records import answers, keep_answers, methods
from seqtut.pretrained.store import card, load, save, weights_path
from seqtut.pretrained.tasks import task
from seqtut.pretrained.tracing import trace
from seqtut.pretrained.transducer import Reading, Transducer, UnreadableError
from seqtut.pretrained.translating import by_message_family, overlaps, translate
from seqtut.pretrained.translator import Translator, plain

__all__ = [
    "PROTOCOL",
    "RECIPES",
    "Listener",
    "PretrainedError",
    "Reading",
    "Rebuilder",
    "Recipe",
    "Transducer",
    "Translator",
    "UnreadableError",
    "answers",
    "build",
    "by_family",
    "by_message_family",
    "by_word_family",
    "card",
    "dictation_rates",
    "export",
    "export_batch",
    "keep_answers",
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
    "summary",
    "task",
    "trace",
    "translate",
    "vocabularies",
    "weights_path",
]
