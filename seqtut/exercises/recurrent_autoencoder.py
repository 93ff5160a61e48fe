"""Checkers of chapter 07_recurrent_autoencoder."""

from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.registry import Hint, call, exercise

_LENGTHS = np.array([6, 2, 4])


def _case() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns series `(3, 6, 2)` with zeros behind them, other ones, and the mask `(3, 6)`."""
    rng = np.random.default_rng(0)
    mask = np.arange(6) < _LENGTHS[:, None]
    x, y = rng.normal(size=(2, 3, 6, 2))
    return x * mask[..., None], y, mask


def _found(answer: Any, *arguments: Any) -> tuple[Any, Hint | None]:
    """Calls the answer with copies."""
    return call(answer, *(np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments))


def _other_shape(found: np.ndarray, x: np.ndarray) -> Hint | None:
    if found.shape == x.shape:
        return None
    return Hint(
        f"the result has the shape of x, {x.shape}. Received: {found.shape}.",
        f"结果的形状应与 x 相同，即 {x.shape}。收到的是 {found.shape}。",
    )


@exercise("recurrent-autoencoder-1")
def backwards(answer: Any) -> Hint | None:
    """A function of x and mask that turns each series round within its own length."""
    x, _, mask = _case()
    found, wrong = _found(answer, x, mask)
    if wrong:
        return wrong
    found = np.asarray(found, np.float64)
    if wrong := _other_shape(found, x):
        return wrong
    right = x.copy()
    for row, length in enumerate(_LENGTHS):
        right[row, :length] = x[row, :length][::-1]
    if np.allclose(found, right):
        return None
    if np.allclose(found, x[:, ::-1]):
        return Hint(
            "the pads were turned round too, so the short series now begin with them. A series of "
            "two steps swaps these two and leaves its pads where they are.",
            "填充也被翻转了，短序列现在以填充开头。长度为 2 的序列只应交换这两步，填充留在原处。",
        )
    if np.allclose(found, x[::-1]):
        return Hint(
            "that turns the batch round. Steps are the second axis.",
            "这样翻转的是批量。时间步是第二个轴。",
        )
    if np.allclose(found, x[:, :, ::-1]):
        return Hint(
            "that turns the features round. Steps are the second axis.",
            "这样翻转的是特征。时间步是第二个轴。",
        )
    if np.allclose(found, x):
        return Hint(
            "nothing was turned round.",
            "什么都没有翻转。",
        )
    return Hint(
        "step t of a series of n steps goes to n - 1 - t, and pads stay. The mask's rows add up to "
        "the n's.",
        "长度为 n 的序列中，第 t 步应移到 n - 1 - t，填充不动。掩码各行之和就是各个 n。",
    )


@exercise("recurrent-autoencoder-2")
def kept_error(answer: Any) -> Hint | None:
    """A function of x, reconstruction and mask: the mean squared error over kept values."""
    x, y, mask = _case()
    found, wrong = _found(answer, x, y, mask)
    if wrong:
        return wrong
    found = float(found)
    squares = (x - y) ** 2
    total = squares[mask].sum()
    if np.isclose(found, equations.masked_squared_error(x, y, mask)):
        return None
    if np.isclose(found, squares.mean()):
        return Hint(
            "the pads are counted in: what the decoder says there was compared with zeros.",
            "填充也被算进去了：解码器在那里的输出被拿来和零比较。",
        )
    if np.isclose(found, total / squares.size):
        return Hint(
            "the sum is right. It is divided by all values of the array, the pads' included.",
            "分子对了，但除以的是数组中所有的值，连填充也算在内。",
        )
    if np.isclose(found, total / mask.sum()):
        return Hint(
            f"that is the error a step, {x.shape[2]} features together. Divide by the values.",
            f"这是每一步的误差，{x.shape[2]} 个特征加在一起。请除以数值的个数。",
        )
    if np.isclose(found, total):
        return Hint(
            "that is the sum. Divide by how many values are kept.",
            "这是总和。请除以保留的数值个数。",
        )
    each = [squares[row, :length].mean() for row, length in enumerate(_LENGTHS)]
    if np.isclose(found, np.mean(each)):
        return Hint(
            "that is the mean of the series' own means, so a step of a short series counts for "
            "more. Sum over all kept values first, then divide once.",
            "这是先对每条序列取平均、再平均，短序列的一步因此权重更大。请先对所有保留的值求和，再除一次。",
        )
    if np.isclose(found, squares[~mask].mean()):
        return Hint(
            "that is the error at the pads. True means keep.",
            "这是填充处的误差。True 表示保留。",
        )
    return Hint(
        "add up the squares where the mask is True, and divide by how many values those are. "
        f"Received {found:.3f} where {total / mask.sum() / 2:.3f} was due.",
        "请把掩码为 True 处的平方加起来，再除以这些数值的个数。"
        f"此处应为 {total / mask.sum() / 2:.3f}，收到的是 {found:.3f}。",
    )


@exercise("recurrent-autoencoder-3")
def teacher(answer: Any) -> Hint | None:
    """A function of x that returns what a teacher hands the decoder at each step."""
    x, _, _ = _case()
    found, wrong = _found(answer, x)
    if wrong:
        return wrong
    found = np.asarray(found, np.float64)
    if wrong := _other_shape(found, x):
        return wrong
    if np.allclose(found, np.pad(x[:, :-1], [(0, 0), (1, 0), (0, 0)])):
        return None
    if np.allclose(found, x):
        return Hint(
            "each step is handed the very values that it has to say, and will learn to copy them.",
            "每一步拿到的正是它要说出的值，它只会学会照抄。",
        )
    if np.allclose(found, np.roll(x, 1, axis=1)):
        return Hint(
            "the first step is handed the last step's values, which nobody has said yet. It gets "
            "zeros.",
            "第一步拿到了最后一步的值，而那时还没有人说出它。第一步应得到零。",
        )
    if np.allclose(found[:, :-1], x[:, 1:]):
        return Hint(
            "the shift goes the wrong way: a step is handed the values after it.",
            "移动的方向反了：每一步拿到的是它之后的值。",
        )
    if np.allclose(found[:, 1:], x[:, :-1]):
        return Hint(
            "all steps but the first are right. Before the first there is nothing: zeros.",
            "除第一步外都对。第一步之前什么也没有，应为零。",
        )
    return Hint(
        "step t is handed the values of step t - 1, and the first step zeros.",
        "第 t 步得到第 t - 1 步的值，第一步得到零。",
    )


@exercise("recurrent-autoencoder-4")
def windows(answer: Any) -> Hint | None:
    """A function of steps, length, stride and cut: where training and test windows begin."""
    for steps, length, stride, cut in ((100, 20, 5, 60), (50, 8, 3, 31), (41, 10, 1, 20)):
        found, wrong = _found(answer, steps, length, stride, cut)
        if wrong:
            return wrong
        train, test = (np.asarray(list(part), np.int64) for part in found)
        if len(train) and len(test) and train.max() + length > test.min():
            shared = train.max() + length - test.min()
            return Hint(
                f"a training window and a test window share {shared} steps. A window that begins "
                "before the cut may reach beyond it.",
                f"有一个训练窗口和一个测试窗口共有 {shared} 步。"
                "从切点之前开始的窗口可能伸到切点之后。",
            )
        if len(train) and train.max() + length > cut or len(test) and test.min() < cut:
            return Hint(
                f"cut at step {cut}: what comes before is for training, the rest for testing.",
                f"切点是第 {cut} 步：之前的只用于训练，其余的只用于测试。",
            )
        if len(test) and test.max() + length > steps:
            return Hint(
                f"the last test window reaches beyond the series of {steps} steps.",
                f"最后一个测试窗口超出了长度为 {steps} 的序列。",
            )
        if np.any(train[:1] != 0) or np.any(test[:1] != cut):
            return Hint(
                f"cut at step {cut}: the first training window begins at 0, and the first test "
                f"window at {cut}.",
                f"切点是第 {cut} 步：第一个训练窗口应从 0 开始，第一个测试窗口应从 {cut} 开始。",
            )
        due = [
            equations.window_count(cut, length, stride),
            equations.window_count(steps - cut, length, stride),
        ]
        if [len(train), len(test)] != due or not _every(train, stride) or not _every(test, stride):
            return Hint(
                f"no step is shared, but the windows are not all there. Of {steps} steps cut at "
                f"{cut}, windows of {length} every {stride} steps make {due[0]} and {due[1]}. "
                f"Received: {len(train)} and {len(test)}.",
                f"没有共用的步，但窗口不全。长度 {steps}、切点 {cut}、"
                f"窗口 {length}、步幅 {stride} 时，"
                f"应有 {due[0]} 个和 {due[1]} 个窗口。收到的是 {len(train)} 个和 {len(test)} 个。",
            )
    return None


def _every(begins: np.ndarray, stride: int) -> bool:
    return bool(np.all(np.diff(begins) == stride))
