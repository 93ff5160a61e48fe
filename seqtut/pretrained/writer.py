"""Models that write English: one goes on with a text, one says in a line what a function does."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqtut.pretrained.transducer import UnreadableError
from seqtut.pretrained.translator import Translator
from seqtut.text import BucketedBatches, Subwords

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TYPED = re.compile(r"\s*(\w[\w ]*?)(?:\(\))?\s*:\s+(.*\S)\s*", re.DOTALL)


def name_words(name: str) -> str:
    """Returns the words that a function's name is made of.

    Args:
        name: A name, such as "get_angle" or "privilegedStartService".

    Returns:
        "get angle", "privileged start service": in lower case, but for abbreviations.
    """
    words = _WORD.findall(name)
    return " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)


def described(name: str, body: str) -> str:
    """Returns what a summariser reads of a function.

    Args:
        name: Its name.
        body: What is said of it.
    """
    return f"{name_words(name)}: {body}"


class Writer(Translator):
    """Goes on with English texts, with a `LanguageModel` of `seqtut.models`.

    Args:
        model: The model.
        source: The subwords of what it is given.
        target: The subwords of what it writes, the same ones.
        **limits: As of `Translator`.
    """

    def __init__(self, model: Any, source: Subwords, target: Subwords, **limits: Any):
        settings = {"max_steps": 120, "longest": 600, "batch": 64, **limits}
        super().__init__(model, source, target, **settings)
        self._measure = tf.function(self._row_nats, reduce_retracing=True)

    def normal(self, text: str) -> str:
        """Returns a text as the model reads it, each stretch of space one space.

        Args:
            text: What somebody typed.

        Returns:
            The same text.

        Raises:
            UnreadableError: If it is empty, too long, or not in ASCII.
        """
        found = " ".join(text.split())
        if not found:
            raise UnreadableError("it is empty")
        if len(found) > self.longest:
            raise UnreadableError(
                f"it has {len(found):,} characters, and {self.longest} is the limit"
            )
        for part in found:
            if not part.isascii() or not part.isprintable():
                raise UnreadableError(f"the model never read {ascii(part)}, but only English")
        return found

    def nats(self, texts: Sequence[str]) -> np.ndarray:
        """Returns what each text and its end cost, given nothing.

        A text can be cut into subwords in many ways; counted is the one way that the subwords
        choose. So these are upper bounds of what the text itself costs.

        Args:
            texts: The texts.

        Returns:
            `(N,)`, float64: minus the natural log of the probability of each.
        """
        pairs = [((), self.target.encode(text)) for text in texts]
        batches = BucketedBatches(pairs, size=self.batch, multiple=8)
        found = np.zeros(len(texts))
        for rows, batch in zip(batches.plan(0), batches.epoch(0), strict=True):
            found[rows] = self._measure(tuple(map(tf.convert_to_tensor, batch)))
        return found

    def _row_nats(self, batch: tuple) -> tf.Tensor:
        *inputs, target, mask = batch
        logits = self.model(tuple(inputs))
        nats = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
        return tf.reduce_sum(nats * tf.cast(mask, nats.dtype), axis=1)


class Summariser(Writer):
    """Says in a line what a function does, from its name and what is said of it.

    Args:
        model: A model that reads the one and writes the other.
        source: The subwords of what it reads.
        target: The subwords of what it writes, the same ones.
        **limits: As of `Translator`.
    """

    def __init__(self, model: Any, source: Subwords, target: Subwords, **limits: Any):
        super().__init__(model, source, target, **{"max_steps": 48, "batch": 128, **limits})

    def normal(self, text: str) -> str:
        """Returns a name and a description as the model reads them.

        Args:
            text: What somebody typed: a name, a colon, and what the function does.

        Returns:
            The words of the name, a colon, and the same description.

        Raises:
            UnreadableError: If it is not of this form, or as for any other text.
        """
        found = _TYPED.fullmatch(super().normal(text))
        if found is None or not name_words(found[1]):
            raise UnreadableError("it is no 'name: what the function does'")
        return described(found[1], found[2])
