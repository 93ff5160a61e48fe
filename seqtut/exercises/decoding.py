"""Checkers of chapter 12_decoding."""

from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.numbers import array_from
from seqtut.exercises.registry import Hint, call, exercise


def _same(found: np.ndarray, wanted: Any) -> bool:
    return bool(np.allclose(found, wanted))


@exercise("decoding-1")
def nucleus(answer: Any) -> Hint | None:
    """Wants a function of probabilities and a share that returns the distribution cut by top-p."""
    rng = np.random.default_rng(0)
    cases = [(np.array([0.1, 0.2, 0.7]), 0.5), (np.array([0.0, 1.0]), 0.9)]
    cases += [(rng.dirichlet(np.full(6, 0.7)), share) for share in (0.3, 0.6, 0.8, 0.95) * 5]
    for p, share in cases:
        found, failure = array_from(answer, p, share, shape=p.shape)
        if failure:
            return failure
        wanted = equations.top_p(p, share)
        if not _same(found, wanted):
            return _wrong_nucleus(found, p, share, wanted)
    found, failure = array_from(answer, np.full(4, 0.25), 0.5, shape=(4,))
    if failure or _same(np.sort(found), [0, 0, 0.5, 0.5]):  # whichever two
        return failure
    kept = int(np.sum(found > 0))
    return Hint(
        f"of four tokens of probability 0.25 any two reach the share 0.5, so no third is kept. "
        f"Yours keeps {kept}.",
        "四个概率为 0.25 的词元中，任意两个就达到份额 0.5，不再保留第三个。"
        f"你的函数保留了 {kept} 个。",
    )


def _wrong_nucleus(found: np.ndarray, p: np.ndarray, share: float, wanted: Any) -> Hint:
    if _same(found, np.where(wanted > 0, p, 0)):
        return Hint(
            "the right tokens are kept, but what is left does not sum to one.",
            "保留的词元是对的，但剩下的概率之和不等于一。",
        )
    within = np.zeros(len(p), bool)
    order = np.argsort(-p)
    within[order[np.cumsum(p[order]) <= share]] = True
    fewer = np.where(within, p, 0)
    if _same(found, fewer / (fewer.sum() or 1)) or (not within.any() and not np.any(found > 0)):
        return Hint(
            "the token with which the share is reached belongs to the nucleus. Where the first is "
            "large enough alone, yours leaves nothing.",
            "使累计概率达到给定份额的那个词元也属于核。当第一个词元本身就够大时，你的函数什么也没留下。",
        )
    likely = np.where(p >= 1 - share, p, 0)
    if _same(found, likely / (likely.sum() or 1)) or _same(
        found, np.where(p >= share, p, 0) / (p[p >= share].sum() or 1)
    ):
        return Hint(
            "that compares each probability with a threshold. The share is of the sum, added up "
            "from the most probable token on.",
            "这是拿每个概率与阈值比较。份额指的是从概率最大的词元开始累加的和。",
        )
    given, kept = int(np.sum(found > 0)), int(np.sum(wanted > 0))
    return Hint(
        f"of {np.round(p, 2)} with the share {share}, {kept} tokens are kept, "
        f"the most probable ones, and scaled to sum to one. Yours keeps {given}.",
        f"对 {np.round(p, 2)} 取份额 {share}，应保留概率最大的 {kept} 个词元并缩放到和为一。"
        f"你的函数保留了 {given} 个。",
    )


@exercise("decoding-2")
def penalised(answer: Any) -> Hint | None:
    """Wants a function of score, length and alpha that favours long outputs as alpha grows."""
    rng = np.random.default_rng(1)
    for alpha in (0.0, 0.6, 1.0, 2.0, -0.7):
        for _ in range(5):
            score, length = -float(rng.uniform(0.1, 30)), int(rng.integers(2, 40))
            found, failure = array_from(answer, score, length, alpha, shape=())
            if failure:
                return failure
            penalty = equations.length_penalty(length, alpha)
            if not _same(found, score / penalty):
                return _wrong_penalty(float(found), score, length, alpha, penalty)
    return None


