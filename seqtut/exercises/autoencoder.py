"""Checkers of chapter 03_autoencoder."""

import reprlib
from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.registry import Hint, call, exercise

_WIDTHS = (784, 128, 16, 128, 784)


def _case(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns data `(20, 6)` off centre, their mean `(6,)`, and 2 orthonormal rows `(2, 6)`."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(20, 6)) + 3
    basis, _ = np.linalg.qr(rng.normal(size=(6, 2)))
    return x, x.mean(axis=0), basis.T


@exercise("autoencoder-1")
def count_weights(answer: Any) -> Hint | None:
    """The number of weights and biases of 784-128-16-128-784."""
    pairs = list(zip(_WIDTHS, _WIDTHS[1:], strict=False))
    weights, biases = sum(n * m for n, m in pairs), sum(_WIDTHS[1:])
    if answer == weights + biases:
        return None
    if answer == weights:
        return Hint(
            "these are the weights alone. Each unit of the four layers also has a bias.",
            "这只是权重的个数。四层中的每个单元还有一个偏置。",
        )
    if answer in (weights // 2 + biases, weights // 2):
        return Hint(
            "that counts one matrix for both halves, as with tied weights. Here each has its own.",
            "这里编码器和解码器共用了矩阵（权重绑定）。本题中两边各有自己的权重。",
        )
    return Hint(
        "a layer from n to m units has a matrix and a bias; add up the four layers. "
        f"Received: {reprlib.repr(answer)}.",
        "从 n 个单元到 m 个单元的一层有一个矩阵和一个偏置向量，请把四层加起来。"
        f"收到的是 {reprlib.repr(answer)}。",
    )


@exercise("autoencoder-2")
def pca_reconstruction(answer: Any) -> Hint | None:
    """A function of x, mean and components that returns PCA's reconstruction."""
    x, mean, components = _case(0)
    found, wrong = call(answer, x.copy(), mean.copy(), components.copy())
    if wrong:
        return wrong
    found = np.asarray(found, np.float64)
    projection = (x - mean) @ components.T @ components
    if found.shape != x.shape:
        return Hint(
            f"the reconstruction has the shape of x, {x.shape}. Received: {found.shape}.",
            f"重构的形状应与 x 相同，即 {x.shape}。收到的是 {found.shape}。",
        )
    if np.allclose(found, equations.pca(x, mean, components)):
        return None
    if np.allclose(found, projection):
        return Hint(
            "the mean was taken off but not put back.",
            "均值减去之后没有加回来。",
        )
    if np.allclose(found, x @ components.T @ components):
        return Hint(
            "the data were projected with their mean still on. Take it off first, and put it back.",
            "投影时没有先减去均值。请先减去，投影之后再加回来。",
        )
    return Hint(
        "project x - mean on the rows of components, and add the mean.",
        "请把 x - mean 投影到 components 的各行上，再加上均值。",
    )


@exercise("autoencoder-3")
def explained_variance(answer: Any) -> Hint | None:
    """A function of x, reconstruction and mean that returns the share of variance kept."""
    x, mean, components = _case(1)
    reconstruction = equations.pca(x, mean, components)
    residual, total = np.sum((x - reconstruction) ** 2), np.sum((x - mean) ** 2)
    found, wrong = call(answer, x.copy(), reconstruction.copy(), mean.copy())
    if wrong:
        return wrong
    found = float(found)
    if np.isclose(found, 1 - residual / total):
        return None
    if np.isclose(found, residual / total):
        return Hint(
            "that is the share that was lost. Take it from 1.",
            "这是丢失的比例。请用 1 减去它。",
        )
    if np.isclose(found, 1 - residual / np.sum(x**2)):
        return Hint(
            "the variance is measured from the mean picture, not from a blank page.",
            "方差应当从平均图像量起，而不是从白纸量起。",
        )
    by_feature = np.sum((x - reconstruction) ** 2, axis=0) / np.sum((x - mean) ** 2, axis=0)
    if np.isclose(found, 1 - by_feature.mean()):
        return Hint(
            "that is the mean over features of each one's own share. Divide the sums instead.",
            "这是先逐个特征求比例、再取平均。请直接用两个总和相除。",
        )
    return Hint(
        "divide the squared error of the reconstruction by that of the mean, and take it from 1. "
        f"Received {found:.3f} where {1 - residual / total:.3f} was due.",
        "请用重构的平方误差除以均值的平方误差，再用 1 减去。"
        f"此处应为 {1 - residual / total:.3f}，收到的是 {found:.3f}。",
    )


@exercise("autoencoder-4")
def tied_gradient(answer: Any) -> Hint | None:
    """A function of x and w that returns the gradient of the tied autoencoder's error."""
    x, _, components = _case(2)
    w = components.T + 0.1  # not orthonormal: there the two halves of the gradient differ
    by_encoder, by_decoder = equations.linear_gradient(x, w, w.T)
    found, wrong = call(answer, x.copy(), w.copy())
    if wrong:
        return wrong
    found = np.asarray(found, np.float64)
    if found.shape != w.shape:
        return Hint(
            f"the gradient has the shape of w, {w.shape}. Received: {found.shape}.",
            f"梯度的形状应与 w 相同，即 {w.shape}。收到的是 {found.shape}。",
        )
    if np.allclose(found, by_encoder + by_decoder.T, rtol=1e-4, atol=1e-7):
        return None
    if np.allclose(found, by_encoder) or np.allclose(found, by_decoder.T):
        return Hint(
            "that is one path. W also acts at the other end of the code.",
            "这只是其中一条路径。W 在编码的另一端也起作用。",
        )
    right = by_encoder + by_decoder.T
    scale = np.sum(found * right) / np.sum(right**2)
    if np.allclose(found, scale * right) and abs(scale) > 1e-6:
        return Hint(
            f"the direction is right, the size is not: it is {scale:.4g} times the slope. The "
            "error is a mean over all values, examples times features.",
            f"方向对了，大小不对：是实际斜率的 {scale:.4g} 倍。"
            "误差是对所有数值（样本数乘以特征数）取的平均。",
        )
    return Hint(
        "the slopes of the error say otherwise. Add the gradients of both paths, the decoder's "
        "transposed.",
        "与误差的实际斜率不符。请把两条路径的梯度相加，其中解码器的梯度要转置。",
    )
