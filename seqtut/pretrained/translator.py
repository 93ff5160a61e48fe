"""A model with subwords on both sides: messages in, translations out."""

import re
import unicodedata
from typing import Any

import numpy as np

from seqtut.pretrained.transducer import Transducer, UnreadableError
from seqtut.text import SPECIAL_NAMES, Subwords
from seqtut.text.vocabulary import spoken_ids

_SIGNS = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")


def plain(english: str) -> str:
    """Returns an English text as translators read it: what differs in dress alone becomes one.

    Args:
        english: A text.

    Returns:
        It in lower case, without accents, typographic quotes, dashes and dots made plain, each
        stretch of space one space, none at the ends.
    """
    parts = unicodedata.normalize("NFKD", english).translate(_SIGNS).lower()
    kept = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(kept.split())


class Translator(Transducer):
    """Translates English messages with a model of `seqtut.models`.

    Args:
        model: A `Seq2Seq` or a `Transformer`.
        source: The subwords of English, learned from `plain` texts.
        target: The subwords of the other language.
        max_steps: The longest output in pieces, the end counted.
        longest: The longest text that is read, in characters.
        batch: Texts that are decoded together.
    """

    def __init__(
        self,
        model: Any,
        source: Subwords,
        target: Subwords,
        *,
        max_steps: int = 64,
        longest: int = 200,
        batch: int = 128,
    ):
        super().__init__(model, source, target, max_steps=max_steps, longest=longest, batch=batch)
        self._names = (*SPECIAL_NAMES, *target.tokens)

    def normal(self, text: str) -> str:
        """Returns a text as the model reads it, which is `plain`.

        Args:
            text: What somebody typed.

        Returns:
            The same text, plain.

        Raises:
            UnreadableError: If it is too long, has no letter from a to z, or has a control
                character or a letter of another script.
        """
        found = plain(text)
        if not found:
            raise UnreadableError("it is empty")
        if len(found) > self.longest:
            raise UnreadableError(
                f"it has {len(found):,} characters, and {self.longest} is the limit"
            )
        for part in found:
            if not part.isascii() and part.isalpha() or unicodedata.category(part)[0] == "C":
                raise UnreadableError(f"the model never read {ascii(part)}, but only English")
        if not re.search("[a-z]", found):
            raise UnreadableError("it has no letter")
        return found

    def _said(self, ids: np.ndarray) -> tuple[list[str], str]:
        kept = spoken_ids(ids, len(self.target))
        return [self._names[index] for index in kept], self.target.decode(kept)