def _wrong_penalty(
    found: float, score: float, length: int, alpha: float, penalty: float
) -> Hint | None:
    if alpha == 0:
        return Hint(
            f"with alpha 0 nothing may change. Received: {found:.4g} from {score:.4g}.",
            f"alpha 为 0 时什么都不应改变。由 {score:.4g} 得到的是 {found:.4g}。",
        )
    if alpha > 0 and _same(found, score * penalty):
        return Hint(
            "a score is negative: what multiplies it by a number above 1 makes it worse, so longer "
            "outputs lose as alpha grows.",
            "得分是负数：乘以大于 1 的数会让它变差，因此 alpha 越大，长的输出越吃亏。",
        )
    if _same(found, score / length**alpha):
        return Hint(
            "that divides by a power of the length, which other systems do. Here the penalty is "
            "((5 + length) / 6) ** alpha.",
            "这是除以长度的幂，有些系统这样做。这里的惩罚是 ((5 + length) / 6) ** alpha。",
        )
    if _same(found, score - penalty) or _same(found, score + penalty):
        return Hint(
            "the penalty is a divisor, and is not added to the score.",
            "惩罚是除数，不是加到得分上的数。",
        )
    return Hint(
        f"a score of {score:.4g} over {length} tokens with alpha {alpha} becomes "
        f"{score / penalty:.4g}. Received: {found:.4g}.",
        f"得分 {score:.4g}、{length} 个词元、alpha 为 {alpha} 时应得 {score / penalty:.4g}。"
        f"收到的是 {found:.4g}。",
    )


@exercise("decoding-3")
def beam_step(answer: Any) -> Hint | None:
    """Wants a function of scores, log-probabilities and a width that takes one step of a beam."""
    rng = np.random.default_rng(2)
    for rows, size, width in [(4, 7, 4), (1, 6, 4), (3, 5, 3), (2, 9, 5)] * 3:
        scores = np.log(rng.uniform(0.05, 1, rows))
        log_p = np.log(rng.dirichlet(np.full(size, 0.5), rows) + 1e-12)
        found, failure = call(answer, scores.copy(), log_p.copy(), width)
        if failure:
            return failure
        try:
            parts = [np.asarray(part, np.float64) for part in found]
        except Exception:  # anything may have been returned, or nothing
            parts = []
        if [part.shape for part in parts] != [(width,)] * 3:
            return Hint(
                f"the function returns three arrays of {width} numbers: scores, parents, tokens.",
                f"函数应返回三个各含 {width} 个数的数组：得分、父前缀、词元。",
            )
        if hint := _wrong_step(parts, scores, log_p, width):
            return hint
    return None


def _wrong_step(
    parts: list[np.ndarray], scores: np.ndarray, log_p: np.ndarray, width: int
) -> Hint | None:
    total = scores[:, None] + log_p
    best = np.argsort(-total, axis=None)[:width]
    wanted = total.ravel()[best]
    parents, tokens = np.unravel_index(best, total.shape)
    found, given_parents, given_tokens = parts
    if _same(found, wanted):
        if _same(given_parents, parents) and _same(given_tokens, tokens):
            return None
        if _same(given_parents, tokens) and _same(given_tokens, parents):
            return Hint(
                "parents and tokens are swapped: first the row that is extended, then the token.",
                "父前缀和词元弄反了：先是被延长的那一行，然后是词元。",
            )
        return Hint(
            "the scores are right, but parents or tokens are not where these scores came from.",
            "得分是对的，但父前缀或词元不是这些得分的来源。",
        )
    if _same(np.sort(found), np.sort(wanted)):
        return Hint(
            "the right continuations were kept, but the best should come first.",
            "保留的延续是对的，但应把最好的放在最前面。",
        )
    if _same(found, -np.sort(-log_p, axis=None)[:width]):
        return Hint(
            "the scores of the prefixes were left out: a continuation's score is its prefix's plus "
            "its own log-probability.",
            "漏掉了前缀的得分：一个延续的得分等于前缀的得分加上它自己的对数概率。",
        )
    one_each = -np.sort(-total.max(axis=1))
    if len(one_each) == width and _same(-np.sort(-found), one_each):
        return Hint(
            "one continuation of each prefix was kept. All continuations of all prefixes compete: "
            "a good prefix may have several children, a bad one none.",
            "每个前缀只保留了一个延续。所有前缀的所有延续要一起竞争：好的前缀可以有几个孩子，差的可以没有。",
        )
    return Hint(
        "add each prefix's score to its row of log-probabilities, and keep the largest of the "
        f"whole table. The best here is {wanted[0]:.4g}; yours begins with {found[0]:.4g}.",
        "请把每个前缀的得分加到它那一行对数概率上，再从整张表中保留最大的。"
        f"这里最好的是 {wanted[0]:.4g}；你的第一个是 {found[0]:.4g}。",
    )


