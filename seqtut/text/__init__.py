"""Text to ids and back: vocabularies, subwords, padding, and batches of like length."""

from seqtut.text.buckets import BucketedBatches
from seqtut.text.numerals import LANGUAGES, NUMBER_WORDS, join_words, number_words
from seqtut.text.padding import lengths, pad, shift_target
from seqtut.text.subwords import Subwords
from seqtut.text.vocabulary import BEGIN, END, PAD, SPECIAL_NAMES, UNKNOWN, TextError, Vocabulary

__all__ = [
    "BEGIN",
    "END",
    "LANGUAGES",
    "NUMBER_WORDS",
    "PAD",
    "SPECIAL_NAMES",
    "UNKNOWN",
    "BucketedBatches",
    "Subwords",
    "TextError",
    "Vocabulary",
    "join_words",
    "lengths",
    "number_words",
    "pad",
    "shift_target",
]
