"""Checkers of chapter 19_captions."""

from typing import Any

import numpy as np

from seqtut.exercises.numbers import array_from, as_array
from seqtut.exercises.registry import Hint, call, exercise
from seqtut.text import END, join_words, number_words


def _text(found: Any) -> str | None:
    """Reads text out of what a function returned: a string, or characters one by one."""
    if isinstance(found, str):
        return found
    try:
        parts = list(found)
    except Exception:  # anything may have been returned, or nothing
        return None
    return "".join(parts) if all(isinstance(part, str) for part in parts) else None


@exercise("captions-1")
def chinese(answer: Any) -> Hint | None:
    """Wants a function from a number up to 9,999 to how Chinese says it."""
    tried = [327, 7, 4582, 0, 305, 3005, 3050, 4008, 2020, 200, 5000, 9300, 740, 12, 10, 19, 20]
    tried += [112, 1010, 6013, *np.random.default_rng(0).integers(1000, 10_000, 200).tolist()]
    for number in tried:
        found, failure = call(answer, number)
        if failure:
            return failure
        wanted, said = join_words(number_words(number, "zh")), _text(found)
        if said == wanted:
            continue
        if said is None:
            return Hint(
                "the function returns text, or its characters in a list. "
                f"Received: {type(found).__name__}.",
                f"函数应返回文本，或由单个字组成的列表。收到的是 {type(found).__name__}。",
            )
        shown = said[:20]
        if number == 0:
            return Hint(
                f"0 is said 零, and nothing else. Received: {shown!r}.",
                f"0 就读作零。收到的是 {shown!r}。",
            )
        if "零零" in said:
            return Hint(
                f"{number:,} is {wanted}: zeros side by side are one 零. Received: {shown!r}.",
                f"{number:,} 读作{wanted}：连续的几个 0 只读一个零。收到的是 {shown!r}。",
            )
        if said.endswith("零"):
            return Hint(
                f"{number:,} is {wanted}: zeros at the end are not said. Received: {shown!r}.",
                f"{number:,} 读作{wanted}：末尾的 0 不读。收到的是 {shown!r}。",
            )
        if any(f"零{place}" in said for place in "十百千"):
            return Hint(
                f"{number:,} is {wanted}: a zero has no 十, 百 or 千 behind it. "
                f"Received: {shown!r}.",
                f"{number:,} 读作{wanted}：零后面没有十、百、千。收到的是 {shown!r}。",
            )
        if "零" in wanted and "零" not in said:
            return Hint(
                f"{number:,} is {wanted}: a zero between other digits is said, once. "
                f"Received: {shown!r}.",
                f"{number:,} 读作{wanted}：夹在其他数字之间的 0 要读一个零。收到的是 {shown!r}。",
            )
        if said in (f"一{wanted}", wanted.replace("一十", "十")):
            return Hint(
                f"{number:,} is {wanted}: a 十 at the very beginning has no 一, any other has. "
                f"Received: {shown!r}.",
                f"{number:,} 读作{wanted}：只有最开头的十前面不加一，其余的都要加。"
                f"收到的是 {shown!r}。",
            )
        if "两" in said:
            return Hint(
                f"here 2 is always 二: {number:,} is {wanted}. Received: {shown!r}.",
                f"这里的 2 一律读作二：{number:,} 读作{wanted}。收到的是 {shown!r}。",
            )
        return Hint(
            f"{number:,} is {wanted}. Received: {shown!r}.",
            f"{number:,} 读作{wanted}。收到的是 {shown!r}。",
        )
    return None


