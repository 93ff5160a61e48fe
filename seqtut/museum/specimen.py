"""What hangs in the museum: a mistake, the law that it breaks, and what it does to a number."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from seqtut.laws import Finding


class Plate(NamedTuple):
    """What is written under a pair: the findings on both, and the number that either gives."""

    law: str
    broken: Finding
    repaired: Finding
    quantity: str
    wrong: str
    right: str

    def __str__(self) -> str:
        first, second = ("holds" if one.holds else "BROKEN" for one in (self.broken, self.repaired))
        return (
            f"{self.law}: {first}, repaired: {second}\n"
            f"{self.quantity}: {self.wrong}, repaired: {self.right}"
        )


@dataclass(frozen=True)
class Specimen:
    """A mistake in its smallest form, beside its repair.

    Attributes:
        name: What the chapter calls it.
        room: The room in which it hangs.
        mistake: What is wrong, in a few words.
        seen: Where it was seen, in a few words.
        law: The law that it breaks, by the name that its finding has.
        quantity: The number that it distorts, in a few words.
        spec: How that number is printed.
        broken: The mistake.
        repaired: The same without it.
        test: Asks the law of either.
        number: The number that either gives.
    """

    name: str
    room: str
    mistake: str
    seen: str
    law: str
    quantity: str
    spec: str
    broken: Any
    repaired: Any
    test: Callable[[Any], Finding]
    number: Callable[[Any], float]

    def plate(self, broken: Any = None, repaired: Any = None) -> Plate:
        """Asks the law of a mistake and of a repair, and measures what either gives.

        Args:
            broken: A mistake to hang in the place of the museum's own, or None.
            repaired: A repair likewise.

        Returns:
            The `Plate`.
        """
        pair = (
            self.broken if broken is None else broken,
            self.repaired if repaired is None else repaired,
        )
        wrong, right = (format(self.number(one), self.spec) for one in pair)
        return Plate(self.law, *map(self.test, pair), self.quantity, wrong, right)
