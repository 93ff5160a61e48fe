"""Text to ids and back: vocabularies, subwords, padding, and batches of like length."""

from seqtut.text.buckets import BucketedBatches
from seqtut.text.padding import lengths, pad, shift_target
from seqtut.text.subwords import Subwords
from seqtut.text.vocabulary import BEGIN, END, PAD, SPECIAL_NAMES, UNKNOWN, TextError, Vocabulary

__all__ = [
    "BEGIN",
    "END",
    "PAD",
    "SPECIAL_NAMES",
    "UNKNOWN",
    "BucketedBatches",
    "Subwords",
    "TextError",
    "Vocabulary",
    "lengths",
    "pad",
    "shift_target",
]
