"""The book's models: each has a named `encoder` and `decoder`, `encode(x)` and `decode(code)`."""

from seqtut.models.autoencoder import Autoencoder

__all__ = ["Autoencoder"]
