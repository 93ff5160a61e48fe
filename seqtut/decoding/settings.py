"""The settings of a search, checked, and the length penalty."""

import math
import operator
from collections.abc import Iterable
from typing import Any

IMPOSSIBLE = -math.inf  # the log-probability of what is never put out


def at_least(name: str, value: int, least: int) -> int:
    """Returns an integer setting that is large enough.

    Args:
        name: What the setting is called.
        value: Its value.
        least: The smallest one allowed.

    Returns:
        The value, a Python integer.

    Raises:
        ValueError: If `value` is smaller.
    """
    value = operator.index(value)
    if value < least:
        raise ValueError(f"{name} must be {least} or more. Received: {value}.")
    return value


def finite(name: str, value: float) -> float:
    """Returns a setting that is a finite number.

    Args:
        name: What the setting is called.
        value: Its value.

    Returns:
        The value, a Python float.

    Raises:
        ValueError: If `value` is infinite or not a number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number. Received: {value}.")
    return float(value)


def special(begin: int, end: int, pad: int, forbidden: Iterable[int]) -> dict[str, Any]:
    """Returns the ids that a search treats specially, checked and hashable.

    Args:
        begin: What the step is fed first.
        end: What ends a sequence.
        pad: What fills up the rows of the result.
        forbidden: What is never put out.

    Returns:
        The four by name, `forbidden` as a sorted tuple.

    Raises:
        ValueError: If an id is negative.
    """
    return {
        "begin": at_least("begin", begin, 0),
        "end": at_least("end", end, 0),
        "pad": at_least("pad", pad, 0),
        "forbidden": tuple(sorted({at_least("forbidden", token, 0) for token in forbidden})),
    }


def length_penalty(length: Any, alpha: Any) -> Any:
    """Returns what a log-probability is divided by, `((5 + n) / 6) ** alpha`.

    A log-probability is negative: dividing it by a larger number brings it nearer to zero.
    So a positive `alpha` favours longer outputs, a negative one shorter outputs, and 0 is off.

    Args:
        length: `n`, tokens including the end token: a number or an array or tensor of floats.
        alpha: The exponent; 0.6 to 0.7 was found good for translation.

    Returns:
        Of `length`'s shape; 1 at length 1.

    Source: Wu et al. (2016), Google's Neural Machine Translation System.
    """
    return ((5.0 + length) / 6.0) ** alpha
