"""The models on the pages: their numbers out of the package's files, and the words they use."""

import json
import re
import struct

import pytest
import yaml

from book import weights
from book.layout import BOOK, ROOT, BookError

SCRIPTS = sorted((BOOK / "_static" / "playground").glob("*.js"))
WORDS = yaml.safe_load((BOOK / "editions.yml").read_text(encoding="utf-8"))


def safetensors(**tensors) -> bytes:
    """A file as the safetensors format says: header's length, header, numbers."""
    header, raw = {"__metadata__": {"name": "x"}}, b""
    for name, (kind, shape, data) in tensors.items():
        header[name] = {
            "dtype": kind,
            "shape": shape,
            "data_offsets": [len(raw), len(raw) + len(data)],
        }
        raw += data
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + raw


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small book whose only model has two tensors, described in the order other than stored."""
    monkeypatch.setattr(weights, "ROOT", tmp_path)
    monkeypatch.setattr(weights, "BOOK", tmp_path / "book")
    models = tmp_path / "book" / weights.FOLDER
    models.mkdir(parents=True)
    (tmp_path / "seqtut/pretrained").mkdir(parents=True)
    stored = {"model/0": ("F16", [2], b"abcd"), "model/1": ("F16", [1], b"xy")}
    (tmp_path / "seqtut/pretrained/one.safetensors").write_bytes(safetensors(**stored))
    described = [
        {"name": "b", "shape": [1], "stored": "model/1"},
        {"name": "a", "shape": [2], "stored": "model/0"},
    ]
    (models / "one.json").write_text(json.dumps({"tensors": described}))
    return tmp_path


def test_numbers_are_taken_from_the_package_in_the_order_of_the_description(tree):
    assert weights.binaries() == {weights.FOLDER / "one.bin": b"xyabcd"}


def test_the_files_of_the_package_are_read_as_the_format_s_own_reader_reads_them():
    from safetensors.numpy import load

    path = ROOT / "seqtut" / "pretrained" / "heartbeats.safetensors"
    found, wanted = weights.read_safetensors(path.read_bytes()), load(path.read_bytes())
    assert set(found) == set(wanted)
    for name, (kind, shape, raw) in found.items():
        assert (kind, tuple(shape)) == ("F16", wanted[name].shape)
        assert raw == wanted[name].astype("<f2").tobytes()


@pytest.mark.parametrize("broken", [b"", b"\xff" * 16, struct.pack("<Q", 4) + b"nope"])
def test_what_is_no_weights_file_is_an_error_that_says_what_to_run(tree, broken):
    (tree / "seqtut/pretrained/one.safetensors").write_bytes(broken)
    with pytest.raises(BookError, match="seqtut export one --out book/_static"):
        weights.binaries()


def test_a_description_of_another_shape_is_an_error(tree):
    path = tree / "book" / weights.FOLDER / "one.json"
    path.write_text(path.read_text().replace("[2]", "[3]"))
    with pytest.raises(BookError, match="disagree on a"):
        weights.binaries()


def shape(words):
    """The names in a tree of words, and the places that values go to in each text."""
    if isinstance(words, dict):
        return {key: shape(value) for key, value in words.items()}
    if isinstance(words, list):
        return [shape(value) for value in words]
    return sorted(re.findall(r"\{\w+\}", words))


def test_both_editions_say_the_same_things_to_a_playground():
    texts = [WORDS[edition]["strings"]["playground"] for edition in ("en", "zh")]
    assert shape(texts[0]) == shape(texts[1])


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_holds_no_words_of_its_own(path):
    code = re.sub(r"^\s*(//|\*|/\*).*$", "", path.read_text(encoding="utf-8"), flags=re.M)
    code = re.sub(r"new Error\(.*", "", code)  # for who works on the scripts, never shown
    texts = re.findall(r'"([^"\n]*)"', code)
    said = [
        text
        for text in texts
        if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text) and "play-" not in text
    ]
    assert said == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_asks_no_other_site_and_is_short(path):
    code = path.read_text(encoding="utf-8")
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", code)
    assert len(code.splitlines()) <= 250


def test_the_batch_on_the_page_is_the_one_that_the_command_writes(tmp_path):
    import numpy as np

    from seqtut import pretrained

    path = BOOK / "_static" / "playground" / "cmudict-small-batch.json"
    committed = json.loads(path.read_text(encoding="utf-8"))
    pairs = list(zip(committed["words"], committed["sounds"], strict=True))
    [made] = pretrained.export_batch("cmudict-small", pairs, tmp_path)
    found = json.loads(made.read_text())
    assert path.stat().st_size < 50_000
    for one, other in zip(committed.pop("tensors"), found.pop("tensors"), strict=True):
        # A rounding may fall the other way on another processor.
        assert np.allclose(one.pop("values"), other.pop("values"), atol=0.011)
        assert one == other
    assert committed == found
