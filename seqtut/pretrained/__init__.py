"""Models that come trained: recipes, weights with a run card each, and how to use them."""

from seqtut.pretrained.cards import run
from seqtut.pretrained.dictating import dictation_rates
from seqtut.pretrained.exporting import export, export_batch
from seqtut.pretrained.graphs import (
    NUMBERS,
    export_graphs,
    run_litert,
    run_onnx,
    say,
    to_litert,
    to_onnx,
    traced,
)
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
from seqtut.pretrained.tracing import trace
from seqtut.pretrained.transducer import Reading, Transducer, UnreadableError
from seqtut.pretrained.transferring import Tuner, classifier, letters, probe, transfer
from seqtut.pretrained.translating import by_message_family, overlaps, translate
from seqtut.pretrained.translator import Translator, plain
from seqtut.pretrained.writer import Summariser, Writer, described, name_words

__all__ = [
    "NUMBERS",
    "PROTOCOL",
    "RECIPES",
    "Listener",
    "PretrainedError",
    "Reading",
    "Rebuilder",
    "Recipe",
    "Summariser",
    "Transducer",
    "Translator",
    "Tuner",
    "UnreadableError",
    "Writer",
    "answers",
    "build",
    "by_family",
    "by_message_family",
    "card",
    "classifier",
    "described",
    "dictation_rates",
    "export",
    "export_batch",
    "export_graphs",
    "keep_answers",
    "letters",
    "learning_curve",
    "load",
    "make",
    "measure",
    "methods",
    "name_words",
    "overlaps",
    "plain",
    "probe",
    "rates",
    "recipe",
    "run",
    "run_litert",
    "run_onnx",
    "save",
    "say",
    "scan_runs",
    "some_words",
    "summary",
    "task",
    "to_litert",
    "to_onnx",
    "trace",
    "traced",
    "transfer",
    "translate",
    "vocabularies",
    "weights_path",
]
