"""The book's models: each has a named `encoder` and `decoder`, `encode(x)` and `decode(code)`."""

from seqtut.models.autoencoder import Autoencoder
from seqtut.models.captioner import Captioner
from seqtut.models.classifier import SequenceClassifier
from seqtut.models.listening import CTCModel, ListenAttendSpell
from seqtut.models.recurrent_autoencoder import RecurrentAutoencoder
from seqtut.models.seq2seq import Seq2Seq
from seqtut.models.transformer import Transformer
from seqtut.models.variational import VariationalAutoencoder

__all__ = [
    "Autoencoder",
    "Captioner",
    "CTCModel",
    "ListenAttendSpell",
    "RecurrentAutoencoder",
    "Seq2Seq",
    "SequenceClassifier",
    "Transformer",
    "VariationalAutoencoder",
]
