"""A model with its two vocabularies: strings in, tokens out."""

import collections
import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from seqtut import decoding, runtime
from seqtut.text import BEGIN, END, PAD, UNKNOWN, Vocabulary, pad

# Ids that are never said.
_SILENT = (PAD, BEGIN, UNKNOWN)


class UnreadableError(ValueError):
    """A text that a model cannot read; the message is the reason, without the text."""


class Reading(NamedTuple):
    """What a model says of one text.

    Attributes:
        text: The text.
        tokens: What it says, token by token.
        score: Natural log of the probability that the model gives it, the end included.
        attention: `(T, S)`, a row of weights on the text's ids for each token and for the end; None
            without attention.
        said: All that it says as one text.
    """

    text: str
    tokens: tuple[str, ...]
    score: float
    attention: np.ndarray | None
    said: str


class Transducer:
    """Turns texts into sequences of tokens with a model of `seqtut.models`.

    Args:
        model: One of `seqtut.models` with `start`, `step`, `once` and `shared`, as `Seq2Seq`.
        source: The vocabulary of its inputs, characters.
        target: The vocabulary of its outputs.
        max_steps: The longest output, the end counted.
        longest: The longest text that is read, in characters.
        batch: Texts that are decoded together.

    Attributes:
        at_once: Batches that are decoded at a time, at the most.
    """

    at_once = runtime.AT_ONCE

    def __init__(
        self,
        model: Any,
        source: Vocabulary,
        target: Vocabulary,
        *,
        max_steps: int = 48,
        longest: int = 40,
        batch: int = 256,
    ):
        self.model, self.source, self.target = model, source, target
        self.max_steps, self.longest, self.batch = max_steps, longest, batch
        # Compiled, an LSTM reads in one loop. Else each of its steps is a dozen calls from Python.
        self._start = tf.function(self._started, autograph=False, reduce_retracing=True)

    def normal(self, text: str) -> str:
        """Returns a text as the model reads it: lower case, without accents and outer spaces.

        Args:
            text: What somebody typed.

        Returns:
            The same word in characters that the source vocabulary has.

        Raises:
            UnreadableError: If it is empty, too long, or has a character that the model never read.
        """
        parts = unicodedata.normalize("NFKD", text.strip().lower().replace("\u2019", "'"))
        found = "".join(part for part in parts if not unicodedata.combining(part))
        if not found:
            raise UnreadableError("it is empty")
        if len(found) > self.longest:
            raise UnreadableError(
                f"it has {len(found):,} characters, and {self.longest} is the limit"
            )
        strange = [part for part in found if part not in self.source]
        if strange:
            known = "".join(sorted(self.source.tokens))
            raise UnreadableError(f"the model never read {ascii(strange[0])}, but only {known}")
        return found

    def read(self, texts: Sequence[str], width: int = 5) -> list[Reading]:
        """Says what each text becomes.

        Texts of like length are decoded together, which saves nearly half of the steps.

        Args:
            texts: The texts; a character that the vocabulary lacks is read as unknown.
            width: Prefixes on the beam; 1 decodes greedily.

        Returns:
            A `Reading` for each text, in their order.

        Raises:
            ValueError: If a text is empty.
        """
        _refuse_empty(texts)
        # The longest first: a long batch that came last would leave the other threads idle.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        found = self.stream((texts[place] for place in order), width)
        by_place = dict(zip(order, found, strict=True))
        return [by_place[place] for place in range(len(texts))]

    def stream(self, texts: Iterable[str], width: int = 5) -> Iterator[Reading]:
        """Does as `read`, but holds no more than a batch a thread and one more in memory.

        Several batches are decoded at a time: each step has parts that only one thread can do, and
        another batch's products fill the gaps.

        Args:
            texts: The texts.
            width: Prefixes on the beam.

        Yields:
            A `Reading` for each text, in their order.

        Raises:
            ValueError: If a text is empty.
        """
        workers, running = min(runtime.threads(), self.at_once), collections.deque()
        pool, batches, failure = ThreadPoolExecutor(workers), self._batches(texts), None
        try:
            while failure is None:
                try:
                    some = next(batches, None)
                except Exception as error:  # of the texts: what was read before is said first
                    failure, some = error, None
                if some is None:
                    break
                running.append(pool.submit(self._decoded, some, width))
                while len(running) > workers or (running and running[0].done()):
                    yield from running.popleft().result()
            for batch in running:
                yield from batch.result()
            if failure is not None:
                raise failure
        finally:
            pool.shutdown(cancel_futures=True)

    def _decoded(self, texts: list[str], width: int) -> list[Reading]:
        _refuse_empty(texts)  # here, so that batches before this one are said
        return list(self._batch(texts, width))

    def _batches(self, texts: Iterable[str]) -> Iterator[list[str]]:
        waiting: list[str] = []
        for text in texts:
            waiting.append(text)
            if len(waiting) == self.batch:
                yield waiting
                waiting = []
        if waiting:
            yield waiting

    def _started(self, source: tf.Tensor, mask: tf.Tensor, max_steps: int) -> Any:
        return self.model.start(self.model.encode(source, mask), max_steps)

    def _batch(self, texts: list[str], width: int) -> Iterator[Reading]:
        ids = [self.source.encode(text) for text in texts]
        source, mask = pad(ids)
        # A Transformer keeps, moves and reads room for all steps that may come. So short texts get
        # a third of it first; where that does not reach to the end, the batch is decoded anew.
        short = 4 * source.shape[1] <= self.max_steps
        for max_steps in (self.max_steps // 3, self.max_steps) if short else (self.max_steps,):
            best, ended = self._search(self._start(source, mask, max_steps), width, max_steps)
            if ended:
                break
        tokens, lengths, scores, attention = (
            None if part is None else part.numpy() for part in best
        )
        for row, text in enumerate(texts):
            seen = None if attention is None else attention[row, : lengths[row], : len(ids[row])]
            said, whole = self._said(tokens[row])
            yield Reading(text, tuple(said), float(scores[row]), seen, whole)

    def _said(self, ids: np.ndarray) -> tuple[list[str], str]:
        """Returns the tokens of a row of ids, and the text that they are."""
        tokens = self.target.decode(ids)
        return tokens, " ".join(tokens)

    def _search(
        self, state: Any, width: int, max_steps: int, begin: int = BEGIN
    ) -> tuple[list, bool]:
        """Returns the best tokens, lengths, scores and attention, and if more steps change none."""
        settings = {"begin": begin, "end": END, "max_steps": max_steps, "forbidden": _SILENT}
        settings |= {"once": self.model.once}
        if width == 1:
            found = decoding.greedy(self.model.step, state, **settings)
            best = [found.tokens, found.lengths, found.scores, found.attention]
            return best, bool(tf.reduce_all(found.finished))
        settings |= {"width": width, "keep": 1, "shared": self.model.shared}
        found = decoding.beam_search(self.model.step, state, **settings)
        every = [found.tokens, found.lengths, found.scores, found.attention]
        going = found.history.scores[:, -1] > -math.inf
        return [None if part is None else part[:, 0] for part in every], not tf.reduce_any(going)


def _refuse_empty(texts: Sequence[str]) -> None:
    if not all(texts):
        raise ValueError("There is nothing to read in an empty text. Received: ''.")
