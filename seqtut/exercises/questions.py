"""Checkers of chapter 23_questions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqtut.exercises.numbers import array_from
from seqtut.exercises.registry import Hint, exercise
from seqtut.exercises.ward import FAULTS, WARD

# Whether each claim of the first exercise is true, and where to look if a reader thinks otherwise.
_CLAIMS = (
    (
        True,
        "compare the second and the third row of the picture in the chapter on concepts.",
        "请比较“概念”一章那幅图的第二行和第三行。",
    ),
    (
        False,
        "the loss cannot tell one set of axes of a plane from another. The chapter on the "
        "autoencoder measures an angle between planes, and then mixes directions.",
        "对同一平面的不同坐标轴，损失是分辨不出来的。“自编码器”一章量的是两个平面的夹角，"
        "然后再对方向做混合。",
    ),
    (
        True,
        "look up the parity of a string of bits in the chapter on recurrent networks.",
        "请看“循环网络”一章中比特串奇偶性的例子。",
    ),
    (
        False,
        "there are other guards against copying than a narrow code; a chapter is about three.",
        "防止照抄的办法不只是窄编码；有一章专讲另外三种。",
    ),
    (
        False,
        "up to its first mistake a greedy decoder has read what the teacher would have shown it. "
        "See where the teacher leaves, in the chapter on the mathematics.",
        "在第一次出错之前，贪心解码器读到的正是教师会给它看的内容。请看“序列到序列的数学”一章中教师离开之后的那一节。",
    ),
    (
        True,
        "log-probabilities are negative. The chapter on searching has two answers to try.",
        "对数概率是负数。“搜索答案”一章里有两个答案可以试算。",
    ),
    (
        False,
        "the chapter on searching widens the beam of a model that has no attention.",
        "“搜索答案”一章把一个没有注意力的模型的束逐步加宽。",
    ),
    (
        True,
        "strike the last letter of hate, as the chapter on attention does.",
        "请像“注意力”一章那样，去掉 hate 的最后一个字母。",
    ),
    (
        False,
        "attention reads one vector for each step. What is such a model called?",
        "注意力为每一步读取一个向量。这样的模型叫什么？",
    ),
    (
        True,
        "put a base rate of 0.001 into the accuracy of the chapter on anomaly detection.",
        "请把 0.001 的基础比例代入“异常检测”一章的准确率公式。",
    ),
    (
        False,
        "sums and counts add up over batches. Does a mean of exponentials?",
        "总和与个数可以跨批相加。指数的均值也可以吗？",
    ),
    (
        True,
        "the chapter on evaluation scores through, said without a fault.",
        "“它有多好？”一章给念得一字不错的 through 打过分。",
    ),
)


def _truths(answer: Any) -> list[bool] | None:
    if isinstance(answer, str | bytes) or not isinstance(answer, Sequence | np.ndarray):
        return None
    if not all(isinstance(one, bool | np.bool_ | int | np.integer) for one in answer):
        return None
    values = [int(one) for one in answer]
    return [value == 1 for value in values] if set(values) <= {0, 1} else None


@exercise("questions-1")
def twelve_claims(answer: Any) -> Hint | None:
    """Wants twelve truth values, one for each claim in its order."""
    given = _truths(answer)
    if given is None or len(given) != len(_CLAIMS):
        received = type(answer).__name__ if given is None else str(len(given))
        return Hint(
            f"the answer is a list of {len(_CLAIMS)} truth values, True or False. "
            f"Received: {received}.",
            f"答案应是由 {len(_CLAIMS)} 个真假值（True 或 False）组成的列表。收到的是 {received}。",
        )
    wrong = [
        n for n, (one, claim) in enumerate(zip(given, _CLAIMS, strict=True), 1) if one != claim[0]
    ]
    if not wrong:
        return None
    _, en, zh = _CLAIMS[wrong[0] - 1]
    more = len(wrong) - 1
    return Hint(
        f"claim {wrong[0]}: {en}" + (f" (And {more} more to reconsider.)" if more else ""),
        f"第 {wrong[0]} 条：{zh}" + (f"（另外还有 {more} 条需要重新考虑。）" if more else ""),
    )


@exercise("questions-2")
def diagnosis(answer: Any) -> Hint | None:
    """Wants what is the matter with each patient: {"A": one of FAULTS, ...}."""
    if not isinstance(answer, Mapping) or set(answer) != set(WARD):
        return Hint(
            f"the answer is a dictionary with the keys {', '.join(WARD)}, one for each patient.",
            f"答案应是一个字典，键为 {'、'.join(WARD)}，每个病人对应一个。",
        )
    for name, fault in WARD.items():
        said = answer[name]
        if not isinstance(said, str) or said not in FAULTS:
            known = ", ".join(map(repr, FAULTS))
            return Hint(
                f"what is the matter with {name} is one of {known}. Received: {said!r:.40}.",
                f"{name} 的诊断应是 {known} 之一。收到的是 {said!r:.40}。",
            )
        if said != fault:
            return _contradicted(name, said, fault)
    return None


def _contradicted(name: str, said: str, fault: str) -> Hint:
    """Says which measurement does not fit, and not what the right answer is."""
    (expected, hears), (broken, moved) = FAULTS[said], FAULTS[fault]
    for law in sorted(expected - broken):
        return Hint(
            f"a patient that {said} breaks the law {law!r}. Patient {name} obeys it.",
            f"若诊断为 {said!r}，就会违反定律 {law!r}；病人 {name} 却遵守它。",
        )
    for law in sorted(broken - expected):
        return Hint(
            f"a patient that {said} obeys the law {law!r}. Patient {name} breaks it.",
            f"若诊断为 {said!r}，就会遵守定律 {law!r}；病人 {name} 却违反了它。",
        )
    if hears and not moved:
        return Hint(
            f"patient {name} obeys all three laws, and that is not the same as being well. Hand it "
            "another source: does a logit move?",
            f"病人 {name} 遵守全部三条定律，但这并不等于正常。给它换一个源序列：有 logit 变化吗？",
        )
    return Hint(
        f"another source moves the logits of patient {name}.",
        f"换一个源序列，病人 {name} 的 logit 会变化。",
    )


def _right_words(reported: float, lengths: np.ndarray, width: int) -> float:
    """Words right if mistakes fall on tokens alone, all alike, and pads are always right."""
    wrong = (1 - reported) * len(lengths) * width / lengths.sum()
    return float(np.mean((1 - wrong) ** lengths))


# Ways to get it wrong, each with what is said to it.
_MISREADINGS = (
    (
        lambda r, n, w: np.mean(r**n),
        Hint(
            "the reported accuracy was taken for that of the tokens. The pads are all right, so "
            "the mistakes are all on tokens: how many are there, among how many tokens?",
            "这是把报告的准确率当成了词元的准确率。填充位全对，错误全在词元上："
            "一共有多少个错误，分布在多少个词元中？",
        ),
    ),
    (
        lambda r, n, w: r ** np.mean(n),
        Hint(
            "neither the pads were taken out, nor is a word of mean length a mean word.",
            "填充位没有去掉，而且平均长度的单词不等于单词的平均情况。",
        ),
    ),
    (
        lambda r, n, w: (1 - (1 - r) * len(n) * w / n.sum()) ** np.mean(n),
        Hint(
            "a word of mean length is not a mean word: take the power for each word, then the "
            "mean.",
            "平均长度的单词不等于单词的平均情况：先对每个单词求幂，再取均值。",
        ),
    ),
    (
        lambda r, n, w: 1 - (1 - r) * len(n) * w / n.sum(),
        Hint(
            "that is the share of tokens that are right. A word is right if all of its tokens are.",
            "这是词元正确的比例。一个单词的所有词元都对才算对。",
        ),
    ),
    (
        lambda r, n, w: r**w,
        Hint(
            "a word has as many chances of a mistake as it has tokens, not as the batch is wide.",
            "一个单词有多少词元，就有多少次出错的机会，与批量的宽度无关。",
        ),
    ),
)


@exercise("questions-3")
def words_right(answer: Any) -> Hint | None:
    """Wants a function of a reported accuracy, lengths and width: the share of words right."""
    rng = np.random.default_rng(23)
    cases = [(0.99, np.array([4, 6, 3, 6]), 6), (0.97, np.array([5, 5, 5]), 5)]
    cases += [(1.0, np.array([2, 7]), 9)]
    for size, width in ((5, 8), (40, 12), (200, 20)):
        cases.append((0.98 + 0.01 * rng.random(), rng.integers(2, width, size), width))
    found = []
    for reported, lengths, width in cases:
        value, failure = array_from(answer, reported, lengths, width, shape=())
        if failure:
            return failure
        found.append(float(value))
    wanted = [_right_words(*case) for case in cases]
    if np.allclose(found, wanted, rtol=1e-6, atol=1e-9):
        return None
    with np.errstate(all="ignore"):
        for misreading, hint in _MISREADINGS:
            if np.allclose(found, [misreading(*case) for case in cases], rtol=1e-6, atol=1e-9):
                return hint
    place = next(n for n, value in enumerate(wanted) if not np.isclose(found[n], value))
    reported, lengths, width = cases[place]
    shown = lengths.tolist() if len(lengths) < 9 else f"{len(lengths)} words"
    return Hint(
        f"for an accuracy of {reported:.3f}, lengths {shown} and width {width} the share is "
        f"{wanted[place]:.3f}. Received: {found[place]:.3f}.",
        f"当准确率为 {reported:.3f}、长度为 {shown}、宽度为 {width} 时，比例应为 "
        f"{wanted[place]:.3f}。收到的是 {found[place]:.3f}。",
    )
