"""Checkers of chapter 15_evaluation."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.registry import Hint, call, exercise


def _number(function: Any, *arguments: Any) -> tuple[float, Hint | None]:
    """Returns the number that the reader's function gives, or what is wrong with it."""
    found, failure = call(function, *copy.deepcopy(arguments))
    if failure:
        return np.nan, failure
    try:
        number = None if isinstance(found, str | bytes) else np.asarray(found, np.float64)
    except Exception:  # anything may have been returned, or nothing
        number = None
    if number is None or number.shape != () or not np.isfinite(number):
        kind = type(found).__name__
        return np.nan, Hint(
            f"the function should return one finite number. Received: {kind}.",
            f"函数应返回一个有限的数。收到的是 {kind}。",
        )
    return float(number), None


def _numbers(function: Any, cases: list[tuple]) -> tuple[np.ndarray, Hint | None]:
    found = []
    for case in cases:
        number, failure = _number(function, *case)
        if failure:
            return np.zeros(0), failure
        found.append(number)
    return np.array(found), None


def _is(found: np.ndarray, other: Callable, cases: list[tuple]) -> bool:
    """Says whether the answers are those of another function."""
    return bool(np.allclose(found, [other(*case) for case in cases], rtol=1e-6, atol=1e-9))


def _phonemes(rng: np.random.Generator, low: int, high: int) -> tuple[str, ...]:
    names = ("TH", "R", "UW", "OW", "AH", "F")
    return tuple(names[i] for i in rng.integers(len(names), size=rng.integers(low, high)))


def _corpora() -> list[tuple]:
    """Answers and references, a case each; some answers are as near to two references."""
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(4):
        said = [_phonemes(rng, 1, 8) for _ in range(12)]
        right = [[_phonemes(rng, 1, 8) for _ in range(rng.integers(1, 4))] for _ in said]
        said.append(("TH", "R"))
        right.append([("TH", "R", "UW"), ("TH",)])
        cases.append((said, right))
    return cases


def _each(said: list, right: list) -> list[list[tuple[int, int]]]:
    return [
        [(equations.edit_distance(s, r), len(r)) for r in refs]
        for s, refs in zip(said, right, strict=True)
    ]


def _ratio(pairs: list[tuple[int, int]]) -> float:
    edits, tokens = np.sum(pairs, axis=0)
    return edits / tokens


@exercise("evaluation-1")
def error_rate(answer: Any) -> Hint | None:
    """Wants a function of answers and references that returns the corpus's error rate."""
    cases = _corpora()
    found, failure = _numbers(answer, cases)
    if failure:
        return failure
    if _is(found, equations.error_rate, cases):
        return None
    of_ratios = (
        "that is a mean of ratios, in which a word of two phonemes weighs as much as one of "
        "twelve. Add up the edits, add up the lengths, then divide.",
        "这是比值的平均，两个音素的词与十二个音素的词分量相同。请先把编辑数和长度分别相加，再相除。",
    )
    hints = [
        (lambda s, r: np.mean([min(e / n for e, n in p) for p in _each(s, r)]), *of_ratios),
        (lambda s, r: np.mean([e / n for e, n in map(min, _each(s, r))]), *of_ratios),
        (
            lambda s, r: _ratio([pairs[0] for pairs in _each(s, r)]),
            "only the first reference was looked at. The nearest one counts.",
            "只看了第一个参考答案。应当以最近的那个为准。",
        ),
        (
            lambda s, r: _ratio([min(p, key=lambda f: (f[0], -f[1])) for p in _each(s, r)]),
            "where two references are as near, yours divides by the longer one, which flatters. "
            "Take the shorter.",
            "两个参考答案同样近时，你除以了较长的那个，结果就显得更好。请取较短的。",
        ),
        (
            lambda s, r: _ratio([min(p, key=lambda f: f[0]) for p in _each(s, r)]),
            "where two references are as near, yours takes the one that is listed first. Take the "
            "shorter, so that a tie never flatters.",
            "两个参考答案同样近时，你取了排在前面的那个。请取较短的，以免平局让结果显得更好。",
        ),
        (
            lambda s, r: sum(min(p)[0] for p in _each(s, r)) / sum(map(len, s)),
            "the edits are divided by the answers' lengths: then a system that says more looks "
            "better. Divide by the references'.",
            "编辑数除以了答案的长度：那样说得越多的系统看起来越好。请除以参考答案的长度。",
        ),
        (
            lambda s, r: np.mean([min(p)[0] > 0 for p in _each(s, r)]),
            "that is the share of wrong words, WER. Here each edit counts.",
            "这是错词所占的比例，即 WER。这里每一次编辑都要计数。",
        ),
    ]
    for other, en, zh in hints:
        if _is(found, other, cases):
            return Hint(en, zh)
    return Hint(
        "for each word find the reference with the fewest edits; divide the sum of these edits by "
        "the sum of these references' lengths.",
        "对每个词找出编辑数最少的参考答案；用这些编辑数之和除以这些参考答案的长度之和。",
    )


