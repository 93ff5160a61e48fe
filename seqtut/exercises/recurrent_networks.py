"""Checkers of chapter 06_recurrent_networks."""

from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.numbers import array_from
from seqtut.exercises.registry import Hint, call, exercise

_MOST = 0.5  # not 1, which hides that a threshold was forgotten


@exercise("recurrent-networks-1")
def gru_step(answer: Any) -> Hint | None:
    """Wants a function of x, h, w, u and b that takes one step of the paper's GRU."""
    rng = np.random.default_rng(0)
    x, h, w, u, b = (rng.normal(size=n) for n in [(3, 4), (3, 5), (4, 15), (5, 15), 15])
    found, failure = array_from(answer, x, h, w, u, b, shape=h.shape)
    if failure:
        return failure
    (x_z, x_r, x_n), (u_z, u_r, u_n) = np.split(x @ w + b, 3, axis=-1), np.split(u, 3, axis=-1)
    z, r = (1 / (1 + np.exp(-a)) for a in (x_z + h @ u_z, x_r + h @ u_r))
    before, after = np.tanh(x_n + (r * h) @ u_n), np.tanh(x_n + r * (h @ u_n))
    swapped = np.tanh(x_n + (z * h) @ u_n)
    if np.allclose(found, z * h + (1 - z) * before):
        return None
    if np.allclose(found, z * h + (1 - z) * after):
        return Hint(
            "that is Keras's variant: the reset gate acts on the product. In the paper it acts on "
            "the state, before the product.",
            "这是 Keras 的变体：重置门作用在乘积上。在论文中，它在相乘之前作用于状态。",
        )
    if np.allclose(found, (1 - z) * h + z * before):
        return Hint(
            "the update gate is the wrong way round: where z is 1 the old state stays.",
            "更新门用反了：z 为 1 的地方应保留旧状态。",
        )
    if np.allclose(found, r * h + (1 - r) * swapped):
        return Hint(
            "update and reset gate are swapped: in the weights z comes first, then r.",
            "更新门和重置门弄反了：权重中先是 z，然后是 r。",
        )
    if np.allclose(found, z * h + (1 - z) * np.tanh(x_n + h @ u_n)):
        return Hint(
            "the reset gate is not used: the candidate sees the state through r.",
            "没有用到重置门：候选状态应透过 r 看旧状态。",
        )
    return Hint(
        "the new state is z times the old one plus 1 - z times the candidate, and the candidate "
        "is the tanh of x W + (r h) U + b.",
        "新状态等于 z 乘旧状态加上 1 - z 乘候选状态，候选状态是 x W + (r h) U + b 的 tanh。",
    )


@exercise("recurrent-networks-2")
def bias_for(answer: Any) -> Hint | None:
    """Wants a function of a number of steps that returns the forget bias of that half-life."""
    steps = (1.0, 10.0, 100.0)
    found = []
    for k in steps:
        value, failure = array_from(answer, k, shape=())
        if failure:
            return failure
        found.append(float(value))
    given, k = np.array(found), np.array(steps)
    gate = 0.5 ** (1 / k)
    if np.allclose(equations.half_life(given), k):
        return None
    if np.allclose(given, gate):
        return Hint(
            "that is the value the gate must have. The bias is what the sigmoid turns into it.",
            "这是门应取的值。偏置是经过 sigmoid 之后得到这个值的数。",
        )
    if np.allclose(given, np.log((1 - gate) / gate)):
        return Hint(
            "the sign is wrong: this gate forgets almost everything at each step.",
            "符号反了：这样的门每一步几乎忘掉一切。",
        )
    if np.allclose(given, np.log(k)):
        return Hint(
            "the logarithm of the steps is a good rule of thumb, and too small here: after so many "
            "steps less than a half is left.",
            "取步数的对数是一条好的经验法则，但在这里偏小：这么多步之后剩下的不到一半。",
        )
    with np.errstate(over="ignore", divide="ignore"):
        wrong = next(
            i for i in range(len(k)) if not np.isclose(equations.half_life(given[i]), k[i])
        )
        half = float(equations.half_life(given[wrong]))
    return Hint(
        f"with the bias {given[wrong]:.3g} half of the cell is gone after {half:.3g} steps, and "
        f"{k[wrong]:.0f} were asked for.",
        f"偏置为 {given[wrong]:.3g} 时，{half:.3g} 步之后只剩一半，而要求的是 {k[wrong]:.0f} 步。",
    )


