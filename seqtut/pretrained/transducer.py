"""A model with its two vocabularies: strings in, tokens out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqtut import decoding
from seqtut.text import BEGIN, END, PAD, UNKNOWN, Vocabulary, pad

# Ids that are never said.
_SILENT = (PAD, BEGIN, UNKNOWN)


class Reading(NamedTuple):
    """What a model says of one text.

    Attributes:
        text: The text.
        tokens: What it says, token by token.
        score: Natural log of the probability that the model gives it, the end included.
        attention: `(T, S)`, a row of weights on the text for each token and for the end; None
            without attention.
    """

    text: str
    tokens: tuple[str, ...]
    score: float
    attention: np.ndarray | None


class Transducer:
    """Turns texts into sequences of tokens with a model of `seqtut.models`.

    Args:
        model: A `Seq2Seq` or a `Transformer`.
        source: The vocabulary of its inputs, characters.
        target: The vocabulary of its outputs.
        max_steps: The longest output, the end counted.
    """

    def __init__(self, model: Any, source: Vocabulary, target: Vocabulary, max_steps: int = 40):
        self.model, self.source, self.target, self.max_steps = model, source, target, max_steps

    def read(self, texts: Sequence[str], width: int = 5, size: int = 256) -> list[Reading]:
        """Says what each text becomes.

        Args:
            texts: The texts; a character that the vocabulary lacks is read as unknown.
            width: Prefixes on the beam; 1 decodes greedily.
            size: Texts that are decoded together.

        Returns:
            A `Reading` for each text, in their order.

        Raises:
            ValueError: If a text is empty.
        """
        return list(self.stream(texts, width, size))

    def stream(self, texts: Iterable[str], width: int = 5, size: int = 256) -> Iterator[Reading]:
        """Does as `read`, but holds no more texts in memory than are decoded together.

        Args:
            texts: The texts.
            width: Prefixes on the beam.
            size: Texts that are decoded together.

        Yields:
            A `Reading` for each text, in their order.

        Raises:
            ValueError: If a text is empty.
        """
        waiting: list[str] = []
        for text in texts:
            if not text:
                raise ValueError("There is nothing to read in an empty text. Received: ''.")
            waiting.append(text)
            if len(waiting) == size:
                yield from self._batch(waiting, width)
                waiting = []
        if waiting:
            yield from self._batch(waiting, width)

    def _batch(self, texts: list[str], width: int) -> Iterator[Reading]:
        longest = max(map(len, texts))
        source, mask = pad([self.source.encode(text) for text in texts], -(-longest // 8) * 8)
        state = self.model.start(self.model.encode(source, mask), self.max_steps)
        settings = {"begin": BEGIN, "end": END, "max_steps": self.max_steps, "forbidden": _SILENT}
        if width == 1:
            found = decoding.greedy(self.model.step, state, **settings)
            best = [found.tokens, found.lengths, found.scores, found.attention]
        else:
            found = decoding.beam_search(self.model.step, state, width=width, keep=1, **settings)
            every = [found.tokens, found.lengths, found.scores, found.attention]
            best = [None if part is None else part[:, 0] for part in every]
        tokens, lengths, scores, attention = (
            None if part is None else part.numpy() for part in best
        )
        for row, text in enumerate(texts):
            seen = None if attention is None else attention[row, : lengths[row], : len(text)]
            said = tuple(self.target.decode(tokens[row]))
            yield Reading(text, said, float(scores[row]), seen)