def _weighted(
    said: tuple, right: tuple, cost: Callable, gap: float = 1.0, swap: bool = False
) -> float:
    table = np.zeros((len(said) + 1, len(right) + 1))
    table[:, 0] = gap * np.arange(len(said) + 1)
    table[0] = gap * np.arange(len(right) + 1)
    for i, s in enumerate(said, 1):
        for j, r in enumerate(right, 1):
            step = cost(r, s) if swap else cost(s, r)
            table[i, j] = min(
                table[i - 1, j - 1] + step, table[i - 1, j] + gap, table[i, j - 1] + gap
            )
    return float(table[-1, -1])


def _costs() -> list[tuple]:
    """Pairs of pronunciations with costs that are no symmetric and may be above two edits."""
    rng = np.random.default_rng(1)
    names = ("TH", "R", "UW", "OW", "AH", "F")
    cases = []
    for _ in range(12):
        prices = rng.choice([0.2, 0.5, 0.9, 1.5, 3.0], size=(6, 6))
        np.fill_diagonal(prices, 0)
        table = {
            (s, r): float(prices[i, j]) for i, s in enumerate(names) for j, r in enumerate(names)
        }

        def cost(said: str, right: str, table: dict = table) -> float:
            return table[said, right]

        cases.append((_phonemes(rng, 1, 7), _phonemes(rng, 1, 7), cost))
    return [*cases, ((), ("TH", "R"), cost), (("TH",), (), cost), ((), (), cost)]


@exercise("evaluation-2")
def distance(answer: Any) -> Hint | None:
    """Wants a function of two sequences and a cost that returns the weighted edit distance."""
    cases = _costs()
    found, failure = _numbers(answer, cases)
    if failure:
        return failure
    if _is(found, _weighted, cases):
        return None
    if _is(found, lambda s, r, cost: equations.edit_distance(s, r), cases):
        return Hint(
            "that is the plain distance: a substitution costs 1 whatever it replaces. Ask `cost`.",
            "这是普通的编辑距离：无论替换什么都花费 1。请用 `cost`。",
        )
    if _is(found, lambda s, r, cost: _weighted(s, r, cost, swap=True), cases):
        return Hint(
            "said and right are swapped: it is cost(said, right), and the two may differ.",
            "两个参数弄反了：应是 cost(said, right)，两者的花费可以不同。",
        )
    by_place = [sum(map(c, s, r)) + abs(len(s) - len(r)) for s, r, c in cases]
    if np.allclose(found, by_place):
        return Hint(
            "the sequences are compared place by place. One token too many shifts all that follow.",
            "两个序列被逐位比较了。多出一个词元，后面的就全部错位。",
        )
    if np.allclose(found[:-3], [_weighted(*case) for case in cases[:-3]]):
        return Hint(
            "it is right but for an empty sequence, which is as many edits away as the other is "
            "long.",
            "除了空序列之外都对：空序列与另一个序列的距离就是后者的长度。",
        )
    return Hint(
        "each cell is the least of three: the upper left one plus cost(said, right), the upper one "
        "plus 1, the left one plus 1. The first row and column count up from 0.",
        "每一格取三者中最小的：左上格加 cost(said, right)，上格加 1，左格加 1。"
        "第一行和第一列从 0 数起。",
    )


