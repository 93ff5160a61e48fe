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


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A book of one card."""
    (tmp_path / "en").mkdir()
    page = "# Models\n\n{words} words\n\n{cards}\n"
    (tmp_path / "en/models.md").write_text(page)
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "speaker.json").write_text(json.dumps(CARD))
    monkeypatch.setattr(cards, "BOOK", tmp_path)
    monkeypatch.setattr(cards, "ROOT", tmp_path)
    monkeypatch.setattr(cards, "_CARDS", folder)
    return tmp_path


def test_a_card_is_a_row_with_its_figures_in_per_cent(files):
    rows = cards.models("en").splitlines()
    wer, per = "27.1 (26.2–27.9)", "6.5 (6.3–6.7)"
    assert f"| `speaker` | 2,488,875 | 16 | 57 | {wer} | {wer} | {per} |" in rows
    assert "11,775 words" in rows


def test_a_card_that_cannot_be_read_is_named(files):
    (files / "cards/speaker.json").write_text("{")
    with pytest.raises(BookError, match="cards/speaker.json cannot be read"):
        cards.models("en")
