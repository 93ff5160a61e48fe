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


NAMES = [f"seq2seq-math-{n}" for n in range(1, 5)]


def spoil(*arguments):
    """Changes every array that it is given, in place."""
    for argument in arguments:
        for array in argument if isinstance(argument, list) else [(argument,)]:
            for part in array:
                if isinstance(part, np.ndarray):
                    part[...] = 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (None, "function itself"),
        ("an answer", "function itself"),
        (float("nan"), "function itself"),
        (object(), "function itself"),
        (lambda *a: None, ""),
        (lambda *a: "numbers", "return numbers"),
        (lambda *a: object(), "return numbers"),
        (lambda *a: {}, "return numbers"),
        (lambda *a: np.zeros((9, 9)), "shape"),
        (lambda *a: 1 / 0, "ZeroDivisionError"),
        (lambda: 0, "TypeError"),
        (spoil, ""),
    ],
)
def test_whatever_the_answer_is_it_gets_a_hint(name, answer, hint):
    assert hint in hint_of(name, answer)


@pytest.mark.parametrize("fill", [np.nan, np.inf, 0.0])
def test_numbers_of_the_right_shape_and_no_sense_get_a_hint(fill):
    assert "over all batches" in hint_of(NAMES[0], lambda batches: fill)
    assert "not ending at any" in hint_of(NAMES[1], lambda ends: np.full(ends.shape, fill))
    nowhere = hint_of(NAMES[2], lambda a, *_: np.full(a.shape, fill))
    assert "(p - q) / M" in nowhere
    nowhere = hint_of(NAMES[3], lambda g, s, a, u: np.full(s[:, 0].shape, fill))
    assert "last step to the first" in nowhere


def kept(batches):
    return np.concatenate([nats[mask] for nats, mask in batches])


@pytest.mark.parametrize("kind", [float, np.float32, np.array])
def test_one_exponential_over_all_tokens_is_right(kind):
    assert judge(NAMES[0], lambda batches: kind(np.exp(kept(batches).mean()))).right

    def by_loop(batches):
        total = count = 0
        for nats, mask in batches:
            for row, keep in zip(nats, mask, strict=True):
                for cost, is_kept in zip(row, keep, strict=True):
                    total, count = total + is_kept * cost, count + is_kept
        return np.e ** (total / count)

    assert judge(NAMES[0], by_loop).right


def means(batches):
    return [nats[mask].mean() for nats, mask in batches]


@pytest.mark.parametrize(
    ("perplexity", "hint"),
    [
        (lambda b: np.mean(np.exp(means(b))), "how the data were cut"),
        (lambda b: np.exp(np.mean(means(b))), "weighs the same"),
        (lambda b: np.exp(np.concatenate([n.ravel() for n, _ in b]).mean()), "pads were counted"),
        (lambda b: kept(b).mean(), "nats a token"),
        (lambda b: 2 ** kept(b).mean(), "the base is e"),
        (lambda b: np.exp(kept(b).sum()), "number of kept tokens"),
        (lambda b: [np.exp(kept(b).mean())], "shape ()"),
    ],
)
def test_a_wrong_perplexity_is_named_with_its_reason(perplexity, hint):
    assert hint in hint_of(NAMES[0], perplexity)


def test_ending_where_it_had_not_ended_before_is_right():
    def by_loop(ends):
        going, found = 1.0, []
        for p in ends:
            found.append(going * p)
            going *= 1 - p
        return found

    assert judge(NAMES[1], by_loop).right
    assert sum(by_loop([0.3] * 200)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("lengths", "hint"),
    [
        (lambda e: e * np.cumprod(1 - e), "one factor too many"),
        (lambda e: e, "How many do?"),
        (lambda e: 1 - np.cumprod(1 - e), "by that step"),
        (lambda e: np.cumprod(1 - e), "still going"),
        (lambda e: np.concatenate([[1], np.cumprod(1 - e)[:-1]]), "still going"),
        (lambda e: e / e.sum(), "not ending at any"),
        (lambda e: e[:-1], "shape"),
    ],
)
def test_wrong_lengths_are_named_with_their_reason(lengths, hint):
    assert hint in hint_of(NAMES[1], lengths)


