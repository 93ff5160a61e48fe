"""Checkers of chapter 22_bug_museum: a mistake is handed out, and its repair is wanted."""

from typing import Any

import numpy as np

from seqtut.exercises.numbers import array_from
from seqtut.exercises.registry import Hint, call, exercise


def _one_number(answer: Any, *arguments: Any) -> tuple[float, Hint | None]:
    found, failure = array_from(answer, *arguments, shape=())
    return (np.nan, failure) if failure else (float(found), None)


@exercise("bug-museum-1")
def masked_accuracy(answer: Any) -> Hint | None:
    """Wants the share of real tokens that were found."""
    rng = np.random.default_rng(1)
    for sizes in ((4, 3, 1), (5, 2), (2, 6, 6, 1), (3, 3)):
        mask = np.arange(max(sizes) + 2) < np.array(sizes)[:, None]
        target = np.where(mask, rng.integers(0, 4, mask.shape), 0)  # 0 may be real too
        found = np.where(rng.random(mask.shape) < 0.5, target, rng.integers(0, 4, mask.shape))
        found[:, -1] = 0  # some pads are found as well
        right = (found == target) & mask
        given, failure = _one_number(answer, target, mask, found)
        if failure:
            return failure
        wanted = right.sum() / mask.sum()
        if np.isclose(given, wanted):
            continue
        if np.isclose(given, (found == target).sum() / mask.sum()):
            return Hint(
                "matches at pads are counted, and the pads themselves are not.",
                "填充处的匹配被算进去了，而填充本身没有算进分母。",
            )
        if np.isclose(given, (found == target).mean()):
            return Hint(
                "pads are counted like tokens. Leave them out, above and below the line.",
                "填充被当作词元计数了。分子和分母都应把它们去掉。",
            )
        if np.isclose(given, right.mean()):
            return Hint(
                "the matches are right. Below the line stand the real tokens, not all places.",
                "匹配数是对的。分母应是真实词元的个数，而不是所有位置。",
            )
        named = target != 0
        if np.isclose(given, (right & named).sum() / named.sum()):
            return Hint(
                "id 0 may be a real token. What is padding, only the mask says.",
                "编号 0 也可能是真实词元。哪些是填充，只有掩码知道。",
            )
        rows = right.sum(axis=1) / mask.sum(axis=1)
        if np.isclose(given, rows.mean()):
            return Hint(
                "that is a mean over sequences, in which a token of a short one weighs more. "
                "Count tokens.",
                "这是对各序列的平均，短序列中的词元权重更大。请按词元计数。",
            )
        return Hint(
            f"for {int(right.sum())} of {int(mask.sum())} real tokens found it gives {given:.3f}.",
            f"{int(mask.sum())} 个真实词元中找对 {int(right.sum())} 个，却给出 {given:.3f}。",
        )
    nothing = np.zeros((2, 3), int)
    given, failure = _one_number(answer, nothing, nothing > 0, nothing)
    if failure:
        return failure
    if given != 0:
        return Hint(
            f"with no real token at all it is 0. Received: {given}.",
            f"一个真实词元都没有时，结果应为 0。收到的是 {given}。",
        )
    return None


