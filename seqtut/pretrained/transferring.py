"""What an encoder has learned, taken over to a task with few labels: frozen, or trained on."""

import json
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from seqtut import models, training
from seqtut.pretrained.recipes import PretrainedError
from seqtut.pretrained.records import RECORDS
from seqtut.text import Vocabulary, pad
from seqtut.training.averages import Average
from seqtut.training.replicas import Replicas
from seqtut.training.steps import compiled

# The settings that a classifier's encoder and a `Seq2Seq`'s have in common.
_SHARED = ("source_size", "width", "embedding_dim", "layers", "cell", "bidirectional", "dropout")
_ROWS = 512


def letters(words: Sequence[str], vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """Returns words as an encoder reads them.

    Args:
        words: `N` words.
        vocabulary: What numbers their letters.

    Returns:
        Ids `(N, S)`, int32, and a mask `(N, S)`, True = keep.
    """
    return pad([vocabulary.encode(word) for word in words])


def classifier(model: Any, classes: int, encoder: list[np.ndarray] | None = None) -> Any:
    """Makes a classifier whose encoder has the shape of a model's, its head random.

    Args:
        model: A `Seq2Seq`.
        classes: `C`, classes.
        encoder: The encoder's weights, as `get_weights` returns them; None leaves them random.

    Returns:
        A `SequenceClassifier`.
    """
    settings = model.get_config()
    made = models.SequenceClassifier(classes=classes, **{name: settings[name] for name in _SHARED})
    if encoder is not None:
        made.encoder.set_weights(encoder)
    return made


class Tuner:
    """Trains a classifier for a fixed number of steps, as often as wanted, compiled once.

    Adam, whose step size falls to zero in a straight line. No epoch is chosen, so no labels are
    used but those that are given.

    Args:
        model: A `SequenceClassifier`.
        rate: The first step size.
        size: Examples in a batch.
    """

    def __init__(self, model: Any, rate: float = 2e-3, size: int = 64):
        self.model, self.rate, self.size = model, rate, size
        self._optimizer = training.Adam(rate, global_clipnorm=1.0)
        self._optimizer.build(model.trainable_variables)
        self._step, _ = compiled(
            model,
            self._optimizer,
            Average(model, None),
            training.class_loss,
            Replicas(None, model),
        )
        self._look = tf.function(
            lambda ids, mask: (model((ids, mask)), model.features(ids, mask)), reduce_retracing=True
        )

    def tune(self, examples: tuple, steps: int, seed: int) -> None:
        """Trains the model as it stands.

        Args:
            examples: `(source, source_mask, target)`: ids `(N, S)` int32, bool `(N, S)`, True =
                keep, classes `(N,)` int32.
            steps: Updates.
            seed: Of the examples' order.
        """
        for variable in self._optimizer.variables:
            variable.assign(tf.zeros_like(variable))
        rng, count = np.random.default_rng(seed), len(examples[0])
        rounds = -(-steps * self.size // count)
        rows = np.concatenate([rng.permutation(count) for _ in range(rounds)])
        for step in range(steps):
            self._optimizer.learning_rate = self.rate * (1 - step / steps)
            chosen = rows[step * self.size : (step + 1) * self.size]
            longest = examples[1][chosen].sum(axis=1).max()
            ids, mask = (part[chosen, :longest] for part in examples[:2])
            self._step(tuple(map(tf.constant, (ids, mask, examples[2][chosen]))))

    def look(self, source: np.ndarray, source_mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns what the model says, and what its head reads.

        Args:
            source: `(N, S)` ids, int32.
            source_mask: `(N, S)` bool, True = keep.

        Returns:
            The best classes `(N,)`, and the features `(N, D)`.
        """
        starts = range(0, len(source), _ROWS)
        found = [self._look(source[i : i + _ROWS], source_mask[i : i + _ROWS]) for i in starts]
        logits, features = (np.concatenate([f[part].numpy() for f in found]) for part in (0, 1))
        return logits.argmax(axis=-1), features


def probe(features: np.ndarray, classes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Fits a linear classifier to features that stay as they are.

    Args:
        features: `(N, D)`, dense or sparse.
        classes: `(N,)`.
        others: `(M, D)` the features of what is to be classified.

    Returns:
        The classes `(M,)`. How far the weights are held down is chosen by cross-validation on
        the given examples alone.
    """
    from sklearn.linear_model import LogisticRegressionCV
    from sklearn.preprocessing import MaxAbsScaler

    scale = MaxAbsScaler().fit(features)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = LogisticRegressionCV(Cs=np.logspace(-2, 2, 5), cv=3, max_iter=300).fit(
            scale.transform(features), classes
        )
    return found.predict(scale.transform(others))


def transfer() -> dict[str, Any]:
    """Returns how an encoder's start decides what it makes of few labels and of many.

    Returns:
        "sizes", "seeds", "steps", and "accuracy": for each way a row a seed and in it a share of
        right test words a size. `python -m benchmarks.transfer` makes them.

    Raises:
        PretrainedError: If they cannot be read.
    """
    try:
        return json.loads((RECORDS / "transfer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PretrainedError(
            f"The comparison of starts cannot be read. Received: {error}. Install seqtut anew, or "
            "make it: python -m benchmarks.transfer."
        ) from error
