"""What was measured once and is quoted since: it is all there, and says what the cards say."""

import gzip
import json

import pytest

from seqtut import data, pretrained
from seqtut.pretrained import pronouncing, records


@pytest.fixture(scope="module")
def words():
    return data.load("cmudict").test.plain()


PRONOUNCERS = [n for n, r in pretrained.RECIPES.items() if pretrained.task(r) is pronouncing]


@pytest.mark.parametrize("name", PRONOUNCERS)
def test_the_answers_of_a_model_have_the_error_rates_of_its_card(name, words):
    said = pretrained.answers(name)
    card = pretrained.card(name)["test"]["beam 5"]
    assert len(said) == len(words) == card["words"]
    found = pretrained.rates(said, words)
    # A near tie may fall the other way on another processor: a word or two of 11,775.
    for rate in ("wer", "per"):
        assert found[rate].value == pytest.approx(card[rate]["value"], abs=3e-4)


def test_the_rival_answers_nearly_every_word_and_is_worse_than_our_best(words):
    rival, best = (
        pretrained.rates(pretrained.answers(name), words)["wer"].value
        for name in ("phonetisaurus", "cmudict")
    )
    assert sum(map(bool, pretrained.answers("phonetisaurus"))) > 0.99 * len(words)
    assert best < rival < 0.35


def test_the_rival_does_better_where_a_plural_may_have_been_seen(words):
    random = data.load("cmudict-random").test.plain()
    said = pretrained.answers("phonetisaurus-random")
    assert len(said) == len(random)
    leaking = pretrained.rates(said, random)["wer"].value
    fair = pretrained.rates(pretrained.answers("phonetisaurus"), words)["wer"].value
    assert leaking < fair - 0.02


def test_answers_come_back_as_they_were_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    said = [("TH", "R", "UW"), (), ("B", "AW")]
    records.keep_answers("someone", said, tmp_path)
    assert pretrained.answers("someone") == said
    assert [path.name for path in tmp_path.iterdir()] == ["someone.txt.gz"]


def test_what_is_not_there_or_broken_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "RECORDS", tmp_path)
    records.keep_answers("someone", [("B",)], tmp_path)
    with pytest.raises(pretrained.PretrainedError, match="'nobody'.*those of: someone"):
        pretrained.answers("nobody")
    whole = (tmp_path / "someone.txt.gz").read_bytes()
    bent = whole[:12] + bytes([whole[12] ^ 255]) + whole[13:]
    for broken in (whole[:-9], b"text", bent, gzip.compress("\xff".encode("latin-1"))):
        (tmp_path / "someone.txt.gz").write_bytes(broken)
        with pytest.raises(pretrained.PretrainedError, match="answers of 'someone' cannot be read"):
            pretrained.answers("someone")
    (tmp_path / "methods.json").write_text("{")
    with pytest.raises(pretrained.PretrainedError, match="comparison of methods cannot be read"):
        pretrained.methods()


def test_methods_are_compared_over_the_seeds_they_name():
    found = pretrained.methods()
    for method in found["methods"].values():
        assert len(method["runs"]) == len(found["seeds"])
        assert method["wer"]["low"] <= method["wer"]["mean"] <= method["wer"]["high"]
    assert json.dumps(found)
