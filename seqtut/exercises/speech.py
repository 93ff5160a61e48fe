"""Checkers of chapter 17_speech."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np

from seqtut import equations, metrics
from seqtut.exercises.numbers import array_from
from seqtut.exercises.registry import Hint, call, exercise


@exercise("speech-1")
def hertz(answer: Any) -> Hint | None:
    """Wants a function from mel to hertz, of one number or an array."""
    for m in (np.array([0.0, 1000.0, 2840.0]), np.linspace(0, 4000, 9), np.array([781.17])):
        found, failure = array_from(answer, m, shape=m.shape)
        if failure:
            return failure
        if np.allclose(found, 700 * (10 ** (m / 2595) - 1), rtol=1e-6, atol=1e-6):
            continue
        if np.allclose(found, equations.mel(m)):
            return Hint(
                "that is the way from hertz to mel again. Solve for f.",
                "这还是从赫兹到梅尔的方向。请解出 f。",
            )
        if np.allclose(found, 700 * (np.exp(m / 2595) - 1)):
            return Hint(
                "2595 belongs to the logarithm with base 10, so its inverse is a power of 10.",
                "2595 对应以 10 为底的对数，因此其反函数是 10 的幂。",
            )
        if np.allclose(found, 700 * 10 ** (m / 2595)):
            return Hint(
                "0 mel should be 0 Hz. The 1 that was added before the logarithm has to go.",
                "0 梅尔应为 0 赫兹。取对数之前加上的 1 必须减去。",
            )
        return Hint(
            f"mel(hertz({m[-1]:g})) is {float(equations.mel(np.maximum(found[-1], 0))):.1f}. "
            "Divide by 2595, raise 10 to it, and undo the rest.",
            f"mel(hertz({m[-1]:g})) 等于 {float(equations.mel(np.maximum(found[-1], 0))):.1f}。"
            "请先除以 2595，再求 10 的幂，然后逆推其余步骤。",
        )
    return None


# Paths that tell mistakes apart; 0 is the blank.
_PATHS = (
    [0, 3, 3, 0, 3, 1, 1, 0],
    [1, 1, 1, 1],
    [0, 0, 0],
    [2, 0, 2],
    [],
    [5],
    [4, 4, 0, 0, 4, 4, 7, 4],
    [0, 9, 0, 9, 9, 8, 0],
)


def _dropped_first(path: list[int]) -> list[int]:
    """Takes the blanks out first, and so joins what they kept apart."""
    return [label for label, _ in groupby(label for label in path if label != 0)]


@exercise("speech-2")
def collapsed(answer: Any) -> Hint | None:
    """Wants a function from a path of ids to its labels."""
    for path in (*_PATHS, np.array(_PATHS[0])):
        ids = [int(label) for label in path]
        right = equations.collapse(ids)
        found, failure = call(answer, path.copy())
        if failure:
            return failure
        try:
            if isinstance(found, str) or found is None:
                raise TypeError
            said = [int(label) for label in found]
        except Exception:  # anything may have been returned, or nothing
            return Hint(
                f"the labels are a list of ids. Received: {type(found).__name__}.",
                f"标签应是编号的列表。收到的是 {type(found).__name__}。",
            )
        if said == right:
            continue
        if said == _dropped_first(ids):
            return Hint(
                f"{ids} is {right}: the blank between two equal labels keeps them apart. Look for "
                "what is said in a row before you drop the blanks.",
                f"{ids} 应为 {right}：两个相同标签之间的空白把它们分开。"
                "请先合并连续的相同标签，再去掉空白。",
            )
        if said == [label for label in ids if label != 0]:
            return Hint(
                f"{ids} is {right}: a label that is said for several steps in a row is one label.",
                f"{ids} 应为 {right}：连续若干步说同一个标签，只算一个。",
            )
        if said == [label for label, _ in groupby(ids)]:
            return Hint(
                f"{ids} is {right}: blanks, id 0, are not written.",
                f"{ids} 应为 {right}：空白（编号 0）不写出来。",
            )
        return Hint(
            f"{ids} is {right}. Received: {said}.", f"{ids} 应为 {right}。收到的是 {said}。"
        )
    return None


@exercise("speech-3")
def by_hand(answer: Any) -> Hint | None:
    """Wants the probability of the text "a" after three steps, with p(a) = 0.5, 0.2 and 0.5."""
    try:
        if isinstance(answer, bool | str) or answer is None:
            raise TypeError
        p = float(answer)
    except Exception:
        return Hint(
            f"the answer is one number. Received: {type(answer).__name__}.",
            f"答案是一个数。收到的是 {type(answer).__name__}。",
        )
    # Of eight paths, "---" says nothing and "a-a" says it twice.
    first, second, third = 0.5, 0.2, 0.5
    silent = (1 - first) * (1 - second) * (1 - third)
    twice = first * (1 - second) * third
    right = 1 - silent - twice
    if abs(p - right) < 1e-6:
        return None
    if abs(p - (1 - silent)) < 1e-6:
        return Hint(
            "one of these paths says a twice: a blank stands between the two.",
            "其中一条路径把 a 说了两次：两者之间隔着空白。",
        )
    once = first * (1 - second) * (1 - third) + (1 - first) * second * (1 - third)
    once += (1 - first) * (1 - second) * third
    if abs(p - once) < 1e-6:
        return Hint(
            "a may also be said for two or three steps in a row, and is written once.",
            "a 也可以连续说两步或三步，但只写一次。",
        )
    if abs(p - max(0.5 * 0.8 * 0.5, 0.5 * 0.2 * 0.5)) < 1e-6:
        return Hint(
            "that is one path. Every path that collapses to a counts.",
            "这只是一条路径。凡是折叠后为 a 的路径都要计入。",
        )
    return Hint(
        "there are eight paths of a and the blank. Cross out those that do not collapse to a, and "
        "add up the others; each is a product of three numbers.",
        "由 a 和空白组成的路径共有八条。划去折叠后不为 a 的，把其余的加起来；"
        "每一条都是三个数的乘积。",
    )


def _halved(mask: np.ndarray, combine: Callable) -> np.ndarray:
    mask = np.concatenate([mask, np.zeros((len(mask), mask.shape[1] % 2), bool)], axis=1)
    return combine(mask[:, ::2], mask[:, 1::2])


@exercise("speech-4")
def pyramid_mask(answer: Any) -> Hint | None:
    """Wants a function of a mask and a number of levels that returns the mask at the top."""
    for steps, lengths, levels in (
        (6, (6, 5, 2, 1), 1),
        (9, (9, 8, 5, 4, 1), 2),
        (7, (7, 3), 3),
        (5, (5, 2), 0),
        (1, (1,), 2),
    ):
        mask = np.arange(steps) < np.array(lengths)[:, None]
        right = mask
        for _ in range(levels):
            right = _halved(right, np.logical_or)
        found, failure = call(answer, mask.copy(), levels)
        if failure:
            return failure
        try:
            found = np.asarray(found)
            if found.ndim != 2 or found.dtype.kind not in "biuf":
                raise TypeError
        except Exception:
            return Hint(
                f"the result is a mask (B, S). Received: {type(found).__name__}.",
                f"结果应是形状为 (B, S) 的掩码。收到的是 {type(found).__name__}。",
            )
        if found.shape != right.shape:
            return Hint(
                f"{levels} levels over {steps} steps leave {right.shape[1]}, an odd one at the end "
                f"counting as a whole. Received: {found.shape[1]}.",
                f"{steps} 步经过 {levels} 层后剩 {right.shape[1]} 步，末尾落单的一步算作一步。"
                f"收到的是 {found.shape[1]}。",
            )
        if np.array_equal(found.astype(bool), right):
            continue
        strict = mask
        for _ in range(levels):
            strict = _halved(strict, np.logical_and)
        if np.array_equal(found.astype(bool), strict):
            return Hint(
                "a recording of odd length loses its last step. A joined step is kept if its first "
                "half is.",
                "长度为奇数的录音丢失了最后一步。合并后的一步，只要前半部分保留，就应保留。",
            )
        return Hint(
            f"for lengths {lengths} and {levels} levels the top keeps "
            f"{right.sum(axis=1).tolist()} steps. Received: "
            f"{found.astype(bool).sum(axis=1).tolist()}.",
            f"长度为 {lengths}、共 {levels} 层时，顶层保留 {right.sum(axis=1).tolist()} 步。"
            f"收到的是 {found.astype(bool).sum(axis=1).tolist()}。",
        )
    return None


_TRANSCRIPTS = (
    (["the cat sat", "on the mat"], ["the cat sat down there", "on a mat"]),
    (["recognise speech"], ["wreck a nice beach"]),
    (["a b c d e f", "x"], ["a b c d e f", "y"]),
    (["yes yes yes", "no"], ["no", "no"]),
    (["good morning", "well"], ["good morning", "well"]),
)


def _edits(said: str, right: str) -> int:
    return metrics.edit_distance(said.split(), right.split())


@exercise("speech-5")
def word_errors(answer: Any) -> Hint | None:
    """Wants a function of transcripts and references that returns edits per word of them."""
    for said, right in _TRANSCRIPTS:
        edits = [_edits(s, r) for s, r in zip(said, right, strict=True)]
        counts = [len(r.split()) for r in right]
        rate = sum(edits) / sum(counts)
        found, failure = call(answer, list(said), list(right))
        if failure:
            return failure
        try:
            if isinstance(found, bool | str) or found is None:
                raise TypeError
            value = float(found)
        except Exception:
            return Hint(
                f"the rate is one number. Received: {type(found).__name__}.",
                f"错误率是一个数。收到的是 {type(found).__name__}。",
            )
        if abs(value - rate) < 1e-6:
            continue
        pairs = list(zip(said, right, strict=True))
        letters = sum(metrics.edit_distance(*pair) for pair in pairs)
        wrong = [
            (
                letters / sum(map(len, right)),
                "those are edits of letters. Split the texts into words first.",
                "这是按字母计的编辑数。请先把文本切分成词。",
            ),
            (
                float(np.mean([e / c for e, c in zip(edits, counts, strict=True)])),
                "that is a mean of rates, in which a short text weighs as much as a long one. "
                "Divide the sum of all edits by the sum of all words.",
                "这是各条错误率的平均，短文本与长文本权重相同。请用编辑总数除以词的总数。",
            ),
            (
                sum(edits) / sum(len(s.split()) for s in said),
                "the words of the references are what errors are counted against.",
                "分母应是参考文本的词数。",
            ),
            (
                float(np.mean([s != r for s, r in pairs])),
                "that is the share of texts that are not all right. Count the words in them that "
                "have to be changed.",
                "这是不完全正确的文本所占的比例。请数出其中需要改动的词。",
            ),
            (
                min(rate, 1.0),
                "a rate may exceed 1, where more is said than there was to say.",
                "错误率可以超过 1：说出来的可能比应说的还多。",
            ),
        ]
        for mistaken, en, zh in wrong:
            if abs(value - mistaken) < 1e-6:
                return Hint(en, zh)
        return Hint(
            f"{said} against {right} takes {sum(edits)} edits of words, and the references have "
            f"{sum(counts)} words.",
            f"把 {said} 改成 {right}，按词计要编辑 {sum(edits)} 次，"
            f"参考文本共有 {sum(counts)} 个词。",
        )
    return None
