"""What functions of Python libraries say of themselves, split by library."""

import contextlib
import gzip
import hashlib
import json
import os
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seqtut import runtime
from seqtut.data import prose
from seqtut.data.manifest import DataError, Pin, read_manifest
from seqtut.data.store import open_archive

# Chosen before anything was trained. Projects that take over each other's docstrings (JAX, Flax,
# Optax, TensorFlow Probability and Keras; xarray and Dask; Django and Horizon) are in one part.
LIBRARIES = {
    "train": (
        *("sympy", "sqlalchemy", "jax", "twisted", "tensorflow-probability", "keras", "mne"),
        *("xarray", "dask", "aeon", "flax", "optax"),
    ),
    "dev": ("torchmetrics", "celery", "scrapy"),
    "test": ("networkx", "django", "nltk", "horizon", "librosa"),
}
PACKAGES = tuple(package for part in LIBRARIES.values() for package in part)

_LEFT_OUT = re.compile(
    r"(^|/)(tests?|testing|_?vendor|benchmarks?|examples?|_generated|migrations)/"
    r"|(^|/)(test_[^/]*|conftest)\.py$|_test\.py$"
)
# Two texts are near-duplicates if half of the runs of five words of one are in the other.
_RUN, _SHARE = 5, 0.5


@dataclass(frozen=True)
class Docstrings:
    """Functions and what is said of them; entry by entry they belong together.

    Attributes:
        libraries: The library that a function is from.
        names: What it is called.
        summaries: The first line of its docstring.
        bodies: The prose below, one paragraph.
    """

    libraries: tuple[str, ...]
    names: tuple[str, ...]
    summaries: tuple[str, ...]
    bodies: tuple[str, ...]

    def __len__(self) -> int:
        """The number of functions."""
        return len(self.names)


@dataclass(frozen=True)
class LibraryDocstrings:
    """The docstrings in three parts that share no library, and no text or near-duplicate of one.

    Attributes:
        train: Docstrings to learn from.
        dev: Docstrings to choose by.
        test: Docstrings to report on, once.
    """

    train: Docstrings
    dev: Docstrings
    test: Docstrings


Entry = tuple[str, str, str, str]


def load_docstrings() -> LibraryDocstrings:
    """Reads the docstrings of the functions of twenty libraries, split by library.

    The sources are parsed, never imported; tests, examples and vendored code are left out.
    `prose.first_and_rest` says what is kept of a docstring: a first line of one sentence and at
    least eight words of prose below. Of a library's functions with the same docstring the first
    one stands. What a later part has of an earlier one, the parts being taken as test, dev,
    train, is left out of the later one: the same first line, the same body, or half of the runs of
    five words, capitals and signs aside. So nothing that is trained on changes what is tested.

    What parts may still share: ways of putting things, and names that all of Python knows.

    Parsing takes about a minute. What it gives is kept in the cache folder, whole or not at all,
    under a name that changes with the packages and with the code that reads them.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If an archive is missing or broken, or the cache folder cannot be written.
    """
    manifest = read_manifest()
    pins = {package: manifest[package] for package in PACKAGES}
    path = runtime.cache_folder() / f"docstrings-{_key(pins.values())}.json.gz"
    entries = _kept(path)
    if entries is None:
        entries = [(package, *found) for package, pin in pins.items() for found in _archive(pin)]
        _keep(path, entries)
    return split(entries)


def _archive(pin: Pin) -> Iterator[tuple[str, str, str]]:
    """Yields name, first line and body of each function of a package, none said twice."""
    seen = set()
    with open_archive(pin) as archive:
        for member in sorted(archive.namelist()):
            if not member.endswith(".py") or _LEFT_OUT.search(member):
                continue
            for name, docstring in prose.functions(archive.read(member)):
                found = prose.first_and_rest(docstring)
                if found and found not in seen:
                    seen.add(found)
                    yield name, *found


def split(entries: Iterable[Entry]) -> LibraryDocstrings:
    """Puts each function into the part of its library, and drops what an earlier part has.

    Args:
        entries: Library, name, first line and body of each function.

    Returns:
        The three parts.
    """
    part_of = {library: part for part, names in LIBRARIES.items() for library in names}
    chosen: dict[str, list[Entry]] = {part: [] for part in LIBRARIES}
    for entry in entries:
        chosen[part_of[entry[0]]].append(entry)
    known = Known()
    parts = {}
    for part in ("test", "dev", "train"):
        kept = [entry for entry in chosen[part] if entry[2:] not in known]
        for entry in kept:
            known.add(entry[2:])
        parts[part] = Docstrings(*map(tuple, zip(*kept, strict=True))) if kept else _NONE
        known.close()
    return LibraryDocstrings(**parts)


class Known:
    """First lines and bodies that earlier parts have; `in` says whether a pair is among them."""

    def __init__(self):
        self._texts: set[str] = set()
        self._holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._waiting: list[tuple[str, str]] = []
        self._sizes: list[int] = []

    def add(self, pair: tuple[str, str]) -> None:
        """Notes a pair, which will be known after `close`.

        Args:
            pair: First line and body.
        """
        self._waiting.append(pair)

    def close(self) -> None:
        """Makes known what was noted."""
        for pair in self._waiting:
            self._texts.update(map(family, pair))
            runs = _runs(pair)
            for run in runs:
                self._holders[run].append(len(self._sizes))
            self._sizes.append(len(runs))
        self._waiting = []

    def __contains__(self, pair: tuple[str, str]) -> bool:
        if not self._texts.isdisjoint(map(family, pair)):
            return True
        runs, shared = _runs(pair), defaultdict(int)
        for run in runs:
            for holder in self._holders.get(run, ()):
                shared[holder] += 1
        return any(
            count >= _SHARE * min(len(runs), self._sizes[holder])
            for holder, count in shared.items()
        )


def family(text: str) -> str:
    """Returns the words of a text, without capitals and signs, by which near-equals are told.

    Args:
        text: A first line or a body.
    """
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _runs(pair: tuple[str, str]) -> set[tuple[str, ...]]:
    words = family(" ".join(pair)).split()
    return set(zip(*(words[i:] for i in range(_RUN)), strict=False))


_NONE = Docstrings((), (), (), ())


def _key(pins: Iterable[Pin]) -> str:
    """Returns what the name of the kept file depends on: the packages, and the code."""
    digest = hashlib.sha256()
    for pin in pins:
        digest.update(f"{pin.name}=={pin.version} {' '.join(sorted(pin.hashes))}\n".encode())
    for module in (__file__, prose.__file__):
        digest.update(Path(module).read_bytes())
    return digest.hexdigest()[:16]


def _kept(path: Path) -> list[Entry] | None:
    """Returns what `_keep` wrote, or None where there is nothing whole to read."""
    try:
        written = gzip.decompress(path.read_bytes())
        digest, _, text = written.partition(b"\n")
        if digest.decode("ascii") != hashlib.sha256(text).hexdigest():
            return None
        return [tuple(entry) for entry in json.loads(text)]
    except (OSError, EOFError, ValueError, zlib.error):
        return None


def _keep(path: Path, entries: list[Entry]) -> None:
    text = json.dumps(entries).encode("ascii")
    written = hashlib.sha256(text).hexdigest().encode("ascii") + b"\n" + text
    scratch = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        scratch.write_bytes(gzip.compress(written, 6, mtime=0))
        os.replace(scratch, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise DataError(
            f"The cache folder cannot be written. Received: {path} ({error.strerror}). Make it "
            "writable, or set SEQTUT_CACHE to a folder that is."
        ) from error
