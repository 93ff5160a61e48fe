"""Checkers of chapter 18_text_generation."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.numbers import array_from, whole
from seqtut.exercises.registry import Hint, call, exercise


def _number(answer: Any, *arguments: Any) -> tuple[float, Hint | None]:
    """Returns the one number that a reader's function gives, or a hint."""
    found, failure = array_from(answer, *arguments, shape=())
    return (math.nan, failure) if failure else (float(found), None)


@exercise("text-generation-1")
def bits(answer: Any) -> Hint | None:
    """Wants a function that turns nats a token into bits a character."""
    for nats, tokens, characters in ((2.5, 30, 100), (math.log(2), 7, 7), (4.0, 12, 31)):
        found, failure = _number(answer, nats, tokens, characters)
        if failure:
            return failure
        right = nats * tokens / characters / math.log(2)
        if math.isclose(found, right, rel_tol=1e-6):
            continue
        wrong = {
            nats * tokens / characters: Hint(
                "that is in nats. A bit is ln 2 nats, so there are more bits than nats.",
                "这是以奈特为单位的。1 比特等于 ln 2 奈特，所以比特数比奈特数大。",
            ),
            nats * tokens / characters * math.log(2): Hint(
                "a bit is ln 2 nats, less than one: divide by it.",
                "1 比特等于 ln 2 奈特，小于 1 奈特：应除以 ln 2。",
            ),
            nats / math.log(2): Hint(
                "that is bits a token. Multiply by the tokens, and share among the characters.",
                "这是每个词元的比特数。请乘以词元数，再分摊到字符上。",
            ),
            nats * characters / tokens / math.log(2): Hint(
                "tokens and characters are exchanged: the whole text costs nats times tokens.",
                "词元数与字符数弄反了：整段文本的代价是每个词元的奈特数乘以词元数。",
            ),
        }
        for value, hint in wrong.items():
            if math.isclose(found, value, rel_tol=1e-6):
                return hint
        return Hint(
            f"{tokens} tokens at {nats:.2f} nats, {characters} characters: {right:.3f} bits a "
            f"character. Received: {found:.3f}.",
            f"{tokens} 个词元、每个 {nats:.2f} 奈特、{characters} 个字符："
            f"每个字符 {right:.3f} 比特。收到的是 {found:.3f}。",
        )
    return None


_DISTINCT: tuple[tuple[Callable, Hint], ...] = (
    (
        lambda texts, n: equations.distinct([[word for text in texts for word in text]], n),
        Hint(
            "some n-grams reach from the end of one text into the next. Nobody wrote those.",
            "有些 n 元组从一段文本的末尾跨到了下一段。没有人这样写过。",
        ),
    ),
    (
        lambda texts, n: float(np.mean([equations.distinct([text], n) for text in texts])),
        Hint(
            "each text was counted for itself. What one text says and another says again is "
            "said twice: count all of them together.",
            "现在各段文本是分开统计的。一段说过，另一段又说，就是说了两遍：请合在一起统计。",
        ),
    ),
    (
        lambda texts, n: 1 - equations.distinct(texts, n),
        Hint(
            "that is the share that repeats. The share of different ones is wanted.",
            "这是重复部分所占的比例。题目要的是互不相同的 n 元组所占的比例。",
        ),
    ),
    (
        lambda texts, n: equations.distinct(texts, 1),
        Hint("single tokens were counted, whatever n is.", "无论 n 是多少，统计的都是单个词元。"),
    ),
)


@exercise("text-generation-2")
def distinct_ngrams(answer: Any) -> Hint | None:
    """Wants a function that returns the share of different n-grams."""
    rng = np.random.default_rng(2)
    cases: list[tuple[list[list[str]], int]] = []
    for n in (2, 1, 3):
        texts = [rng.choice(list("abc"), size).tolist() for size in (6, 9, 5)]
        cases += [(texts, n), ([["the", "end"] * 4, ["the", "end", "end"]], n)]
    results = []
    for texts, n in cases:
        found, failure = _number(answer, [list(text) for text in texts], n)
        if failure:
            return failure
        results.append(found)
    right = [equations.distinct(*case) for case in cases]
    if np.allclose(results, right):
        return None
    for wrong, hint in _DISTINCT:
        if np.allclose(results, [wrong(*case) for case in cases]):
            return hint
    place = int(np.argmax(~np.isclose(results, right)))
    texts, n = cases[place]
    return Hint(
        f"of {texts} with n = {n} the share is {right[place]:.3f}. Received: {results[place]:.3f}.",
        f"对 {texts}，n = {n} 时比例为 {right[place]:.3f}。收到的是 {results[place]:.3f}。",
    )


def _mixture(
    gate: float, generated: np.ndarray, weights: np.ndarray, source: np.ndarray
) -> np.ndarray:
    one = np.array([[gate]]), generated[None, None], weights[None, None], source[None]
    return equations.copy_mixture(*one)[0, 0]


