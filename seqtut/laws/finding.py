"""What a law found; every other room of the laws returns one."""

from typing import NamedTuple


class Finding(NamedTuple):
    """What a law found: its name, whether it holds, and the measurement in words."""

    law: str
    holds: bool
    measured: str

    def __str__(self) -> str:
        return f"{self.law}: {'holds' if self.holds else 'BROKEN'} ({self.measured})"