def _pooled(mask: np.ndarray, r: int, kept: Any = np.any) -> np.ndarray:
    columns = -(-mask.shape[1] // r)
    whole = np.zeros((len(mask), columns * r), bool)
    whole[:, : mask.shape[1]] = mask
    return kept(whole.reshape(len(mask), columns, r), axis=2)


@exercise("captions-2")
def pooled(answer: Any) -> Hint | None:
    """Wants a function from a mask and a number of columns to the mask of what they became."""
    rng = np.random.default_rng(2)
    for steps, r in ((8, 4), (8, 2), (9, 3), (10, 4), (7, 2), (5, 8), (11, 5), (6, 1)):
        lengths = rng.integers(1, steps + 1, 6)
        lengths[:2] = 1, steps
        mask = np.arange(steps) < lengths[:, None]
        wanted = _pooled(mask, r)
        found, failure = call(answer, mask.copy(), r)
        if failure:
            return failure
        array, wrong = as_array(found, None, None)
        if wrong or array.dtype.kind not in "biuf":
            return wrong or Hint("a mask is made of bools.", "掩码由布尔值构成。")
        if array.shape == (6, steps // r) != wanted.shape:
            return Hint(
                f"{steps} columns, {r} at a time, are {wanted.shape[1]} columns: the last few "
                f"count as well. Received: {array.shape[1]}.",
                f"{steps} 列每 {r} 列合成一列，共 {wanted.shape[1]} 列：最后不足 {r} 列的也算。"
                f"收到的是 {array.shape[1]} 列。",
            )
        if array.shape != wanted.shape:
            return as_array(array, wanted.shape)[1]
        array = array.astype(bool)
        if np.array_equal(array, wanted):
            continue
        if np.array_equal(array, ~wanted):
            return Hint(
                "True means keep; this is the other way round.", "True 表示保留；这里正好相反。"
            )
        if np.array_equal(array, _pooled(mask, r, np.all)):
            return Hint(
                "a column is dropped here if one of its parts is padding, and its ink with it. One "
                "kept part is enough to keep it.",
                "只要有一部分是填充，这里就丢掉整列，连同其中的笔画。只要有一部分保留，就应保留该列。",
            )
        return Hint(
            f"column s of the result is kept if one of the columns r s to r s + r - 1 is. With "
            f"r = {r}, the row {mask[2].astype(int)} becomes {wanted[2].astype(int)}.",
            f"结果的第 s 列，当第 r s 到 r s + r - 1 列中有一列保留时就保留。r = {r} 时，"
            f"{mask[2].astype(int)} 变成 {wanted[2].astype(int)}。",
        )
    return None


@exercise("captions-3")
def exact_by_length(answer: Any) -> Hint | None:
    """Wants a function of captions and lengths that says which share is right at each length."""
    rng = np.random.default_rng(3)
    wanted = [number_words(int(n), "en") for n in (7, 40, 63, 305, 350, 8, 12_345, 9, 71, 112)]
    lengths = np.array([1, 2, 2, 3, 3, 1, 5, 1, 2, 3])
    said = [list(words) for words in wanted]
    said[1] = ["forty", "zero"]
    said[3] = said[3][:-1]
    said[4] = ["five", *said[4][1:]]
    said[6] = said[6][::-1]
    for _ in range(3):
        order = rng.permutation(len(said))
        some = ([said[i] for i in order], [wanted[i] for i in order], lengths[order])
        found, failure = call(
            answer, [list(s) for s in some[0]], [list(w) for w in some[1]], some[2].copy()
        )
        if failure:
            return failure
        right = np.array([s == w for s, w in zip(some[0], some[1], strict=True)])
        shares = {int(n): right[some[2] == n].mean() for n in np.unique(some[2])}
        try:
            if any(isinstance(n, str) for n in dict(found)):
                raise TypeError
            given = {int(n): float(share) for n, share in dict(found).items()}
        except Exception:  # anything may have been returned, or nothing
            return Hint(
                "the result is a dictionary from a length to a share. "
                f"Received: {type(found).__name__}.",
                f"结果应是从长度到比例的字典。收到的是 {type(found).__name__}。",
            )
        if set(given) != set(shares):
            return Hint(
                f"the keys are the lengths that occur, {sorted(shares)}. Received: "
                f"{sorted(given)[:9]}.",
                f"字典的键是出现过的长度 {sorted(shares)}。收到的是 {sorted(given)[:9]}。",
            )
        if all(abs(given[n] - shares[n]) < 1e-6 for n in shares):
            continue
        by_word = {}
        for n in shares:
            pairs = [(s, w) for s, w, m in zip(*some, strict=True) if m == n]
            hits = sum(a == b for s, w in pairs for a, b in zip(s, w, strict=False))
            by_word[n] = hits / sum(len(w) for _, w in pairs)
        if all(abs(given[n] - by_word[n]) < 1e-6 for n in shares):
            return Hint(
                "these are shares of words. A caption is right if all of its words are, and there "
                "are as many: seven right words of eight are a wrong number.",
                "这是词的正确率。一条描述只有在每个词都对、词数也相同时才算对：八个词对了七个，数仍是错的。",
            )
        prefix = {}
        for n in shares:
            pairs = [(s, w) for s, w, m in zip(*some, strict=True) if m == n]
            prefix[n] = np.mean([w[: len(s)] == s for s, w in pairs])
        if all(abs(given[n] - prefix[n]) < 1e-6 for n in shares):
            return Hint(
                "a caption that ends too early is wrong as well.",
                "过早结束的描述也是错的。",
            )
        zipped = {}
        for n in shares:
            pairs = [(s, w) for s, w, m in zip(*some, strict=True) if m == n]
            zipped[n] = np.mean([all(a == b for a, b in zip(s, w, strict=False)) for s, w in pairs])
        if all(abs(given[n] - zipped[n]) < 1e-6 for n in shares):
            return Hint(
                "zip stops at the shorter of two captions: compare how many words there are as "
                "well.",
                "zip 到较短的一条描述就停下：还要比较两条的词数。",
            )
        counts = {n: float(np.sum(right[some[2] == n])) for n in shares}
        if all(abs(given[n] - counts[n]) < 1e-6 for n in shares):
            return Hint("these are counts; shares are wanted.", "这是个数；要的是比例。")
        n = next(n for n in shares if not abs(given[n] - shares[n]) < 1e-6)  # nan is none
        return Hint(
            f"at length {n} the share that is right is {shares[n]:.2f}. Received: {given[n]:.2f}.",
            f"长度为 {n} 时，正确的比例是 {shares[n]:.2f}。收到的是 {given[n]:.2f}。",
        )
    return None


@exercise("captions-4")
def rows(answer: Any) -> Hint | None:
    """Wants a function from a tag and words, as ids, to the decoder's input and its target."""
    for tag, words in ((4, [10, 11, 12]), (5, [40, 41]), (4, [9]), (5, [37, 38, 39, 38, 40])):
        found, failure = call(answer, tag, list(words))
        if failure:
            return failure
        try:
            given, target = (np.asarray(part).tolist() for part in found)
        except Exception:  # anything may have been returned, or nothing
            return Hint(
                "the function returns two rows of ids: what the decoder is given, and what it has "
                f"to say. Received: {type(found).__name__}.",
                "函数应返回两行编号：给解码器的输入，和它要说出的目标。"
                f"收到的是 {type(found).__name__}。",
            )
        if (given, target) == ([tag, *words], [*words, END]):
            continue
        if isinstance(target, list) and tag in target:
            return Hint(
                "the tag is given, not said: no target holds it.",
                "标签是给定的，不是说出来的：目标里没有它。",
            )
        if isinstance(given, list) and (not given or given[0] != tag):
            return Hint(
                "the first id that the decoder reads is the tag. From what else should it know the "
                "language of its first word?",
                "解码器读到的第一个编号是标签；没有它，就无从知道第一个词该用哪种语言。",
            )
        if isinstance(given, list) and given[-1:] == [END]:
            return Hint(
                "END is said last and never read: it belongs to the target alone.",
                "END 是最后说出的，不会被读入：它只属于目标。",
            )
        if isinstance(target, list) and target[-1:] != [END]:
            return Hint(
                "the target ends with END, or the decoder never learns to stop.",
                "目标以 END 结尾，否则解码器学不会停下来。",
            )
        return Hint(
            f"for the tag {tag} and the words {words}, the rows are {[tag, *words]} and "
            f"{[*words, END]}.",
            f"标签为 {tag}、词为 {words} 时，两行应为 {[tag, *words]} 和 {[*words, END]}。",
        )
    return None


@exercise("captions-5")
def looked_at(answer: Any) -> Hint | None:
    """Wants a function from attention on pixels and digits' columns to the digit looked at."""
    rng = np.random.default_rng(5)
    for _ in range(6):
        widths, gaps = rng.integers(3, 16, 4), rng.integers(2, 7, 5)
        starts = np.cumsum(gaps[:-1]) + np.concatenate([[0], np.cumsum(widths)[:-1]])
        spans = np.stack([starts, starts + widths], axis=1)
        attention = rng.dirichlet(np.full(spans[-1, 1] + gaps[-1], 0.3), 7)
        # A narrow digit with one high column beside a wide one with much in all.
        wide, narrow = np.argmax(widths), np.argmin(widths)
        attention[0] = 0
        attention[0, slice(*spans[wide])] = 0.7 / widths[wide]
        attention[0, spans[narrow, 0]] = 0.3
        # More on the paper between than on any digit.
        attention[1] *= 0.1
        attention[1, spans[2, 1] : spans[3, 0]] += 0.9 / gaps[3]
        sums = np.stack([attention[:, a:b].sum(axis=1) for a, b in spans], axis=1)
        wanted = sums.argmax(axis=1)
        found, wrong = array_from(answer, attention, spans, shape=(7,))
        if wrong:
            return wrong
        if np.array_equal(found, wanted):
            continue
        if np.array_equal(found, wanted + 1):
            return Hint("digits are counted from 0.", "数字从 0 开始编号。")
        peaks = attention.argmax(axis=1)
        if np.array_equal(found, peaks):
            return Hint(
                "these are columns of pixels. The result names a digit for each word.",
                "这是像素列的编号。结果应为每个词给出一个数字的编号。",
            )
        means = np.stack([attention[:, a:b].mean(axis=1) for a, b in spans], axis=1)
        if np.array_equal(found, means.argmax(axis=1)):
            return Hint(
                "that is the highest mean weight, which favours a narrow 1. Add the weights up.",
                "这是平均权重最大的数字，会偏向窄的 1。应把权重加起来。",
            )
        tops = np.stack([attention[:, a:b].max(axis=1) for a, b in spans], axis=1)
        if np.array_equal(found, tops.argmax(axis=1)):
            return Hint(
                "one high column is not much, if a wide digit beside it has more in all. Add the "
                "weights of a digit's columns up.",
                "只有一列权重高并不算多，旁边较宽的数字总和可能更大。应把一个数字各列的权重加起来。",
            )
        nearest = np.abs(spans.mean(axis=1) - peaks[:, None]).argmin(axis=1)
        if np.array_equal(found, nearest):
            return Hint(
                "that is the digit nearest to the heaviest column; a wide digit may have more in "
                "all.",
                "这是离权重最大的那一列最近的数字；较宽的数字，各列加起来可能更大。",
            )
        closed = np.stack([attention[:, a : b + 1].sum(axis=1) for a, b in spans], axis=1)
        if np.array_equal(found, closed.argmax(axis=1)):
            return Hint(
                "a digit's second number is the column behind its last, which is paper.",
                "一个数字的第二个数是它最后一列之后的那一列，那里是空白。",
            )
        return Hint(
            "add up, for each word, the weights on each digit's columns, and name the digit with "
            "the largest sum.",
            "对每个词，把每个数字各列上的权重加起来，给出总和最大的数字。",
        )
    return None
