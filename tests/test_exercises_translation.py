import numpy as np
import pytest

from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def test_a_token_is_shared_among_the_words():
    assert judge("translation-1", lambda t: t / t.sum(axis=0)).right
    assert judge("translation-1", lambda t: (t / t.sum(axis=0)).tolist()).right


def spoil(t):
    t[:] = 0
    return t


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda t: t / t.sum(axis=1, keepdims=True), "shares of each word"),
        (lambda t: t / t.sum(), "everything together"),
        (lambda t: np.exp(t) / np.exp(t).sum(axis=0), "no exponential"),
        (lambda t: t, "over the sum"),
        (spoil, "over the sum"),
        (lambda t: t.T, "shape (4, 3)"),
        (lambda t: None, "shape (4, 3)"),
        (lambda t: "t", "shape (4, 3)"),
        (lambda t: t / 0 / "x", "stopped"),
        (3, "is a function"),
    ],
)
def test_a_wrong_share_gets_its_hint(answer, hint):
    with np.errstate(all="ignore"):
        assert hint in hint_of("translation-1", answer)


def threshold(similarity, memory, model, tried=None, turned=False, strict=False):
    if turned:
        memory, model = model, memory
    tried = [*np.unique(similarity), np.inf] if tried is None else tried
    sums = [
        np.where(similarity > t if strict else similarity >= t, memory, model).sum() for t in tried
    ]
    return tried[int(np.argmax(sums))]


def test_the_best_threshold_is_right_whichever_of_equal_ones():
    assert judge("translation-2", threshold).right
    assert judge("translation-2", lambda *g: threshold(*g, [-1, *np.unique(g[0]), 2])).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda *given: threshold(*given, np.unique(given[0])), "say never"),
        (lambda *given: threshold(*given, turned=True), "exchanged"),
        (lambda *given: threshold(*given, strict=True), "compare with >="),
        (lambda *given: 0.5, "can be had"),
        (lambda *given: None, "one number"),
        (lambda *given: np.nan, "one number"),
        (lambda *given: [0.5, 0.6], "one number"),
        (lambda *given: str(threshold(*given)), "one number"),
        (lambda: 0, "stopped"),
        (None, "is a function"),
    ],
)
def test_a_wrong_threshold_gets_its_hint(answer, hint):
    assert hint in hint_of("translation-2", answer)


def loop(tokens, lengths=None):
    most = min(len(tokens), 1)
    for n in lengths or range(1, len(tokens) // 2 + 1):
        for start in range(len(tokens) - n + 1):
            times, piece = 1, tokens[start : start + n]
            while tokens[start + times * n : start + (times + 1) * n] == piece:
                times += 1
            most = max(most, times)
    return most


def test_a_loop_of_any_length_is_found():
    assert judge("translation-3", loop).right
    for kind in (np.int64, np.uint8, np.float64, np.array):
        assert judge("translation-3", lambda tokens, kind=kind: kind(loop(tokens))).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda tokens: loop(tokens, [1]), "Only single tokens"),
        (lambda tokens: max(map(tokens.count, tokens), default=0), "without a gap"),
        (lambda tokens: max(1, loop(tokens)), "no tokens at all"),
        (lambda tokens: loop(tokens) if len(tokens) > 1 else 0, "one token is said once"),
        (lambda tokens: loop(list("".join(tokens))), "do not join them"),
        (lambda tokens: loop(tokens, [1, 2, 3]), "of any length"),
        (lambda tokens: min(loop(tokens), 2), "begin anywhere"),
        (lambda tokens: loop(tokens) / 2, "whole number"),
        (lambda tokens: True, "whole number"),
        (lambda tokens: None, "whole number"),
        (lambda tokens: tokens[0], "stopped"),
        ("abab", "is a function"),
    ],
)
def test_a_wrong_loop_gets_its_hint(answer, hint):
    assert hint in hint_of("translation-3", answer)


def leaked(train, test, family):
    known = set(map(family, train))
    return sum(family(message) in known for message in test)


def test_messages_with_a_relative_are_counted():
    assert judge("translation-4", leaked).right
    assert judge(
        "translation-4", lambda train, test, family: leaked(train, set(test), family)
    ).right

    for kind in (np.array, float, np.int8):
        assert judge("translation-4", lambda *given, kind=kind: kind(leaked(*given))).right


def test_a_grid_of_fixed_steps_does_not_find_every_threshold():
    for step in (0.05, 0.1, 0.01):
        grid = np.arange(0, 1.2, step)
        assert not judge("translation-2", lambda *g, grid=grid: threshold(*g, grid)).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda train, test, family: sum(m in train for m in test), "same strings"),
        (lambda train, test, family: len(set(train) & set(test)), "same strings"),
        (lambda train, test, family: leaked(test, train, family), "those of the test"),
        (lambda train, test, family: leaked(train, test, lambda m: m.lower().rstrip(".!")), "by"),
        (lambda train, test, family: len(set(map(family, train)) & set(map(family, test))), "cou"),
        (lambda *given: leaked(*given) / len(given[1]), "share"),
        (lambda train, test, family: -1, "Received: -1"),
        (lambda *given: None, "number of messages"),
        (lambda *given: given[0].clear(), "number of messages"),
        (lambda train, test: 0, "stopped"),
        (7, "is a function"),
    ],
)
def test_a_wrong_count_gets_its_hint(answer, hint):
    assert hint in hint_of("translation-4", answer)
