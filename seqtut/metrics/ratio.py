"""A rate over a whole test set, kept with what each example gives to it."""

from typing import NamedTuple

import numpy as np


class Ratio(NamedTuple):
    """A sum over examples divided by another, as error rates are: not a mean of ratios.

    Attributes:
        numerators: `(N,)`, float64, what each example gives above, such as its errors.
        denominators: `(N,)`, float64, what it gives below, such as its reference's tokens.
    """

    numerators: np.ndarray
    denominators: np.ndarray

    @property
    def value(self) -> float:
        """The one sum divided by the other; not a number if there is nothing to divide by."""
        above, below = float(self.numerators.sum()), float(self.denominators.sum())
        return above / below if below else float("nan")

    def __float__(self) -> float:
        return self.value

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)


def ratio_of_sums(sums: np.ndarray) -> np.ndarray:
    """Returns the ratios of summed parts.

    Args:
        sums: `(samples, 2)`: numerators and denominators.

    Returns:
        `(samples,)`; not a number where there is nothing to divide by.
    """
    above, below = sums.T
    return np.divide(above, below, out=np.full(len(sums), np.nan), where=below != 0)
