import numpy as np
import pytest

from seqtut import equations
from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


class Odd:
    """Raises when it is to become an array or a list."""

    def __array__(self, *_):
        raise RuntimeError("no array")

    def __iter__(self):
        raise RuntimeError("no list")


NAMES = ["decoding-1", "decoding-2", "decoding-3", "decoding-4"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "given", [None, "words", float("nan"), [], {}, (1, 2, 3), np.nan * np.ones(3), Odd()]
)
def test_whatever_is_answered_or_returned_is_wrong_and_no_error(name, given):
    for answer in (given, lambda *_: given):
        assert not judge(name, answer).right


def cut(p, share, one_less=False, scale=True, kept=None):
    order = np.argsort(-p)
    reached = np.cumsum(p[order])
    if kept is None:
        kept = np.zeros(len(p), bool)
        kept[order[reached <= share if one_less else reached - p[order] < share]] = True
    q = np.where(kept, p, 0)
    return q / (q.sum() or 1) if scale else q


def test_the_nucleus_is_right_as_an_array_or_a_list():
    assert judge("decoding-1", equations.top_p).right
    assert judge("decoding-1", cut).right
    assert judge("decoding-1", lambda p, share: list(cut(p, share))).right


def test_an_answer_that_writes_into_its_arguments_is_judged_by_what_it_returns():
    def in_place(p, share):
        q = cut(p, share)
        p[:] = 0
        return q

    assert judge("decoding-1", in_place).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda p, s: cut(p, s, one_less=True), "belongs to the nucleus"),
        (lambda p, s: cut(p, s, scale=False), "does not sum to one"),
        (lambda p, s: cut(p, s, kept=p >= 1 - s), "compares each probability"),
        (lambda p, s: cut(p, s, kept=p >= s), "compares each probability"),
        (lambda p, s: p, "are kept, the most probable ones"),
        (lambda p, s: p[:-1], "the result has the shape"),
        (lambda p: p, "TypeError"),
        (0.5, "function itself"),
    ],
)
def test_a_wrong_nucleus_is_named_with_its_reason(answer, hint):
    assert hint in hint_of("decoding-1", answer)


def test_the_penalty_with_the_right_sign_is_right():
    assert judge("decoding-2", lambda s, n, a: s / ((5 + n) / 6) ** a).right
    assert judge("decoding-2", lambda s, n, a: s * ((5 + n) / 6) ** -a).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda s, n, a: s * ((5 + n) / 6) ** a, "longer outputs lose"),
        (lambda s, n, a: s / n**a, "power of the length"),
        (lambda s, n, a: s - ((5 + n) / 6) ** a, "with alpha 0 nothing may change"),
        (lambda s, n, a: s if a == 0 else s - ((5 + n) / 6) ** a, "is a divisor"),
        (lambda s, n, a: s, "becomes"),
        (lambda s, n, a: s / ((5 + n) / 6) ** abs(a), "becomes"),
        (lambda s, n, a: [s], "shape ()"),
        (lambda s, n: s, "TypeError"),
    ],
)
def test_a_wrong_penalty_is_named_with_its_reason(answer, hint):
    assert hint in hint_of("decoding-2", answer)


def step(scores, log_p, width, total=None, swap=False, backwards=False):
    total = scores[:, None] + log_p if total is None else total
    best = np.argsort(-total, axis=None)[:width]
    best = best[::-1] if backwards else best
    parents, tokens = np.unravel_index(best, total.shape)
    kept = total.ravel()[best]
    return (kept, tokens, parents) if swap else (kept, parents, tokens)


def one_each(scores, log_p, width):
    total = scores[:, None] + log_p
    if len(total) != width:
        return step(scores, log_p, width)
    return total.max(axis=1), np.arange(width), total.argmax(axis=1)


def test_a_step_of_beam_search_is_right():
    assert judge("decoding-3", step).right
    assert judge("decoding-3", lambda *a: [part.tolist() for part in step(*a)]).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda s, p, w: step(s, p, w, total=p), "were left out"),
        (lambda s, p, w: step(s, p, w, swap=True), "swapped"),
        (lambda s, p, w: step(s, p, w, backwards=True), "best should come first"),
        (one_each, "one continuation of each prefix"),
        (lambda s, p, w: (step(s, p, w)[0], np.zeros(w), np.zeros(w)), "scores are right"),
        (lambda s, p, w: step(s, p, w, total=s[:, None] * p), "keep the largest"),
        (lambda s, p, w: step(s, p, w)[:2], "three arrays"),
        (lambda s, p, w: step(s, p, w + 1), "three arrays"),
        (lambda s, p: s, "TypeError"),
    ],
)
def test_a_wrong_step_of_beam_search_is_named_with_its_reason(answer, hint):
    assert hint in hint_of("decoding-3", answer)


def penalty(n, alpha):
    return ((5 + n) / 6) ** alpha


def test_the_bound_is_right_and_holds_for_every_length():
    def kindest(score, length, longest, alpha):
        return score / max(penalty(length + 1, alpha), penalty(longest, alpha))

    assert judge("decoding-4", kindest).right
    for alpha in (-1.0, 0.0, 0.7, 2.0):
        ends = [-5.0 / equations.length_penalty(n, alpha) for n in range(4, 11)]
        assert kindest(-5.0, 3, 10, alpha) == pytest.approx(max(ends))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda s, n, m, a: s / penalty(n, a), "penalty of the prefix"),
        (lambda s, n, m, a: s / penalty(m, a), "with a negative alpha"),
        (lambda s, n, m, a: s / penalty(n + 1, a), "with a positive alpha"),
        (lambda s, n, m, a: 0.0, "own score"),
        (lambda s, n, m, a: s if a == 0 else 0.0, "higher than it need be"),
        (lambda s, n, m, a: s if a == 0 else 2 * s, "can be exceeded"),
        (lambda s, n, m, a: "all", "return numbers"),
    ],
)
def test_a_wrong_bound_is_named_with_its_reason(answer, hint):
    assert hint in hint_of("decoding-4", answer)


@pytest.mark.parametrize("all_ties", [True, False])
def test_a_nucleus_that_keeps_more_than_the_fewest_is_refused(all_ties):
    def nucleus(p, share):
        order = np.argsort(-p, kind="stable")
        before = np.cumsum(p[order]) - p[order]
        kept = np.zeros(len(p), bool)
        kept[order[before < share if all_ties else before <= share]] = True
        if all_ties:
            kept = p >= p[kept].min()
        q = np.where(kept, p, 0)
        return q / q.sum()

    assert "no third is kept" in hint_of("decoding-1", nucleus)
