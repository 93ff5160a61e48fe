"""Checkers of chapter 20_scaling."""

from typing import Any

import numpy as np

from seqtut.exercises.numbers import array_from
from seqtut.exercises.registry import Hint, call, exercise


def _same(one: Any, other: Any) -> bool:
    return np.shape(one) == np.shape(other) and np.allclose(one, other)


@exercise("scaling-1")
def combined(answer: Any) -> Hint | None:
    """Wants a function of workers' means and counts that returns the mean over all tokens."""
    rng = np.random.default_rng(0)
    for empty in (False, True):
        for workers in (3, 2, 1, 5):
            means, counts = rng.uniform(1, 4, workers + empty), rng.integers(1, 30, workers + empty)
            if empty:
                means[0], counts[0] = np.nan, 0
            found, failure = array_from(answer, means, counts, shape=())
            if failure:
                return failure
            some = counts > 0
            wanted = (means[some] * counts[some]).sum() / counts.sum()
            if _same(found, wanted):
                continue
            if np.isnan(found):
                return Hint(
                    "the answer is nan. A worker with no tokens has no mean, and nan times 0 is "
                    "nan too: leave it out.",
                    "结果是 nan。没有词元的工作进程没有均值，而 nan 乘以 0 仍是 nan：请把它排除。",
                )
            if _same(found, means[some].mean()):
                return Hint(
                    "that is the mean of the means. A worker with more tokens should weigh more.",
                    "这是均值的均值。词元更多的工作进程应有更大的权重。",
                )
            if _same(found, (means[some] * counts[some]).sum()):
                return Hint(
                    "that is the sum over all tokens. Divide it by how many there are.",
                    "这是所有词元的总和。请再除以词元总数。",
                )
            if _same(found, (means[some] * counts[some]).sum() / some.sum()):
                return Hint(
                    "the sum was divided by the number of workers. Divide by that of the tokens.",
                    "目前除以的是工作进程的个数。应除以词元的个数。",
                )
            return Hint(
                f"means {means.round(2).tolist()} of {counts.tolist()} tokens have the mean "
                f"{wanted:.3f}. Received: {float(found):.3f}.",
                f"均值 {means.round(2).tolist()}、词元数 {counts.tolist()} 的总均值是 "
                f"{wanted:.3f}。收到的是 {float(found):.3f}。",
            )
    return None


@exercise("scaling-2")
def rows(answer: Any) -> Hint | None:
    """Wants a function that says which rows of a batch a worker takes."""
    for count, workers in ((8, 2), (10, 4), (7, 3), (3, 3), (2, 3), (1, 4), (0, 2), (64, 1)):
        parts = []
        for k in range(workers):
            found, failure = call(answer, count, k, workers)
            if failure:
                return failure
            try:
                start, stop = (int(end) for end in found)
                whole = start == found[0] and stop == found[1]
            except Exception:  # anything may have been returned
                whole = False
            if not whole:
                return Hint(
                    f"the answer is a pair of whole numbers, start and stop. Received: {found!r}"[
                        :150
                    ]
                    + ".",
                    "答案应是一对整数：起点和终点。",
                )
            parts.append((start, stop))
        shown = f"{count} rows, {workers} workers: {parts}"
        taken = [row for start, stop in parts for row in range(start, stop)]
        if sorted(taken) != list(range(count)):
            left = sorted(set(range(count)) - set(taken))
            twice = sorted({row for row in taken if taken.count(row) > 1})
            beyond = sorted(set(taken) - set(range(count)))
            what, zh = (
                (f"row {left[0]} is left out", f"第 {left[0]} 行被漏掉了")
                if left
                else (f"row {twice[0]} is taken twice", f"第 {twice[0]} 行被取了两次")
                if twice
                else (f"there is no row {beyond[0]}", f"没有第 {beyond[0]} 行")
            )
            return Hint(f"{shown}: {what}.", f"{count} 行、{workers} 个工作进程：{zh}。")
        if taken != sorted(taken):
            return Hint(
                f"{shown}: the workers should take the rows in order, worker 0 the first ones.",
                f"{count} 行、{workers} 个工作进程：应按顺序分配，0 号取最前面的行。",
            )
        sizes = [stop - start for start, stop in parts]
        if max(sizes) - min(sizes) > 1:
            return Hint(
                f"{shown}: one has {max(sizes)} rows and another {min(sizes)}. All wait for the "
                "one with most.",
                f"{count} 行、{workers} 个工作进程：最多取 {max(sizes)} 行，最少 {min(sizes)} 行。"
                "所有进程都要等最多的那个。",
            )
    return None


def _handed(held: np.ndarray, r: int, shift: int = 1, neighbour: int = -1) -> np.ndarray:
    after, workers = held.copy(), len(held)
    for k in range(workers):
        part = (k - r + shift) % workers
        after[k, part] = held[(k + neighbour) % workers, part]
    return after


_EARLY = Hint(
    "that is the part of the adding up. In the first step worker k - 1 has finished part k, and "
    "worker k takes over this one.",
    "这是求和阶段的下标。第一步时 k - 1 号已完成第 k 部分，k 号应接过这一部分。",
)
_BACKWARDS = Hint(
    "that takes from worker k + 1. The ring goes one way: take from worker k - 1.",
    "这是从 k + 1 号取的。环只朝一个方向：请从 k - 1 号取。",
)
_ADDS = Hint(
    "nothing is to be added any more. The part is finished: take it over.",
    "不应再做加法。这一部分已经求和完毕：直接接过来即可。",
)