def _lengths() -> list[tuple]:
    rng = np.random.default_rng(2)
    cases = []
    for low, high in ((2, 9), (2, 9), (1, 4), (9, 14)):
        said = [int(n) for n in rng.integers(low, high, 9)]
        right = [[int(n) for n in rng.integers(3, 12, rng.integers(1, 4))] for _ in said]
        cases.append(([*said, 5], [*right, [6, 4]]))
    return cases


def _penalty(said: list, right: list, pick: Callable = None, cap: bool = True) -> float:
    pick = pick or (lambda n, lengths: min((abs(r - n), r) for r in lengths)[1])
    nearest = sum(pick(n, lengths) for n, lengths in zip(said, right, strict=True))
    exponent = 1 - nearest / sum(said)
    return float(np.exp(min(0, exponent) if cap else exponent))


@exercise("evaluation-3")
def brevity(answer: Any) -> Hint | None:
    """Wants a function of lengths and references' lengths that returns BLEU's brevity penalty."""
    cases = _lengths()
    found, failure = _numbers(answer, cases)
    if failure:
        return failure
    if _is(found, _penalty, cases):
        return None
    hints = [
        (
            lambda s, r: np.mean([_penalty([n], [k]) for n, k in zip(s, r, strict=True)]),
            "that is a mean of the sentences' penalties. BLEU has one, of the summed lengths.",
            "这是各句惩罚的平均。BLEU 只有一个惩罚，由总长度算出。",
        ),
        (
            lambda s, r: _penalty(s, r, cap=False),
            "a long answer is rewarded: the factor is never above 1.",
            "长的答案得到了奖励：这个因子绝不超过 1。",
        ),
        (
            lambda s, r: _penalty(s, r, lambda n, k: min(k)),
            "of several references you take the shortest; the one of nearest length counts.",
            "有多个参考答案时你取了最短的；应取长度最接近的。",
        ),
        (
            lambda s, r: _penalty(s, r, lambda n, k: k[0]),
            "only the first reference was looked at; the one of nearest length counts.",
            "只看了第一个参考答案；应取长度最接近的。",
        ),
        (
            lambda s, r: _penalty(s, r, lambda n, k: min(k, key=lambda m: (abs(m - n), -m))),
            "of two references as near in length you take the longer one. Take the shorter.",
            "两个参考答案的长度同样接近时你取了较长的。请取较短的。",
        ),
        (
            lambda s, r: _penalty(s, r, lambda n, k: min(k, key=lambda m: abs(m - n))),
            "of two references as near in length you take the one listed first. Take the shorter.",
            "两个参考答案的长度同样接近时你取了排在前面的。请取较短的。",
        ),
    ]
    for other, en, zh in hints:
        if _is(found, other, cases):
            return Hint(en, zh)
    if found[2] > 1:
        return Hint(
            "the ratio is the wrong way up: answers that are too short come out above 1.",
            "比值弄倒了：过短的答案得到了大于 1 的因子。",
        )
    return Hint(
        "add up the answers' lengths, and for each the nearest of its references' lengths; the "
        "factor is exp(1 - references / answers), but never above 1.",
        "把答案的长度相加，再把各自最接近的参考长度相加；"
        "因子为 exp(1 - 参考 / 答案)，但绝不超过 1。",
    )


