"""Checkers of chapter 14_transformer."""

from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.numbers import as_array
from seqtut.exercises.registry import Hint, call, exercise

_ROWS = (
    [[1, 1, 1, 2, 2, 3, 0, 0], [1, 2, 2, 2, 2, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1, 1]],
    [[1, 0], [1, 2]],
    [[1, 1, 2, 2, 2, 0]],
    [[1]],
    [[0, 0], [1, 1]],
)


@exercise("transformer-1")
def packed_mask(answer: Any) -> Hint | None:
    """Wants a function of segments that returns the mask of several targets in one row."""
    for rows in _ROWS:
        segments = np.array(rows)
        batch, steps = segments.shape
        found, failure = call(answer, segments.copy())
        if failure:
            return failure
        given, failure = as_array(found, (batch, steps, steps))
        if failure:
            return failure
        if not np.all((given == 0) | (given == 1)):
            return Hint(
                "a mask says yes or no, True or False.", "掩码只说是或否，即 True 或 False。"
            )
        if np.asarray(found).dtype != bool:
            return Hint(
                f"the mask should be bool. Received: {np.asarray(found).dtype}.",
                f"掩码的类型应为 bool。收到的是 {np.asarray(found).dtype}。",
            )
        hint = _wrong_mask(given.astype(bool), segments)
        if hint:
            return hint
    return None


def _wrong_mask(given: np.ndarray, segments: np.ndarray) -> Hint | None:
    steps = segments.shape[1]
    causal = np.tril(np.ones((steps, steps), bool))
    same = segments[:, :, None] == segments[:, None, :]
    real = segments > 0
    wanted = causal & same & real[:, :, None]
    if np.array_equal(given, wanted):
        return None
    if np.array_equal(given, ~wanted):
        return Hint(
            "the mask is the wrong way round: True means keep.",
            "掩码反了：True 表示保留。",
        )
    if np.array_equal(given, np.swapaxes(wanted, 1, 2)):
        return Hint(
            "rows and columns are swapped: the row is who looks, and it looks back, not ahead.",
            "行和列弄反了：行是看的一方，它只看已经过去的，不看还没到的。",
        )
    b, t, s = np.argwhere(given != wanted)[0]
    place = f"segments[{b}] = {segments[b].tolist()}"
    if given[b, t, s] and not real[b, s]:
        return Hint(
            f"in {place} place {t} sees the pad at place {s}. Nobody sees a pad, not even a pad.",
            f"在 {place} 中，位置 {t} 看到了位置 {s} 的填充。谁也不能看填充，填充自己也不能。",
        )
    if given[b, t, s] and not real[b, t]:
        return Hint(
            f"in {place} the pad at place {t} sees place {s}. A pad sees nobody.",
            f"在 {place} 中，位置 {t} 的填充看到了位置 {s}。填充什么也不看。",
        )
    if given[b, t, s] and not same[b, t, s]:
        return Hint(
            f"in {place} place {t} sees place {s}, which belongs to another word.",
            f"在 {place} 中，位置 {t} 看到了属于另一个词的位置 {s}。",
        )
    if given[b, t, s]:
        return Hint(
            f"in {place} place {t} sees place {s}, which is in the future.",
            f"在 {place} 中，位置 {t} 看到了位置 {s}，那是未来。",
        )
    return Hint(
        f"in {place} place {t} does not see place {s}. It sees its own word up to itself.",
        f"在 {place} 中，位置 {t} 看不到位置 {s}。它应看到自己的词中直到自己为止的位置。",
    )


@exercise("transformer-2")
def split_heads(answer: Any) -> Hint | None:
    """Wants a function of states and heads that cuts the width into heads."""
    rng = np.random.default_rng(0)
    for batch, steps, part, heads in [(2, 5, 3, 4), (3, 4, 2, 2), (1, 1, 5, 3), (2, 3, 4, 1)]:
        x = rng.normal(size=(batch, steps, heads * part))
        found, failure = call(answer, x.copy(), heads)
        if failure:
            return failure
        given, failure = as_array(found, (batch, heads, steps, part))
        if failure:
            return failure
        if np.allclose(given, np.stack(np.split(x, heads, axis=-1), axis=1)):
            continue
        if np.allclose(given, x.reshape(given.shape)):
            return Hint(
                "that is a bare reshape: each head gets some of the steps, with all their numbers. "
                "Every head sees every step.",
                "这只是变形：每个头得到的是一部分步及其全部数值。每个头都应看到所有的步。",
            )
        if np.allclose(given, np.moveaxis(x.reshape(batch, steps, part, heads), -1, 1)):
            return Hint(
                "each head gets every H-th column. It should get neighbouring ones.",
                "每个头得到的是每隔 H 列的一列。它应得到相邻的列。",
            )
        return Hint(
            "head n at step s is x[:, s, n * d : (n + 1) * d], with d = D / H.",
            "第 n 个头在第 s 步是 x[:, s, n * d : (n + 1) * d]，其中 d = D / H。",
        )
    return None


