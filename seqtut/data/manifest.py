"""The manifest: the packages that the data comes from, each pinned by version and hash."""

import re
from dataclasses import dataclass
from pathlib import Path

MANIFEST = Path(__file__).with_name("manifest.txt")

_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[A-Za-z0-9.+!]+)"
    r"(?P<hashes>(?:\s+--hash=sha256:[0-9a-f]{64})+)"
)


class DataError(Exception):
    """Data that cannot be had; the message says what was wrong and what to do."""


@dataclass(frozen=True)
class Pin:
    """One package of the manifest.

    Attributes:
        name: The package, as its index spells it.
        version: The one version whose data is meant.
        hashes: The sha256 of its archive in hexadecimal, one for each platform's wheel.
        about: What the data is.
        licence: The licence of the data.
        size: How much is downloaded, such as "1.4 MB".
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    about: str
    licence: str
    size: str

    def __str__(self) -> str:
        """The name and the version."""
        return f"{self.name} {self.version}"

    @property
    def requirement(self) -> str:
        """The pin as one line of a requirements file."""
        hashes = " ".join(f"--hash=sha256:{digest}" for digest in self.hashes)
        return f"{self.name}=={self.version} {hashes}"


def same_name(name: str) -> str:
    """Returns a package's name in the spelling in which equal names are equal strings."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_manifest() -> dict[str, Pin]:
    """Reads the manifest that is part of the package.

    Returns:
        The pins by their normalised names, in the manifest's order.

    Raises:
        DataError: If an entry is not a described pin with a hash.
    """
    text = MANIFEST.read_text(encoding="utf-8").replace("\\\n", " ")
    pins = {}
    above = ""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            pin = _parse(above, line)
            pins[same_name(pin.name)] = pin
        above = line
    return pins


def _parse(comment: str, line: str) -> Pin:
    match = _PIN.fullmatch(line.strip())
    described = comment.removeprefix("#").split("|")
    if match is None or len(described) != 3:
        raise DataError(
            f"An entry of the data manifest is not a pin with its hash below a line of three "
            f"parts. Received: {line!r}. Write `name==version --hash=sha256:...` below "
            "`# what | licence | size`."
        )
    about, licence, size = (part.strip() for part in described)
    hashes = tuple(re.findall("[0-9a-f]{64}", match["hashes"]))
    return Pin(match["name"], match["version"], hashes, about, licence, size)
