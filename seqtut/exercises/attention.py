"""Checkers of chapter 13_attention."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.numbers import array_from, as_array
from seqtut.exercises.registry import Hint, call, exercise


def _softmax(scores: np.ndarray) -> np.ndarray:
    return equations.masked_softmax(scores)


@exercise("attention-1")
def masked_softmax(answer: Any) -> Hint | None:
    """Wants a function of scores and a mask that never gives nan and gives exact zeros."""
    rng = np.random.default_rng(0)
    mask = np.array([[1, 1, 0, 0, 1], [0, 1, 1, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 1, 0]], bool)
    scores = rng.normal(size=mask.shape)
    hint = _wrong_softmax(answer, scores, mask)
    if hint:
        return hint
    large = scores * 1e4
    large[~mask] = 1e6  # the highest score is one that does not count
    found, failure = array_from(answer, large, mask, shape=mask.shape)
    if failure:
        return failure
    if not np.allclose(found, equations.masked_softmax(large, mask)):
        return Hint(
            "right for small scores and wrong for large ones. Subtract from each row its highest "
            "kept score before the exponential.",
            "得分较小时正确，较大时出错。取指数之前，请从每行减去保留下来的最高得分。",
        )
    # Eighths of a number: float32 holds them exactly, also far below 0.
    low = np.where(mask, np.round(scores * 8) / 8 - 1e4, 0)
    found, failure = array_from(answer, low, mask, shape=mask.shape)
    if failure:
        return failure
    if not np.allclose(found, equations.masked_softmax(low, mask)):
        return Hint(
            "wrong where all that is kept lies far below 0. The highest kept score may be "
            "negative: 0 is not among the scores.",
            "保留下来的得分都远低于 0 时会出错。保留下来的最高得分可以是负数：0 并不在得分之中。",
        )
    mask[1] = False
    found, failure = array_from(answer, scores, mask, shape=mask.shape)
    if failure:
        return failure
    if not np.array_equal(found[1], np.zeros(5)):
        return Hint(
            "where nothing is kept, all weights are 0. Received: "
            f"{np.array2string(found[1], precision=2)}.",
            "没有任何位置被保留时，权重应全为 0。收到的是 "
            f"{np.array2string(found[1], precision=2)}。",
        )
    if not np.allclose(found, equations.masked_softmax(scores, mask)):
        return Hint(
            "a row of which nothing is kept spoils the other rows.",
            "有一行全部遮住时，其他行也跟着坏了。",
        )
    return _wrong_softmax(answer, rng.normal(size=(2, 3, 4)), rng.random((2, 3, 4)) < 0.8)


def _wrong_softmax(answer: Any, scores: np.ndarray, mask: np.ndarray) -> Hint | None:
    found, failure = array_from(answer, scores, mask, shape=mask.shape)
    if failure:
        return failure
    if np.allclose(found, equations.masked_softmax(scores, mask)):
        if np.all(found[~mask] == 0):
            return None
        return Hint(
            "what is masked out gets a little weight. It has to be exactly 0.",
            "被遮住的位置仍有一点权重。它必须恰好是 0。",
        )
    if np.allclose(found, _softmax(scores) * mask):
        return Hint(
            "the weights do not sum to 1: those that were masked out had their share before they "
            "were removed.",
            "权重之和不是 1：被遮住的位置在去掉之前已经分走了一份。",
        )
    if np.allclose(found, _softmax(scores * mask)):
        return Hint(
            "a score of 0 is a score like any other: its exponential is 1.",
            "得分为 0 也很普通：它的指数是 1。",
        )
    if np.allclose(found, equations.masked_softmax(scores, ~mask)):
        return Hint(
            "the mask is read the wrong way round. True means keep.",
            "掩码读反了。True 表示保留。",
        )
    if np.allclose(found, _softmax(scores)):
        return Hint("the mask is not used.", "没有用到掩码。")
    return Hint(
        "take the softmax over the last axis, of the scores that are kept.",
        "请沿最后一轴，对保留下来的得分取 softmax。",
    )


@exercise("attention-2")
def polarity(answer: Any) -> Hint | None:
    """Wants a function that finds out what True means to an attention's mask."""
    cases: list[tuple[str, str, Callable]] = []
    for kind, turn in (
        ("keep", lambda mask: mask),
        ("ignore", np.logical_not),
        ("neither", np.ones_like),
    ):
        cases += [(kind, name, _attention(turn, **how)) for name, how in _KINDS.items()]
    for kind, name, attend in cases:
        found, failure = call(answer, attend)
        if failure:
            return failure
        if not isinstance(found, str) or found not in ("keep", "ignore", "neither"):
            return Hint(
                'the function returns "keep", "ignore" or "neither". Received: '
                f"{type(found).__name__}{f' {found[:20]!r}' if isinstance(found, str) else ''}.",
                '函数应返回 "keep"、"ignore" 或 "neither"。'
                f"收到的是 {type(found).__name__} 类型的值。",
            )
        if found != kind:
            return Hint(
                f"an attention {name}, to which True means {kind!r}, was taken for {found!r}. "
                "Let one value be large and all others 0, hide that one, and then all but that "
                "one.",
                f"有一个注意力被误认为 {found!r}，它的掩码中 True 的含义其实是 {kind!r}。"
                "请让一个值很大、其余为 0，先遮住它，再只留下它。",
            )
    return None


_KINDS: dict[str, dict] = {
    "by dot products": {},
    "by scaled dot products": {"scaled": True},
    "that gives nan where nothing is left": {"strict": True},
    "with negative scores": {"sign": -1.0},
    "that takes the mean of all where nothing is left": {"mild": True},
}


