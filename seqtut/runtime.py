"""The process's environment: quiet logs, seeds, threads, the allocator, the cache folder.

The only module of the package that reads or sets environment variables. Call `setup` before
anything imports TensorFlow.
"""

import contextlib
import ctypes
import operator
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# glibc's numbers for the options of mallopt(3), and the values that stop it from giving
# memory back to the kernel after each training step. The second value is taken where the first
# is refused: before glibc 2.35 the mapping threshold could not exceed 32 MiB.
_MALLOPT = {
    "M_ARENA_MAX": (-8, (1,)),
    "M_MMAP_THRESHOLD": (-3, (2**30, 2**25)),
    "M_TRIM_THRESHOLD": (-1, (2**31 - 1,)),
    "M_TOP_PAD": (-2, (2**28,)),
}

# Batches that a model decodes at a time, at the most, each in a thread of its own.
AT_ONCE = 4

# The number that `setup` chose, if any, in this process.
_threads: dict[str, int] = {}


class Allocator(NamedTuple):
    """Whether the C library's allocator was set for training, and one sentence about it."""

    tuned: bool
    message: str


def tune_allocator() -> Allocator:
    """Tells glibc to keep freed memory, so that training does not live in page faults.

    Works on Linux with glibc only; elsewhere, and where another allocator is preloaded (as in
    Colab), it changes nothing and says so. `SEQTUT_ALLOCATOR=off` switches it off.

    Returns:
        An `Allocator`; `tuned` is True only if every call was accepted.
    """
    if os.environ.get("SEQTUT_ALLOCATOR") == "off":
        return Allocator(False, "allocator: left alone, since SEQTUT_ALLOCATOR=off")
    preloaded = os.environ.get("LD_PRELOAD", "")
    if any(name in preloaded for name in ("tcmalloc", "jemalloc", "mimalloc")):
        return Allocator(False, f"allocator: left alone, since {preloaded} is preloaded")
    if platform.libc_ver()[0] != "glibc":
        return Allocator(False, "allocator: left alone, since this is not glibc")
    mallopt = ctypes.CDLL(None).mallopt
    refused = [
        name
        for name, (option, values) in _MALLOPT.items()
        if not any(mallopt(option, value) == 1 for value in values)
    ]
    if refused:
        return Allocator(False, f"allocator: glibc refused {', '.join(refused)}")
    late = " (late: TensorFlow was already imported)" if "tensorflow" in sys.modules else ""
    return Allocator(True, f"allocator: glibc keeps freed memory{late}")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Sets the process's standard error aside while a block runs; if it fails, shows all of it.

    For libraries that write to the file descriptor itself, whatever log level was asked for.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as messages:
        os.dup2(messages.fileno(), 2)
        try:
            yield
        except BaseException:
            messages.seek(0)
            os.write(kept, messages.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def import_quietly() -> None:
    """Imports Keras on TensorFlow without the start-up messages; a failure shows them all.

    TensorFlow's libraries write to the process's standard error before any log level is read,
    so the file descriptor itself is set aside until the first operation has run.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with quiet():
        import keras  # noqa: F401  (imported for its side effects, quietly)
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        if "TF_CONFIG" not in os.environ:  # a worker makes its strategy before any operation
            tf.zeros(()).numpy()


def _whole(name: str, value: object, low: int, high: int) -> int:
    """Returns a value as an int, NumPy's included, or raises ValueError in a sentence."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or not low <= number <= high:
        raise ValueError(
            f"{name} must be a whole number from {low} to {high}. Received: {value!r}."
        )
    return number


def setup(seed: int = 0, threads: int | None = None, at_once: int = 1) -> Allocator:
    """Makes a process ready to train: quiet logs, allocator, threads, seeds.

    Args:
        seed: Seed of Python's, NumPy's and TensorFlow's generators.
        threads: Threads to compute with; None leaves TensorFlow's choice, all that it may use.
        at_once: Pieces of work that will go on at once, such as batches to decode. They share the
            threads: one operation may use `threads // at_once` of them, at least one. Without
            effect once TensorFlow was imported.

    Returns:
        What was done to the allocator; `print` its message to tell the reader.

    Raises:
        ValueError: If `seed`, `threads` or `at_once` is out of range.
        RuntimeError: If `threads` is given after TensorFlow was imported.
    """
    seed = _whole("seed", seed, 0, 2**32 - 1)
    threads = None if threads is None else _whole("threads", threads, 1, 2**16)
    at_once = _whole("at_once", at_once, 1, 2**16)
    allocator = tune_allocator()
    late = "tensorflow" in sys.modules
    if threads is not None and late:
        raise RuntimeError(
            "threads must be chosen before TensorFlow is imported. Received: "
            f"threads={threads} after its import. Call setup first."
        )
    if not late:
        _choose(threads, at_once)
    import_quietly()
    import keras

    keras.utils.set_random_seed(seed)
    return allocator


def _choose(count: int | None, at_once: int) -> None:
    """Chooses the threads of TensorFlow's operations, before it is imported."""
    if at_once > 1:
        count = count or threads()
        os.environ["TF_NUM_INTEROP_THREADS"] = str(count)
    if count is not None:
        os.environ["TF_NUM_INTRAOP_THREADS"] = str(max(1, count // at_once))
        _threads["chosen"] = count


def cache_folder() -> Path:
    """Returns the folder that downloads are kept in: `SEQTUT_CACHE`, or the system's custom.

    Raises:
        ValueError: If `SEQTUT_CACHE` begins with the home folder of somebody unknown.
    """
    if chosen := os.environ.get("SEQTUT_CACHE"):
        try:
            return Path(chosen).expanduser()
        except RuntimeError as error:
            raise ValueError(
                f"SEQTUT_CACHE must be a folder's path. Received: {chosen!r}, whose home folder is "
                "not known. Give the whole path."
            ) from error
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "seqtut"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "seqtut"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seqtut"


def threads() -> int:
    """Returns the threads to compute with: as `setup` or the environment says, or all cores."""
    if "chosen" in _threads:
        return _threads["chosen"]
    said = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    said = int(said) if said.isdecimal() else 0  # what is no number TensorFlow ignores too
    return said or _cores()


def _cores() -> int:
    """Returns the cores that the process may use."""
    if hasattr(os, "sched_getaffinity"):  # on Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def peak_memory() -> float | None:
    """Returns the most memory that this process has held, in GB; None where nobody counts it."""
    try:
        import resource
    except ImportError:  # not on Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9, 2)


def progress_wanted() -> bool:
    """Returns whether somebody is watching: a terminal or Colab, not a recorded execution."""
    return sys.stderr.isatty() or "google.colab" in sys.modules
