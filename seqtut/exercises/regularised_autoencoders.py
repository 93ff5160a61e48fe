"""Checkers of chapter 04_regularised_autoencoders."""

import reprlib
from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.registry import Hint, call, exercise

_LEVEL = 0.3


def _other_shape(found: np.ndarray, shape: tuple) -> Hint | None:
    if found.shape == shape:
        return None
    return Hint(
        f"what comes back should have the shape {shape}. Received: {found.shape}.",
        f"返回值的形状应为 {shape}。收到的是 {found.shape}。",
    )


@exercise("regularised-autoencoders-1")
def spoil(answer: Any) -> Hint | None:
    """A function of x, level and rng that puts salt and pepper on a share of the pixels."""
    x = np.random.default_rng(0).uniform(0.2, 0.8, size=(200, 60))
    given = x.copy()
    found, wrong = call(answer, given, _LEVEL, np.random.default_rng(1))
    if wrong:
        return wrong
    found = np.asarray(found, np.float64)
    if wrong := _other_shape(found, x.shape):
        return wrong
    if not np.array_equal(given, x):
        return Hint(
            "it wrote into the pictures that it was given, and the clean ones are the target. "
            "Work on a copy.",
            "它改写了传入的图像，而干净的图像正是目标。请在副本上操作。",
        )
    hit = ~np.isclose(found, x)  # float32 moves a pixel a little
    if np.any(hit & (found != 0) & (found != 1)):
        return Hint(
            "some pixels became neither 0 nor 1. Salt and pepper know no grey.",
            "有些像素变成了 0 和 1 以外的值。椒盐噪声只有黑和白，没有灰。",
        )
    if np.all(hit == hit[0]):
        return Hint(
            "the same places were hit in every picture. Draw a number for each pixel of each.",
            "每幅图像被击中的位置都相同。请为每幅图像的每个像素各抽一个随机数。",
        )
    if np.all(hit == hit[:, :1]):
        return Hint(
            "a picture was hit in all places or in none. Draw a number for each pixel of each.",
            "一幅图像要么处处被击中，要么完全没有。请为每幅图像的每个像素各抽一个随机数。",
        )
    share = hit.mean()
    if abs(share - (1 - _LEVEL)) < 0.02:
        return Hint(
            f"with a level of {_LEVEL} it hit a share of {share:.2f}: it kept what it should "
            "hit. True = hit.",
            f"噪声水平为 {_LEVEL} 时，被击中的比例却是 {share:.2f}：该保留的和该击中的反了。"
            "True 表示击中。",
        )
    if abs(share - _LEVEL) > 0.02:
        return Hint(
            f"with a level of {_LEVEL} a share of {share:.2f} of the pixels was hit.",
            f"噪声水平为 {_LEVEL} 时，被击中的像素比例却是 {share:.2f}。",
        )
    salt = found[hit].mean()
    if abs(salt - 0.5) > 0.03:
        return Hint(
            f"a share of {salt:.2f} of the hit pixels became ink. It should be half of them.",
            f"被击中的像素中有 {salt:.2f} 变成了墨（1）。应当各占一半。",
        )
    again, less = (
        np.asarray(call(answer, x.copy(), level, np.random.default_rng(1))[0], np.float64)
        for level in (_LEVEL, _LEVEL / 2)
    )
    if not np.array_equal(again, found):
        return Hint(
            "generators of one seed gave different noise. Draw all numbers from `rng`.",
            "同一种子的随机数生成器给出了不同的噪声。所有随机数都应由 `rng` 产生。",
        )
    if abs(np.mean(~np.isclose(less, x)) - _LEVEL / 2) > 0.02:
        return Hint(
            f"with a level of {_LEVEL / 2} as many pixels were hit as with {_LEVEL}. Use `level`.",
            f"噪声水平为 {_LEVEL / 2} 时，击中的像素与 {_LEVEL} 时一样多。请使用 `level`。",
        )
    return None


@exercise("regularised-autoencoders-2")
def k_sparse(answer: Any) -> Hint | None:
    """A function of code and k that keeps the k largest numbers of each row in their places."""
    k, code = 3, np.random.default_rng(2).normal(size=(5, 8))
    code[0] = -np.abs(code[0])  # the largest of a row may all be negative
    right = equations.k_sparse(code, k)
    found, wrong = call(answer, code.copy(), k)
    if wrong:
        return wrong
    found = np.asarray(found, np.float64)
    if found.shape == (len(code), k):
        return Hint(
            "only the kept numbers came back, without their places. The decoder needs to know "
            "which unit each one belongs to: put 0 in the other places.",
            "只返回了保留下来的数，丢掉了它们的位置。解码器需要知道每个数属于哪个单元："
            "其余位置请填 0。",
        )
    if wrong := _other_shape(found, code.shape):
        return wrong
    if np.allclose(found, right):
        return None
    if np.allclose(found, code - right):
        return Hint(
            "it silenced the largest and kept the others. Turn the condition round.",
            "最大的被清零了，其余的却保留下来。请把条件反过来。",
        )
    if np.allclose(found, -equations.k_sparse(-code, k)):
        return Hint("it kept the k smallest.", "保留下来的是最小的 k 个。")
    by_size = np.where(np.abs(code) >= np.sort(np.abs(code), axis=1)[:, -k, None], code, 0)
    if np.allclose(found, by_size):
        return Hint(
            "it chose by size without sign. The equation compares the numbers as they are.",
            "它按绝对值来选。公式比较的是数本身，带着符号。",
        )
    if np.allclose(found, equations.k_sparse(code.T, k).T):
        return Hint(
            "it kept k numbers of each column, that is of each unit. Keep k of each row.",
            "它在每一列（每个单元）中保留了 k 个。请在每一行（每幅图像）中保留 k 个。",
        )
    if np.count_nonzero(found) == k:
        return Hint(
            "k numbers were kept in the whole batch. Each picture has k of its own.",
            "整个批量一共只保留了 k 个数。应当每幅图像各保留 k 个。",
        )
    if np.allclose(found, np.maximum(right, 0)):
        return Hint(
            "negative numbers were lost. If they are among the k largest, they stay.",
            "负数丢失了。只要它们在最大的 k 个之中，就应当保留。",
        )
    return Hint(
        "find the k-th largest number of each row, and put 0 where a number is below it.",
        "请找出每一行第 k 大的数，再把小于它的位置填 0。",
    )


