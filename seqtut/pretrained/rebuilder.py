"""A model that rebuilds what it is given, as pretrained models are kept: with no vocabularies."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqtut.pretrained.transducer import UnreadableError
from seqtut.text import Vocabulary


class Rebuilder:
    """Turns examples into codes, and codes into examples, with an autoencoder.

    Args:
        model: An `Autoencoder` or a `VariationalAutoencoder`.
        ready: What is done to examples before the model reads them, or None.
        facts: What a page that plays with the model has to know besides its weights; called when
            the model is exported.
    """

    def __init__(
        self,
        model: Any,
        ready: Callable[[np.ndarray], np.ndarray] | None,
        facts: Callable[["Rebuilder"], dict[str, Any]],
    ):
        self.model, self._ready, self._facts = model, ready, facts
        # Nothing is spelt here: both are empty.
        self.source = self.target = Vocabulary([])
        self.batch = self.at_once = 1  # texts that are refused together

    def ready(self, examples: np.ndarray) -> np.ndarray:
        """Returns examples `(N, F)` as the model reads them, `(N, F)` float32."""
        return examples if self._ready is None else self._ready(examples)

    def encode(self, examples: np.ndarray) -> np.ndarray:
        """Returns the codes of examples `(N, F)`, float, as `(N, D)`; of a cloud its mean."""
        return np.asarray(self.model.encode(tf.constant(self.ready(examples))))

    def rebuild(self, examples: np.ndarray) -> np.ndarray:
        """Returns what becomes of examples `(N, F)`, float, by way of their codes, `(N, F)`."""
        return np.asarray(self.model.decode(tf.constant(self.encode(examples))))

    def facts(self) -> dict[str, Any]:
        """Returns what a page has to know besides the weights, as JSON can hold it."""
        return self._facts(self)

    def normal(self, text: str) -> None:
        """Refuses a text: there are none that this model reads.

        Args:
            text: What somebody typed.

        Raises:
            UnreadableError: Always.
        """
        raise UnreadableError("this model reads numbers, such as those of a picture, and no text")

    def read(self, texts: Sequence[str], width: int = 5) -> None:
        """Refuses texts, as `normal` does.

        Args:
            texts: What somebody typed.
            width: Without meaning here.

        Raises:
            UnreadableError: Always.
        """
        self.normal("")
