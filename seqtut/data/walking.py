"""One walk: 82 seconds of acceleration at three places of a body."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seqtut.data.manifest import read_manifest
from seqtut.data.store import open_archive

RATE = 64  # steps a second

# Seconds of the recording at which the parts begin, and the last one ends; before, one stands.
_PARTS = (24, 72, 89, 106)
_MEMBER = "aeon/datasets/data/Daphnet_S06R02E0/S06R02E0.csv"


@dataclass(frozen=True, eq=False)
class Walking:
    """A long series in three parts that follow one another in time and share no step.

    Attributes:
        train: `(3072, 9)` float32, 48 s to learn from, in units of gravity.
        dev: `(1088, 9)`, the next 17 s, to choose by.
        test: `(1088, 9)`, the last 17 s, to report on, once.
        features: Names of the nine features: "ankle", "leg" and "trunk", each with "forward",
            "up" and "sideways".
        rate: Steps a second.
    """

    train: np.ndarray
    dev: np.ndarray
    test: np.ndarray
    features: tuple[str, ...]
    rate: int = RATE


def load_walking() -> Walking:
    """Reads the walk out of the cached archive.

    It is the second recording of the sixth patient of the Daphnet study of Parkinson's disease, in
    which no freezing is marked: sensors at ankle, thigh and hip took the acceleration along three
    axes, 64 times a second. The 24 seconds of mostly standing that come first are left out. The
    parts are cut in time, so no window cut inside one of them holds a step of another; but it is
    one person on one day, so nothing is measured here of anybody else's walk.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If the archive is missing or broken.

    Source: Bächlin et al. (2010).
    """
    with open_archive(read_manifest()["aeon"]) as archive:
        values = parse(archive.read(_MEMBER).decode("utf-8").splitlines())
    train, dev, test = (
        values[begin * RATE : end * RATE] for begin, end in zip(_PARTS, _PARTS[1:], strict=False)
    )
    axes = ("forward", "up", "sideways")
    features = tuple(f"{place} {axis}" for place in ("ankle", "leg", "trunk") for axis in axes)
    return Walking(train, dev, test, features)


def parse(lines: Iterable[str]) -> np.ndarray:
    """Reads the recording's table.

    Args:
        lines: A header, then a line a step: time, nine accelerations in thousandths of gravity,
            and a mark that is not read.

    Returns:
        `(S, 9)` float32, in units of gravity.
    """
    _, *rows = lines
    return np.array([row.split(",")[1:10] for row in rows], np.float32) / np.float32(1000)
