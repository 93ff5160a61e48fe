"""The checkers of the book's exercises: `check("slug-1", answer)` says right, or what is wrong."""

# Importing a room registers its checkers.
from seqtut.exercises import (
    autoencoder,
    background,
    concepts,
)
from seqtut.exercises.registry import Hint, Verdict, check, exercise, judge, names

__all__ = [
    "Hint",
    "Verdict",
    "autoencoder",
    "background",
    "check",
    "concepts",
    "exercise",
    "judge",
    "names",
]
