import ctypes
import os
import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from seqtut import runtime

SRC = Path(runtime.__file__).parents[1]


def run(program: str, path: Path = SRC, **environment: str) -> subprocess.CompletedProcess:
    """Runs a program in a process of its own, where nothing is imported yet."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "KERAS_", "SEQTUT_"))}
    paths = os.pathsep.join([str(path), str(SRC)])
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


# --- The whole of setup, with the real TensorFlow

SETUP = """
from seqtut import runtime
import os, random
def numbers():
    import numpy as np, tensorflow as tf
    return random.random(), np.random.rand(), float(tf.random.uniform(()))
print(runtime.setup(seed=3, threads=1).message)
one = numbers()
runtime.setup(seed=3)
two = numbers()
runtime.setup(seed=4)
import tensorflow as tf
print(one == two, two != numbers(), os.environ["TF_NUM_INTRAOP_THREADS"])
"""


def test_setup_is_silent_seeds_all_generators_and_sets_the_threads():
    done = run(SETUP)
    assert done.stderr == ""
    message, facts = done.stdout.splitlines()
    assert message.startswith("allocator: ")
    assert "late" not in message
    assert facts == "True True 1"


# --- Quiet import


def test_what_libraries_write_to_standard_error_while_imported_is_set_aside(tmp_path):
    (tmp_path / "keras.py").write_text("import os; os.write(2, b'noise from C')\n")
    (tmp_path / "tensorflow.py").write_text(
        "import os, types\n"
        "os.write(2, b'more noise')\n"
        "get_logger = lambda: types.SimpleNamespace(setLevel=lambda level: None)\n"
        "zeros = lambda shape: types.SimpleNamespace(numpy=lambda: 0)\n"
    )
    program = (
        "import os, sys; from seqtut import runtime; runtime.import_quietly()\n"
        "print('after', file=sys.stderr); print(os.environ['KERAS_BACKEND'])"
    )
    done = run(program, tmp_path)
    assert (done.stderr, done.stdout) == ("after\n", "tensorflow\n")


def test_a_failed_import_shows_all_that_was_set_aside(tmp_path):
    (tmp_path / "keras.py").write_text(
        "import os; os.write(2, b'the library is broken\\n'); raise ImportError('no keras')\n"
    )
    done = run("from seqtut import runtime; runtime.import_quietly()", tmp_path)
    assert done.returncode == 1
    assert "the library is broken\n" in done.stderr
    assert "ImportError: no keras" in done.stderr


# --- Arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed must be a whole number from 0 to 4294967295. Received: -1"),
        ({"seed": 2**32}, "seed must be"),
        ({"seed": 1.5}, "Received: 1.5"),
        ({"seed": "a"}, "Received: 'a'"),
        ({"threads": 0}, "threads must be a whole number from 1 .*Received: 0"),
        ({"at_once": 0}, "at_once must be a whole number from 1 .*Received: 0"),
        ({"at_once": 1.5}, "at_once must be .*Received: 1.5"),
    ],
)
def test_values_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        runtime.setup(**arguments)


def test_threads_cannot_be_chosen_once_tensorflow_is_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace())
    monkeypatch.setenv("SEQTUT_ALLOCATOR", "off")
    with pytest.raises(RuntimeError, match="Received: threads=2 after its import"):
        runtime.setup(threads=2)


SHARED = """
from seqtut import runtime
import concurrent.futures, os, threading
runtime.setup(threads={threads}, at_once={at_once})
import tensorflow as tf
print(runtime.threads())
print(os.environ["TF_NUM_INTRAOP_THREADS"])

# Each piece waits until all have begun, which they can only do side by side.
meeting = threading.Barrier({meet})

@tf.function
def piece():
    return tf.py_function(lambda: meeting.wait(60) >= 0, [], tf.bool)

with concurrent.futures.ThreadPoolExecutor({meet}) as pool:
    print(sum(bool(met) for met in pool.map(lambda _: piece(), range({meet}))))
