"""Pretrained models that hear: how they are made, kept, measured, and told what to hear."""

import numpy as np
import pytest

from seqtut import data, metrics, pretrained
from seqtut.cli import main
from seqtut.pretrained import dictating

WORDS = ("see", "sea", "ox", "box", "fox", "cat", "cats", "hat", "sat", "top", "pot", "not")
ATTENTION = pretrained.Recipe(
    data="tiny",
    task="dictating",
    model="ListenAttendSpell",
    shape={"width": 8, "joins": (2, 2)},
    epochs=1,
    size=8,
)
CTC = pretrained.Recipe(
    data="tiny", task="dictating", model="CTCModel", shape={"width": 8}, epochs=1, size=8
)


@pytest.fixture(scope="module")
def spoken():
    train = data.record([(word, voice, 160) for word in WORDS for voice in ("us-m1", "gb-f1")])
    dev = data.record([(word, "us-m3", 150) for word in ("fat", "pat")])
    test = data.record(
        [(word, voice, 150) for word in ("oak", "tea", "teas") for voice in data.TEST_VOICES]
    )
    return data.SpokenWords(train, dev, test)


@pytest.fixture(params=[ATTENTION, CTC], ids=["attention", "ctc"])
def tiny(request, spoken, monkeypatch, tmp_path):
    monkeypatch.setattr(data, "load", lambda name: {"tiny": spoken}[name])
    monkeypatch.setitem(pretrained.RECIPES, "tiny", request.param)
    monkeypatch.chdir(tmp_path)
    return request.param


def listener(chosen, spoken):
    source, target = dictating.vocabularies(spoken.train)
    return dictating.model(dictating.network(chosen, source, target), source, target)


def test_the_command_line_trains_measures_each_voice_and_has_a_text_spoken_first(
    tiny, spoken, capsys
):
    assert main(["train", "tiny"]) == 0
    assert "CER, sc-m4" in capsys.readouterr().out
    card = pretrained.card("tiny", "tiny.safetensors")
    for width in ("greedy", "beam 5"):
        assert card["test"][width]["recordings"] == 9
        assert list(card["test"][width]["voices"]) == list(data.TEST_VOICES)
        for rates in (card["test"][width], *card["test"][width]["voices"].values()):
            assert rates["cer"]["low"] <= rates["cer"]["value"] <= rates["cer"]["high"]
    again = pretrained.load("tiny", "tiny.safetensors")
    assert isinstance(again, pretrained.Listener)
    found = dictating.measure(again, spoken.test, 1)
    assert found["cer"].value == pytest.approx(card["test"]["greedy"]["cer"]["value"], abs=1e-5)
    assert main(["decode", "tiny", "--weights", "tiny.safetensors", "--text", "Box"]) == 0
    assert capsys.readouterr().out.startswith("Box\t")


def test_what_is_heard_does_not_depend_on_the_order(tiny, spoken):
    model = listener(tiny, spoken)
    whole = model.hear(spoken.test, width=1)
    turned = model.hear(spoken.test.at(range(8, -1, -1)), width=1)[::-1]
    assert [one.text for one in whole] == list(spoken.test.spellings)
    assert [one.said for one in whole] == [one.said for one in turned]
    np.testing.assert_allclose([o.score for o in whole], [o.score for o in turned], rtol=1e-4)


def test_a_text_is_heard_as_it_is_spoken(tiny, spoken):
    model = listener(tiny, spoken)
    recorded = model.hear(data.record([("box", "us-m3", 150)]), 3)[0]
    (found,) = model.read(["box"], 3)
    assert (found.text, found.said) == ("box", recorded.said)


def test_attention_is_on_the_steps_of_the_recording_alone(spoken):
    model = listener(ATTENTION, spoken)
    for reading, length in zip(model.hear(spoken.test, 1), spoken.test.lengths, strict=True):
        assert reading.attention.shape[1] == -(-length // 4)
        np.testing.assert_allclose(reading.attention.sum(axis=1), 1, rtol=1e-5)


def test_probabilities_are_those_of_each_recording_and_sum_to_one(spoken):
    model = listener(CTC, spoken)
    found = model.probabilities(spoken.test)
    assert [len(rows) for rows in found] == [-(-n // 2) for n in spoken.test.lengths]
    for rows in found:
        np.testing.assert_allclose(np.exp(rows).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("a" * 21, "21 characters"),
        ("good morning", "single words"),
        ("7", "not '7'"),
    ],
)
def test_what_cannot_be_spoken_as_a_word_is_refused_with_the_reason(spoken, text, reason):
    with pytest.raises(pretrained.UnreadableError, match=reason):
        listener(ATTENTION, spoken).normal(text)


def test_a_word_is_normal_without_capitals_accents_and_spaces(spoken):
    assert listener(ATTENTION, spoken).normal(" Cat\u0301s ") == "cats"


def test_rates_are_drawn_over_families_so_that_a_plural_is_no_second_witness(spoken):
    said = ["oak", "oak", "x", "tea", "t", "tea", "teas", "teas", "tease"]
    rates = pretrained.dictation_rates(said, spoken.test)
    assert rates["wer"].value == pytest.approx(3 / 9)
    by_family = pretrained.by_family(rates["wer"], spoken.test)
    assert by_family.numerators.tolist() == [1, 2] and by_family.denominators.tolist() == [3, 6]


@pytest.mark.parametrize("name", ["speech", "speech-ctc"])
def test_the_models_of_the_package_write_down_common_words(name):
    model = pretrained.load(name)
    words = ["water", "garden", "through", "table"]
    said = [reading.said for reading in model.read(words)]
    edits = sum(metrics.edit_distance(a, b) for a, b in zip(said, words, strict=True))
    assert edits <= sum(map(len, words)) / 3, said  # "threw" for "through" is well heard
    card = pretrained.card(name)
    assert card["weights"] * 2 <= 2_000_000
    assert card["test"]["greedy"]["voices"]["us-f4"]["cer"]["value"] < 0.5


def test_the_cards_tell_the_protocol_that_is_followed():
    for name in ("speech", "speech-ctc"):
        assert pretrained.card(name)["protocol"] == dictating.PROTOCOL
    assert "with an s more or less" in dictating.PROTOCOL
