"""The room of losses and scores: numbers that are printed, and are not what they say."""

from collections import Counter

import numpy as np

from seqtut import equations, laws
from seqtut.museum.small import softmax
from seqtut.museum.specimen import Specimen

# Four answers of 4, 3, 2 and 1 tokens, padded to 4; a network that says half of them right.
MASK = np.arange(4) < np.array([[4], [3], [2], [1]])
TARGET = np.where(MASK, [[5, 6, 7, 8], [6, 5, 8, 0], [7, 7, 0, 0], [8, 0, 0, 0]], 0)
FOUND = np.where(MASK, [[5, 6, 7, 7], [6, 6, 7, 0], [7, 5, 0, 0], [5, 0, 0, 0]], 0)

# Nats of the tokens of five sequences, two to nine of them.
NATS = tuple(np.full(n, cost) for n, cost in ((2, 4.0), (9, 1.0), (3, 3.0), (8, 1.2), (5, 2.0)))

_TEXTS = (
    "the river runs through the old town and under the bridge",
    "the river runs through the old town and then under a stone bridge",
)
SAID, RIGHT = (text.split() for text in _TEXTS)


def _matches_everywhere(target, mask, found):
    return np.sum(found == target) / np.sum(mask)


def _everything_counts(target, mask, found):
    return np.mean(found == target)


def _accuracy(target, mask, found):
    return np.sum((found == target) & mask) / np.sum(mask)


def _mean_of_means(batches):
    return np.exp(np.mean([np.mean(nats) for nats in batches]))


def _perplexity(batches):
    return np.exp(sum(map(np.sum, batches)) / sum(map(len, batches)))


def _ngrams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def _precision(said, right, n):
    return (_ngrams(said, n) & _ngrams(right, n)).total() / _ngrams(said, n).total()


def _halving_bleu(said, right):
    product = np.prod([_precision(said, right, n) ** 0.5**n for n in (1, 2, 3, 4)])
    return np.exp(min(0, 1 - len(right) / len(said))) * product


def _bleu(said, right):
    product = np.prod([_precision(said, right, n) ** (1 / 4) for n in (1, 2, 3, 4)])
    return np.exp(min(0, 1 - len(right) / len(said))) * product


def _paper_bleu(score) -> laws.Finding:
    return laws.equation_is_layer(
        lambda cut: np.array(equations.bleu([SAID[:cut]], [[RIGHT]])),
        lambda cut: np.array(score(SAID[:cut], RIGHT)),
        len(SAID),
    )


def _distance_of_ids(target, found):
    return np.mean((found - target) ** 2)


def _cross_entropy(target, found):
    p = softmax(6.0 * (found[..., None] == np.arange(9)))  # as sure of what it found as can be seen
    return -np.mean(np.log(np.take_along_axis(p, target[..., None], -1)))


def _price_of_far(loss) -> float:
    """How many times as much a wrong id costs that is far off as one that is near."""
    target = np.array([4])
    return float(loss(target, np.array([8])) / loss(target, np.array([5])))


SERIES = np.array([0.9, 0.8, 0.9, 0.7])


def _linear(logits):
    return logits


def _left(output) -> float:
    return float(laws.target_can_be_reached(output, SERIES).measured.split()[2])


def _of_pads(score):
    return laws.pads_change_no_score(score, TARGET, MASK, FOUND)


SPECIMENS = (
    Specimen(
        name="matches-everywhere",
        room="scores",
        mistake="matches at pads counted, pads not counted",
        seen="TensorFlow, attention",
        law="pads change no score",
        quantity="accuracy",
        spec=".2f",
        broken=_matches_everywhere,
        repaired=_accuracy,
        test=_of_pads,
        number=lambda score: score(TARGET, MASK, FOUND),
    ),
    Specimen(
        name="pads-counted",
        room="scores",
        mistake="pads are tokens, and easy ones",
        seen="Keras, lstm_seq2seq",
        law="pads change no score",
        quantity="accuracy",
        spec=".2f",
        broken=_everything_counts,
        repaired=_accuracy,
        test=_of_pads,
        number=lambda score: score(TARGET, MASK, FOUND),
    ),
    Specimen(
        name="mean-of-means",
        room="scores",
        mistake="perplexity from a mean of batch means",
        seen="pytorch-seq2seq",
        law="batches change no score",
        quantity="perplexity",
        spec=".2f",
        broken=_mean_of_means,
        repaired=_perplexity,
        test=lambda score: laws.batches_change_no_score(score, NATS),
        number=lambda score: score(list(NATS)),
    ),
    Specimen(
        name="halving-bleu",
        room="scores",
        mistake="BLEU's weights are 1/2, 1/4, 1/8, 1/16",
        seen="Dive into Deep Learning",
        law="equation = layer",
        quantity="BLEU",
        spec=".3f",
        broken=_halving_bleu,
        repaired=_bleu,
        test=_paper_bleu,
        number=lambda score: score(SAID, RIGHT),
    ),
    Specimen(
        name="ids-as-numbers",
        room="scores",
        mistake="squared error between ids",
        seen="second article, nearly",
        law="names change nothing",
        quantity="cost of id 8 over that of id 5, for 4",
        spec=".0f",
        broken=_distance_of_ids,
        repaired=_cross_entropy,
        test=lambda loss: laws.names_change_nothing(loss, TARGET, FOUND, 9),
        number=_price_of_far,
    ),
    Specimen(
        name="softmax-of-a-series",
        room="scores",
        mistake="values rebuilt through a softmax",
        seen="third article",
        law="target can be reached",
        quantity="squared error left",
        spec=".2f",
        broken=softmax,
        repaired=_linear,
        test=lambda output: laws.target_can_be_reached(output, SERIES),
        number=_left,
    ),
)
