"""Pretrained models with subwords: what they read, how they are kept, made and measured."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import data, metrics, pretrained
from seqtut.cli import main
from seqtut.pretrained import translating
from seqtut.text import Subwords, TextError, Vocabulary

TINY = pretrained.Recipe(
    data="tiny",
    model="Seq2Seq",
    shape={"width": 12},
    epochs=2,
    size=16,
    subwords=(290, 290),
)
WORDS = {
    "open": "打开",
    "close": "关闭",
    "file": "文件",
    "window": "窗口",
    "new": "新",
    "old": "旧",
}


def spoken(messages):
    """Messages that are translated word by word."""
    ways = tuple(("".join(WORDS[word] for word in m.lower().split()),) for m in messages)
    return data.Messages(tuple(messages), ways)


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """A recipe named "tiny" on messages of six words, in a folder of its own."""
    drawn = [f"{a} {b} {c}" for a in WORDS for b in WORDS for c in WORDS]
    np.random.default_rng(0).shuffle(drawn)
    found = data.SoftwareMessages(spoken(drawn[40:]), spoken(drawn[:20]), spoken(drawn[20:40]))
    monkeypatch.setattr(data, "load", lambda name: {"tiny": found}[name])
    monkeypatch.setitem(pretrained.RECIPES, "tiny", TINY)
    monkeypatch.chdir(tmp_path)
    return found


@pytest.fixture
def made(tiny, tmp_path):
    out = tmp_path / "tiny.safetensors"
    return out, pretrained.run("tiny", TINY, out)


# Subwords as JSON


@pytest.fixture(scope="module")
def subwords():
    return Subwords.train(["open the file", "close the file", "the window"] * 4, 290)


def test_subwords_come_back_from_json(subwords):
    again = Subwords.from_json(subwords.to_json())
    assert again == subwords
    assert again.encode("the file") == subwords.encode("the file")
    assert subwords.to_json().isascii()


def test_the_tokens_of_subwords_are_their_pieces_by_number(subwords):
    assert len(subwords.tokens) == len(subwords) - 4
    ids = subwords.encode("open the file")
    assert [subwords.tokens[index - 4] for index in ids] == subwords.pieces("open the file")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"subwords": 3}', Vocabulary("ab").to_json()])
def test_what_is_no_subwords_is_refused(text):
    with pytest.raises(TextError, match="no subwords. Received"):
        Subwords.from_json(text)


def test_altered_subwords_are_refused(subwords):
    found = json.loads(subwords.to_json())
    found["sha256"] = found["sha256"][::-1]
    with pytest.raises(TextError, match="altered"):
        Subwords.from_json(json.dumps(found))


# Reading


@pytest.fixture(scope="module")
def translator(subwords):
    model = pretrained.build(TINY, len(subwords), len(subwords))
    return pretrained.Translator(model, subwords, subwords)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("  Save\tthe File\u2026 ", "save the file..."),
        ("Don\u2019t \u201cpanic\u201d \u2014 caf\u00e9", 'don\'t "panic" - cafe'),
        ("a\nb", "a b"),
    ],
)
def test_a_message_is_read_in_plain_dress(translator, text, wanted):
    assert pretrained.plain(text) == translator.normal(text) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("a" * 201, "201 characters"),
        ("\u6587\u4ef6", "never read"),
        ("open \u6587", "never read"),
        ("a\x00b", "never read"),
        ("\ud800", "never read"),
        ("123 + 4", "no letter"),
    ],
)
def test_a_text_that_is_no_english_is_refused_with_its_reason(translator, text, reason):
    with pytest.raises(pretrained.UnreadableError, match=reason):
        translator.normal(text)


@given(st.text())
def test_any_text_is_either_read_or_refused(translator, text):
    try:
        found = translator.normal(text)
    except pretrained.UnreadableError as error:
        assert "\n" not in str(error)
    else:
        assert translator.normal(found) == found
        assert translator.source.encode(found)


def test_a_reading_has_pieces_their_text_and_attention_on_the_source_pieces(translator):
    texts = ["open the file", "the", "close the window"]
    for text, reading in zip(texts, translator.read(texts), strict=True):
        assert reading.text == text
        steps = len(reading.tokens) + 1
        assert reading.attention.shape[1] == len(translator.source.encode(text))
        assert reading.attention.shape[0] in (steps, steps - 1)
        if not any(token.startswith("<0x") for token in reading.tokens):
            joined = "".join(reading.tokens).replace("\u2581", " ").strip()
            assert reading.said.strip() == joined


# Making, keeping, measuring


def test_a_run_writes_weights_and_a_card_with_scores_and_signatures(made, tiny):
    out, card = made
    assert card == json.loads(out.with_suffix(".json").read_text())
    assert card["test"]["greedy"]["messages"] == len(tiny.test)
    for name in ("bleu", "chrf"):
        score = card["test"]["beam 5"][name]
        assert score["low"] <= score["value"] <= score["high"]
        assert "version:" in score["signature"]
    assert "tokenizer zh" in card["protocol"]
    assert {"sentencepiece", "sacrebleu"} <= set(card["versions"])


def test_a_kept_translator_comes_back_with_its_subwords(made, tiny):
    model = pretrained.load("tiny", made[0])
    assert isinstance(model, pretrained.Translator)
    wanted = translating.vocabularies(tiny.train, *TINY.subwords)
    assert (model.source, model.target) == wanted
    with pytest.raises(pretrained.PretrainedError, match="another target vocabulary"):
        pretrained.load("tiny", made[0], target=Vocabulary("ab"))


def test_a_translator_learns(tiny):
    quick = dataclasses.replace(
        TINY, shape={"width": 64}, epochs=40, learning_rate=5e-3, label_smoothing=0.0, average=0.9
    )
    model, _ = pretrained.make(quick)
    assert translating.measure(model, tiny.dev, 1)["chrf"].value > 50


def test_the_scores_are_sacrebleus_of_the_whole():
    messages = spoken(["open file", "Close window", "new file"])
    said = ["打开文件", "窗口", "旧文件"]
    found = pretrained.overlaps(said, messages)
    assert found["chrf"].value == pytest.approx(metrics.chrf(said, messages.chinese).score)
    assert found["bleu"].value == pytest.approx(metrics.bleu(said, messages.chinese, "zh").score)


def test_messages_of_one_family_are_counted_together():
    messages = spoken(["Open file", "open FILE", "new file"])
    grouped = pretrained.by_message_family(np.array([[1.0, 2, 4], [3.0, 5, 7]]), messages)
    assert sorted(map(tuple, grouped.T)) == [(3, 8), (4, 7)]


# The command


def test_the_command_trains_measures_and_translates(tiny, capsys):
    assert main(["train", "tiny"]) == 0
    out = capsys.readouterr().out
    assert "chrF" in out and f"on {len(tiny.test)} test messages" in out
    assert 'seqtut decode tiny --weights tiny.safetensors --text "Save the file"' in out
    weights = ["--weights", "tiny.safetensors"]
    assert main(["evaluate", "tiny", *weights, "--part", "dev"]) == 0
    assert f"tiny on {len(tiny.dev)} messages of tiny dev, beam of 5" in capsys.readouterr().out
    assert main(["decode", "tiny", *weights, "--text", "Open file", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"text", "tokens", "log_probability", "said"}
    assert main(["decode", "tiny", *weights, "--text", "Open file", "--text", "文件"]) == 2
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"Open file\t{found['said']}"
    assert "\t! the model never read" in second


def test_a_translator_can_be_exported(made, tmp_path):
    described, _ = pretrained.export("tiny", tmp_path / "site", made[0])
    facts = json.loads(described.read_text())
    assert facts["source"][4:] == list(pretrained.load("tiny", made[0]).source.tokens)
