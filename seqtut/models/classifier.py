"""A recurrent encoder with a layer that names a class, for encoders that learned elsewhere."""

from typing import Any

import keras
from keras import ops

from seqtut.models.recurrent import RecurrentEncoder


@keras.saving.register_keras_serializable(package="seqtut")
class SequenceClassifier(keras.Model):
    """Reads a sequence as `Seq2Seq` does, and scores classes instead of writing.

    Each number of a sequence's features is the largest that any kept step has in its place. The
    encoder is that of a `Seq2Seq` of the same settings, so that its weights can be taken over.

    Args:
        source_size: Source vocabulary, the special tokens included.
        classes: `C`, classes.
        width: `D`, width of the states, half of it a direction if there are two.
        embedding_dim: Width of a token's vector; None for `width`.
        layers: Recurrent layers.
        cell: "lstm" or "gru".
        bidirectional: Whether the encoder also reads from the end.
        dropout: Share of numbers dropped between layers in training, in [0, 1).
        **kwargs: Passed on to `keras.Model`.

    Call args:
        inputs: `(source, source_mask)`: ids `(B, S)` int32, bool `(B, S)`, True = keep.

    Returns:
        Logits `(B, C)`, float.

    Source: Dai and Le (2015) for an encoder that is trained as an autoencoder first.
    """

    def __init__(
        self,
        source_size: int,
        classes: int,
        width: int = 256,
        embedding_dim: int | None = None,
        layers: int = 1,
        cell: str = "lstm",
        bidirectional: bool = False,
        dropout: float = 0.0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self._settings = {
            "source_size": source_size,
            "classes": classes,
            "width": width,
            "embedding_dim": embedding_dim or width,
            "layers": layers,
            "cell": cell,
            "bidirectional": bidirectional,
            "dropout": dropout,
        }
        self.encoder = RecurrentEncoder(
            source_size,
            self._settings["embedding_dim"],
            width,
            layers,
            cell,
            bidirectional,
            dropout,
            name="encoder",
        )
        self.dropout = keras.layers.Dropout(dropout)
        self.head = keras.layers.Dense(classes, name="head")
        self.head.build((None, width))
        self.built = True

    def call(self, inputs, training=None):
        """Returns logits `(B, C)` for `(source, source_mask)`."""
        found = self.features(*inputs, training=training)
        return self.head(self.dropout(found, training=training))

    def features(self, source: Any, source_mask: Any, training: bool | None = None) -> Any:
        """Returns what the head reads.

        Args:
            source: `(B, S)` ids, int32.
            source_mask: `(B, S)` bool, True = keep; every row keeps something.
            training: Whether dropout acts.

        Returns:
            `(B, D)`, float.
        """
        states, _ = self.encoder(source, source_mask, training=training)
        kept = ops.convert_to_tensor(source_mask)[:, :, None]
        return ops.max(ops.where(kept, states, -1.0), axis=1)  # no state is below -1

    def get_config(self):
        """Returns the arguments that make a model of this shape again."""
        return {**super().get_config(), **self._settings}
