import logging

import numpy as np
import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, metrics

SAID = ["the cat sat on the mat .", "Open the file", "nothing"]
RIGHT = [
    ["the cat sat on a mat .", "a cat was on the mat ."],
    ["Open the file now", "Open a file"],
    ["something else", "nothing else"],
]
STREAMS = [list(stream) for stream in zip(*RIGHT, strict=True)]
TEXTS = st.lists(st.sampled_from(["a", "b", "c", "你", "."]), min_size=1, max_size=9).map(" ".join)


@pytest.mark.parametrize("tokenize", ["13a", "char", "zh", "intl", "none"])
def test_bleu_is_sacrebleus_with_its_signature(tokenize):
    found = metrics.bleu(SAID, RIGHT, tokenize)
    assert found.score == sacrebleu.corpus_bleu(SAID, STREAMS, tokenize=tokenize, force=True).score
    assert f"nrefs:2|case:mixed|eff:no|tok:{tokenize}|smooth:exp|version:" in found.signature
    assert float(found) == found.score
    assert f"{found:.1f}" == f"{found.score:.1f}"


def test_bleu_agrees_with_the_equation():
    said = [["the cat sat on the mat today", "it was a cat"]]
    right = [["the cat sat on the mat", "a cat sat on the mat today"], ["it was a dog"]]
    found = metrics.bleu(said[0], right, "none")
    tokens = [[r.split() for r in references] for references in right]
    wanted = equations.bleu([text.split() for text in said[0]], tokens)
    assert found.score == pytest.approx(100 * wanted)


def test_examples_may_have_different_numbers_of_references():
    found = metrics.bleu(["a b c d", "e f g h"], [["a b c d"], ["x", "e f g h"]], "none")
    assert found.score == pytest.approx(100)
    assert metrics.chrf(["abc", "efg"], [["abc"], ["x", "efg"]]).score == pytest.approx(100)
    assert "nrefs:var" in found.signature


def test_chinese_needs_its_own_tokenizer():
    said, right = ["打开新的文件"], [["打开旧的文件"]]
    assert metrics.bleu(said, right, "zh").score > metrics.bleu(said, right, "13a").score


@pytest.mark.parametrize("word_order", [0, 2])
def test_chrf_is_sacrebleus_with_its_signature(word_order):
    found = metrics.chrf(SAID, RIGHT, word_order)
    assert found.score == sacrebleu.corpus_chrf(SAID, STREAMS, word_order=word_order).score
    assert f"nc:6|nw:{word_order}" in found.signature


def test_chrf_worked_by_hand():
    """Of ab against ac: one letter of two, and no pair of one; F is their mean, orders 1 and 2."""
    assert metrics.chrf(["ab"], [["ac"]]).score == pytest.approx(100 * (0.5 + 0) / 2)


@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, min_size=1, max_size=3)), min_size=1, max_size=6))
def test_the_parts_of_bleu_add_up_to_the_corpus(corpus):
    said, right = (list(column) for column in zip(*corpus, strict=True))
    parts = metrics.bleu_parts(said, right)
    assert parts.shape == (10, len(corpus))
    [found] = metrics.bleu_of_sums(parts.sum(axis=1)[None])
    assert found == pytest.approx(metrics.bleu(said, right).score)


def test_systems_can_be_compared_by_their_bleu():
    right = [[f"the file number {i} could not be opened"] for i in range(30)]
    good = [r[0] for r in right]
    bad = [r[0].replace("not be", "be not") for r in right]
    parts = [metrics.bleu_parts(said, right) for said in (good, bad)]
    found = metrics.paired_bootstrap(*parts, samples=200, statistic=metrics.bleu_of_sums)
    assert found.difference == pytest.approx(100 - metrics.bleu(bad, right).score)
    assert found.low > 0


def test_scoring_says_nothing_on_the_terminal(capfd, caplog):
    with caplog.at_level(logging.WARNING):
        metrics.bleu(["a b ."] * 200, [["a b ."]] * 200)
        metrics.bleu_parts(["a b ."] * 200, [["a b ."]] * 200)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("score", [metrics.bleu, metrics.bleu_parts, metrics.chrf])
def test_what_is_no_text_with_references_is_refused(score):
    with pytest.raises(TypeError, match=r"Texts are strings. Received: \['a'\]"):
        score([["a"]], [[["a"]]])
    with pytest.raises(TypeError, match="Put a single reference in a list"):
        score(["a"], ["a"])
    with pytest.raises(ValueError, match="Received: 1 and 2"):
        score(["a"], [["a"], ["b"]])


def test_unknown_options_are_refused():
    for score in (metrics.bleu, metrics.bleu_parts):
        with pytest.raises(ValueError, match="13a, zh, char, intl, none. Received: 'jieba'"):
            score(SAID, RIGHT, "jieba")
    with pytest.raises(ValueError, match="Received: -1"):
        metrics.chrf(SAID, RIGHT, -1)


# ROUGE; the numbers are those of the rouge-score package as well, version 0.1.2.


@pytest.mark.parametrize(
    ("right", "wanted"),
    [
        ("police killed the gunman", (8 / 9, 6 / 7, 8 / 9)),
        ("the gunman killed police", (8 / 9, 2 / 7, 4 / 9)),
        ("nobody came", (0, 0, 0)),
        ("the", (2 / 6, 0, 2 / 6)),
        ("the police killed the gunman", (1, 1, 1)),
    ],
)
def test_rouge_worked_by_hand(right, wanted):
    found = metrics.rouge([["the", "police", "killed", "the", "gunman"]], [[right.split()]])
    assert [score.value for score in found] == pytest.approx(wanted)


def test_rouge_takes_the_best_reference_for_each_and_the_mean_over_examples():
    right = [list("abcd"), list("cdab")]
    found = metrics.rouge([list("abcd"), list("dcba")], [right, [list("wxyz")]])
    assert found.rouge_2.numerators.tolist() == [1, 0]
    assert found.rouge_l.value == 0.5


def test_rouge_counts_a_repeated_word_as_often_as_the_reference_has_it():
    found = metrics.rouge([["a"] * 4], [[["a", "b"]]])
    assert found.rouge_1.value == pytest.approx(2 / 6)


def test_rouge_wants_tokens():
    with pytest.raises(TypeError, match="Split the texts first"):
        metrics.rouge(["a b"], [["a b"]])


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1))
def test_rouge_lies_between_none_and_all(corpus):
    said = [text.split() for text, _ in corpus]
    right = [[text.split()] for _, text in corpus]
    for score in metrics.rouge(said, right):
        assert np.all((score.numerators >= 0) & (score.numerators <= 1))
    assert metrics.rouge(said, [[s] for s in said]).rouge_1.value == 1
