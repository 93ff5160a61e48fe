import numpy as np
import pytest

from seqtut.exercises import judge


def hint_of(number, answer):
    verdict = judge(f"bug-museum-{number}", answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def right(number, answer):
    verdict = judge(f"bug-museum-{number}", answer)
    assert verdict.right, verdict.hint


def accuracy(target, mask, found):
    return np.sum((found == target) & mask) / max(np.sum(mask), 1)


def counted(target, mask, found):
    hits = tokens = 0
    for row in zip(target.tolist(), mask.tolist(), found.tolist(), strict=True):
        for wanted, kept, given in zip(*row, strict=True):
            hits, tokens = hits + (kept and wanted == given), tokens + kept
    return [hits / tokens][0] if tokens else 0


@pytest.mark.parametrize("answer", [accuracy, counted])
def test_real_tokens_that_were_found_are_counted(answer):
    right(1, answer)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda t, m, f: np.sum(f == t) / max(np.sum(m), 1), "at pads"),
        (lambda t, m, f: np.mean(f == t), "like tokens"),
        (lambda t, m, f: np.mean((f == t) & m), "not all places"),
        (
            lambda t, m, f: np.mean(((f == t) & m).sum(1) / np.maximum(m.sum(1), 1)),
            "mean over sequences",
        ),
        (lambda t, m, f: np.sum((f == t) & m) / np.sum(m), "no real token"),
        (lambda t, m, f: np.sum((f == t) & (t != 0)) / max(np.sum(t != 0), 1), "id 0"),
        (lambda t, m, f: 0.5, "it gives 0.500"),
        (lambda t, m, f: None, "should return numbers"),
        (lambda t, m, f: [0.5], "shape"),
        (lambda t: t, "stopped"),
        ("no", "is a function"),
    ],
)
def test_a_wrong_accuracy_gets_its_hint(answer, hint):
    with np.errstate(all="ignore"):
        assert hint in hint_of(1, answer)


def best(answers, alpha, penalty=lambda n: (5 + n) / 6, turned=False, pick=np.argmax):
    alpha = -alpha if turned else alpha
    return int(pick([sum(logs) / penalty(len(logs)) ** alpha for logs in answers]))


def test_the_best_answer_is_the_number_of_one():
    right(2, best)
    right(2, lambda answers, alpha: np.int64(best(answers, alpha)))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *given: best(*given, turned=True), "favours short"),
        (lambda answers, alpha: best(answers, 0), "left out"),
        (lambda *given: best(*given, penalty=lambda n: n), "n ** alpha"),
        (lambda answers, alpha: int(np.argmax([np.mean(a) for a in answers])), "mean per token"),
        (lambda *given: best(*given, pick=np.argmin), "worst"),
        (lambda *given: 0, "return the number"),
        (lambda *given: None, "should return numbers"),
        (lambda *given: "0", "should return numbers"),
        (lambda answers: 0, "stopped"),
    ],
)
def test_a_wrong_best_answer_gets_its_hint(answer, hint):
    assert hint in hint_of(2, answer)


def test_a_perplexity_comes_from_sums():
    right(3, lambda sums, counts: np.exp(np.sum(sums) / np.sum(counts)))
    right(3, lambda sums, counts: float(np.exp(np.average(sums / counts, weights=counts))))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda s, c: np.mean(np.exp(s / c)), "mean of perplexities"),
        (lambda s, c: np.exp(np.mean(s / c)), "mean of means"),
        (lambda s, c: s.sum() / c.sum(), "in nats a token"),
        (lambda s, c: 2 ** (s.sum() / c.sum()), "bits"),
        (lambda s, c: 4.0, "gives 4.000"),
        (lambda s, c: np.exp(s / c), "shape"),
        (lambda s, c: None, "should return numbers"),
        (None, "is a function"),
    ],
)
def test_a_wrong_perplexity_gets_its_hint(answer, hint):
    assert hint in hint_of(3, answer)


def split(steps, width, held):
    border = steps - held
    return np.arange(border - width + 1), np.arange(border, steps - width + 1)


def test_windows_stay_in_their_part():
    right(4, split)
    right(4, lambda *given: [list(part)[::-1] for part in split(*given)])


def cut_by_start(steps, width, held):
    starts = np.arange(steps - width + 1)
    return starts[starts < steps - held], starts[starts >= steps - held]


def cut_by_end(steps, width, held):
    ends = np.arange(width, steps + 1)
    return ends[ends <= steps - held] - width, ends[ends > steps - held] - width


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (cut_by_start, "windows of both parts"),
        (cut_by_end, "windows of both parts"),
        (lambda s, w, h: (range(s - h - w + 2), range(s - h + w, s - w + 1)), "into the test"),
        (lambda s, w, h: ([], range(s - h - 1, s - w + 1)), "before the border"),
        (lambda s, w, h: (range(s - h - w + 1), range(s - h, s)), "behind the series"),
        (lambda s, w, h: (range(s - h - w), range(s - h, s - w + 1)), "no step is shared"),
        (lambda s, w, h: None, "two parts"),
        (lambda s, w, h: 3, "two parts"),
        (lambda s, w, h: ("a", "b"), "two parts"),
        (lambda s: s, "stopped"),
    ],
)
def test_a_wrong_split_gets_its_hint(answer, hint):
    assert hint in hint_of(4, answer)


def shifted(target, begin):
    return [[begin, *row[:-1]] for row in target.tolist()]


def in_place(target, begin):
    target[:, 1:] = target[:, :-1].copy()
    target[:, 0] = begin
    return target


def with_zero(target, begin):
    return np.pad(target, ((0, 0), (1, 0)))[:, :-1]


def test_a_target_is_shifted_by_one():
    right(5, shifted)
    right(5, lambda t, b: np.concatenate([np.full((len(t), 1), b), t[:, :-1]], axis=1))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda t, b: np.roll(t, 1, axis=1), "round the corner"),
        (lambda t, b: t, "has to predict"),
        (lambda t, b: np.roll(t, -1, axis=1), "the other way"),
        (with_zero, "the begin token is 1"),
        (in_place, "were changed"),
        (lambda t, b: np.pad(t, ((0, 0), (1, 0)), constant_values=b), "a step for each"),
        (lambda t, b: t * 0, "step t is fed"),
        (lambda t, b: None, "a step for each"),
        (lambda t, b: "no", "a step for each"),
        (lambda: 0, "stopped"),
    ],
)
def test_a_wrong_shift_gets_its_hint(answer, hint):
    assert hint in hint_of(5, answer)
