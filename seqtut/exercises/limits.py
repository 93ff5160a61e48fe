"""Checkers of chapter 21_limits."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import stats

from seqtut import data
from seqtut.exercises.numbers import array_from, whole
from seqtut.exercises.registry import Hint, call, exercise


def _count_hint(found: Any) -> Hint:
    return Hint(
        f"the result is one whole number. Received: {type(found).__name__}.",
        f"结果应是一个整数。收到的是 {type(found).__name__}。",
    )


@exercise("limits-1")
def number_of_actions(answer: Any) -> Hint | None:
    """Wants a function that counts the actions of a command without writing them."""
    # The simplest commands first, so that a hint names the word that is at fault.
    for command in sorted(data.all_commands(), key=lambda text: (len(text.split()), text)):
        right = len(data.interpret(command))
        found, failure = call(answer, command)
        if failure:
            return failure
        count = whole(found)
        if count is None:
            return _count_hint(found)
        if count == right:
            continue
        words = command.split()
        if words[0] == "turn" and len(words) <= 3:
            return Hint(
                f"{command!r} has {right}, you count {count}. Turning is nothing to do besides: "
                "only the turns count.",
                f"{command!r} 有 {right} 个动作，你数出 {count} 个。"
                "turn 本身不是另外的动作：只数转身。",
            )
        if "around" in words and len(words) == 3:
            return Hint(
                f"{command!r} has {right}, you count {count}. Around is four times a turn, and "
                "after each turn the act.",
                f"{command!r} 有 {right} 个动作，你数出 {count} 个。"
                "around 是四次转身，每次转身之后做一次动作。",
            )
        if "opposite" in words and len(words) == 3:
            return Hint(
                f"{command!r} has {right}, you count {count}. Opposite is two turns, and the act "
                "once.",
                f"{command!r} 有 {right} 个动作，你数出 {count} 个。"
                "opposite 是两次转身，动作只做一次。",
            )
        if {"and", "after"} & set(words):
            return Hint(
                f"{command!r} has {right}, you count {count}. The halves are counted apart and "
                "added: twice and thrice belong to their own half.",
                f"{command!r} 有 {right} 个动作，你数出 {count} 个。"
                "两半分别计数再相加：twice 和 thrice 只属于自己那一半。",
            )
        return Hint(
            f"{command!r} has {right}, you count {count}. Compare it with data.interpret.",
            f"{command!r} 有 {right} 个动作，你数出 {count} 个。请与 data.interpret 的结果比较。",
        )
    return None


def _multiplications(s: int, t: int, d: int, m: int) -> tuple[int, int, int, int]:
    """Those of each step for itself, of the source's keys and values, of meeting it, and itself."""
    dense = t * (4 * d**2 + 2 * d**2 + 2 * d * m)
    return dense, 2 * s * d**2, 2 * s * t * d, t * (t + 1) * d


def _cost(s: int, t: int, d: int, m: int, sources: int = 1, cross: int = 1) -> int:
    dense, source, met, own = _multiplications(s, t, d, m)
    return dense + sources * source + cross * met + own