def _trials() -> list[tuple]:
    """Two systems' errors and lengths with draws: a clear difference, none, both signs."""
    rng = np.random.default_rng(3)
    cases = []
    for kind in ("better", "near", "worse", "same", "near", "near", "longer", "longer"):
        lengths = rng.integers(1, 12, 80)
        errors = rng.binomial(lengths, 0.25)
        one_more = rng.binomial(lengths > 2, 0.4)
        others = {
            "better": errors + one_more,
            "worse": np.maximum(errors - one_more, 0),
            "same": errors,
            "near": rng.binomial(lengths, 0.25),
            "longer": rng.binomial(lengths, 0.25),
        }[kind]
        longer = np.maximum(lengths + rng.integers(-1, 2, 80), 1)
        their = lengths if kind in ("same", "near") else longer
        draws = rng.multinomial(80, np.full(80, 1 / 80), size=199)
        cases.append((np.stack([errors, lengths]), np.stack([others, their]), draws))
    return cases


def _differences(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> np.ndarray:
    return equations.paired_bootstrap(*a, *b, draws)


@exercise("evaluation-4")
def p_value(answer: Any) -> Hint | None:
    """Wants a function of two systems' parts and draws that returns the two-sided p-value."""
    cases = _trials()
    found, failure = _numbers(answer, cases)
    if failure:
        return failure
    if _is(found, lambda a, b, w: equations.p_value(_differences(a, b, w)), cases):
        return None

    def rarer(differences: np.ndarray) -> int:
        return int(min(np.sum(differences <= 0), np.sum(differences >= 0)))

    def beyond(a: np.ndarray, b: np.ndarray, w: np.ndarray) -> float:
        [here] = _differences(a, b, np.ones((1, a.shape[1])))
        return np.mean(np.abs(_differences(a, b, w)) >= abs(here))

    def of_means(a: np.ndarray, b: np.ndarray, w: np.ndarray) -> float:
        return equations.p_value(w @ (a[0] / a[1] - b[0] / b[1]))

    hints = [
        (
            beyond,
            "the drawn differences lie round the one at hand, so about half are beyond it whatever "
            "it is. Ask how many have left its side of zero.",
            "抽出的差值围绕着实际的差值，所以不论它多大，总有约一半超过它。应当问有多少换到了零的另一侧。",
        ),
        (
            lambda a, b, w: min(1, 2 * rarer(_differences(a, b, w)) / len(w)),
            "count the test set at hand in, above and below: a p-value is never 0.",
            "分子和分母都要把手头的测试集算进去：p 值绝不为 0。",
        ),
        (
            lambda a, b, w: min(1, (1 + rarer(_differences(a, b, w))) / (len(w) + 1)),
            "that is one side. Nobody told you beforehand which system is better: double it.",
            "这只是一侧。事先并不知道哪个系统更好：请乘以 2。",
        ),
        (
            lambda a, b, w: (1 + np.sum(_differences(a, b, w) >= 0)) / (len(w) + 1),
            "that is the share on one side, which fits only if the first system is the better one. "
            "Take the rarer side, and double it.",
            "这是某一侧的比例，只有第一个系统较好时才合适。请取较少的一侧，再乘以 2。",
        ),
        (
            lambda a, b, w: 2 * (1 + rarer(_differences(a, b, w))) / (len(w) + 1),
            "twice the rarer side can be more than all: a p-value is at most 1.",
            "较少一侧的两倍可能超过全部：p 值最多为 1。",
        ),
        (
            of_means,
            "each example's ratio was taken before adding up. Divide the sums.",
            "在相加之前就取了每个样本的比值。请用总和相除。",
        ),
    ]
    for other, en, zh in hints:
        if _is(found, other, cases):
            return Hint(en, zh)
    if found[3] < 1:
        return Hint(
            "a system does not differ from itself: then the p-value is 1.",
            "系统与它自己没有差别：此时 p 值为 1。",
        )
    return Hint(
        "for each draw take errors over lengths of the one system minus the other's; count the "
        "differences that are at or across zero, add 1, divide by the draws plus 1, double.",
        "对每次抽样，用一个系统的错误数除以长度，减去另一个系统的；数出到达或越过零的差值，加 1，"
        "除以抽样次数加 1，再乘以 2。",
    )