@exercise("transformer-3")
def weights_of(answer: Any) -> Hint | None:
    """Wants a function of width and hidden that counts a decoder block's weights."""
    for d, m in [(96, 288), (5, 7), (64, 64)]:
        found, failure = call(answer, d, m)
        if failure:
            return failure
        value, failure = as_array(found, ())
        if failure:
            return failure
        if not np.isfinite(value):
            return Hint(
                f"the number of weights is a finite number. Received: {value}.",
                f"权重的个数是有限的数。收到的是 {value}。",
            )
        attention, layers = 4 * (d * d + d), 2 * d * m + m + d
        wanted = 2 * attention + layers + 6 * d
        if value == wanted:
            continue
        wrong = {
            attention + layers + 4 * d: Hint(
                "that is a block of the encoder. The decoder's asks the source as well.",
                "这是编码器的块。解码器的块还要向源序列发问。",
            ),
            8 * d * d + 2 * d * m: Hint(
                "these are the matrices alone. Dense layers have biases, norms a gain and an "
                "offset.",
                "这只是各个矩阵。全连接层还有偏置，归一化还有增益和偏移。",
            ),
            4 * d * d + 2 * d * m: Hint(
                "these are the matrices of one attention and the two layers. There is another "
                "attention, and there are biases and norms.",
                "这是一个注意力和两层的矩阵。还有另一个注意力，以及偏置和归一化。",
            ),
            2 * attention + layers: Hint(
                "the norms are missing: each has a gain and an offset.",
                "缺了归一化：每个都有增益和偏移。",
            ),
            2 * attention + layers + 4 * d: Hint(
                "a norm is missing: there is one before each of the three parts.",
                "少了一个归一化：三个部分之前各有一个。",
            ),
            2 * attention + layers + 3 * d: Hint(
                "a norm learns two vectors, a gain and an offset.",
                "一个归一化学习两个向量：增益和偏移。",
            ),
            2 * attention + 2 * d * m + 6 * d: Hint(
                "the biases of the two dense layers are missing.",
                "缺了两个全连接层的偏置。",
            ),
            8 * d * d + layers + 6 * d: Hint(
                "the biases of the attentions are missing.", "缺了两个注意力的偏置。"
            ),
        }
        more, also = ("more", "多") if value < wanted else ("fewer", "少")
        return wrong.get(
            float(value),
            Hint(
                f"for width {d} and hidden {m} there are {more} than {value:g}.",
                f"宽度为 {d}、中间宽度为 {m} 时，应比 {value:g} {also}。",
            ),
        )
    return None


@exercise("transformer-4")
def cached_step(answer: Any) -> Hint | None:
    """Wants a function of a step's query, key, value and the past that attends with a cache."""
    rng = np.random.default_rng(1)
    for batch, heads, steps, part in [(2, 3, 4, 5), (1, 2, 0, 3), (3, 1, 1, 16)]:
        shape = (batch, heads, 1, part)
        q, k, v = rng.normal(size=(3, *shape))
        past = tuple(rng.normal(size=(2, batch, heads, steps, part)))
        found, failure = call(answer, q.copy(), k.copy(), v.copy(), tuple(a.copy() for a in past))
        if failure and steps:
            return failure
        if failure:
            return Hint(
                f"before the first step the past is empty, with t = 0. {failure.en}",
                f"第一步之前没有过去，t = 0。{failure.zh}",
            )
        if not isinstance(found, tuple | list) or len(found) != 2:
            return Hint(
                "the function returns two things: what is found, and the new pair.",
                "函数返回两样东西：找到的结果，以及新的一对键和值。",
            )
        given, failure = as_array(found[0], shape)
        if failure:
            return failure
        hint = _wrong_step(given, q, (past[0], k), (past[1], v)) or _wrong_past(
            found[1], (past[0], k), (past[1], v)
        )
        if hint:
            return hint
    return None


def _wrong_step(given: np.ndarray, q: np.ndarray, keys: tuple, values: tuple) -> Hint | None:
    k, v = (np.concatenate(pair, axis=2) for pair in (keys, values))

    def same(*wanted: Any, scaled: bool = True) -> bool:
        return np.allclose(given, equations.dot_attention(*wanted, scaled=scaled)[0])

    if same(q, k, v):
        return None
    if keys[0].shape[2] and same(q, keys[0], values[0]):
        return Hint(
            "the step does not see itself. Append its key and value first, then look.",
            "这一步没有看到自己。请先接上它的键和值，再去看。",
        )
    if same(q, keys[1], values[1]):
        return Hint(
            "the step sees itself alone. The past has keys and values too.",
            "这一步只看到自己。过去的键和值也要用上。",
        )
    if same(q, k, v, scaled=False):
        return Hint(
            "the scores are not divided by the square root of d.", "得分没有除以 d 的平方根。"
        )
    return Hint(
        "the step finds the weighted mean of all values, the past ones and its own, by its query.",
        "这一步用它的查询，对过去的和自己的全部值取加权平均。",
    )


def _wrong_past(given: Any, keys: tuple, values: tuple) -> Hint | None:
    shape = (*keys[1].shape[:2], keys[0].shape[2] + 1, keys[1].shape[3])
    if not isinstance(given, tuple | list) or len(given) != 2:
        return Hint("the new past is a pair: keys, values.", "新的过去是一对：键和值。")
    pair = []
    for part in given:
        array, failure = as_array(part, shape)
        if failure:
            return Hint(
                f"the new past has one step more than the old. In it, {failure.en}",
                f"新的过去比旧的多一步。其中{failure.zh}",
            )
        pair.append(array)
    wanted = [np.concatenate(two, axis=2) for two in (keys, values)]
    if all(map(np.allclose, pair, wanted)):
        return None
    if all(map(np.allclose, pair, wanted[::-1])):
        return Hint("keys and values are swapped.", "键和值弄反了。")
    return Hint(
        "the newest key and value come last, behind those of the past.",
        "最新的键和值放在最后，接在过去的后面。",
    )
