"""Checkers of chapter 05_variational_autoencoder."""

from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.registry import Hint, call, exercise


def _run(
    answer: Any, shape: tuple[int, ...], *arguments: np.ndarray
) -> tuple[np.ndarray, Hint | None]:
    """Returns what the reader's function makes of copies of the arguments, or what is wrong."""
    nothing = np.empty(shape)
    with np.errstate(all="ignore"):
        found, wrong = call(answer, *(a.copy() for a in arguments))
    if wrong:
        return nothing, wrong
    found = np.asarray(found, np.float64)
    if found.shape != shape:
        return nothing, Hint(
            f"the result has the shape {shape} here. Received: {found.shape}.",
            f"这里结果的形状应为 {shape}。收到的是 {found.shape}。",
        )
    return found, None


@exercise("variational-autoencoder-1")
def price(answer: Any) -> Hint | None:
    """A function of mean and log variance that returns the nats a picture's code costs."""
    mean, log_variance = np.random.default_rng(0).normal(size=(2, 5, 3))
    by_unit = equations.gaussian_kl(mean, log_variance)
    found, wrong = _run(answer, (5,), mean, log_variance)
    if wrong:
        return wrong
    right = by_unit.sum(axis=1)
    if np.allclose(found, right):
        return None
    if np.allclose(found, by_unit.mean(axis=1)):
        return Hint(
            "that is the mean over the numbers of the code. A picture pays for all of them: sum.",
            "这是对编码各个数取的平均。一幅图像要为每个数付出代价：应当求和。",
        )
    if np.allclose(found, 2 * right):
        return Hint("the factor one half is missing.", "缺少系数 1/2。")
    if np.allclose(found, -right):
        return Hint(
            "the sign is turned round: a divergence is never below zero.",
            "符号反了：散度从不小于零。",
        )
    if np.allclose(found, equations.gaussian_kl(mean, 2 * log_variance).sum(axis=1)):
        return Hint(
            "you took the second argument for log sigma. It is the logarithm of the variance, "
            "log sigma^2.",
            "你把第二个参数当成了 log σ。它是方差的对数，即 log σ²。",
        )
    return Hint(
        "what does your function return for mean 0 and log variance 0, where the cloud is the "
        "prior? It should be 0.",
        "均值为 0、对数方差为 0 时，云就是先验分布，你的函数返回多少？应当是 0。",
    )


@exercise("variational-autoencoder-2")
def draw(answer: Any) -> Hint | None:
    """A function of mean, log variance and noise that returns the codes drawn."""
    mean, log_variance, noise = np.random.default_rng(1).normal(size=(3, 5, 3))
    found, wrong = _run(answer, (5, 3), mean, log_variance, noise)
    if wrong:
        return wrong
    if np.allclose(found, equations.reparameterisation(mean, log_variance, noise)):
        return None
    if np.allclose(found, mean + np.exp(log_variance) * noise):
        return Hint(
            "the noise was multiplied by the variance. Its width is the standard deviation.",
            "噪声乘上了方差。它的宽度应是标准差。",
        )
    if np.allclose(found, mean + log_variance * noise):
        return Hint(
            "the noise was multiplied by the logarithm, which may be negative. Undo it first.",
            "噪声直接乘上了对数，而对数可能为负。请先还原。",
        )
    if np.allclose(found, mean):
        return Hint(
            "that is the middle of each cloud. The noise has to come in.",
            "这是每团云的中心。噪声也要用上。",
        )
    return Hint(
        "noise of 0 must give the mean, and noise of 1 a point one standard deviation above it.",
        "噪声为 0 时应得到均值，噪声为 1 时应得到均值之上一个标准差处的点。",
    )


@exercise("variational-autoencoder-3")
def loss(answer: Any) -> Hint | None:
    """A function of x, logits and prices that returns nats an image."""
    rng = np.random.default_rng(2)
    x, logits = rng.integers(0, 2, (4, 9)).astype(np.float64), rng.normal(size=(4, 9))
    prices = rng.uniform(0.1, 2, (4, 3))
    said, paid = -equations.bernoulli_likelihood(x, logits), prices.sum(axis=1)
    found, wrong = _run(answer, (), x, logits, prices)
    if wrong:
        return wrong
    right = np.mean(said + paid)
    if np.isclose(found, right):
        return None
    mistakes = [
        (
            np.mean(said) / 9 + np.mean(paid),
            "the picture is averaged over its pixels, the code is summed: the code is 9 times too "
            "dear.",
            "图像一项对像素取了平均，编码一项却是求和：编码的代价成了应有的 9 倍。",
        ),
        (
            np.mean(said) / 9 + np.mean(prices),
            "both terms are averaged over their numbers, and there are more pixels than numbers "
            "in the code. Sum both.",
            "两项都对各自的数取了平均，而像素比编码的数多。请都改为求和。",
        ),
        (
            np.mean(said) + np.mean(prices),
            "the price is averaged over the numbers of the code. Sum it.",
            "代价对编码各个数取了平均。应当求和。",
        ),
        (
            np.sum(said + paid),
            "that is the sum over all pictures. The loss is a mean over pictures.",
            "这是所有图像之和。损失应对图像取平均。",
        ),
        (
            np.mean(said - paid),
            "the price was taken off. In a loss, both terms cost.",
            "代价被减掉了。在损失中，两项都是付出的代价。",
        ),
    ]
    for value, en, zh in mistakes:
        if np.isclose(found, value):
            return Hint(en, zh)
    return Hint(
        "sum over pixels and over the numbers of the code, then average over pictures. "
        f"Received {found:.3f} where {right:.3f} was due.",
        "请先对像素、对编码各个数求和，再对图像取平均。"
        f"此处应为 {right:.3f}，收到的是 {found:.3f}。",
    )


@exercise("variational-autoencoder-4")
def bound(answer: Any) -> Hint | None:
    """A function of log weights that returns the importance-weighted bound."""
    log_weights = np.random.default_rng(3).normal(size=(4, 6))
    found, wrong = _run(answer, (4,), log_weights)
    if wrong:
        return wrong
    right = equations.importance_weighted_bound(log_weights)
    if np.allclose(found, log_weights.mean(axis=1)):
        return Hint(
            "that is the mean of the logarithms, the plain bound with six draws. Here the weights "
            "are averaged, and the logarithm is taken last.",
            "这是对数的平均，即抽六次的普通下界。这里要先对权重取平均，最后取对数。",
        )
    if np.allclose(found, right + np.log(6)):
        return Hint(
            "the weights were added up. Their mean is smaller by the factor K.",
            "这是权重之和。均值还要再除以 K。",
        )
    if not np.allclose(found, right):
        return Hint(
            "exponentials, their mean over K, the logarithm of that.",
            "先取指数，再对 K 取平均，最后取对数。",
        )
    found, wrong = _run(answer, (4,), log_weights - 2000)
    if wrong:
        return wrong
    if np.allclose(found, right - 2000):
        return None
    return Hint(
        "right for small numbers, but exp(-2000) is 0 to a computer. Take the largest log weight "
        "off before exp and put it back after log.",
        "数值小的时候正确，但 exp(-2000) 在计算机里等于 0。"
        "请在取指数之前减去最大的对数权重，取对数之后再加回来。",
    )