@exercise("recurrent-networks-3")
def gradient_of_u(answer: Any) -> Hint | None:
    """Wants a function of states and deltas that returns the gradient by U."""
    rng = np.random.default_rng(1)
    states, deltas = rng.normal(size=(2, 6, 4))
    before = np.vstack([np.zeros(4), states[:-1]])
    found, failure = array_from(answer, states, deltas, shape=(4, 4))
    if failure:
        return failure
    wanted = before.T @ deltas
    if np.allclose(found, wanted):
        return None
    if np.allclose(found, states.T @ deltas):
        return Hint(
            "each delta was paired with the state of its own step. U multiplies the state before.",
            "每个 delta 都与它自己那一步的状态配对了。U 乘的是前一步的状态。",
        )
    if np.allclose(found, np.outer(before[-1], deltas[-1])):
        return Hint(
            "that is the last step alone. U acts at every step, so its gradient is a sum.",
            "这只是最后一步。U 在每一步都起作用，所以它的梯度是各步之和。",
        )
    if np.allclose(found, wanted.T):
        return Hint(
            "rows and columns are swapped: the row of U is the unit of the old state.",
            "行和列弄反了：U 的行对应旧状态的单元。",
        )
    return Hint(
        "add up, over the steps, the outer product of the state before and the delta.",
        "请把各步中前一步的状态与 delta 的外积加起来。",
    )


@exercise("recurrent-networks-4")
def last_states(answer: Any) -> Hint | None:
    """Wants a function of states and lengths that returns each sequence's own last state."""
    rng = np.random.default_rng(2)
    states, lengths = rng.normal(size=(4, 6, 3)), np.array([6, 2, 1, 4])
    rows = np.arange(len(lengths))
    found, failure = array_from(answer, states, lengths, shape=(4, 3))
    if failure:
        return failure
    if np.allclose(found, states[rows, lengths - 1]):
        return None
    if np.allclose(found, states[:, -1]):
        return Hint(
            "these are the states after the padding. Each sequence ends at its own length.",
            "这些是填充之后的状态。每个序列都在自己的长度处结束。",
        )
    if np.allclose(found, states[rows, lengths % 6]):
        return Hint(
            "one step too late: steps count from 0, so the last of n is n - 1.",
            "晚了一步：步从 0 数起，n 步中的最后一步是 n - 1。",
        )
    row = next(i for i in rows if not np.allclose(found[i], states[i, lengths[i] - 1]))
    return Hint(
        f"row {row} has {lengths[row]} steps, so its state is states[{row}, {lengths[row] - 1}].",
        f"第 {row} 行有 {lengths[row]} 步，因此它的状态是 states[{row}, {lengths[row] - 1}]。",
    )


@exercise("recurrent-networks-5")
def clip(answer: Any) -> Hint | None:
    """Wants a function of gradients and a threshold that clips them by their common norm."""
    rng = np.random.default_rng(3)
    long = [rng.normal(size=n) for n in [(3, 2), (4,)]]
    short = [g / 100 for g in long]
    for gradients in (long, short):
        found, failure = call(answer, [g.copy() for g in gradients], _MOST)
        if failure:
            return failure
        try:
            given = [np.asarray(g, np.float64) for g in found]
        except Exception:  # anything may have been returned, or nothing
            given = []
        if [g.shape for g in given] != [g.shape for g in gradients]:
            return Hint(
                "the function returns a list of as many arrays as it was given, each of the shape "
                "it had.",
                "函数应返回一个列表，数组的个数和各自的形状都与收到的相同。",
            )
        hint = _wrong_clip(given, gradients, gradients is short)
        if hint:
            return hint
    return None


def _wrong_clip(given: list, gradients: list, is_short: bool) -> Hint | None:
    def same(wanted: list) -> bool:
        return all(map(np.allclose, given, wanted))

    if same(equations.gradient_clipping(gradients, _MOST)):
        return None
    if is_short:
        return Hint(
            "a gradient that was short enough was changed. Only longer ones are scaled.",
            "本来就够短的梯度被改动了。只有超过阈值的才需要缩放。",
        )
    if same([g * min(1, _MOST / np.linalg.norm(g)) for g in gradients]):
        return Hint(
            "each array was clipped by its own norm, which turns the direction of the whole. Use "
            "the one norm of all numbers together.",
            "每个数组按自己的范数裁剪，整体的方向就变了。请使用全部数值合在一起的范数。",
        )
    if same([np.clip(g, -_MOST, _MOST) for g in gradients]):
        return Hint(
            "each number was clipped on its own, which turns the direction. Scale all by one "
            "factor.",
            "每个数各自裁剪，方向就变了。请用同一个因子缩放全部数值。",
        )
    return Hint(
        "multiply every array by the threshold over the norm of all numbers together, where that "
        "norm is larger than the threshold.",
        "当全部数值合在一起的范数超过阈值时，把每个数组都乘以阈值与该范数之比。",
    )
