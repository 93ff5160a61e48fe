"""Named data sets: hash-pinned packages, fetched by pip, kept in the user's cache folder."""

from seqtut.data.cmudict import CMUdict, Words, family
from seqtut.data.digits import Digits, LabelledImages
from seqtut.data.ecg import ECG5000, Heartbeats
from seqtut.data.manifest import DataError, Pin
from seqtut.data.messages import Messages, SoftwareMessages, message_family
from seqtut.data.registry import DataSet, check, describe, fetch, load, names, packages, pins
from seqtut.data.scan import Commands, CommandSplit, Scan, all_commands, interpret
from seqtut.data.store import archive_path, is_cached
from seqtut.data.vowels import JapaneseVowels, SpokenVowels
from seqtut.data.walking import Walking

__all__ = [
    "ECG5000",
    "CMUdict",
    "CommandSplit",
    "Commands",
    "DataError",
    "DataSet",
    "Digits",
    "Heartbeats",
    "JapaneseVowels",
    "LabelledImages",
    "Messages",
    "Scan",
    "Pin",
    "SoftwareMessages",
    "SpokenVowels",
    "Walking",
    "Words",
    "all_commands",
    "archive_path",
    "check",
    "describe",
    "family",
    "fetch",
    "interpret",
    "is_cached",
    "load",
    "message_family",
    "names",
    "packages",
    "pins",
]
