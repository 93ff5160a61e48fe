"""The captions: what is read and refused, batches in two languages, and a run from end to end."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import data, pretrained
from seqtut.cli import main
from seqtut.pretrained import captioning
from seqtut.pretrained.narrator import pad_strips
from seqtut.text import END, join_words, number_words

TINY = pretrained.Recipe(
    data="tiny",
    model="Captioner",
    task="captioning",
    shape={"channels": [2, 2], "width": 4, "embedding_dim": 2},
    epochs=1,
    size=16,
)


@pytest.fixture(scope="module")
def strips():
    found = data.load("strips")
    parts = (found.train, found.dev, found.test)
    return data.Strips(*(part.only(range(0, len(part), len(part) // 40)) for part in parts))


@pytest.fixture
def tiny(monkeypatch, tmp_path, strips):
    """A recipe named "tiny" on forty strips, in a folder of its own."""
    load = data.load
    monkeypatch.setattr(data, "load", lambda name: strips if name == "tiny" else load(name))
    monkeypatch.setitem(pretrained.RECIPES, "tiny", TINY)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def narrator():
    return pretrained.load("captions")


@pytest.fixture(scope="module")
def captions(strips):
    source, target = captioning.vocabularies(strips.train)
    return captioning.encoded(strips.train, source, target), target


# What is read


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("327:zh", "327:zh"), (" 3 2 7 : ZH ", "327:zh"), ("0:en", "0:en"), ("90210:en", "90210:en")],
)
def test_digits_and_a_tag_are_read(narrator, text, wanted):
    assert narrator.normal(text) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not digits, a colon"),
        ("327", "not digits, a colon"),
        ("327:fr", "en or zh"),
        (":zh", "not digits, a colon"),
        ("-3:en", "not digits, a colon"),
        ("3.5:en", "not digits, a colon"),
        ("\u0663:en", "not digits, a colon"),
        ("\uff13:en", "not digits, a colon"),
        ("three:en", "not digits, a colon"),
        ("123456:en", "6 digits, and a strip has 5"),
        ("007:en", "no number begins with 0"),
        ("1:en" * 11, "44 characters"),
    ],
)
def test_anything_else_is_refused_with_its_reason(narrator, text, reason):
    with pytest.raises(pretrained.UnreadableError, match=reason):
        narrator.normal(text)


@given(st.text(alphabet="0123456789:enzh \n\x00\u6587", max_size=12))
def test_any_text_is_either_read_or_refused(narrator, text):
    try:
        found = narrator.normal(text)
    except pretrained.UnreadableError as error:
        assert "\n" not in str(error)
    else:
        assert narrator.normal(found) == found


def test_what_is_asked_for_is_said_in_its_language_and_order(narrator):
    asked = ["327:zh", "327:en", "5:en", "20000:zh", "327:zh"]
    found = narrator.read(asked)
    assert [reading.text for reading in found] == asked
    for text, reading in zip(asked, found, strict=True):
        digits, language = text.split(":")
        words = number_words(int(digits), language)
        assert list(reading.tokens) == words
        assert reading.said == join_words(words)
        assert reading.attention.shape == (len(words) + 1, narrator.compose(digits).shape[1])
        assert np.allclose(reading.attention.sum(axis=1), 1, atol=1e-4)


def test_a_strip_that_is_asked_for_has_a_picture_for_each_digit(narrator):
    test = data.load("digits").test
    ones = test.images[test.labels == 1]
    wanted, _ = data.compose_strip([ones[0], ones[1]], (4, 4, 4))
    assert np.array_equal(narrator.compose("11"), wanted)


def test_the_pictures_are_read_once_for_all_texts(strips, monkeypatch):
    loads = []
    monkeypatch.setattr(data, "load", lambda name, load=data.load: loads.append(name) or load(name))
    fresh = pretrained.load("captions")
    fresh.read(["327:zh", "32:en", "7:en"], 1)
    assert loads == ["digits"]


def test_a_language_that_is_none_is_refused(narrator):
    with pytest.raises(ValueError, match="Received: 'fr'"):
        narrator.caption([narrator.compose("1")], "fr")


def test_wide_strips_in_the_batch_change_no_caption(narrator, strips):
    some = [strips.test.strip(which) for which in range(len(strips.test))]
    together = narrator.caption(some, "en", 1)
    for which in range(0, len(some), 8):
        [alone] = narrator.caption([some[which]], "en", 1)
        assert alone.tokens == together[which].tokens
        assert alone.score == pytest.approx(together[which].score, abs=1e-4)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_model_is_as_good_as_its_card_says(narrator, language):
    test = data.load("strips").test
    inside = np.flatnonzero(test.lengths == 3)
    hits = captioning.right(narrator, test.only(inside), 1)[language]
    written = pretrained.card("captions")["test"]["greedy"][f"{language} 3"]
    assert hits.mean() == pytest.approx(written["value"], abs=0.013)
    assert written["strips"] == len(inside)


# Batches


def test_padded_strips_keep_every_column_and_paper_behind():
    strips = [np.full((28, 3), 0.5), np.full((28, 9), 1.0)]
    columns, mask = pad_strips(strips)
    assert columns.shape == (2, 16, 28)
    assert mask.sum(axis=1).tolist() == [3, 9]
    assert columns.sum() == 28 * (1.5 + 9)
    assert columns[0, :3].min() == 0.5


def test_in_two_epochs_each_strip_is_said_once_in_each_language(captions):
    found, target = captions
    batches = captioning.StripBatches(found, 16, seed=3)
    begins = [[], []]
    for number in (0, 1):
        rows = [row for batch in batches.epoch(number) for row in zip(*batch[2:4], strict=True)]
        assert len(rows) == len(found.strips)
        begins[number] = sorted(
            (tuple(target.decode(np.append(words, END))), target.decode([given[0]])[0])
            for given, words in rows
        )
    tags = [[tag for _, tag in begun] for begun in begins]
    assert {t.count("<en>") for t in tags} == {len(found.strips) // 2} or len(found.strips) % 2
    wanted = sorted(
        (tuple(number_words(number, language)), f"<{language}>")
        for number in found.strips.numbers
        for language in ("en", "zh")
    )
    assert sorted(begins[0] + begins[1]) == wanted


def test_batches_are_a_function_of_seed_and_epoch(captions):
    found, _ = captions
    one, same, other = (captioning.StripBatches(found, 16, seed) for seed in (3, 3, 4))
    for a, b in zip(one.epoch(1), same.epoch(1), strict=True):
        assert all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
    assert one.fingerprint() == other.fingerprint()
    first, strange = next(one.epoch(1)), next(other.epoch(1))
    assert first[0].shape != strange[0].shape or not np.array_equal(first[0], strange[0])


def test_without_a_seed_every_strip_is_said_in_both_languages(captions):
    found, _ = captions
    batches = captioning.StripBatches(found, 16)
    assert sum(len(batch[0]) for batch in batches.epoch(0)) == 2 * len(found.strips)
    assert len(list(batches.epoch(0))) == len(batches)


def test_the_tag_is_read_and_never_said(captions):
    found, target = captions
    tags = target.encode(["<en>", "<zh>"])
    for strips, mask, began, said, kept in captioning.StripBatches(found, 16, seed=0).epoch(0):
        assert np.isin(began[:, 0], tags).all()
        assert not np.isin(said, tags).any()
        assert strips.shape[:2] == mask.shape
        assert np.array_equal(began[:, 1:][kept[:, 1:]], said[:, :-1][kept[:, 1:]])


# A run from end to end


def test_a_run_makes_a_model_a_card_and_what_the_commands_say(tiny, tmp_path, capsys):
    assert main(["train", "tiny"]) == 0
    assert "Try it: seqtut decode tiny --weights tiny.safetensors --text 327:zh" in (
        capsys.readouterr().out
    )
    card = json.loads((tmp_path / "tiny.json").read_text())
    assert set(card["test"]["greedy"]) == {"captions"} | {
        f"{language} {length}" for language in ("en", "zh") for length in range(1, 6)
    }
    assert main(["evaluate", "tiny", "--weights", "tiny.safetensors", "--width", "1"]) == 0
    assert "zh 5" in capsys.readouterr().out
    arguments = ["decode", "tiny", "--weights", "tiny.safetensors", "--width", "1"]
    assert main([*arguments, "--text", "327:zh"]) == 0
    assert capsys.readouterr().out.startswith("327:zh\t")
    assert main([*arguments, "--text", "007:en"]) == 2
    assert capsys.readouterr().out == "007:en\t! no number begins with 0\n"
