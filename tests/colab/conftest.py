"""A machine like Colab's: another Python, TensorFlow, no seqtut; and this book as published."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from book.layout import CHAPTERS, ROOT
from book.publish import stamp_notebooks

# Colab's first, then any other one, then this one in an environment of its own.
_PYTHONS = ("3.12", "3.13", f"{sys.version_info.major}.{sys.version_info.minor}")
_QUIET = {"capture_output": True, "text": True, "check": True}


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], **_QUIET).stdout.strip()


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        [uv, *arguments], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def _python() -> Path:
    """Finds the first of the Pythons that runs: on PATH, or among pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for version in _PYTHONS:
        candidates = [f"python{version}", *map(str, pyenv.glob(f"{version}.*/bin/python"))]
        for candidate in candidates:
            if shutil.which(candidate):
                asked = [candidate, "-c", "import sys; print(sys.executable)"]
                done = subprocess.run(asked, capture_output=True, text=True, check=False)
                if done.returncode == 0:
                    return Path(done.stdout.strip())
    raise AssertionError("There is no Python to make an environment with.")


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Path:
    """A folder of notebooks, stamped with the address of a clone of this repository as it is."""
    folder = tmp_path_factory.mktemp("published")
    clone = folder / "repository"
    _git("clone", "--quiet", str(ROOT), str(clone))
    # What is not committed yet is meant too.
    _git("-C", str(clone), "--work-tree", str(ROOT), "add", "--all")
    who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    _git("-C", str(clone), *who, "commit", "--quiet", "--allow-empty", "--message", "As it is")
    commit = _git("-C", str(clone), "rev-parse", "HEAD")
    shutil.copytree(CHAPTERS, folder / "chapters")
    stamp_notebooks(clone.as_uri(), commit, folder / "chapters")
    return folder / "chapters"


@pytest.fixture(scope="session")
def colab(tmp_path_factory) -> Path:
    """An environment's Python that has TensorFlow, pip and a kernel, and no seqtut."""
    folder = tmp_path_factory.mktemp("colab")
    _uv("venv", "--quiet", "--python", str(_python()), str(folder / "venv"))
    python = folder / "venv" / "bin" / "python"
    _uv("pip", "install", "--quiet", "--python", str(python), "tensorflow", "ipykernel", "pip")
    kernel = folder / "share" / "kernels" / "colab" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    start = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": start, "display_name": "Colab", "language": "python"}))
    return python


@pytest.fixture
def bare(colab, monkeypatch) -> Path:
    """The same, cleared of the seqtut that the notebook before installed."""
    _uv("pip", "uninstall", "--quiet", "--python", str(colab), "seqtut")
    monkeypatch.setenv("JUPYTER_PATH", str(colab.parents[2] / "share"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return colab