@exercise("decoding-4")
def bound(answer: Any) -> Hint | None:
    """Wants a function that bounds the penalised score of all that may follow a prefix."""
    rng = np.random.default_rng(3)
    for alpha in (0.0, 0.6, 1.5, -0.8):
        for _ in range(6):
            score, length = -float(rng.uniform(0.1, 20)), int(rng.integers(1, 12))
            longest = length + int(rng.integers(1, 15))
            found, failure = array_from(answer, score, length, longest, alpha, shape=())
            if failure:
                return failure
            lengths = np.arange(length + 1, longest + 1)
            wanted = np.max(score / equations.length_penalty(lengths, alpha))
            if not _same(found, wanted):
                return _wrong_bound(float(found), score, length, longest, alpha, wanted)
    return None


def _wrong_bound(
    found: float, score: float, length: int, longest: int, alpha: float, wanted: float
) -> Hint:
    def at(n: int) -> float:
        return float(score / equations.length_penalty(n, alpha))

    if alpha == 0:
        return Hint(
            "without a penalty the bound is the prefix's own score: every token that follows can "
            "only lower it.",
            "没有惩罚时，上界就是前缀自己的得分：后面的每个词元只会使它降低。",
        )
    if alpha < 0 and _same(found, at(length)):
        return Hint(
            "the prefix has not ended, so no answer has its length: the shortest has one token "
            "more, and with a negative alpha its penalty is the kindest.",
            "这个前缀还没有结束，所以没有答案与它等长：最短的答案还要多一个词元，"
            "alpha 为负时它的惩罚最宽松。",
        )
    if _same(found, at(length)):
        return Hint(
            "that divides by the penalty of the prefix. An answer that goes on is longer, and with "
            "a positive alpha its penalty is kinder.",
            "这是除以前缀自己的惩罚。继续下去的答案更长，alpha 为正时它的惩罚更宽松。",
        )
    if alpha < 0 and _same(found, at(longest)):
        return Hint(
            "with a negative alpha long answers lose, so the kindest penalty is that of the "
            "shortest answer there can be: one token more.",
            "alpha 为负时长的答案吃亏，所以最宽松的惩罚属于可能的最短答案：再加一个词元。",
        )
    if alpha > 0 and _same(found, at(length + 1)):
        return Hint(
            "with a positive alpha the kindest penalty is not that of the next length: long "
            "answers are favoured up to the longest allowed.",
            "alpha 为正时，最宽松的惩罚不是下一个长度的：越长越有利，直到允许的最长长度。",
        )
    verdict = "can be exceeded" if found < wanted else "is higher than it need be"
    said = "可能被超过" if found < wanted else "比需要的高"
    return Hint(
        f"with score {score:.4g}, {length} tokens so far, {longest} at most and alpha {alpha}, "
        f"{found:.4g} {verdict}; {wanted:.4g} is the least that holds.",
        f"得分 {score:.4g}、目前 {length} 个词元、最多 {longest} 个、alpha 为 {alpha} 时，"
        f"{found:.4g} {said}；成立的最小上界是 {wanted:.4g}。",
    )