"""


@pytest.mark.parametrize(
    ("threads", "at_once", "each"), [(2, 4, 1), (6, 2, 3), (5, 2, 2), (3, 1, 3)]
)
def test_work_that_goes_on_at_once_shares_the_threads(threads, at_once, each):
    done = run(SHARED.format(threads=threads, at_once=at_once, meet=min(threads, at_once)))
    assert done.stdout.split() == [str(threads), str(each), str(min(threads, at_once))], done.stderr


def test_what_the_environment_says_of_the_threads_is_shared_too():
    program = "from seqtut import runtime; runtime.setup(at_once=2); print(runtime.threads())"
    program += "; import os; print(os.environ['TF_NUM_INTRAOP_THREADS'])"
    assert run(program, TF_NUM_INTRAOP_THREADS="6").stdout.split() == ["6", "3"]


@pytest.mark.parametrize(
    ("environment", "arguments", "threads"),
    [
        ({"TF_NUM_INTEROP_THREADS": "16"}, "threads=1", 1),
        ({"TF_NUM_INTEROP_THREADS": "abc"}, "threads=5, at_once=2", 5),
        ({"TF_NUM_INTRAOP_THREADS": "7"}, "", 7),
        ({"TF_NUM_INTRAOP_THREADS": "7"}, "threads=3", 3),
        ({"TF_NUM_INTRAOP_THREADS": "abc"}, "", None),
        ({"TF_NUM_INTRAOP_THREADS": "0"}, "at_once=4", None),
        ({"TF_NUM_INTRAOP_THREADS": ""}, "", None),
    ],
)
def test_the_threads_are_those_asked_for_or_of_the_environment_or_the_cores_allowed(
    environment, arguments, threads
):
    program = f"from seqtut import runtime; runtime.setup({arguments}); print(runtime.threads())"
    allowed = (
        "import os; allowed = {min(os.sched_getaffinity(0))}; os.sched_setaffinity(0, allowed)"
    )
    if threads is None and hasattr(os, "sched_setaffinity"):
        program, threads = f"{allowed}\n{program}", 1
    assert run(program, **environment).stdout.strip() == str(threads or os.cpu_count())


def test_threads_cannot_be_shared_any_more_once_tensorflow_is_there():
    program = "import tensorflow, os; from seqtut import runtime; runtime.setup(at_once=3)\n"
    program += "print(runtime.threads(), os.environ['TF_NUM_INTRAOP_THREADS'])"
    assert run(program, TF_NUM_INTRAOP_THREADS="3").stdout.split() == ["3", "3"]


# --- Allocator


@pytest.fixture
def mallopt(monkeypatch):
    """Stands in for glibc's mallopt: remembers the calls, refuses the values it is told to."""
    calls, refused = [], set()

    def call(option, value):
        calls.append((option, value))
        return 0 if value in refused else 1

    monkeypatch.delenv("SEQTUT_ALLOCATOR", raising=False)
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(mallopt=call))
    return SimpleNamespace(calls=calls, refused=refused)


def test_glibc_is_told_four_things(mallopt):
    assert runtime.tune_allocator() == (True, "allocator: glibc keeps freed memory")
    assert mallopt.calls == [(-8, 1), (-3, 2**30), (-1, 2**31 - 1), (-2, 2**28)]


def test_a_smaller_threshold_is_taken_where_the_larger_is_refused(mallopt):
    mallopt.refused.add(2**30)
    assert runtime.tune_allocator().tuned
    assert (-3, 2**25) in mallopt.calls


def test_a_refusal_is_told_by_name(mallopt):
    mallopt.refused |= {2**30, 2**25, 2**28}
    tuned, message = runtime.tune_allocator()
    assert not tuned
    assert message == "allocator: glibc refused M_MMAP_THRESHOLD, M_TOP_PAD"


def test_being_called_late_is_told(mallopt, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace())
    assert runtime.tune_allocator().message.endswith("(late: TensorFlow was already imported)")


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("SEQTUT_ALLOCATOR", "off", "SEQTUT_ALLOCATOR=off"),
        ("LD_PRELOAD", "/usr/lib/libtcmalloc.so.4", "libtcmalloc.so.4 is preloaded"),
    ],
)
def test_the_allocator_is_left_alone_when_asked_or_when_it_is_another(
    mallopt, monkeypatch, variable, value, reason
):
    monkeypatch.setenv(variable, value)
    tuned, message = runtime.tune_allocator()
    assert not tuned
    assert reason in message
    assert mallopt.calls == []


def test_another_c_library_is_left_alone(mallopt, monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert runtime.tune_allocator() == (False, "allocator: left alone, since this is not glibc")
    assert mallopt.calls == []


def test_the_real_c_library_is_asked_without_harm():
    assert runtime.tune_allocator().message.startswith("allocator: ")


# --- Where downloads go, and who is watching


@pytest.mark.parametrize(
    ("system", "environment", "folder"),
    [
        ("linux", {"SEQTUT_CACHE": "/disk/data"}, "/disk/data"),
        ("win32", {"SEQTUT_CACHE": "/disk/data"}, "/disk/data"),
        ("linux", {"XDG_CACHE_HOME": "/cache"}, "/cache/seqtut"),
        ("linux", {"XDG_CACHE_HOME": ""}, "/home/me/.cache/seqtut"),
        ("linux", {"SEQTUT_CACHE": "~/data"}, "/home/me/data"),
        ("darwin", {"XDG_CACHE_HOME": "/cache"}, "/home/me/Library/Caches/seqtut"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/seqtut"),
        ("win32", {}, "/home/me/AppData/Local/seqtut"),
    ],
)
def test_downloads_are_kept_where_the_system_keeps_such_things(
    monkeypatch, system, environment, folder
):
    for name in ("SEQTUT_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    assert runtime.cache_folder() == Path(folder)


@pytest.mark.parametrize(
    ("terminal", "colab", "wanted"),
    [(True, False, True), (False, True, True), (False, False, False)],
)
def test_progress_is_shown_in_a_terminal_and_in_colab_only(monkeypatch, terminal, colab, wanted):
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(isatty=lambda: terminal))
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    if colab:
        monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    assert runtime.progress_wanted() is wanted