@exercise("bug-museum-2")
def best_answer(answer: Any) -> Hint | None:
    """Wants the number of the best answer under a length penalty."""
    rng = np.random.default_rng(1)
    cases = [
        ([np.log([0.006]), np.log(np.full(4, 0.3)), np.log(np.full(13, 0.62))], alpha)
        for alpha in (0.0, 0.6, 1.0, -1.0)
    ]
    for _ in range(40):
        lengths = rng.integers(1, 15, 5)
        answers = [np.log(rng.uniform(0.6, 0.95, n)) - 4 / n for n in lengths]
        cases.append((answers, float(rng.choice([0.0, 0.5, 1.0, 2.0]))))

    def winner(logs: list, divisor: Any) -> int:
        return int(np.argmax([one.sum() / divisor(len(one)) for one in logs]))

    given = []
    for logs, alpha in cases:
        found, failure = _one_number(answer, [one.copy() for one in logs], alpha)
        if failure:
            return failure
        given.append(found)

    def like(rule: Any) -> bool:
        return all(
            found == rule(logs, alpha) for found, (logs, alpha) in zip(given, cases, strict=True)
        )

    if like(lambda logs, alpha: winner(logs, lambda n: ((5 + n) / 6) ** alpha)):
        return None
    if like(lambda logs, alpha: winner(logs, lambda n: ((5 + n) / 6) ** -alpha)):
        return Hint(
            "a log-probability is negative: multiplied by more, it gets worse. So a higher alpha "
            "favours short answers here, and should favour long ones.",
            "对数概率是负数：乘以更大的数只会更差。于是这里 alpha 越大越偏向短答案，"
            "而本应偏向长答案。",
        )
    if like(lambda logs, alpha: winner(logs, lambda n: 1.0)):
        return Hint(
            "the lengths are left out: that is the best for alpha = 0.",
            "没有考虑长度：这是 alpha = 0 时的最佳答案。",
        )
    if like(lambda logs, alpha: winner(logs, lambda n: n**alpha)):
        return Hint(
            "that divides by n ** alpha. The penalty of the chapter is ((5 + n) / 6) ** alpha.",
            "这里除以的是 n ** alpha。本章的惩罚是 ((5 + n) / 6) ** alpha。",
        )
    if like(lambda logs, alpha: int(np.argmax([one.mean() for one in logs]))):
        return Hint(
            "that is the best mean per token, whatever alpha is.",
            "这是每个词元平均值最高的答案，与 alpha 无关。",
        )
    worst = [int(np.argmin([o.sum() / ((5 + len(o)) / 6) ** a for o in logs])) for logs, a in cases]
    if given == worst:
        return Hint("that is the worst of them.", "这是其中最差的一个。")
    return Hint(
        "return the number of the answer, from 0, whose sum divided by its penalty is the highest.",
        "应返回“总和除以惩罚”最高的那个答案的编号（从 0 开始）。",
    )


@exercise("bug-museum-3")
def corpus_perplexity(answer: Any) -> Hint | None:
    """Wants the perplexity of a data set from the sums and counts of its batches."""
    rng = np.random.default_rng(2)
    for batches in (3, 7, 1, 12):
        counts = rng.integers(1, 60, batches)
        sums = counts * rng.uniform(0.3, 3, batches)
        given, failure = _one_number(answer, sums, counts)
        if failure:
            return failure
        if np.isclose(given, np.exp(sums.sum() / counts.sum())):
            continue
        if np.isclose(given, np.mean(np.exp(sums / counts))):
            return Hint(
                "that is a mean of perplexities. Merge two batches, and it is another number.",
                "这是各批困惑度的平均。把两批合成一批，结果就变了。",
            )
        if np.isclose(given, np.exp(np.mean(sums / counts))):
            return Hint(
                "a mean of means gives a token of a small batch more weight. Divide once, all nats "
                "by all tokens.",
                "平均的平均会让小批中的词元权重更大。只除一次：全部奈特除以全部词元。",
            )
        if np.isclose(given, sums.sum() / counts.sum()):
            return Hint(
                "that is the loss in nats a token; the perplexity is its exponential.",
                "这是每个词元的损失（奈特）；困惑度是它的指数。",
            )
        if np.isclose(given, 2 ** (sums.sum() / counts.sum())):
            return Hint("nats go with e; 2 goes with bits.", "奈特对应底数 e；底数 2 对应比特。")
        return Hint(
            f"for {batches} batches it gives {given:.3f}. Add up first, divide then, and take the "
            "exponential last.",
            f"{batches} 批数据给出 {given:.3f}。先求和，再相除，最后取指数。",
        )
    return None


