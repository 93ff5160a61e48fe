"""Strips: one to five handwritten digits side by side, which show a number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqtut.data.digits import SIDE, LabelledImages, load_digits

LONGEST = 5  # digits of a strip
NARROWEST, WIDEST = 2, 6  # columns of paper beside a digit

_TRAIN = 8000  # training strips of each length
_SEED = 19


def compose_strip(pictures: Sequence[np.ndarray], gaps: Sequence[int]) -> tuple:
    """Puts digits side by side, each cut to the columns that have ink.

    Args:
        pictures: `n` pictures `(28, 28)` or `(784,)`, float; 0 is paper.
        gaps: `n + 1` numbers of empty columns: before each digit, and after the last.

    Returns:
        The strip `(28, S)` of the pictures' dtype, and the digits' columns: `(n, 2)` int64, the
        first one of each and the one behind its last.

    Raises:
        ValueError: If there is no picture, or not one gap more than pictures.
    """
    if not len(pictures) or len(gaps) != len(pictures) + 1:
        raise ValueError(
            "A strip has a digit or more, a gap before each and one behind the last. "
            f"Received: {len(pictures)} pictures, {len(gaps)} gaps."
        )
    parts, spans, column = [], [], 0
    for picture, gap in zip(pictures, gaps[:-1], strict=True):
        picture = np.reshape(picture, (SIDE, SIDE))
        inked = np.flatnonzero(picture.any(axis=0))
        ink = picture[:, inked[0] : inked[-1] + 1] if len(inked) else picture
        parts += [np.zeros((SIDE, gap), picture.dtype), ink]
        column += gap
        spans.append((column, column + ink.shape[1]))
        column += ink.shape[1]
    parts.append(np.zeros((SIDE, gaps[-1]), parts[0].dtype))
    return np.hstack(parts), np.array(spans)


@dataclass(frozen=True, eq=False)
class StripPart:
    """Strips that are composed when they are asked for, out of one part of the digits.

    Attributes:
        digits: The pictures that they are composed of.
        places: For each strip the places of its pictures in `digits`, as many as it has digits.
        gaps: For each strip the columns of paper before each digit and after the last.
    """

    digits: LabelledImages
    places: tuple[tuple[int, ...], ...]
    gaps: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        """The number of strips."""
        return len(self.places)

    @property
    def numbers(self) -> list[int]:
        """The number that each strip shows."""
        return [self.number(which) for which in range(len(self))]

    @property
    def lengths(self) -> np.ndarray:
        """How many digits each strip has: `(N,)` int64."""
        return np.array([len(some) for some in self.places])

    def number(self, which: int) -> int:
        """Returns the number that one strip shows.

        Args:
            which: The strip, by its place in this part.
        """
        return int("".join(map(str, self.digits.labels[list(self.places[which])])))

    def strip(self, which: int) -> np.ndarray:
        """Returns one strip, `(28, S)` float32 in [0, 1]; 0 is paper, 1 is ink.

        Args:
            which: The strip, by its place in this part.
        """
        return self._composed(which)[0]

    def spans(self, which: int) -> np.ndarray:
        """Returns where the digits of one strip stand, as `compose_strip` says it.

        Args:
            which: The strip, by its place in this part.
        """
        return self._composed(which)[1]

    def _composed(self, which: int) -> tuple:
        pictures = self.digits.images[list(self.places[which])]
        return compose_strip(pictures, self.gaps[which])

    def without(self, length: int) -> "StripPart":
        """Returns the strips that do not have so many digits.

        Args:
            length: Digits of the strips that are left out.
        """
        return self.only(np.flatnonzero(self.lengths != length).tolist())

    def only(self, chosen: Sequence[int]) -> "StripPart":
        """Returns some of the strips.

        Args:
            chosen: Which, by their places in this part.
        """
        places, gaps = ([kept[i] for i in chosen] for kept in (self.places, self.gaps))
        return StripPart(self.digits, tuple(places), tuple(gaps))


@dataclass(frozen=True, eq=False)
class Strips:
    """Strips in three parts that share no picture.

    No number of three digits or more that dev or test shows is in training; dev and test share
    some.

    Attributes:
        train: 40,000 strips to learn from, 8,000 of each length.
        dev: 1,137 strips to choose by.
        test: 1,138 strips to report on, once.
    """

    train: StripPart
    dev: StripPart
    test: StripPart


def load_strips() -> Strips:
    """Composes the strips out of the three parts of the digits.

    No number begins with 0 but 0 itself. For dev and for test, the 500 pictures of the part are
    shuffled once for each length, and cut into strips: so no picture is in two strips of one
    length, and these strips are independent of each other, but for who wrote them. A leading 0
    changes places with the first other digit. Training numbers are drawn at random, each number
    of a length as often as the others, but for those of three digits or more that a dev or test
    strip shows; then a picture is drawn for each digit. NumPy keeps the streams of its
    `RandomState` for ever, so the strips are the same everywhere.

    Returns:
        The three parts.

    Raises:
        DataError: If the digits' archive is missing or broken.
    """
    digits = load_digits()
    rng = np.random.RandomState(_SEED)
    dev, test = (_once_each(part, rng) for part in (digits.dev, digits.test))
    withheld = {number for part in (dev, test) for number in part.numbers if number > 99}
    return Strips(_drawn(digits.train, withheld, rng), dev, test)


def load_strips_without_3() -> Strips:
    """Composes the same strips, and leaves those of three digits out of training and dev.

    Returns:
        The three parts; the test strips are all those of `load_strips`.

    Raises:
        DataError: If the digits' archive is missing or broken.
    """
    found = load_strips()
    return Strips(found.train.without(3), found.dev.without(3), found.test)


def _once_each(digits: LabelledImages, rng: np.random.RandomState) -> StripPart:
    places = []
    for length in range(1, LONGEST + 1):
        order = rng.permutation(len(digits)).tolist()
        for start in range(0, len(order) - length + 1, length):
            some = order[start : start + length]
            inked = next((n for n, place in enumerate(some) if digits.labels[place]), 0)
            some[0], some[inked] = some[inked], some[0]
            if length == 1 or digits.labels[some[0]]:
                places.append(tuple(some))
    return StripPart(digits, tuple(places), _gaps(places, rng))


def _drawn(digits: LabelledImages, withheld: set[int], rng: np.random.RandomState) -> StripPart:
    of_digit = [np.flatnonzero(digits.labels == digit) for digit in range(10)]
    places = []
    for length in range(1, LONGEST + 1):
        every = range(10 ** (length - 1) if length > 1 else 0, 10**length)
        allowed = [number for number in every if number not in withheld]
        for pick in rng.randint(len(allowed), size=_TRAIN):
            some = [of_digit[int(digit)] for digit in str(allowed[pick])]
            places.append(tuple(int(own[rng.randint(len(own))]) for own in some))
    return StripPart(digits, tuple(places), _gaps(places, rng))


def _gaps(places: list, rng: np.random.RandomState) -> tuple:
    sizes = [len(some) + 1 for some in places]
    drawn = np.split(rng.randint(NARROWEST, WIDEST + 1, size=sum(sizes)), np.cumsum(sizes)[:-1])
    return tuple(tuple(some.tolist()) for some in drawn)