# Ways to miscount, each with what is said to it.
_MISCOUNTS: tuple[tuple[Callable[[int, int, int, int], int], Hint], ...] = (
    (
        lambda s, t, d, m: _cost(s, t, d, m) + t * (t - 1) * d,
        Hint(
            "that is the whole square of the target. With a cache step t meets t steps, "
            "itself among them: 1 + 2 + … + T.",
            "这是整个目标序列的平方。有缓存时，第 t 步只与 t 步（含自己）相遇：1 + 2 + … + T。",
        ),
    ),
    (
        lambda s, t, d, m: _cost(s, t, d, m) - 2 * t * d,
        Hint(
            "a step also meets itself: 1 + 2 + … + T meetings, not 0 + 1 + … + (T - 1).",
            "每一步也与自己相遇：是 1 + 2 + … + T 次，不是 0 + 1 + … + (T - 1) 次。",
        ),
    ),
    (
        lambda s, t, d, m: _cost(s, t, d, m, sources=t),
        Hint(
            "the source's keys and values do not change: they are computed once, not at every "
            "step.",
            "源序列的键和值不会变：只计算一次，而不是每一步都算。",
        ),
    ),
    (
        lambda s, t, d, m: _cost(s, t, d, m, sources=0),
        Hint(
            "the keys and values of the source are missing: two products of D x D for each of "
            "its steps, once.",
            "缺少源序列的键和值：源序列每一步各有两个 D x D 的乘积，只算一次。",
        ),
    ),
    (
        lambda s, t, d, m: _cost(s, t, d, m, cross=0),
        Hint(
            "each step meets all S steps of the source as well: D multiplications for the score "
            "and D for the mean.",
            "每一步还与源序列的全部 S 步相遇：每次得分 D 次乘法，加权平均 D 次乘法。",
        ),
    ),
    (
        lambda s, t, d, m: _cost(s, t, d, m, sources=0, cross=0) - 2 * t * d**2,
        Hint(
            "this block does not look at the source. Add the query and the output of the "
            "second attention, and what it meets.",
            "这个块没有看源序列。请加上第二个注意力的查询与输出，以及它所遇到的各步。",
        ),
    ),
)


@exercise("limits-2")
def decoder_cost(answer: Any) -> Hint | None:
    """Wants a function that counts the multiplications of a decoder's block with a cache."""
    cases = ((1, 1, 2, 3), (7, 5, 4, 6), (30, 2, 8, 8), (3, 40, 6, 24))
    counts = []
    for case in cases:
        found, failure = call(answer, *case)
        if failure:
            return failure
        counts.append(whole(found))
        if counts[-1] is None:
            return _count_hint(found)
    if counts == [_cost(*case) for case in cases]:
        return None
    for miscounted, hint in _MISCOUNTS:
        if counts == [miscounted(*case) for case in cases]:
            return hint
    pairs = zip(cases, counts, strict=True)
    (s, t, d, m), count = next(pair for pair in pairs if pair[1] != _cost(*pair[0]))
    (dense, source, cross, own), right = _multiplications(s, t, d, m), _cost(s, t, d, m)
    return Hint(
        f"for S = {s}, T = {t}, D = {d}, M = {m} it is {right}: "
        f"{dense} for what each step multiplies, {source} for the source's keys and values, "
        f"{own} and {cross} for meeting own steps and the source's. Received: {count}.",
        f"S = {s}、T = {t}、D = {d}、M = {m} 时应为 {right}："
        f"每一步自身的乘积 {dense}，源序列的键和值 {source}，"
        f"与自身各步和源序列各步相遇 {own} 和 {cross}。"
        f"收到的是 {count}。",
    )


