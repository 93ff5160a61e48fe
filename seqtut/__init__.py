"""Helper package of the book From Autoencoders to Sequence-to-Sequence Learning."""

__version__ = "0.1.0"
