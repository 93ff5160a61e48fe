"""Translations and summaries: how much of a reference's wording a text has."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from seqtut.metrics.edits import Tokens, paired
from seqtut.metrics.ratio import Ratio

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU

# Those of sacrebleu's tokenizers that need no further package or download.
_TOKENIZERS = ("13a", "zh", "char", "intl", "none")
_ORDER = 4


class Score(NamedTuple):
    """A score from 0 to 100, and the signature that says how it was computed."""

    score: float
    signature: str

    def __float__(self) -> float:
        return self.score

    def __format__(self, spec: str) -> str:
        return format(self.score, spec)


def bleu(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], tokenize: str = "13a"
) -> Score:
    """Returns the BLEU of a corpus, by sacrebleu with its default smoothing.

    Print the signature with the score: scores under two tokenizers do not compare.

    Args:
        hypotheses: `N` texts, not tokenized.
        references: For each, one or more references, not tokenized.
        tokenize: "13a" for European languages, "zh" for Chinese, "char", "intl", or "none".

    Returns:
        The `Score`, from 0 to 100.

    Raises:
        TypeError: If texts are not strings or references not lists of them.
        ValueError: If there are no examples, the two differ in length, an example has no
            reference, or the tokenizer is unknown.

    Source: Papineni et al. (2002); Post (2018).
    """
    metric = _bleu(tokenize)
    found = metric.corpus_score(*_streams(hypotheses, references))
    return Score(found.score, str(metric.get_signature()))


def bleu_parts(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], tokenize: str = "13a"
) -> np.ndarray:
    """Returns what each example gives to a corpus's BLEU, for `paired_bootstrap`.

    `paired_bootstrap(bleu_parts(a, references), bleu_parts(b, references),
    statistic=bleu_of_sums)` compares the systems a and b.

    Args:
        hypotheses: `N` texts, not tokenized.
        references: For each, one or more references, not tokenized.
        tokenize: As for `bleu`.

    Returns:
        `(10, N)`, float64: the lengths of hypothesis and nearest reference, the n-grams that
        match for n = 1 to 4, and the n-grams that there are.

    Raises:
        TypeError: If texts are not strings or references not lists of them.
        ValueError: If there are no examples, the two differ in length, an example has no
            reference, or the tokenizer is unknown.

    Source: Koehn (2004).
    """
    metric = _bleu(tokenize)
    _streams(hypotheses, references)
    parts = []
    for hypothesis, right in zip(hypotheses, references, strict=True):
        found = metric.corpus_score([hypothesis], [[reference] for reference in right])
        parts.append([found.sys_len, found.ref_len, *found.counts, *found.totals])
    return np.array(parts, np.float64).T


def bleu_of_sums(sums: np.ndarray) -> np.ndarray:
    """Returns the BLEU of corpora from the sums of their examples' parts.

    Args:
        sums: `(samples, 10)`: sums of the rows of `bleu_parts`.

    Returns:
        `(samples,)`, from 0 to 100.
    """
    from sacrebleu.metrics import BLEU

    scores = []
    for length, reference_length, *counts in sums.tolist():
        matching, all_ngrams = counts[:_ORDER], counts[_ORDER:]
        found = BLEU.compute_bleu(
            matching, all_ngrams, int(length), int(reference_length), smooth_method="exp"
        )
        scores.append(found.score)
    return np.array(scores)


def chrf(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], word_order: int = 0
) -> Score:
    """Returns the chrF of a corpus, by sacrebleu: overlap of character n-grams up to 6.

    It needs no tokenizer, and is kinder to a word with the right stem than BLEU.

    Args:
        hypotheses: `N` texts.
        references: For each, one or more references.
        word_order: Word n-grams to count as well; 2 is chrF++.

    Returns:
        The `Score`, from 0 to 100.

    Raises:
        TypeError: If texts are not strings or references not lists of them.
        ValueError: If there are no examples, the two differ in length, an example has no
            reference, or `word_order` is negative.

    Source: Popović (2015, 2017).
    """
    from sacrebleu.metrics import CHRF

    if word_order < 0:
        raise ValueError(f"word_order is 0 or more. Received: {word_order}.")
    metric = CHRF(word_order=word_order)
    found = metric.corpus_score(*_streams(hypotheses, references))
    return Score(found.score, str(metric.get_signature()))


class Rouge(NamedTuple):
    """F1 of the words (1), word pairs (2) and longest common subsequence (L) of summaries."""

    rouge_1: Ratio
    rouge_2: Ratio
    rouge_l: Ratio


def rouge(hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> Rouge:
    """Returns ROUGE-1, ROUGE-2 and ROUGE-L as F1, from 0 to 1, averaged over examples.

    It works on tokens, which the caller makes: the rouge-score package keeps nothing of a text
    but a-z and digits, and so can score no Chinese. Of several references, the best counts, for
    each of the three on its own. Tokenize and lower-case both sides alike, and say how.

    Args:
        hypotheses: `N` sequences of tokens.
        references: For each, one or more sequences of tokens.

    Returns:
        A `Rouge` of three `Ratio`s: each example's F1 out of 1.

    Raises:
        TypeError: If a sequence is a string, or an example's references are not a list.
        ValueError: If there are no examples, the two differ in length, or an example has no
            reference.

    Source: Lin (2004).
    """
    pairs = paired(hypotheses, references)
    for hypothesis, _ in pairs:
        if isinstance(hypothesis, str):
            raise TypeError(
                f"rouge works on tokens. Received: the string {hypothesis!r:.60}. "
                "Split the texts first, into words or, for Chinese, into characters."
            )

    def mean_of_best(f1: Callable[[Tokens, Tokens], float]) -> Ratio:
        best = [max(f1(hypothesis, r) for r in right) for hypothesis, right in pairs]
        return Ratio(np.array(best, np.float64), np.ones(len(best)))

    return Rouge(
        mean_of_best(lambda one, other: _ngram_f1(one, other, 1)),
        mean_of_best(lambda one, other: _ngram_f1(one, other, 2)),
        mean_of_best(lambda one, other: _f1(LCSseq.similarity(one, other), len(one), len(other))),
    )


def _ngram_f1(one: Tokens, other: Tokens, n: int) -> float:
    first, second = (
        Counter(zip(*(tokens[i:] for i in range(n)), strict=False)) for tokens in (one, other)
    )
    return _f1((first & second).total(), first.total(), second.total())


def _f1(shared: int, one: int, other: int) -> float:
    """Returns the harmonic mean of shared / one and shared / other."""
    return 2 * shared / (one + other) if shared else 0.0


def _bleu(tokenize: str) -> "BLEU":
    # sacrebleu is imported where it is used: most chapters never need it.
    from sacrebleu.metrics import BLEU

    if tokenize not in _TOKENIZERS:
        raise ValueError(
            f"The tokenizers are {', '.join(_TOKENIZERS)}. Received: {tokenize!r}. Choose one."
        )
    return BLEU(tokenize=tokenize, force=True)  # force: no warning where tokens look tokenized


def _streams(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str | None]]]:
    """Turns references by example into references by number, as sacrebleu wants them."""
    pairs = paired(hypotheses, references)
    for hypothesis, _ in pairs:
        if not isinstance(hypothesis, str):
            raise TypeError(f"Texts are strings. Received: {hypothesis!r:.60}. Join its tokens.")
    most = max(len(right) for _, right in pairs)
    padded = [[*right, *[None] * (most - len(right))] for _, right in pairs]
    return list(hypotheses), [list(stream) for stream in zip(*padded, strict=True)]
