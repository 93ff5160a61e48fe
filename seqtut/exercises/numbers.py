"""What a reader's function gives, as an array of numbers: the checkers of several rooms ask so."""

from typing import Any

import numpy as np

from seqtut.exercises.registry import Hint, call


def array_from(
    function: Any, *arguments: Any, shape: tuple[int, ...]
) -> tuple[np.ndarray | None, Hint | None]:
    """Calls a reader's function on copies of arrays, and reads numbers out of what it returns.

    Args:
        function: What the reader has given as the answer.
        *arguments: What it is called with; arrays are copied, since it may write into them.
        shape: The shape that the result should have.

    Returns:
        The result as a float64 array and None, or None and a hint that says what is wrong.
    """
    copies = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    with np.errstate(all="ignore"):
        found, failure = call(function, *copies)
    return (None, failure) if failure else as_array(found, shape)


def as_array(
    found: Any, shape: tuple[int, ...] | None, kind: Any = np.float64
) -> tuple[np.ndarray | None, Hint | None]:
    """Reads an array out of any object at all.

    Args:
        found: What a reader's function returned.
        shape: The shape that it should have; None takes any.
        kind: The type of its numbers; None takes them as they are.

    Returns:
        The array and None, or None and a hint that says what is wrong. Nothing, and strings that
        spell numbers, are not numbers.
    """
    try:
        if found is None or isinstance(found, str):
            raise TypeError
        array = np.asarray(found, kind)
    except Exception:  # anything may have been returned, or nothing
        return None, Hint(
            f"the function should return numbers. Received: {type(found).__name__}.",
            f"函数应返回数值。收到的是 {type(found).__name__}。",
        )
    if shape is not None and array.shape != shape:
        return None, Hint(
            f"the result has the shape {shape}. Received: {array.shape}.",
            f"结果的形状应为 {shape}。收到的是 {array.shape}。",
        )
    return array, None


def whole(found: Any) -> int | None:
    """Reads a whole number out of any object at all, of whatever type it is kept in.

    Args:
        found: What a reader's function returned.

    Returns:
        The number; None if it is none, not whole, a truth value or a string that spells one.
    """
    try:
        if isinstance(found, bool | np.bool_ | str | bytes) or float(found) != int(found):
            return None
        return int(found)
    except Exception:  # anything may have been returned, or nothing
        return None