@exercise("limits-3")
def worth_of_letters(answer: Any) -> Hint | None:
    """Wants a function that covers one token after the other and says what the score loses."""
    rng = np.random.default_rng(0)
    for size in (5, 1, 8):
        ids, weights = rng.integers(4, 30, size), rng.normal(0, 100, (size, 31))
        covered_ids = 3

        def score(some: Any, weights: np.ndarray = weights) -> float:
            some = np.asarray(some)
            if len(some) != len(weights):  # a token was left out, and the others moved up
                return -100.0 - len(some)
            pair = 0.1 * np.sum(some[1:] * some[:-1])
            return float(np.sum(weights[np.arange(len(some)), some]) + pair)

        everything = score(ids)
        right = np.empty(size)
        for place in range(size):
            other = ids.copy()
            other[place] = covered_ids
            right[place] = everything - score(other)
        left_out = everything + 100.0 + (size - 1)
        running = ids.copy()
        kept_covered = np.empty(size)
        for place in range(size):
            running[place] = covered_ids
            kept_covered[place] = everything - score(running)
        found, failure = array_from(answer, score, ids, covered_ids, shape=(size,))
        if failure:
            return failure
        if np.allclose(found, right):
            continue
        if np.allclose(found, -right):
            return Hint(
                "the sign is turned round: a token that is needed loses nats, and its worth is "
                "above zero.",
                "正负号反了：被需要的词元遮住后得分会降低，它的价值应大于零。",
            )
        if np.allclose(found, np.abs(right)) or np.allclose(found, np.maximum(0, right)):
            return Hint(
                "a token may do harm: covered, it lets the answer gain nats, and its worth is "
                "below zero.",
                "词元也可能有害：遮住它，得分反而升高，它的价值就小于零。",
            )
        if np.allclose(found, kept_covered):
            return Hint(
                "each token stays covered when the next one is. Take a fresh copy of the ids for "
                "every place.",
                "遮住下一个词元时，前面的仍然遮着。请对每个位置都重新复制 ids。",
            )
        if np.allclose(found, left_out):
            return Hint(
                "a token is left out, and all after it move up. Put the covering id in its place.",
                "词元被删掉了，后面的全都前移。请在原位放上遮盖用的编号。",
            )
        if np.allclose(found, everything - right):
            return Hint(
                "these are the scores with one token covered. Take them from the score of the "
                "whole.",
                "这些是遮住一个词元后的得分。请用完整输入的得分减去它们。",
            )
        return Hint(
            "at each place: the score of the ids as they are, less the score with the covering id "
            "there.",
            "在每个位置：原样 ids 的得分，减去该处换成遮盖编号后的得分。",
        )
    return None


@exercise("limits-4")
def seeds_needed(answer: Any) -> Hint | None:
    """Wants a function that says how many seeds it takes for an interval of a given half-width."""

    def least(sd: float, half: float, quantile: Any) -> int:
        return next(n for n in range(2, 10_000) if quantile(n) * sd / math.sqrt(n) <= half)

    def student(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1))

    for sd, half in ((1.0, 1.0), (2.0, 0.7), (0.5, 4.6), (0.03, 0.01), (1.0, 0.2)):
        found, failure = call(answer, sd, half)
        if failure:
            return failure
        count = whole(found)
        if count is None:
            return _count_hint(found)
        right = least(sd, half, student)
        if count == right:
            continue
        if count == least(sd, half, lambda n: 1.96):
            return Hint(
                f"for {sd} and {half} it takes {right} seeds, you say {count}. 1.96 is for a "
                "spread that is known; from few seeds it is not. Take Student's quantile.",
                f"{sd} 与 {half} 需要 {right} 个种子，你说 {count} 个。"
                "1.96 用于离散程度已知的情形；种子少时它是未知的。请用 Student 分位数。",
            )
        if count == least(sd, half, lambda n: float(stats.t.ppf(0.975, n))):
            return Hint(
                f"for {sd} and {half} it takes {right} seeds, you say {count}. n results have "
                "n - 1 degrees of freedom.",
                f"{sd} 与 {half} 需要 {right} 个种子，你说 {count} 个。n 个结果的自由度是 n - 1。",
            )
        if count == least(sd, half, lambda n: float(stats.t.ppf(0.95, n - 1))):
            return Hint(
                f"for {sd} and {half} it takes {right} seeds, you say {count}. An interval of "
                "95 % leaves 2.5 % on either side: the quantile at 0.975.",
                f"{sd} 与 {half} 需要 {right} 个种子，你说 {count} 个。"
                "95% 的区间在两侧各留 2.5%：应取 0.975 处的分位数。",
            )
        if count > right:
            return Hint(
                f"for {sd} and {half} {right} seeds are enough, you say {count}. "
                "Return the fewest.",
                f"{sd} 与 {half} 只需 {right} 个种子，你说 {count} 个。请返回最少的个数。",
            )
        return Hint(
            f"for {sd} and {half} it takes {right} seeds, you say {count}. The half-width with n "
            "seeds is t(0.975, n - 1) * sd / sqrt(n); no interval has fewer than two.",
            f"{sd} 与 {half} 需要 {right} 个种子，你说 {count} 个。n 个种子的半宽是 "
            "t(0.975, n - 1) * sd / sqrt(n)；至少要有两个种子。",
        )
    return None
