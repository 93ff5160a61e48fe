"""Named data sets: hash-pinned packages, fetched by pip, kept in the user's cache folder."""

from seqtut.data.cmudict import CMUdict, Words, family
from seqtut.data.digits import Digits, LabelledImages
from seqtut.data.ecg import ECG5000, Heartbeats
from seqtut.data.manifest import DataError, Pin
from seqtut.data.messages import Messages, SoftwareMessages, message_family
from seqtut.data.registry import DataSet, check, describe, fetch, load, names, packages, pins
from seqtut.data.store import archive_path, is_cached
from seqtut.data.stress import PLACES, Stress, Stresses
from seqtut.data.vowels import JapaneseVowels, SpokenVowels
from seqtut.data.walking import Walking

__all__ = [
    "ECG5000",
    "PLACES",
    "CMUdict",
    "DataError",
    "DataSet",
    "Digits",
    "Heartbeats",
    "JapaneseVowels",
    "LabelledImages",
    "Messages",
    "Pin",
    "SoftwareMessages",
    "SpokenVowels",
    "Stress",
    "Stresses",
    "Walking",
    "Words",
    "archive_path",
    "check",
    "describe",
    "family",
    "fetch",
    "is_cached",
    "load",
    "message_family",
    "names",
    "packages",
    "pins",
]
