"""The book's models: each has a named `encoder` and `decoder`, `encode(x)` and `decode(code)`."""

from seqtut.models.autoencoder import Autoencoder
from seqtut.models.captioner import Captioner
from seqtut.models.classifier import SequenceClassifier
from seqtut.models.language import LanguageModel
from seqtut.models.listening import CTCModel, ListenAttendSpell
from seqtut.models.pointer import PointerGenerator
from seqtut.models.recurrent_autoencoder import RecurrentAutoencoder
from seqtut.models.seq2seq import Seq2Seq
from seqtut.models.transformer import Transformer
from seqtut.models.variational import VariationalAutoencoder

__all__ = [
    "Autoencoder",
    "CTCModel",
    "Captioner",
    "LanguageModel",
    "ListenAttendSpell",
    "PointerGenerator",
    "RecurrentAutoencoder",
    "Seq2Seq",
    "SequenceClassifier",
    "Transformer",
    "VariationalAutoencoder",
]
