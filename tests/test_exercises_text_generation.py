import math

import numpy as np
import pytest

from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


RUBBISH = [
    (lambda *given: None, "should return numbers"),
    (lambda *given: "2", "should return numbers"),
    (lambda *given: [1, 2], "shape"),
    (lambda: 0, "stopped"),
    (lambda *given: given[99], "stopped"),
    (None, "is a function"),
    ("x", "is a function"),
]


def test_bits_a_character_are_right_as_a_number_of_any_type():
    assert judge("text-generation-1", lambda a, t, c: a * t / (c * math.log(2))).right
    assert judge("text-generation-1", lambda a, t, c: np.float32(a * t / c / np.log(2))).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda a, t, c: a * t / c, "in nats"),
        (lambda a, t, c: a * t / c * math.log(2), "divide by it"),
        (lambda a, t, c: a / math.log(2), "bits a token"),
        (lambda a, t, c: a * c / t / math.log(2), "exchanged"),
        (lambda a, t, c: 2.5 * 30 / 100 / math.log(2), "nats, 7 characters"),
        (lambda a, t, c: math.nan, "Received: nan"),
        *RUBBISH,
    ],
)
def test_wrong_bits_get_their_hint(answer, hint):
    assert hint in hint_of("text-generation-1", answer)


def distinct(texts, n):
    grams = [tuple(text[i : i + n]) for text in texts for i in range(len(text) - n + 1)]
    return len(set(grams)) / len(grams)


def test_the_share_of_different_n_grams():
    assert judge("text-generation-2", distinct).right
    assert judge("text-generation-2", lambda texts, n: np.array(distinct(texts, n))).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda texts, n: distinct([sum(texts, [])], n), "into the next"),
        (lambda texts, n: np.mean([distinct([t], n) for t in texts]), "all of them together"),
        (lambda texts, n: 1 - distinct(texts, n), "share that repeats"),
        (lambda texts, n: distinct(texts, 1), "single tokens"),
        (lambda texts, n: 0.5, "Received: 0.500"),
        *RUBBISH,
    ],
)
def test_a_wrong_share_gets_its_hint(answer, hint):
    assert hint in hint_of("text-generation-2", answer)


def mixture(gate, generated, weights, source):
    copied = np.zeros(len(generated))
    np.add.at(copied, source, weights)
    return gate * generated + (1 - gate) * copied


def loop(gate, generated, weights, source):
    found = [gate * p for p in generated]
    for weight, token in zip(weights, source, strict=True):
        found[token] += (1 - gate) * weight
    return found


def last(gate, generated, weights, source):
    copied = np.zeros(len(generated))
    copied[source] += weights
    return gate * generated + (1 - gate) * copied


def test_what_is_generated_and_what_is_copied_are_mixed():
    assert judge("text-generation-3", mixture).right
    assert judge("text-generation-3", loop).right


def spoil(gate, generated, weights, source):
    generated[:] = 0
    return generated


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (last, "several places"),
        (lambda gate, *rest: mixture(1 - gate, *rest), "not of what is copied"),
        (lambda gate, p, w, s: gate * p, "sums to"),
        (lambda gate, p, w, s: p, "gate times"),
        (spoil, "sums to"),
        *RUBBISH[:2],
        (lambda *given: given[2], "shape"),
        *RUBBISH[3:],
    ],
)
def test_a_wrong_mixture_gets_its_hint(answer, hint):
    assert hint in hint_of("text-generation-3", answer)


def common(one, other):
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + common(one[1:], other[1:])
    return max(common(one[1:], other), common(one, other[1:]))


def greedy(one, other):
    place = found = 0
    for token in one:
        if token in other[place:]:
            place, found = other.index(token, place) + 1, found + 1
    return found


def stretch(one, other):
    one, other = "".join(one), "".join(other)
    return max(
        [k for i in range(len(one)) for k in range(len(one) + 1 - i) if one[i : i + k] in other],
        default=0,
    )


def test_the_longest_common_subsequence():
    assert judge("text-generation-4", common).right
    for kind in (np.int64, np.float64, np.array):  # a table made by np.zeros holds floats
        assert judge("text-generation-4", lambda a, b, kind=kind: kind(common(b, a))).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda a, b: sum(min(a.count(x), b.count(x)) for x in set(a)), "order"),
        (stretch, "without a gap"),
        (greedy, "saves two"),
        (lambda a, b: 3, "Received: 3"),
        (lambda a, b: 2.5, "whole number"),
        (lambda a, b: True, "whole number"),
        (lambda a, b: None, "whole number"),
        (lambda a: 0, "stopped"),
        (None, "is a function"),
    ],
)
def test_a_wrong_common_subsequence_gets_its_hint(answer, hint):
    assert hint in hint_of("text-generation-4", answer)
