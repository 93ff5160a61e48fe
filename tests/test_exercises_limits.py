import math

import numpy as np
import pytest
from scipy import stats

from seqtut import data
from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


ROUND = {"": 1, "opposite": 2, "around": 4}


def actions(command, turning=0, acts_around=4, acts_opposite=1, after_all=False):
    for joint in (" and ", " after "):
        if joint in command:
            one, other = command.split(joint)
            if after_all:
                times = 3 if other.endswith("thrice") else 2 if other.endswith("twice") else 1
                return (
                    actions(one) + actions(other.split(" thrice")[0].split(" twice")[0])
                ) * times
            rest = (turning, acts_around, acts_opposite)
            return actions(one, *rest) + actions(other, *rest)
    words, times = command.split(), 1
    if words[-1] in ("twice", "thrice"):
        times = 2 if words.pop() == "twice" else 3
    verb, *where = words
    acts = turning if verb == "turn" else 1
    if not where:
        return times * acts
    how = where[0] if len(where) == 2 else ""
    many = {"": 1, "opposite": acts_opposite, "around": acts_around}[how]
    return times * (ROUND[how] + many * acts)


def test_actions_are_counted_in_either_form():
    assert judge("limits-1", actions).right
    assert judge("limits-1", lambda command: np.int64(len(data.interpret(command)))).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda c: actions(c, turning=1), "Turning is nothing"),
        (lambda c: actions(c, acts_around=1), "after each turn"),
        (lambda c: actions(c, acts_opposite=2), "the act once"),
        (lambda c: actions(c, after_all=True), "counted apart"),
        (lambda c: len(c.split()), "Compare it"),
        (lambda c: 1, "you count 1"),
        (lambda c: data.interpret(c), "one whole number"),
        (lambda c: None, "one whole number"),
        (lambda c: "3", "one whole number"),
        (lambda: 0, "stopped"),
        (None, "is a function"),
    ],
)
def test_a_wrong_count_of_actions_gets_its_hint(answer, hint):
    assert hint in hint_of("limits-1", answer)


def cost(s, t, d, m, own=lambda t: t * (t + 1) // 2, source=2, cross=2, dense=6):
    return t * (dense * d**2 + 2 * d * m) + source * s * d**2 + cross * s * t * d + 2 * own(t) * d


def test_a_decoders_multiplications_are_counted_in_either_form():
    assert judge("limits-2", cost).right
    assert judge(
        "limits-2",
        lambda s, t, d, m: float(sum(range(1, t + 1))) * 2 * d + cost(s, t, d, m, own=lambda t: 0),
    ).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *a: cost(*a, own=lambda t: t**2), "whole square"),
        (lambda *a: cost(*a, own=lambda t: t * (t - 1) // 2), "meets itself"),
        (lambda s, t, d, m: cost(s, t, d, m, source=2 * t), "computed once"),
        (lambda *a: cost(*a, source=0), "missing"),
        (lambda *a: cost(*a, cross=0), "meets all S steps"),
        (lambda *a: cost(*a, source=0, cross=0, dense=4), "look at the source"),
        (lambda *a: cost(*a, dense=8), "Received"),
        (lambda *a: 0.5, "one whole number"),
        (lambda *a: "many", "one whole number"),
        (lambda *a: None, "one whole number"),
        (lambda s, t: 1, "stopped"),
        (7, "is a function"),
    ],
)
def test_a_wrong_count_of_multiplications_gets_its_hint(answer, hint):
    assert hint in hint_of("limits-2", answer)


def worth(score, ids, cover, sign=1, fresh=True, out=False, whole=True):
    found, other = [], ids.copy()
    for place in range(len(ids)):
        other = ids.copy() if fresh else other
        other[place] = cover
        read = np.delete(ids, place) if out else other
        found.append(sign * ((score(ids) if whole else 0) - score(read)))
    return found


def test_the_worth_of_letters_is_right_as_list_and_array():
    assert judge("limits-3", worth).right
    assert judge("limits-3", lambda *given: np.float32(worth(*given))).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *g: worth(*g, sign=-1), "sign"),
        (lambda *g: np.abs(worth(*g)), "may do harm"),
        (lambda *g: np.maximum(0, worth(*g)), "may do harm"),
        (lambda *g: worth(*g, fresh=False), "fresh copy"),
        (lambda *g: worth(*g, out=True), "left out"),
        (lambda *g: worth(*g, whole=False, sign=-1), "from the score of the whole"),
        (lambda score, ids, cover: ids * 0, "at each place"),
        (lambda score, ids, cover: 1.0, "shape"),
        (lambda score, ids, cover: None, "numbers"),
        (lambda score, ids, cover: "ids", "numbers"),
        (lambda score: 0, "stopped"),
        ([], "is a function"),
    ],
)
def test_a_wrong_worth_gets_its_hint(answer, hint):
    assert hint in hint_of("limits-3", answer)


def needed(sd, half, level=0.975, freedom=1, normal=False, more=0):
    n = 2
    while (1.96 if normal else stats.t.ppf(level, n - freedom)) * sd / math.sqrt(n) > half:
        n += 1
    return n + more


def test_the_seeds_needed_are_right_as_int_and_float():
    assert judge("limits-4", needed).right
    assert judge("limits-4", lambda sd, half: float(needed(sd, half))).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *g: needed(*g, normal=True), "spread that is known"),
        (lambda *g: needed(*g, freedom=0), "degrees of freedom"),
        (lambda *g: needed(*g, level=0.95), "0.975"),
        (lambda *g: needed(*g, more=1), "fewest"),
        (lambda *g: 1, "fewer than two"),
        (lambda *g: 4.5, "one whole number"),
        (lambda *g: math.nan, "one whole number"),
        (lambda *g: None, "one whole number"),
        (lambda sd: 2, "stopped"),
        ("3", "is a function"),
    ],
)
def test_a_wrong_number_of_seeds_gets_its_hint(answer, hint):
    assert hint in hint_of("limits-4", answer)
