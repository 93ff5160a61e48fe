"""The page of models: its tables say what the run cards say."""

import json

import pytest

from book import cards
from book.layout import BookError

RATE = {"value": 0.2705, "low": 0.2621, "high": 0.2789}
CARD = {
    "name": "speaker",
    "weights": 2488875,
    "recipe": {"epochs": 16},
    "seconds": 3418,
    "test": {
        width: {"words": 11775, "wer": RATE, "per": {"value": 0.065, "low": 0.0626, "high": 0.0674}}
        for width in ("greedy", "beam 5")
    },
}
SCORE = {"value": 38.16, "low": 36.04, "high": 40.25, "signature": "nc:6"}
TRANSLATOR = {
    **CARD,
    "name": "interpreter",
    "recipe": {"epochs": 16, "subwords": [2000, 2500]},
    "test": {
        width: {"messages": 1230, "bleu": SCORE, "chrf": SCORE} for width in ("greedy", "beam 5")
    },
}
PAINTER = {
    **CARD,
    "name": "painter",
    "recipe": {"epochs": 3, "task": "painting"},
    "test": {"mean code": {"pictures": 500, "mse": SCORE}},
}
METHODS = {
    "epochs": 2,
    "seeds": [0, 1, 2],
    "methods": {
        "attention": {
            "weights": 160000,
            "wer": {"mean": 0.5, "low": 0.4, "high": 0.6},
            "per": {"mean": 0.1, "low": 0.05, "high": 0.15},
        }
    },
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A book of one card, with its comparison of methods."""
    (tmp_path / "en").mkdir()
    page = "# Models\n\n{words} words\n\n{cards}\n\n{epochs} and {seeds}\n\n{methods}\n"
    page += "\n{translators}\n\n{messages} messages\n\n{others}\n"
    (tmp_path / "en/models.md").write_text(page)
    (tmp_path / "speaker.json").write_text(json.dumps(CARD))
    folder = tmp_path / "cards"
    (folder / "records").mkdir(parents=True)
    (folder / "records/methods.json").write_text(json.dumps(METHODS))
    (tmp_path / "speaker.json").rename(folder / "speaker.json")
    (folder / "interpreter.json").write_text(json.dumps(TRANSLATOR))
    (folder / "painter.json").write_text(json.dumps(PAINTER))
    monkeypatch.setattr(cards, "BOOK", tmp_path)
    monkeypatch.setattr(cards, "ROOT", tmp_path)
    monkeypatch.setattr(cards, "_CARDS", folder)
    return tmp_path


def test_a_card_is_a_row_with_its_figures_in_per_cent(files):
    rows = cards.models("en").splitlines()
    wer, per = "27.1 (26.2–27.9)", "6.5 (6.3–6.7)"
    assert f"| `speaker` | 2,488,875 | 16 | 57 | {wer} | {wer} | {per} |" in rows
    assert "11,775 words" in rows
    assert "2 and 3" in rows


def test_a_translator_has_a_row_of_a_table_of_its_own(files):
    rows = cards.models("en").splitlines()
    score = "38.2 (36.0–40.2)"
    assert f"| `interpreter` | 2,488,875 | 16 | 57 | {score} | {score} | {score} |" in rows
    assert "1,230 messages" in rows
    assert sum("speaker" in row or "interpreter" in row for row in rows) == 2


def test_a_method_is_a_row_with_its_mean_and_interval(files):
    rows = cards.models("en").splitlines()
    wanted = "| LSTM with dot attention | 160,000 | 50.0 (40.0–60.0) | 10.0 (5.0–15.0) |"
    assert wanted in rows


@pytest.mark.parametrize("name", ["cards/speaker.json", "cards/records/methods.json"])
def test_what_cannot_be_read_is_named(files, name):
    (files / name).write_text("{")
    with pytest.raises(BookError, match=f"{name} cannot be read"):
        cards.models("en")


def test_a_model_of_another_task_is_a_row_without_results(files):
    assert "| `painter` | 2,488,875 | 3 | 57 |" in cards.models("en")
