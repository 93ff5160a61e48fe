"""The cache folder: archives exactly as they were downloaded, verified before each use."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seqtut import runtime
from seqtut.data.manifest import DataError, Pin


def archive_path(pin: Pin) -> Path:
    """Returns where the archive of a package is kept, whether or not it is there."""
    return runtime.cache_folder() / f"{pin.name}-{pin.version}.whl"


def is_cached(pin: Pin) -> bool:
    """Says whether an archive is in the cache, sound or not; `verify` reads it."""
    try:
        return archive_path(pin).is_file()
    except OSError:  # a folder that may not even be looked into
        return False


def verify(pin: Pin) -> Path:
    """Compares the cached archive with the manifest's hash.

    Args:
        pin: The package.

    Returns:
        The path of the archive, which is the one that the manifest names.

    Raises:
        DataError: If the archive is missing, cannot be read, is truncated or was altered.
    """
    path = archive_path(pin)
    advice = f"Run `seqtut data fetch {pin.name}` to download it"
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DataError(f"{pin} is not in the cache. Received: no {path}. {advice}.") from error
    except OSError as error:
        raise DataError(
            f"The cached file of {pin} cannot be read. Received: {path} ({error.strerror}). "
            "Make it readable, or delete it."
        ) from error
    if digest not in pin.hashes:
        raise DataError(
            f"The cached file of {pin} is truncated or was altered: it is not the one that the "
            f"manifest names. Received: {path} with {size:,} bytes and sha256 {digest}. "
            f"{advice} again."
        )
    return path


@contextmanager
def open_archive(pin: Pin) -> Iterator[zipfile.ZipFile]:
    """Opens a package's verified archive to read data files out of it.

    Args:
        pin: The package, whose archive must be in the cache.

    Yields:
        The archive, open for reading.

    Raises:
        DataError: As `verify` does.
    """
    with zipfile.ZipFile(verify(pin)) as archive:
        yield archive