def _added(held: np.ndarray, r: int) -> np.ndarray:
    after = held.copy()
    for k in range(len(held)):
        part = (k - r + 1) % len(held)
        after[k, part] = held[k, part] + held[k - 1, part]
    return after


@exercise("scaling-3")
def hand_round(answer: Any) -> Hint | None:
    """Wants a step of the second half of a ring all-reduce."""
    rng = np.random.default_rng(2)
    for workers in (2, 3, 5):
        for r in range(1, workers):
            held = rng.normal(size=(workers, workers, 2))
            found, failure = array_from(answer, held, r, shape=held.shape)
            if failure:
                return failure
            wanted = _handed(held, r)
            if _same(found, wanted):
                continue
            if _same(found, _added(held, r)):
                return _ADDS
            if _same(found, _handed(held, r, shift=0)):
                return _EARLY
            if _same(found, _handed(held, r, neighbour=1)):
                return _BACKWARDS
            if _same(found, held):
                return Hint(
                    "nothing has moved. Write into a copy what worker k - 1 holds, and return it.",
                    "什么都没有移动。请把 k - 1 号持有的内容写入副本并返回。",
                )
            moved = sorted(
                {int(c) for k, c, _ in np.argwhere(~np.isclose(found, wanted)) if k == 0}
            )
            return Hint(
                f"with {workers} workers, step {r}: worker 0 should change part "
                f"{(1 - r) % workers} alone, and take it from worker {workers - 1}; it differs in "
                f"parts {moved}. Read all from held as it was before the step.",
                f"{workers} 个工作进程、第 {r} 步：0 号只应改变第 {(1 - r) % workers} 部分，"
                f"并取自 {workers - 1} 号。请全部从这一步之前的 held 中读取。",
            )
    return None


@exercise("scaling-4")
def rounded(answer: Any) -> Hint | None:
    """Wants a function that rounds a matrix to eight bits a number, a scale a column."""
    rng = np.random.default_rng(3)
    for shape in ((4, 3), (1, 2), (7, 1), (30, 5)):
        w = rng.normal(size=shape) * 10.0 ** rng.integers(-2, 2, shape[1])
        for zeros in (False, True):
            if zeros:
                w[:, 0] = 0
            found, failure = array_from(answer, w, shape=shape)
            if failure:
                return failure
            scale = np.abs(w).max(axis=0) / 127
            safe = np.where(scale > 0, scale, 1)
            if _close(found, np.round(w / safe) * safe):
                continue
            return _misrounded(found, w, safe)
    return None


def _close(found: np.ndarray, wanted: np.ndarray) -> bool:
    return bool(np.allclose(found, wanted, rtol=1e-6, atol=1e-9))


def _misrounded(found: np.ndarray, w: np.ndarray, scale: np.ndarray) -> Hint:
    most = np.abs(w).max()
    one = most / 127 if most > 0 else 1.0
    if np.any(np.isnan(found)):
        return Hint(
            "a column of zeros became nan: its scale is 0, and 0 divided by 0 is no number.",
            "全零的列变成了 nan：它的缩放因子为 0，而 0 除以 0 不是数。",
        )
    if _close(found, np.round(w / scale)):
        return Hint(
            "these are the whole numbers. Multiply each column by its scale again.",
            "这是量化后的整数。请再把每一列乘回它的缩放因子。",
        )
    if _close(found, w):
        return Hint("nothing was rounded.", "没有做任何舍入。")
    if _close(found, np.round(w / one) * one):
        return Hint(
            "all columns share one scale. Take the largest of each column, axis=0.",
            "所有列共用了一个缩放因子。应取每一列的最大值，即 axis=0。",
        )
    row = np.abs(w).max(axis=1, keepdims=True) / 127
    row = np.where(row > 0, row, 1)
    if _close(found, np.round(w / row) * row):
        return Hint(
            "each row has a scale. The columns should have one: axis=0.",
            "现在每一行有一个缩放因子。应当是每一列：axis=0。",
        )
    signed = np.where(w.max(axis=0) != 0, w.max(axis=0) / 127, 1)
    if _close(found, np.round(w / signed) * signed):
        return Hint(
            "the largest was taken with its sign. Take the largest absolute value.",
            "取最大值时带了符号。应取绝对值的最大值。",
        )
    if _close(found, np.trunc(w / scale) * scale) or _close(found, np.floor(w / scale) * scale):
        return Hint(
            "these were cut off, not rounded to the nearest.",
            "这是截断，而不是四舍五入到最近的整数。",
        )
    for levels in (128, 255, 256):
        other = scale * 127 / levels
        if _close(found, np.round(w / other) * other):
            return Hint(
                f"the scale divides by {levels}. With 8 bits and a sign the largest number is 127.",
                f"缩放因子除以了 {levels}。带符号的 8 位整数最大为 127。",
            )
    return Hint(
        "the result is not the nearest multiple of each column's scale, its largest absolute value "
        "over 127.",
        "结果不是每列缩放因子（该列绝对值的最大值除以 127）的最近整数倍。",
    )