def _last_place(
    gate: float, generated: np.ndarray, weights: np.ndarray, source: np.ndarray
) -> np.ndarray:
    copied = np.zeros(len(generated))
    copied[source] += weights
    return gate * generated + (1 - gate) * copied


@exercise("text-generation-3")
def mixture(answer: Any) -> Hint | None:
    """Wants a function of one step that mixes generating and copying."""
    rng = np.random.default_rng(3)
    for size, steps in ((6, 8), (5, 3), (9, 9)):
        generated, weights = (rng.dirichlet(np.ones(count)) for count in (size, steps))
        source = rng.integers(0, size, steps)
        source[-1] = source[0]  # a token that stands at two places
        given = (float(rng.uniform(0.2, 0.4)), generated, weights, source)
        found, failure = array_from(answer, *given, shape=(size,))
        if failure:
            return failure
        if np.allclose(found, _mixture(*given)):
            continue
        turned = (1 - given[0], *given[1:])
        if np.allclose(found, _mixture(*turned)):
            return Hint(
                "the gate is the share of what is generated, not of what is copied.",
                "门是生成所占的比例，不是复制所占的比例。",
            )
        if np.allclose(found, _last_place(*given)) or np.allclose(found, _last_place(*turned)):
            return Hint(
                "a token that stands at several places of the source gets the weights of all of "
                "them. `copied[source] += weights` keeps one: NumPy adds once for each index.",
                "一个词元在源序列中出现多次时，应得到各个位置的权重之和。"
                "`copied[source] += weights` 只保留一个：NumPy 对每个下标只加一次。",
            )
        if not np.isclose(np.sum(found), 1):
            return Hint(
                f"the result sums to {np.sum(found):.3f}, and a distribution sums to 1.",
                f"结果之和为 {np.sum(found):.3f}，而分布之和应为 1。",
            )
        return Hint(
            "a token's probability is the gate times what is generated, plus one minus the gate "
            "times the attention on the places that hold it.",
            "一个词元的概率，等于门乘以它的生成概率，加上（1 减门）乘以它所在各位置的注意力之和。",
        )
    return None


def _greedy(one: str, other: str) -> int:
    place = found = 0
    for token in one:
        if token in other[place:]:
            place = other.index(token, place) + 1
            found += 1
    return found


def _stretch(one: str, other: str) -> int:
    return max(
        (k for i in range(len(one)) for k in range(len(one) - i + 1) if one[i : i + k] in other),
        default=0,
    )


def _bag(one: str, other: str) -> int:
    return sum(min(one.count(token), other.count(token)) for token in set(one))


_COMMON: tuple[tuple[Callable, Hint], ...] = (
    (
        _bag,
        Hint(
            "the order was not asked for: common tokens were counted wherever they stand.",
            "没有考虑次序：共有的词元不管在哪里都计入了。",
        ),
    ),
    (
        _stretch,
        Hint(
            "only what stands without a gap was counted. Tokens between may be passed over.",
            "只统计了连续的部分。中间的词元可以跳过。",
        ),
    ),
    (
        _greedy,
        Hint(
            "a token was taken wherever it could be. Sometimes leaving one out saves two: try "
            "both, with and without.",
            "现在是能取就取。有时放弃一个能保住两个：取与不取都要试。",
        ),
    ),
)


@exercise("text-generation-4")
def common_subsequence(answer: Any) -> Hint | None:
    """Wants a function that returns the length of a longest common subsequence."""
    rng = np.random.default_rng(4)
    cases = [("abcd", "acbd"), ("bacd", "acdb"), ("ab", "ba"), ("", "ab"), ("abc", "abc")]
    for size in (5, 6, 7, 8):
        cases.append(tuple("".join(rng.choice(list("abc"), size)) for _ in range(2)))
    results = []
    for one, other in cases:
        found, failure = call(answer, list(one), list(other))
        if failure:
            return failure
        results.append(whole(found))
        if results[-1] is None:
            return Hint(
                f"the answer is a whole number of tokens. Received: {type(found).__name__}.",
                f"答案应是词元的个数，是个整数。收到的是 {type(found).__name__}。",
            )
    right = [equations.common_subsequence(*case) for case in cases]
    if results == right:
        return None
    for wrong, hint in _COMMON:
        if results == [wrong(*case) for case in cases]:
            return hint
    place = next(i for i, value in enumerate(right) if results[i] != value)
    one, other = (" ".join(text) or "nothing" for text in cases[place])
    return Hint(
        f"{one} and {other} have {right[place]} in common. Received: {results[place]}.",
        f"{one} 与 {other} 的共有部分长度为 {right[place]}。收到的是 {results[place]}。",
    )
