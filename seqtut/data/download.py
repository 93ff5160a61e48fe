"""Downloads by pip itself, so the user's own index, proxy and certificates are obeyed."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from seqtut.data.manifest import DataError, Pin
from seqtut.data.store import archive_path, verify

_PREFIX = ".download-"
_DAY = 24 * 60 * 60  # seconds

# -P keeps the working folder off the import path: a reader's own random.py must not break pip.
_PIP = ("-P", "-m", "pip", "download")
_OPTIONS = (
    *("--quiet", "--no-input", "--disable-pip-version-check", "--progress-bar=off"),
    *("--retries=2", "--no-deps", "--ignore-requires-python"),
    *("--require-hashes", "--only-binary=:all:"),
)


def download(pin: Pin) -> Path:
    """Downloads a package's archive into the cache, in place of what may be there.

    The archive is downloaded into a folder of its own and moved into place when it is whole and
    its hash is right. So a killed download leaves the cache as it was, and processes that
    download the same package at once do not meet.

    Args:
        pin: The package.

    Returns:
        The path of the archive.

    Raises:
        DataError: If pip is missing, finds no such archive, has no network or no room, or
            receives another archive than the manifest's; or if the cache cannot be written.
    """
    target = archive_path(pin)
    with _own_folder(target.parent) as folder:
        archive = _run_pip(pin, folder)
        try:
            os.replace(archive, target)
        except OSError as error:
            # Windows moves nothing onto a file that another process reads: then it is there.
            if not _is_sound(pin):
                raise _unwritable(target.parent, error) from error
    return target


@contextmanager
def _own_folder(cache: Path) -> Iterator[Path]:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        _sweep(cache)
        folder = TemporaryDirectory(prefix=_PREFIX, dir=cache, ignore_cleanup_errors=True)
    except OSError as error:
        raise _unwritable(cache, error) from error
    with folder:
        yield Path(folder.name)


def _sweep(cache: Path) -> None:
    """Removes what killed downloads left; a day is longer than any download that still runs."""
    for folder in cache.glob(_PREFIX + "*"):
        with suppress(FileNotFoundError):  # another process has just finished its own
            if time.time() - folder.stat().st_mtime > _DAY:
                shutil.rmtree(folder, ignore_errors=True)


def _run_pip(pin: Pin, folder: Path) -> Path:
    requirements = folder / "requirements.txt"
    try:
        requirements.write_text(pin.requirement + "\n", encoding="utf-8")
    except OSError as error:
        raise _unwritable(folder.parent, error) from error
    places = (f"--dest={folder}", f"--requirement={requirements}")
    done = subprocess.run(
        [sys.executable, *_PIP, *_OPTIONS, *places],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise DataError(_explain(pin, folder.parent, done.stdout))
    return next(folder.glob("*.whl"))


def _explain(pin: Pin, cache: Path, said: str) -> str:
    """Turns what pip said into one sentence on what was wrong and what to do."""
    again = f"run `seqtut data fetch {pin.name}` again"
    if "No module named pip" in said:
        return (
            f"Data is downloaded by pip, and this Python has none. Received: {sys.executable}. "
            f"Run `{sys.executable} -m ensurepip`, then {again}."
        )
    if "DO NOT MATCH THE HASHES" in said:
        got = re.search(r"Got\s+([0-9a-f]{64})", said)
        return (
            f"The archive offered as {pin} is not the one that the manifest names, so it was not "
            f"kept. Received: sha256 {got[1] if got else 'unknown'}. Look at the index that "
            f"`pip config list` shows, then {again}."
        )
    received = f"Received from pip: {_reason(said)}."
    if "No space left" in said or "Errno 28" in said:
        return (
            f"The disk is full, so {pin} ({pin.size}) was not downloaded to {cache}. {received} "
            f"Free some space, or set SEQTUT_CACHE to a folder on another disk, and {again}."
        )
    if "connection broken" in said:
        return (
            f"The package index cannot be reached, so {pin} was not downloaded. {received} "
            f"Connect to the network, or look at `pip config list`, and {again}."
        )
    if "No matching distribution" in said and len(pin.hashes) > 1:
        return (
            f"The package index that pip was given holds no {pin} for this machine: it comes as an "
            f"archive for each platform. {received} On another system, or with another index in "
            f"`pip config list`, {again}."
        )
    if "No matching distribution" in said:
        return (
            f"The package index that pip was given does not hold {pin}. {received} Look at "
            f"`pip config list`, and {again}."
        )
    return f"pip could not download {pin}. {received} Put that right and {again}."


def _reason(said: str) -> str:
    """Picks the part of pip's output that says most: the broken connection, or the last error."""
    broken = re.findall(r"connection broken by '(.+)': ", said)
    errors = re.findall(r"^ERROR: (?!Exception:)(.+)", said, re.MULTILINE)
    return repr((broken or errors or said.strip().splitlines() or ["nothing"])[-1].strip())


def _unwritable(cache: Path, error: OSError) -> DataError:
    return DataError(
        f"The cache folder cannot be written. Received: {cache} ({error.strerror}). Make it "
        "writable, or set SEQTUT_CACHE to a folder that is."
    )


def _is_sound(pin: Pin) -> bool:
    try:
        verify(pin)
    except DataError:
        return False
    return True
