"""Japanese vowels: short recordings of nine men, as series of unequal length."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seqtut.data.manifest import read_manifest
from seqtut.data.store import open_archive

FEATURES = 12
SPEAKERS = 9
DEV = 6  # of each speaker's 30 published training series

_MEMBER = "aeon/datasets/data/JapaneseVowels/JapaneseVowels_{}.ts"


@dataclass(frozen=True, eq=False)
class SpokenVowels:
    """Series and who spoke them.

    Attributes:
        series: `N` arrays `(S, 12)` float32, each with its own number of steps `S`, 7 to 29.
        speakers: `(N,)` int64, the speaker of each series, 0 to 8.
    """

    series: tuple[np.ndarray, ...]
    speakers: np.ndarray

    def __len__(self) -> int:
        """The number of series."""
        return len(self.series)

    def padded(self, steps: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Puts the series into one array, with zeros behind the shorter ones.

        Args:
            steps: Steps of the array; None takes the longest series'. Nothing is ever cut off.

        Returns:
            The values `(N, steps, 12)` float32, and the mask `(N, steps)` bool, True = keep.

        Raises:
            ValueError: If a series is longer than `steps`.
        """
        lengths = np.array([len(one) for one in self.series])
        longest = lengths.max(initial=0)
        steps = longest if steps is None else steps
        if longest > steps:
            raise ValueError(
                f"padded cuts nothing off. Received: a series of {longest} steps for "
                f"steps={steps}. Ask for {longest} or more."
            )
        mask = np.arange(steps) < lengths[:, None]
        values = np.zeros((*mask.shape, FEATURES), np.float32)
        values[mask] = np.concatenate(self.series)
        return values, mask


@dataclass(frozen=True, eq=False)
class JapaneseVowels:
    """The recordings in three parts that share no series, and all nine speakers in each.

    Attributes:
        train: 216 series to learn from, 24 of each speaker.
        dev: 54 series to choose by, 6 of each speaker.
        test: 370 series to report on, once; 24 to 88 of each speaker.
    """

    train: SpokenVowels
    dev: SpokenVowels
    test: SpokenVowels


def load_vowels() -> JapaneseVowels:
    """Reads the vowels out of the cached archive.

    Nine men said the vowels a and e, one after the other. A step of a series is one frame of the
    recording, told by twelve cepstrum coefficients of a linear prediction analysis. The published
    test part is kept. Of each speaker's 30 published training series, put in the order of the
    sha256 of their bytes, the first six are for development and the others for training; in both
    parts the speakers take turns. No two series are equal, so none is in two parts. But each
    speaker is in all of them: nothing is measured here of a voice that was never heard.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If the archive is missing or broken.

    Source: Kudo et al. (1999).
    """
    with open_archive(read_manifest()["aeon"]) as archive:
        published, test = (
            parse(archive.read(_MEMBER.format(part)).decode("utf-8").splitlines())
            for part in ("TRAIN", "TEST")
        )
    digests = [hashlib.sha256(one.tobytes()).digest() for one in published.series]
    order = np.array(sorted(range(len(digests)), key=digests.__getitem__))
    of_speaker = published.speakers[order]
    by_speaker = np.stack([order[of_speaker == speaker] for speaker in range(SPEAKERS)])  # (9, 30)

    def part(columns: slice) -> SpokenVowels:
        chosen = by_speaker[:, columns].T.ravel()
        return SpokenVowels(
            tuple(published.series[index] for index in chosen), published.speakers[chosen]
        )

    return JapaneseVowels(train=part(slice(DEV, None)), dev=part(slice(DEV)), test=test)


def parse(lines: Iterable[str]) -> SpokenVowels:
    """Reads the lines of a `.ts` file.

    Args:
        lines: Remarks and settings, which start with `#` and `@`, then a line a series: its
            features between colons, a feature's steps between commas, the speaker's number last.

    Returns:
        The series in the file's order; a speaker's index is one less than his number.
    """
    series, speakers = [], []
    for line in lines:
        if line and line[0] not in "#@":
            *features, speaker = line.split(":")
            series.append(np.array([f.split(",") for f in features], np.float32).T.copy())
            speakers.append(int(speaker) - 1)
    return SpokenVowels(tuple(series), np.array(speakers, np.int64))
