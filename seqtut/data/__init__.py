"""Named data sets: hash-pinned packages, fetched by pip, kept in the user's cache folder."""

from seqtut.data.cmudict import CMUdict, Words, family
from seqtut.data.digits import SIDE, Digits, LabelledImages
from seqtut.data.docstrings import Docstrings, LibraryDocstrings
from seqtut.data.ecg import ECG5000, Heartbeats
from seqtut.data.espeak import phonemes, speak
from seqtut.data.frames import BANDS, HOP, RATE, WINDOW, log_mel
from seqtut.data.manifest import DataError, Pin
from seqtut.data.messages import Messages, SoftwareMessages, message_family
from seqtut.data.prose import sentences
from seqtut.data.registry import DataSet, check, describe, fetch, load, names, packages, pins
from seqtut.data.scan import Commands, CommandSplit, Scan, all_commands, interpret
from seqtut.data.speech import TEST_VOICES, Recordings, SpokenWords, as_recordings, record, scaled
from seqtut.data.store import archive_path, is_cached
from seqtut.data.stress import PLACES, Stress, Stresses
from seqtut.data.strips import LONGEST, StripPart, Strips, compose_strip
from seqtut.data.vowels import JapaneseVowels, SpokenVowels
from seqtut.data.walking import Walking

__all__ = [
    "BANDS",
    "ECG5000",
    "LONGEST",
    "SIDE",
    "HOP",
    "RATE",
    "WINDOW",
    "PLACES",
    "CMUdict",
    "CommandSplit",
    "Commands",
    "DataError",
    "DataSet",
    "Digits",
    "Docstrings",
    "Heartbeats",
    "JapaneseVowels",
    "LabelledImages",
    "LibraryDocstrings",
    "Messages",
    "Scan",
    "Pin",
    "Recordings",
    "SoftwareMessages",
    "SpokenWords",
    "SpokenVowels",
    "StripPart",
    "Strips",
    "Stress",
    "Stresses",
    "Walking",
    "TEST_VOICES",
    "Words",
    "all_commands",
    "archive_path",
    "as_recordings",
    "check",
    "compose_strip",
    "describe",
    "family",
    "fetch",
    "interpret",
    "is_cached",
    "load",
    "log_mel",
    "message_family",
    "names",
    "packages",
    "phonemes",
    "pins",
    "record",
    "scaled",
    "sentences",
    "speak",
]
