"""A model with ears: frames of sound in, letters out."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqtut import data, decoding, models
from seqtut.pretrained.transducer import Reading, Transducer, UnreadableError
from seqtut.text import Vocabulary
from seqtut.training import pad_frames

# Who says what is given as text.
_VOICE, _RATE = "us-m3", 150


class Listener(Transducer):
    """Writes down what is said, with a model of `seqtut.models` that reads frames.

    Args:
        model: A `ListenAttendSpell` or a `CTCModel`.
        source: The characters that a text to be spoken may have.
        target: The vocabulary of its outputs, characters.
        max_steps: The longest output, the end counted; a network with CTC has a limit of its own.
        longest: The longest text that is spoken, in characters.
        batch: Recordings that are decoded together.
    """

    at_once = 1  # a stream is heard word by word

    def __init__(
        self,
        model: Any,
        source: Vocabulary,
        target: Vocabulary,
        *,
        max_steps: int = 16,
        longest: int = 20,
        batch: int = 128,
    ):
        super().__init__(model, source, target, max_steps=max_steps, longest=longest, batch=batch)
        self._logits = tf.function(model, autograph=False, reduce_retracing=True)

    def normal(self, text: str) -> str:
        """Returns a word as it will be spoken: lower case, without accents and outer spaces.

        Args:
            text: What somebody typed.

        Returns:
            The word, letters from a to z.

        Raises:
            UnreadableError: If it is empty or too long, or has anything but letters from a to z.
        """
        parts = unicodedata.normalize("NFKD", text.strip().lower())
        found = "".join(part for part in parts if not unicodedata.combining(part))
        if not found:
            raise UnreadableError("it is empty")
        if len(found) > self.longest:
            raise UnreadableError(
                f"it has {len(found):,} characters, and {self.longest} is the limit"
            )
        strange = [part for part in found if part not in self.source]
        if strange:
            raise UnreadableError(f"single words of a to z are spoken, not {ascii(strange[0])}")
        return found

    def read(self, texts: Sequence[str], width: int = 5) -> list[Reading]:
        """Has words spoken, and says what was heard.

        Args:
            texts: The words.
            width: Prefixes on the beam; 1 decodes greedily.

        Returns:
            A `Reading` for each, in their order.

        Raises:
            ValueError: If a text is empty.
            DataError: If the engine that speaks cannot be had on this machine.
        """
        return list(self.stream(texts, width))

    def stream(self, texts: Iterable[str], width: int = 5) -> Iterator[Reading]:
        """Does as `read`, word by word.

        Args:
            texts: The words.
            width: Prefixes on the beam.

        Yields:
            A `Reading` for each, in their order.

        Raises:
            ValueError: If a text is empty.
            DataError: If the engine that speaks cannot be had on this machine.
        """
        for text in texts:
            if not text:
                raise ValueError("There is nothing to speak in an empty text. Received: ''.")
            yield from self.hear(data.record([(text, _VOICE, _RATE)]), width)

    def hear(self, recordings: data.Recordings, width: int = 5) -> list[Reading]:
        """Writes down recordings, those of like length together.

        Args:
            recordings: What to listen to.
            width: Prefixes on the beam; 1 decodes greedily.

        Returns:
            A `Reading` for each, in their order; its `text` is the word that was spoken, its
            attention, `(T, S')`, is on the steps that the pyramid leaves, and None for CTC. A score
            of CTC is that of the paths that the search added up.
        """
        order = np.argsort(recordings.lengths, kind="stable")
        found: dict[int, Reading] = {}
        for start in range(0, len(order), self.batch):
            places = order[start : start + self.batch]
            frames, mask = pad_frames([recordings.frames(place) for place in places])
            words = [recordings.spellings[place] for place in places]
            hear = self._by_ctc if isinstance(self.model, models.CTCModel) else self._by_attention
            found |= zip(places.tolist(), hear(words, frames, mask, width), strict=True)
        return [found[place] for place in range(len(order))]

    def probabilities(self, recordings: data.Recordings) -> list[np.ndarray]:
        """Returns what a network with CTC thinks at each step.

        Args:
            recordings: What to listen to.

        Returns:
            For each recording natural logs of probabilities `(S', V)`, float32.
        """
        frames, mask = pad_frames([recordings.frames(n) for n in range(len(recordings))])
        return self._log_p(frames, mask)

    def _log_p(self, frames: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
        logits, kept = self._logits((frames, mask))
        log_p = tf.nn.log_softmax(logits).numpy()
        counts = kept.numpy().sum(axis=1)
        return [rows[:count] for rows, count in zip(log_p, counts, strict=True)]

    def _by_ctc(self, words, frames, mask, width) -> Iterator[Reading]:
        for word, log_p in zip(words, self._log_p(frames, mask), strict=True):
            beam = width > 1
            best = decoding.ctc_beam(log_p, width)[0] if beam else decoding.ctc_greedy(log_p)
            tokens = tuple(self.target.decode(best.labels))
            yield Reading(word, tokens, best.score, None, "".join(tokens))

    def _by_attention(self, words, frames, mask, width) -> Iterator[Reading]:
        state = self._start(frames, mask, self.max_steps)
        kept = state["mask"].numpy().sum(axis=1)
        best, _ = self._search(state, width, self.max_steps)
        ids, lengths, scores, attention = (part.numpy() for part in best)
        for row, word in enumerate(words):
            tokens = tuple(self.target.decode(ids[row]))
            seen = attention[row, : lengths[row], : kept[row]]
            yield Reading(word, tokens, float(scores[row]), seen, "".join(tokens))
