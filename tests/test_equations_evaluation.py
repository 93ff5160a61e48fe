import math
from functools import cache

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rapidfuzz.distance import Levenshtein
from sacrebleu.metrics import BLEU

from seqtut import equations, laws

LOGITS = arrays.arrays(np.float64, (3, 4, 5), elements=st.floats(-20, 20))
IDS = arrays.arrays(np.int64, (3, 4), elements=st.integers(0, 4))
EPSILONS = st.floats(0, 0.9)


@given(logits=LOGITS, targets=IDS, epsilon=EPSILONS)
def test_smoothed_cross_entropy_is_that_of_keras(logits, targets, epsilon):
    found = equations.cross_entropy(equations.label_smoothing(targets, 5, epsilon), logits)
    wanted = keras.losses.categorical_crossentropy(
        np.eye(5, dtype="float32")[targets],
        logits.astype("float32"),
        from_logits=True,
        label_smoothing=epsilon,
    )
    assert np.allclose(found, wanted, rtol=1e-4, atol=1e-4)


@given(logits=LOGITS, targets=IDS)
def test_without_smoothing_cross_entropy_is_the_negative_log_likelihood(logits, targets):
    found = equations.cross_entropy(equations.label_smoothing(targets, 5, 0), logits)
    assert found.shape == (3, 4)
    assert found.mean() == pytest.approx(equations.negative_log_likelihood(logits, targets))


def test_the_gradient_of_cross_entropy_is_softmax_minus_target():
    target = equations.label_smoothing(np.array(2), 5, 0.1)
    at = np.random.default_rng(0).normal(size=5)
    found = laws.gradient_is_slope(
        lambda logits: float(equations.cross_entropy(target, logits)),
        equations.softmax(at) - target,
        at,
    )
    assert found.holds, found


@given(targets=IDS, epsilon=EPSILONS)
def test_smoothed_targets_are_distributions_that_favour_the_target(targets, epsilon):
    found = equations.label_smoothing(targets, 5, epsilon)
    assert found.shape == (3, 4, 5)
    assert np.allclose(found.sum(axis=-1), 1)
    assert np.array_equal(found.argmax(axis=-1), targets)
    assert np.allclose(found.min(axis=-1), epsilon / 5)


def test_no_model_gets_below_the_entropy_of_a_smoothed_target():
    target = equations.label_smoothing(np.array(0), 4, 0.2)
    floor = math.log(2) * equations.entropy(target)
    best = equations.cross_entropy(target, np.log(target))
    assert best == pytest.approx(floor)
    assert equations.cross_entropy(target, np.array([99.0, 0, 0, 0])) > floor


@pytest.mark.parametrize(
    ("targets", "epsilon", "message"),
    [([5], 0.1, "5 to 5"), ([-1, 2], 0.1, "-1 to 2"), ([0], 1.0, "1.0"), ([0], -0.1, "-0.1")],
)
def test_smoothing_out_of_range_is_refused(targets, epsilon, message):
    with pytest.raises(ValueError, match=f"Received: {message}"):
        equations.label_smoothing(np.array(targets), 5, epsilon)


def test_what_cannot_come_costs_nothing_where_it_need_not():
    logits = np.array([-np.inf, 0.0])
    assert equations.cross_entropy([0.0, 1.0], logits) == 0
    assert equations.cross_entropy([1.0, 0.0], logits) == np.inf


def test_no_targets_have_no_distributions():
    assert equations.label_smoothing([], 5, 0.1).shape == (0, 5)


def test_cross_entropy_refuses_ids_for_distributions():
    with pytest.raises(ValueError, match=r"Received: \(3,\) and \(3, 5\).*one-hot"):
        equations.cross_entropy(np.zeros(3), np.zeros((3, 5)))


def test_perplexity_of_a_uniform_guess_is_the_number_of_tokens():
    logits = np.zeros((2, 3, 7))
    nats = equations.cross_entropy(np.eye(7)[np.zeros((2, 3), int)], logits)
    assert equations.perplexity(nats) == pytest.approx(7)


