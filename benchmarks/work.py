"""What is measured on: CMUdict's words as ids, our model, and how much it multiplies a token."""

import time
from collections.abc import Iterator
from itertools import islice

import numpy as np

from seqtut import data, runtime
from seqtut.text import BucketedBatches, Vocabulary

WIDTH, BATCH = 256, 256


def buckets(size: int = BATCH) -> dict:
    """Returns how `seqtut train` cuts batches: steps not rounded, forty batches sorted together."""
    return {"size": size, "multiple": 1, "pool": 40 * size}


def folder():
    """Returns where models that take long to make are kept, in the cache."""
    path = runtime.cache_folder() / "benchmarks"
    path.mkdir(parents=True, exist_ok=True)
    return path


def vocabularies(words: data.Words) -> tuple[Vocabulary, Vocabulary]:
    """Returns the letters' vocabulary and the phonemes'."""
    return Vocabulary.build(words.spellings), Vocabulary.build(said for _, said in words.pairs())


def pairs() -> tuple[list, int, int]:
    """Returns the training pairs as ids in a fixed random order, and the vocabularies' sizes."""
    words = data.load("cmudict").train
    source, target = vocabularies(words)
    found = [(source.encode(word), target.encode(said)) for word, said in words.pairs()]
    order = np.random.default_rng(0).permutation(len(found))
    return [found[index] for index in order], len(source), len(target)


def model(source_size: int, target_size: int):
    """Returns our encoder-decoder: one LSTM each, dot attention."""
    from seqtut import models

    return models.Seq2Seq(source_size, target_size, width=WIDTH, attention="dot")


def matrix_weights(model) -> tuple[int, int]:
    """Returns how many matrix weights a source token passes through, and how many a target token.

    Looking up an embedding multiplies nothing, and a bias only adds; the attention's own products
    have no weights and are left out too.
    """
    source, target = (
        sum(
            int(np.prod(variable.shape))
            for variable in half.trainable_variables
            if len(variable.shape) == 2 and "embedding" not in variable.path
        )
        for half in (model.encoder, model.decoder)
    )
    return source, target


def looked_up_weights(model) -> int:
    """Returns how many of those weights are looked up by a token instead, in either half.

    A first layer's kernel is multiplied by each entry of the vocabulary once a batch. On the way
    back a token is multiplied by as many numbers as the vocabulary has entries, which are few.
    """
    return int(np.prod(model.decoder.layers[0].cell.kernel.shape))


class Timed(BucketedBatches):
    """Batches that take the time in which `fit` works them off, after some to warm up.

    `fit` asks for the next batch when it has the loss of the last one, so the time from one to
    another is a whole step's.
    """

    def __init__(self, pairs: list, warm_up: int, measured: int, size: int = BATCH):
        super().__init__(pairs, seed=0, **buckets(size))
        self.warm_up, self.measured = warm_up, measured
        self.source_tokens = self.target_tokens = 0
        self.seconds = 0.0

    def epoch(self, number: int) -> Iterator[tuple]:
        """Yields the batches and counts the real tokens of those that are timed."""
        start = 0.0
        batches = islice(super().epoch(number), self.warm_up + self.measured)
        for index, batch in enumerate(batches):
            if index == self.warm_up:
                start = time.perf_counter()
            yield batch
            if index >= self.warm_up:
                self.source_tokens += int(batch[1].sum())
                self.target_tokens += int(batch[4].sum())
        self.seconds = time.perf_counter() - start


def trained(kind: str):
    """Returns a model that was trained for an epoch, as a `Transducer`; the cache keeps it.

    It is right about half of the time and ends its words where they end, which is all that the
    speed of decoding depends on.

    Args:
        kind: "lstm", or "transformer" of the sizes that `seqtut.models.Transformer` has by itself.
    """
    from seqtut import models, pretrained, training

    words = data.load("cmudict").train
    source, target = vocabularies(words)
    found, *sizes = pairs()
    made = model(*sizes) if kind == "lstm" else models.Transformer(*sizes)
    training.fit(
        made,
        BucketedBatches(found, seed=0, **buckets()),
        BucketedBatches(found[:BATCH], size=BATCH),
        training.token_loss(),
        epochs=1,
        checkpoint=folder() / f"{kind}.checkpoint",
        progress=False,
    )
    return pretrained.Transducer(made, source, target)
