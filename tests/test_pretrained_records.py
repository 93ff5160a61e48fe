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


@pytest.mark.parametrize("name", ["summary", "summary-no-copy"])
def test_the_lines_of_a_summariser_have_the_scores_of_its_card(name):
    part, card = data.load("docstrings").test, pretrained.card(name)["test"]["beam 5"]
    said = [" ".join(line) for line in pretrained.answers(name)]
    assert len(said) == len(part) == card["functions"]
    found = pretrained.task(pretrained.recipe(name)).scores(said, part)
    assert found["rouge_l"].value == pytest.approx(card["rouge_l"]["value"], abs=1e-3)


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
    for read in (pretrained.scan_runs, pretrained.learning_curve):
        with pytest.raises(pretrained.PretrainedError, match=r"cannot be read.*benchmarks\."):
            read()


def test_methods_are_compared_over_the_seeds_they_name():
    found = pretrained.methods()
    for method in found["methods"].values():
        assert len(method["runs"]) == len(found["seeds"])
        assert method["wer"]["low"] <= method["wer"]["mean"] <= method["wer"]["high"]
    assert json.dumps(found)


def test_the_runs_on_scan_are_whole_and_add_up():
    found, scan = pretrained.scan_runs(), data.load("scan")
    wanted = {
        f"{kind}/{split}/{seed}"
        for kind in found["shapes"]
        for split in ("simple", "length", "jump")
        for seed in range(3)
    }
    assert set(found["runs"]) == wanted
    for key, run in found["runs"].items():
        _, split, _ = key.split("/")
        test = getattr(scan, split).test
        assert 0 <= run["exact"] <= 1
        if split == "jump":
            assert sum(run["kinds"].values()) == len(test)
            assert run["kinds"].get("right", 0) / len(test) == pytest.approx(run["exact"], abs=1e-5)
        if split == "length":
            right, every = map(sum, zip(*run["by_length"].values(), strict=True))
            assert every == sum(run["said_lengths"]) == run["steps"][0] == len(test)
            assert right / every == pytest.approx(run["exact"], abs=1e-5)
            assert run["given"][0] == run["own"][0]


def test_the_learning_curve_has_three_seeds_and_falls():
    found = pretrained.learning_curve()
    by_size = {
        size: [found["runs"][f"{size}/{seed}"]["per"] for seed in range(3)]
        for size in found["epochs"]
    }
    worst_of_more, best_of_fewer = None, 1.0
    for _, rates in sorted(by_size.items(), key=lambda item: int(item[0])):
        worst_of_more = max(rates)
        assert worst_of_more < best_of_fewer
        best_of_fewer = min(rates)


def test_fewer_words_of_a_seed_are_among_more_and_no_word_is_made_up():
    part = data.Words(("a", "b", "c", "d"), ((("A",),), (("B",),), (("C",),), (("D",),)))
    few, more = (pretrained.some_words(part, count, 3) for count in (2, 3))
    assert set(few.spellings) < set(more.spellings) < set(part.spellings)
    assert dict(few.pairs()).items() <= dict(part.pairs()).items()
    for count in (0, 5):
        with pytest.raises(ValueError, match=f"1 to 4 words.*{count}"):
            pretrained.some_words(part, count, 0)