@exercise("bug-museum-4")
def split_of_windows(answer: Any) -> Hint | None:
    """Wants the starts of the windows of two parts of a series that share no step."""
    for steps, width, held in ((20, 4, 8), (50, 7, 7), (31, 1, 3), (12, 6, 6), (400, 30, 45)):
        border = steps - held
        found, failure = call(answer, steps, width, held)
        if failure:
            return failure
        try:
            train, test = (sorted(int(start) for start in part) for part in found)
        except Exception:  # anything may have been returned
            return Hint(
                "return two parts: the starts of the training windows and of the test windows. "
                f"Received: {type(found).__name__}.",
                f"应返回两部分：训练窗口和测试窗口的起点。收到的是 {type(found).__name__}。",
            )
        right = list(range(border - width + 1)), list(range(border, steps - width + 1))
        if (train, test) == right:
            continue
        covered = {start + k for start in train for k in range(width)}
        asked = {start + k for start in test for k in range(width)}
        if covered & asked:
            many = len(covered & asked)
            return Hint(
                f"with {steps} steps, windows of {width} and {held} test steps, {many} steps are "
                "in windows of both parts.",
                f"{steps} 步、窗口长 {width}、测试 {held} 步时，"
                f"有 {many} 步同时落在两部分的窗口里。",
            )
        if any(step >= border for step in covered):
            return Hint(
                "a training window reaches into the test steps.", "有训练窗口伸进了测试部分。"
            )
        if any(step < border for step in asked):
            return Hint("a test window begins before the border.", "有测试窗口在分界之前就开始了。")
        if any(step >= steps for step in asked):
            return Hint("a test window goes on behind the series.", "有测试窗口超出了序列末尾。")
        return Hint(
            f"no step is shared; but of {len(right[0])} training and {len(right[1])} test windows "
            f"that fit, there are {len(train)} and {len(test)}.",
            f"没有共享的步；但放得下的训练窗口有 {len(right[0])} 个、"
            f"测试窗口有 {len(right[1])} 个，"
            f"这里给出 {len(train)} 个和 {len(test)} 个。",
        )
    return None


@exercise("bug-museum-5")
def shifted_target(answer: Any) -> Hint | None:
    """Wants what a decoder is fed, made from its targets."""
    rng = np.random.default_rng(3)
    for shape, begin in (((2, 4), 1), ((3, 1), 1), ((1, 6), 9)):
        target = rng.integers(2, 9, shape)
        handed = target.copy()
        found, failure = call(answer, handed, begin)
        if failure:
            return failure
        if not np.array_equal(handed, target):
            return Hint(
                "the targets themselves were changed, and the loss needs them. Work on a copy.",
                "目标本身被改动了，而损失还要用它们。请在副本上操作。",
            )
        try:
            fed = np.asarray(found, np.float64)
        except Exception:  # anything may have been returned
            fed = np.array(np.nan)
        if fed.shape != shape:
            return Hint(
                f"what is fed has a step for each target, shape {shape}. Received: {fed.shape}.",
                f"送入解码器的每一步对应一个目标，形状为 {shape}。收到的是 {fed.shape}。",
            )
        wanted = np.column_stack([np.full(len(target), begin), target[:, :-1]])
        if np.array_equal(fed, wanted):
            continue
        if np.array_equal(fed, np.roll(target, 1, axis=1)):
            return Hint(
                "the last token has gone round the corner: the first step gets to see the end of "
                "its own answer, and never the begin token.",
                "最后一个词元绕回了开头：第一步看到了自己答案的结尾，而没有看到开始词元。",
            )
        if np.array_equal(fed, target):
            return Hint(
                "each step is fed the token that it has to predict.",
                "每一步送入的正是它要预测的词元。",
            )
        forward = np.column_stack([target[:, 1:], np.full(len(target), begin)])
        if np.array_equal(fed, np.roll(target, -1, axis=1)) or np.array_equal(fed, forward):
            return Hint(
                "that shifts the other way: each step sees the token after its own.",
                "移动方向反了：每一步看到的是它后面的词元。",
            )
        if shape[1] > 1 and np.array_equal(fed[:, 1:], wanted[:, 1:]):
            return Hint(
                f"the first step is fed {fed[0, 0]:g}; the begin token is {begin}.",
                f"第一步送入的是 {fed[0, 0]:g}；开始词元是 {begin}。",
            )
        return Hint(
            "step t is fed the token of step t - 1, and the first step the begin token.",
            "第 t 步送入第 t - 1 步的词元，第一步送入开始词元。",
        )
    return None