def right_by_logits(logits, targets, mask, epsilon, sign=1):
    q = equations.label_smoothing(targets, logits.shape[-1], epsilon)
    return sign * equations.logit_gradient(q, logits, mask)


def by_logits_with(smooth=True, masked=True, tokens=lambda mask: mask.sum()):
    def answer(logits, targets, mask, epsilon):
        q = equations.label_smoothing(targets, logits.shape[-1], epsilon if smooth else 0)
        keep = mask[..., None] if masked else 1
        return keep * (equations.softmax(logits) - q) / tokens(mask)

    return answer


def test_the_smoothed_and_masked_gradient_is_right():
    assert judge(NAMES[2], right_by_logits).right
    assert judge(NAMES[2], by_logits_with()).right


@pytest.mark.parametrize(
    ("gradient", "hint"),
    [
        (lambda *a: right_by_logits(*a, sign=-1), "sign is wrong"),
        (by_logits_with(masked=False), "pads have a gradient"),
        (by_logits_with(masked=False, tokens=lambda m: m.size), "pads have a gradient"),
        (by_logits_with(smooth=False, masked=False), "pads have a gradient"),
        (by_logits_with(tokens=lambda m: m.size), "pads included"),
        (by_logits_with(smooth=False), "not smoothed"),
        (by_logits_with(tokens=lambda m: 1), "gradient of the sum"),
        (lambda a, *_: a, "(p - q) / M"),
        (lambda a, *_: a[0], "shape"),
    ],
)
def test_a_wrong_gradient_by_the_logits_is_named_with_its_reason(gradient, hint):
    assert hint in hint_of(NAMES[2], gradient)


def right_by_code(for_logits, states, a, u):
    later = np.zeros_like(states[:, 0])
    for t in reversed(range(for_logits.shape[1])):
        later = ((for_logits[:, t] @ a.T + later) * (1 - states[:, t + 1] ** 2)) @ u.T
    return later


def early(states):
    return np.concatenate([states[:, :1], states[:, :-1]], axis=1)


def test_the_gradient_by_the_code_is_right():
    assert judge(NAMES[3], right_by_code).right
    assert judge(NAMES[3], lambda *a: equations.decoder_gradient(*a)[3]).right


@pytest.mark.parametrize(
    ("gradient", "hint"),
    [
        (lambda g, s, a, u: (g[:, 0] @ a.T * (1 - s[:, 1] ** 2)) @ u.T, "first step's own"),
        (lambda g, s, a, u: equations.decoder_gradient(g, s, a, u)[0][:, 0], "delta_1"),
        (lambda g, s, a, u: right_by_code(g, s, a, u.T), "wrong way round"),
        (lambda g, s, a, u: right_by_code(g, early(s), a, u), "one step too early"),
        (lambda g, s, a, u: right_by_code(g, 0 * s, a, u), "slope of the tanh"),
        (lambda g, s, a, u: s[:, 0], "last step to the first"),
        (lambda g, s, a, u: s, "shape"),
    ],
)
def test_a_wrong_gradient_by_the_code_is_named_with_its_reason(gradient, hint):
    assert hint in hint_of(NAMES[3], gradient)


def test_a_gradient_that_holds_for_one_step_only_is_not_right():
    verdict = judge(NAMES[3], lambda g, s, a, u: (g[:, 0] @ a.T * (1 - s[:, 1] ** 2)) @ u.T)
    assert not verdict.right


def test_a_perplexity_that_leaves_out_the_last_step_is_refused():
    def short(batches):
        total = sum((nats * mask)[:, :-1].sum() for nats, mask in batches)
        return np.exp(total / sum(mask[:, :-1].sum() for _, mask in batches))

    assert not judge("seq2seq-math-1", short).right