def _attention(
    turn: Callable,
    scaled: bool = False,
    strict: bool = False,
    sign: float = 1.0,
    mild: bool = False,
) -> Callable:
    def attend(query: Any, keys: Any, values: Any, mask: Any) -> np.ndarray:
        keep = np.asarray(turn(np.asarray(mask, bool)), bool)
        if mild:
            keep = keep | ~keep.any(axis=-1, keepdims=True)
        context, weights = equations.dot_attention(
            sign * np.asarray(query, np.float64), keys, values, keep[..., None, :], scaled
        )
        empty = strict & (weights.sum(axis=-1, keepdims=True) == 0)
        return np.where(empty, np.nan, context)

    return attend


@exercise("attention-3")
def pointers(answer: Any) -> Hint | None:
    """Wants a function of a length that returns queries and keys of width 2 that read backwards."""
    for length in range(1, 31):
        found, failure = call(answer, length)
        if failure:
            return failure
        try:
            queries, keys = found
        except Exception:  # anything may have been returned, or nothing
            return Hint(
                "the function returns two arrays, queries and keys.",
                "函数应返回两个数组：查询和键。",
            )
        for part in (queries, keys):
            _, failure = as_array(part, (length, 2))
            if failure:
                return failure
        queries, keys = np.asarray(queries, np.float64), np.asarray(keys, np.float64)
        if not (np.isfinite(queries).all() and np.isfinite(keys).all()):
            return Hint(
                f"for length {length} there are numbers that are not finite.",
                f"长度为 {length} 时，结果中有的数不是有限的。",
            )
        with np.errstate(all="ignore"):
            _, weights = equations.dot_attention(queries, keys, keys)
        if not np.isfinite(weights).all():
            return Hint(
                f"for length {length} the scores are too large for a float. Take shorter vectors.",
                f"长度为 {length} 时，得分大到浮点数装不下。向量不必这么长。",
            )
        hint = _wrong_pointers(weights, length)
        if hint:
            return hint
    return None


def _wrong_pointers(weights: np.ndarray, length: int) -> Hint | None:
    wanted = np.arange(length)[::-1]
    least = float(weights[np.arange(length), wanted].min())
    if least >= 0.99:
        return None
    heaviest = weights.argmax(axis=1)
    if np.array_equal(heaviest, wanted):
        return Hint(
            f"for length {length} every step looks at the right place, but one puts only "
            f"{least:.2f} of its weight there. Longer vectors make a sharper softmax.",
            f"长度为 {length} 时，每一步都看对了位置，但有一步只放了 {least:.2f} 的权重。"
            "向量越长，softmax 越尖锐。",
        )
    if length > 1 and np.array_equal(heaviest, wanted[::-1]):
        return Hint(
            "these copy from the beginning. The first step has to look at the last place.",
            "这是从头开始复制。第一步应看最后一个位置。",
        )
    step = int(np.flatnonzero(heaviest != wanted)[0])
    if weights[step, wanted[step]] > 0.9 * weights[step].max():
        return Hint(
            f"for length {length} step {step} cannot tell the places {wanted[step]} and "
            f"{heaviest[step]} apart: their keys are alike, or nearly.",
            f"长度为 {length} 时，第 {step} 步分不清位置 {wanted[step]} 和 {heaviest[step]}："
            "它们的键相同或几乎相同。",
        )
    return Hint(
        f"for length {length} step {step} looks at place {heaviest[step]}, not {wanted[step]}. A "
        "key wins the dot product with its own direction only if all keys are equally long.",
        f"长度为 {length} 时，第 {step} 步看的是位置 {heaviest[step]}，而不是 {wanted[step]}。"
        "只有所有键一样长时，键才会在自己的方向上赢得点积。",
    )


@exercise("attention-4")
def another_explanation(answer: Any) -> Hint | None:
    """Wants a function of weights and values that finds other weights with the same context."""
    rng = np.random.default_rng(4)
    for steps, width in ((6, 3), (9, 4), (5, 1)):
        weights, values = rng.dirichlet(np.full(steps, 3.0)), rng.normal(size=(steps, width))
        found, failure = array_from(answer, weights, values, shape=(steps,))
        if failure:
            return failure
        if not np.isfinite(found).all():
            return Hint("the weights must be finite numbers.", "权重必须是有限的数。")
        if found.min() < -1e-6:
            return Hint(
                f"a weight is negative: {found.min():.3f}. Take a shorter step.",
                f"有一个权重是负数：{found.min():.3f}。请把步子迈小一些。",
            )
        if not np.isclose(found.sum(), 1, atol=1e-6):
            return Hint(
                f"the weights sum to {found.sum():.3f}, not to 1. The change has to sum to 0.",
                f"权重之和是 {found.sum():.3f}，不是 1。改动的总和必须为 0。",
            )
        if not np.allclose(found @ values, weights @ values, atol=1e-6):
            return Hint(
                "the context is another one. The change, times the values, has to be 0.",
                "上下文变了。改动与各个值相乘的结果必须为 0。",
            )
        if np.abs(found - weights).sum() / 2 < 0.05:
            return Hint(
                "these are the old weights, or nearly: move at least 0.05 of the weight. Step as "
                "far as no weight becomes negative; if that is too short, go the other way.",
                "这几乎就是原来的权重：至少要移动 0.05 的权重。"
                "请一直走到再走就有权重变负为止；若还不够，就往反方向走。",
            )
    return None
