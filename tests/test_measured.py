"""Tests of book.measured: measured figures in hand-written text."""

import json
import re

import pytest

from book import measured
from book.layout import BOOK, BookError, editions

RESULTS = {
    "playing": {"work": "Whatever was measured"},
    "training": {
        "rounds": 3,
        "ours": {"tokens_per_second": [30_000.4, 29_000.0, 31_000.0]},
        "rival": {"tokens_per_second": [10_000.0, 9_000.0, 11_000.0]},
    },
    "quality": {"ours": {"one": {"wer": 0.25}, "two": {"wer": 0.5}}},
}


@pytest.fixture
def filled(tmp_path, monkeypatch):
    """Fills a page of the given text with the results above."""
    monkeypatch.setattr(measured, "BOOK", tmp_path)
    (tmp_path / "benchmarks.json").write_text(json.dumps(RESULTS))

    def fill(page: str, edition: str = "en") -> str:
        (tmp_path / edition).mkdir(exist_ok=True)
        (tmp_path / edition / "benchmarks.md").write_text(page)
        return measured.benchmarks(edition)

    return fill


def test_a_figure_measured_several_times_is_a_median_with_its_extremes(filled):
    assert filled("at {training.ours.tokens_per_second:,.0f} it is") == (
        "at 30,000 (29,000 to 31,000) it is"
    )


def test_an_edition_has_words_of_its_own_for_extremes_and_for_what_was_done(filled):
    assert filled("{training.ours.tokens_per_second:,.0f}", "zh") == "30,000（29,000 至 31,000）"
    assert "CMUdict 的 100 个测试单词" in filled("{playing.work:s}", "zh")


def test_work_without_words_of_the_edition_is_named(filled, monkeypatch):
    monkeypatch.setattr(measured, "editions", lambda: without_words)
    without_words = {"zh": {"strings": {"benchmarks": {"work": {}}}}}
    with pytest.raises(BookError, match=r"no words for it. Received: 'playing\.work'"):
        filled("{playing.work:s}", "zh")


def test_a_ratio_is_one_of_medians(filled):
    page = "{training.ours.tokens_per_second/training.rival.tokens_per_second:.1f} times"
    assert filled(page) == "3.0 times"


def test_a_single_figure_stands_alone(filled):
    assert filled("{training.rounds:d} rounds") == "3 rounds"


def test_a_line_with_a_star_is_repeated_for_each_entry(filled):
    assert filled("head\n| {*} | {quality.ours.*.wer:.0%} |\nfoot") == (
        "head\n| one | 25% |\n| two | 50% |\nfoot"
    )


def test_roles_and_braces_that_name_no_figure_are_left_alone(filled):
    page = "{cite:t}`bahdanau2015` and {doc}`status` and {}"
    assert filled(page) == page


def test_a_benchmark_that_was_never_run_shows_dashes_and_no_entries(filled):
    page = "{memory.few.peak_gb:.1f} {memory.few.peak_gb/memory.many.peak_gb:.2f}\n{memory.*.x:d}"
    assert filled(page) == "– –"


@pytest.mark.parametrize("path", ["training.theirs.speed", "training.rounds.more"])
def test_a_figure_that_was_not_measured_is_named_with_what_to_run(filled, path):
    with pytest.raises(BookError, match=f"{path}.*make bench RUN={path.partition('.')[0]}"):
        filled(f"{{{path}:.1f}}")


@pytest.mark.parametrize("edition", editions())
def test_the_page_of_the_book_finds_every_figure(edition):
    page = measured.benchmarks(edition)
    assert "|" in page and not measured._FIGURE.search(page)


def test_the_english_words_are_those_of_the_benchmarks():
    results = json.loads((BOOK / "benchmarks.json").read_text(encoding="utf-8"))
    words = editions()["en"]["strings"]["benchmarks"]["work"]
    assert words == {name: results[name]["work"] for name in words}


def test_a_translated_page_has_no_english_between_its_figures():
    assert not re.search(r"\d to \d|test words", measured.benchmarks("zh"))
