"""Checkers of chapter 01_background."""

from typing import Any

import numpy as np

from seqtut.equations import conditional_entropy, entropy
from seqtut.exercises.registry import Hint, call, exercise

_TIED = 4  # the row of _SPECTRA whose share is reached exactly
# Falling singular values, a share of the variance, and the components that keep it.
_SPECTRA = (
    ((3.0, 2.0, 1.0), 0.6, 1),
    ((3.0, 2.0, 1.0), 0.7, 2),
    ((3.0, 2.0, 1.0), 0.95, 3),
    ((10.0, 1.0, 1.0, 1.0), 0.95, 1),
    ((4.0, 4.0, 4.0, 4.0), 0.5, 2),
)


@exercise("background-1")
def components_needed(answer: Any) -> Hint | None:
    """Wants a function of singular values and a share that counts the components needed."""
    given = []
    for singular, share, _ in _SPECTRA:
        value, failure = _number(answer, np.array(singular), share)
        if failure:
            return failure
        given.append(int(value) if value.is_integer() else value)
    wanted = [components for *_, components in _SPECTRA]
    if given == wanted:
        return None
    if given == [_first(np.array(singular), share) for singular, share, _ in _SPECTRA]:
        return Hint(
            "the code comes out too long: shares of the singular values themselves were added up, "
            "and a variance is a square.",
            "得到的编码太长：这里累加的是奇异值本身的占比，而方差是平方。",
        )
    if given in ([n - 1 for n in wanted], [n + 1 for n in wanted]):
        return Hint(
            "the count is off by one: entry i of a cumulative sum holds i + 1 components.",
            "数目差一：累积和中下标为 i 的一项包含 i + 1 个成分。",
        )
    row = next(i for i, n in enumerate(given) if n != wanted[i])
    if row == _TIED and given[row] == wanted[row] + 1:
        return Hint(
            "one too many where the share is reached exactly: the components must keep at least "
            "this share, so reaching it is enough.",
            "占比恰好达到时多数了一个：要求是至少保留这个占比，恰好达到就够了。",
        )
    singular, share, components = _SPECTRA[row]
    return Hint(
        f"for singular values {list(singular)} and a share of {share} the answer is {components}. "
        f"Received: {given[row]}.",
        f"奇异值为 {list(singular)}、占比为 {share} 时，答案是 {components}。"
        f"收到的是 {given[row]}。",
    )


def _number(function: Any, *arguments: Any) -> tuple[float, Hint | None]:
    """Returns the one number that the reader's function gives, or what is wrong with it."""
    value, failure = call(function, *arguments)
    if failure:
        return np.nan, failure
    try:
        return float(value), None
    except Exception:  # anything may have been returned, or nothing
        return np.nan, Hint(
            f"the function should return one number. Received: {type(value).__name__}.",
            f"函数应返回一个数。收到的是 {type(value).__name__}。",
        )


def _first(values: np.ndarray, share: float) -> int:
    return int(np.searchsorted(np.cumsum(values) / np.sum(values), share)) + 1


@exercise("background-2")
def worth(answer: Any) -> Hint | None:
    """Wants a function of a `(C, K)` table of counts: the bits that knowing the context saves."""
    useless = np.outer([1, 2, 3], [4, 2, 1, 1])
    table = np.array([[8, 1, 1], [1, 5, 2]])
    bits, failure = _number(answer, useless)
    if failure:
        return failure
    if np.isclose(bits, entropy(useless.sum(axis=1))):
        return Hint(
            "a context that tells nothing came out as worth something: the entropy of context and "
            "symbol together charges for naming the context as well.",
            "毫无信息的上下文也被算成有价值：上下文与符号的联合熵还包含了指明上下文的代价。",
        )
    if not np.isclose(bits, 0.0, atol=1e-9):
        return Hint(
            f"a context that tells nothing is worth 0 bits. Received: {bits:.3f}.",
            f"毫无信息的上下文价值应为 0 比特。收到的是 {bits:.3f}。",
        )
    wanted = entropy(table.sum(axis=0)) - conditional_entropy(table)
    bits, failure = _number(answer, table.copy())
    if failure:
        return failure
    if np.isclose(bits, wanted):
        return None
    if np.isclose(bits, -wanted):
        return Hint(
            "the sign is wrong: knowing the context saves bits, so what is left is the smaller.",
            "符号反了：知道上下文会节省比特，剩下的应当更少。",
        )
    if np.isclose(bits, wanted * np.log(2)):
        return Hint(
            "that is in nats; use logarithms to base 2.", "这是以奈特为单位；请用以 2 为底的对数。"
        )
    return Hint(
        f"for the counts {table.tolist()} the context is worth {wanted:.3f} bits. "
        f"Received: {bits:.3f}.",
        f"计数为 {table.tolist()} 时，上下文价值 {wanted:.3f} 比特。收到的是 {bits:.3f}。",
    )
