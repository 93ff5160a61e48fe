"""Which pair is merged, how a text is cut, how much is padding: by hand, by force, by library."""

import itertools
import math

import numpy as np
import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations
from seqtut.text import BucketedBatches, Subwords, TextError

WORDS = st.lists(st.text("abcd", min_size=1, max_size=9), min_size=2, max_size=10)
OPTIONS = {"byte_fallback": False, "leading_space": False}


def merged(symbols, pair):
    out = []
    for symbol in symbols:
        if out and (out[-1], symbol) == pair and not out[-1].endswith("\0"):
            out[-1] = out[-1] + symbol + "\0"  # marked, so that it takes no part twice
        else:
            out.append(symbol)
    return [symbol.rstrip("\0") for symbol in out]


def learned(words):
    """The pieces that byte-pair encoding makes of words, until each word is one."""
    words, pieces = [list(word) for word in words], []
    while pair := equations.pair_merge(words):
        words = [merged(word, pair) for word in words]
        if "".join(pair) not in pieces:
            pieces.append("".join(pair))
    return pieces


def test_the_pair_with_the_highest_count_is_merged_each_word_as_often_as_it_occurs():
    words = [list("tough"), list("to"), list("ugh")]
    assert equations.pair_merge(words) == ("g", "h")  # twice, like ug, but first in the alphabet
    assert equations.pair_merge(words, [1, 5, 1]) == ("t", "o")


def test_of_equal_counts_the_shortest_pair_is_merged():
    assert equations.pair_merge([["ab", "c"], ["x", "y"]]) == ("x", "y")


def test_neighbours_in_a_run_of_one_symbol_all_count():
    assert equations.pair_merge([list("bbb"), list("ac")], [1, 1]) == ("b", "b")


def test_single_symbols_leave_nothing_to_merge():
    assert equations.pair_merge([["through"], ["a"]]) is None
    assert equations.pair_merge([]) is None


def test_counts_that_do_not_fit_the_words_are_refused():
    with pytest.raises(ValueError, match="one count a word"):
        equations.pair_merge([list("ab")], [1, 2])


@given(WORDS)
@settings(max_examples=60, deadline=None)
def test_merging_again_and_again_gives_the_pieces_of_sentencepiece_in_its_order(words):
    try:
        subwords = Subwords.train(words, 60, "bpe", **OPTIONS)
    except TextError:  # words of a single letter hold no pair
        return
    library = sentencepiece.SentencePieceProcessor(model_proto=subwords.model)
    letters = len(set("".join(words)))
    theirs = [library.id_to_piece(i) for i in range(4, len(subwords) - letters)]
    ours = learned(words)
    assert ours == theirs[: len(ours)]  # the library goes on with pairs that are left nowhere


LOG_P = {"t": -3.0, "o": -3.5, "u": -4.0, "gh": -5.0, "g": -4.5, "h": -3.0, "ugh": -6.5, "to": -7.0}


def segmentations(text):
    for cuts in itertools.product([False, True], repeat=max(0, len(text) - 1)):
        ends = [i + 1 for i, cut in enumerate(cuts) if cut]
        spans = zip([0, *ends], [*ends, len(text)], strict=True)
        yield [text[a:b] for a, b in spans if a < b]  # an empty text has no pieces


def test_the_probability_of_a_segmentation_is_the_product_over_its_pieces():
    found = equations.segmentation_probability(["t", "o", "ugh"], LOG_P)
    assert found == pytest.approx(math.exp(-3.0) * math.exp(-3.5) * math.exp(-6.5))
    assert equations.segmentation_probability([], LOG_P) == 1
    assert equations.segmentation_probability(["t", "ough"], LOG_P) == 0


@given(st.text("tough", max_size=9))
def test_viterbi_finds_what_trying_all_segmentations_finds(text):
    pieces, score = equations.best_segmentation(text, LOG_P)
    every = [equations.segmentation_probability(s, LOG_P) for s in segmentations(text)]
    assert math.exp(score) == pytest.approx(max(every))
    assert "".join(pieces) == text
    assert equations.segmentation_probability(pieces, LOG_P) == pytest.approx(max(every))


def test_a_text_that_cannot_be_cut_has_no_pieces():
    assert equations.best_segmentation("tax", LOG_P) == ([], -math.inf)
    assert equations.best_segmentation("a", {}) == ([], -math.inf)


def test_viterbi_cuts_as_sentencepiece_does_with_its_scores():
    words = ["though", "through", "rough", "tough", "enough", "thorough", "bough", "dough"] * 5
    words += ["hug", "hugs", "mug", "rug", "the", "then", "there", "other", "mother"] * 3
    subwords = Subwords.train(words, 40, "unigram", **OPTIONS)
    library = sentencepiece.SentencePieceProcessor(model_proto=subwords.model)
    log_p = {library.id_to_piece(i): library.get_score(i) for i in range(4, len(subwords))}
    for word in {*words, "throughout", "hugeness", "gothour"}:
        if set(word) <= set("".join(words)):
            assert equations.best_segmentation(word, log_p)[0] == subwords.pieces(word)


def test_the_share_of_padding_by_hand():
    lengths = np.array([7, 3, 5, 5])
    assert equations.padding_share(lengths, [[0, 1], [2, 3]]) == pytest.approx(4 / 24)
    assert equations.padding_share(lengths, [[0, 1, 2, 3]]) == pytest.approx(8 / 28)
    assert equations.padding_share(lengths, [[0], [1], [2], [3]]) == 0


@given(
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=30),
    size=st.integers(1, 7),
    seed=st.integers(0, 5),
)
@settings(max_examples=40, deadline=None)
def test_the_share_of_padding_is_what_the_masks_of_bucketed_batches_count(lengths, size, seed):
    pairs = [([9] * n, [9]) for n in lengths]
    batches = BucketedBatches(pairs, size=size, seed=seed, multiple=1)
    masks = [mask for _, mask, *_ in batches.epoch(0)]
    pads = sum(int((~mask).sum()) for mask in masks) / sum(mask.size for mask in masks)
    share = equations.padding_share(np.array(lengths), batches.plan(0))
    assert share == pytest.approx(pads)


@pytest.mark.parametrize(
    ("lengths", "batches", "said"),
    [
        ([[1, 2]], [[0]], "lengths"),
        ([-1], [[0]], "lengths"),
        ([0, 0], [[0, 1]], "any"),
        ([1], [], "any"),
        ([1, 2], [[[0, 1]]], "of shape"),
        ([1, 2], [[True, False]], "Use flatnonzero"),
        ([1, 2], [[0.0, 1.0]], "whole numbers"),
    ],
)
def test_a_share_of_nothing_or_of_bad_lengths_is_refused(lengths, batches, said):
    with pytest.raises(ValueError, match=said):
        equations.padding_share(np.array(lengths), batches)