def test_perplexity_weighs_tokens_and_not_sentences():
    nats = np.log([[2.0, 2.0, 2.0], [16.0, 1e9, 1e9]])
    mask = np.array([[True] * 3, [True, False, False]])
    assert equations.perplexity(nats, mask) == pytest.approx((2 * 2 * 2 * 16) ** (1 / 4))


@pytest.mark.parametrize("mask", [[False, False], [True], [[True, True]]])
def test_perplexity_refuses_a_mask_that_does_not_fit(mask):
    with pytest.raises(ValueError, match="perplexity needs a number for each token"):
        equations.perplexity(np.ones(2), np.array(mask))


# Edit distance


def by_definition(one, other):
    """Tries every choice at every position, sharing only what was already found."""

    @cache
    def distance(i, j):
        if not (i < len(one) and j < len(other)):
            return (len(one) - i) + (len(other) - j)
        if one[i] == other[j]:
            return distance(i + 1, j + 1)
        return 1 + min(distance(i + 1, j), distance(i, j + 1), distance(i + 1, j + 1))

    return distance(0, 0)


@pytest.mark.parametrize(
    ("hypothesis", "reference", "edits"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("ab", "ba", 2), ("", "", 0)],
)
def test_edit_distances_worked_by_hand(hypothesis, reference, edits):
    assert equations.edit_distance(hypothesis, reference) == edits


@given(st.lists(st.integers(0, 3), max_size=9), st.lists(st.integers(0, 3), max_size=9))
def test_edit_distance_is_that_of_its_definition_and_of_rapidfuzz(one, other):
    found = equations.edit_distance(one, other)
    assert found == by_definition(tuple(one), tuple(other)) == Levenshtein.distance(one, other)


# BLEU

WORDS = st.lists(st.sampled_from("abc"), max_size=9)
CORPORA = st.lists(st.tuples(WORDS, st.lists(WORDS, min_size=1, max_size=3)), min_size=1)


@given(CORPORA)
def test_bleu_is_that_of_sacrebleu_without_smoothing(corpus):
    hypotheses, references = zip(*corpus, strict=True)
    most = max(map(len, references))
    streams = [
        [" ".join(right[i]) if i < len(right) else None for right in references]
        for i in range(most)
    ]
    # effective_order=False: an order without n-grams makes the score 0, as in the equation.
    metric = BLEU(tokenize="none", smooth_method="none", force=True)
    wanted = metric.corpus_score([" ".join(h) for h in hypotheses], streams).score
    assert 100 * equations.bleu(hypotheses, references) == pytest.approx(wanted, abs=1e-9)


def test_bleu_worked_by_hand():
    """Matches 5 of 6, 3 of 5, 1 of 4 up to three words; no penalty, since no word is missing."""
    said, right = (
        ["the", "cat", "sat", "on", "the", "mat"],
        ["the", "cat", "sat", "in", "the", "mat"],
    )
    found = equations.bleu([said], [[right]], order=3)
    assert found == pytest.approx((5 / 6 * 3 / 5 * 1 / 4) ** (1 / 3))
    assert equations.bleu([said], [[right]]) == 0


def test_a_short_hypothesis_is_penalised_and_a_long_one_is_not_twice():
    right = list("abcdefgh")
    assert equations.bleu([right[:4]], [[right]]) == pytest.approx(math.exp(1 - 8 / 4))
    assert equations.bleu([right], [[right[:4]]], order=1) == pytest.approx(4 / 8)


def test_a_word_counts_as_often_as_in_one_reference():
    found = equations.bleu([["the"] * 7], [[["the", "cat", "the", "mat"]]], order=1)
    assert found == pytest.approx(2 / 7)


def test_bleu_refuses_a_hypothesis_without_reference():
    for references in ([], [[]]):
        with pytest.raises(ValueError, match="Received: 1 hypotheses, references for 0"):
            equations.bleu([["a"]], references)