@exercise("regularised-autoencoders-3")
def dead_units(answer: Any) -> Hint | None:
    """A function of codes that counts the units that are 0 for every example."""
    codes = np.zeros((6, 15))  # units 7 to 14 are dead
    codes[2, 0] = 1e-6  # speaks once, in a low voice
    codes[0, 1:4], codes[1, 1:4] = 3.0, -3.0  # these have a mean of 0
    codes[:, 4] = 1.0
    codes[3, 5:7] = -2.0
    found, wrong = call(answer, codes.copy())
    if wrong:
        return wrong
    found = float(found)
    live = int(np.any(codes != 0, axis=0).sum())
    hints = {
        live: (
            "these are the units that do speak. Count the others.",
            "这是有过活动的单元数。请数其余的。",
        ),
        int(np.all(codes == 0, axis=1).sum()): (
            "that counts rows, examples for which no unit speaks. Units are columns.",
            "这数的是行，即没有任何单元活动的样本。单元是列。",
        ),
        int(np.sum(codes == 0)): (
            "that counts zeros. In a sparse code nearly all numbers are 0; a dead unit has "
            "nothing but zeros.",
            "这数的是 0 的个数。稀疏编码中几乎所有数都是 0；失活单元是整列全为 0。",
        ),
        int(np.any(codes == 0, axis=0).sum()): (
            "that counts units that are silent at least once. A dead one is silent always.",
            "这数的是至少沉默过一次的单元。失活单元是始终沉默的。",
        ),
        int(np.sum(codes.sum(axis=0) == 0)): (
            "a unit that said 3 and -3 was counted as dead: its sum is 0. Look at every number.",
            "有个单元先后输出 3 和 -3，被当成失活了：它的和为 0。请逐个数查看。",
        ),
        int(np.all(codes <= 0, axis=0).sum()): (
            "a unit that speaks in negative numbers was counted as dead.",
            "输出负数的单元被当成失活了。",
        ),
        int(np.all(np.abs(codes) < 1e-3, axis=0).sum()): (
            "a unit that speaks rarely and low was counted as dead. Dead is exactly 0.",
            "有个单元很少活动、数值也小，被当成失活了。失活是指始终恰好为 0。",
        ),
    }
    dead = codes.shape[1] - live
    if found == dead:
        return None
    known = hints.get(int(found)) if found == int(found) else None
    return (
        Hint(*known)
        if known
        else Hint(
            f"of the fifteen units in the check, {dead} are always 0. Received: {found:g}.",
            f"检查用的十五个单元中，有 {dead} 个始终为 0。收到的是 {found:g}。",
        )
    )


@exercise("regularised-autoencoders-4")
def stamps(answer: Any) -> Hint | None:
    """A function of steps, kernel and stride that counts the stamps on each place of a line."""
    for steps, kernel, stride in ((4, 3, 2), (4, 4, 2), (5, 5, 3)):
        # One row of stamps: every line of the picture that it makes is covered alike.
        ones = np.ones((kernel, kernel, 1, 1))
        picture = equations.transposed_convolution(
            np.ones((1, 1, steps, 1)), ones, np.zeros(1), stride
        )
        right = picture[0, 0, :, 0]
        found, wrong = call(answer, steps, kernel, stride)
        if wrong:
            return wrong
        found = np.asarray(found, np.float64)
        case = f"{steps} steps, kernel {kernel}, stride {stride}"
        case_zh = f"{steps} 步、核宽 {kernel}、步幅 {stride}"
        if found.shape == (steps * stride,) and kernel != stride:
            return Hint(
                f"for {case} the result has {len(found)} places. The last stamp starts at "
                f"{(steps - 1) * stride} and is {kernel} wide.",
                f"{case_zh}：结果有 {len(found)} 个位置。最后一个印章从 {(steps - 1) * stride} "
                f"开始，宽 {kernel}。",
            )
        if found.shape != right.shape:
            return Hint(
                f"for {case} the result has the shape {right.shape}. Received: {found.shape}.",
                f"{case_zh}：结果的形状应为 {right.shape}。收到的是 {found.shape}。",
            )
        if not np.array_equal(found, right):
            shown = reprlib.repr(found.tolist())
            both = "each place once" if np.all(found == 1) else shown
            both_zh = "每个位置都只有一次" if np.all(found == 1) else shown
            return Hint(
                f"for {case} it counts {both}. Where two stamps overlap, both count: add up.",
                f"{case_zh}：得到的是{both_zh}。两个印章重叠的地方，两个都要算：请累加。",
            )
    return None
