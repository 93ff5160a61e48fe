"""A model that says what strips show: a picture and a language in, words out."""

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from seqtut import data
from seqtut.pretrained.transducer import Reading, Transducer, UnreadableError
from seqtut.text import LANGUAGES, Vocabulary, join_words

_GAP = 4  # columns of paper beside the digits of a strip that is composed here


def tag(language: str) -> str:
    """Returns the token that tells a decoder its language, such as "<zh>"."""
    return f"<{language}>"


def pad_strips(strips: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Puts strips of different widths into one array, with paper behind the narrower ones.

    Args:
        strips: `B` strips `(28, S)`.

    Returns:
        Their columns `(B, S, 28)` float32, and the mask `(B, S)` bool, True = keep; `S` is a
        multiple of 8, so that a compiled step meets few shapes.
    """
    widths = np.array([strip.shape[1] for strip in strips])
    longest = -(-int(widths.max()) // 8) * 8
    mask = np.arange(longest) < widths[:, None]
    columns = np.zeros((*mask.shape, len(strips[0])), np.float32)
    columns[mask] = np.hstack(strips).T
    return columns, mask


class Narrator(Transducer):
    """Says strips of digits with a `Captioner`.

    Args:
        model: A `Captioner`.
        source: The digits.
        target: The tags of the languages, and their words.
        max_steps: The longest caption in words, the end counted.
        longest: The longest text that is read, in characters.
        batch: Strips that are decoded together.
    """

    def __init__(
        self,
        model: Any,
        source: Vocabulary,
        target: Vocabulary,
        *,
        max_steps: int = 16,
        longest: int = 40,
        batch: int = 128,
    ):
        super().__init__(model, source, target, max_steps=max_steps, longest=longest, batch=batch)

    def normal(self, text: str) -> str:
        """Returns a text as it is read: digits, a colon, and a language.

        Args:
            text: What somebody typed, such as "327:zh".

        Returns:
            It in lower case, without spaces, its digits ASCII.

        Raises:
            UnreadableError: If it is anything else, has more than five digits, or begins with a 0
                that is not all of it.
        """
        if len(text) > self.longest:
            raise UnreadableError(
                f"it has {len(text):,} characters, and {self.longest} is the limit"
            )
        found = "".join(text.split()).lower()
        parts = re.fullmatch(rf"([0-9]+):({'|'.join(LANGUAGES)})", found)
        if not parts:
            raise UnreadableError("it is not digits, a colon, and en or zh, such as 327:zh")
        if len(parts[1]) > data.LONGEST:
            raise UnreadableError(
                f"it has {len(parts[1])} digits, and a strip has {data.LONGEST} at most"
            )
        if parts[1].startswith("0") and parts[1] != "0":
            raise UnreadableError("no number begins with 0")
        return found

    def compose(self, digits: str) -> np.ndarray:
        """Composes a strip of test pictures: of each digit the first, the second time the second.

        Args:
            digits: Such as "327".

        Returns:
            `(28, S)` float32.
        """
        places = [
            np.flatnonzero(self._test.labels == int(digit))[digits[:number].count(digit)]
            for number, digit in enumerate(digits)
        ]
        return data.compose_strip(self._test.images[places], [_GAP] * (len(digits) + 1))[0]

    @functools.cached_property
    def _test(self) -> data.LabelledImages:
        return data.load("digits").test

    def caption(self, strips: Sequence[np.ndarray], language: str, width: int = 5) -> list[Reading]:
        """Says what strips show.

        Args:
            strips: Strips `(28, S)`, float in [0, 1]; 0 is paper.
            language: "en" or "zh".
            width: Prefixes on the beam; 1 decodes greedily.

        Returns:
            A `Reading` for each, in their order, without a text; its attention is on the columns
            of pixels.

        Raises:
            ValueError: If the language is another.
        """
        if language not in LANGUAGES:
            raise ValueError(f"Strips are said in {LANGUAGES}. Received: {language!r}.")
        order = sorted(range(len(strips)), key=lambda place: strips[place].shape[1])
        readings: dict[int, Reading] = {}
        for start in range(0, len(order), self.batch):
            places = order[start : start + self.batch]
            found = self._captioned([strips[place] for place in places], language, width)
            readings |= zip(places, found, strict=True)
        return [readings[place] for place in range(len(strips))]

    def _captioned(self, strips: list[np.ndarray], language: str, width: int) -> Iterator[Reading]:
        [begin] = self.target.encode([tag(language)])
        columns, mask = pad_strips(strips)
        state = self._start(columns, mask, self.max_steps)
        best, _ = self._search(state, width, self.max_steps, begin)
        tokens, lengths, scores, attention = (part.numpy() for part in best)
        for row, strip in enumerate(strips):
            said, whole = self._said(tokens[row])
            seen = attention[row, : lengths[row], : strip.shape[1]]
            yield Reading("", tuple(said), float(scores[row]), seen, whole)

    def _batch(self, texts: list[str], width: int) -> Iterator[Reading]:
        found: dict[int, Reading] = {}
        asked = [text.split(":") for text in texts]
        for language in LANGUAGES:
            places = [place for place, (_, wanted) in enumerate(asked) if wanted == language]
            strips = [self.compose(asked[place][0]) for place in places]
            found |= zip(places, self.caption(strips, language, width), strict=True)
        for place, text in enumerate(texts):
            yield found[place]._replace(text=text)

    def _said(self, ids: np.ndarray) -> tuple[list[str], str]:
        words = self.target.decode(ids)
        return words, join_words(words)
