"""The page of pretrained models: what their run cards say, and how the methods compare."""

import json
from typing import Any

from book.layout import BOOK, ROOT, BookError, editions

_CARDS = ROOT / "seqtut" / "pretrained"
_TASKS = ("pronouncing", "translating")  # those with a table of results of their own


def models(edition: str) -> str:
    """Returns the page of models of an edition, its tables made from the run cards.

    Raises:
        BookError: If a card or the comparison of methods cannot be read.
    """
    words = editions()[edition]["strings"]["models"]
    cards = [_read(path) for path in sorted(_CARDS.glob("*.json"))]
    rows, translators = [words["columns"]], [words["translation_columns"]]
    tasks = {task: [card for card in cards if _task(card) == task] for task in _TASKS}
    speakers = tasks["pronouncing"]
    for card in speakers:
        widths = [card["test"][width] for width in ("greedy", "beam 5")]
        rows.append(
            [
                *_made(card),
                *(_interval(width["wer"]) for width in widths),
                _interval(widths[1]["per"]),
            ]
        )
    for card in tasks["translating"]:
        widths = [card["test"][width] for width in ("greedy", "beam 5")]
        found = [widths[0]["chrf"], widths[1]["chrf"], widths[1]["bleu"]]
        translators.append([*_made(card), *(_interval(score, 1) for score in found)])
    others = [words["other_columns"], *(_made(card) for card in cards if _task(card) not in _TASKS)]
    compared = _read(_CARDS / "records" / "methods.json")
    methods = [words["method_columns"]]
    for name, found in compared["methods"].items():
        means = [{**found[rate], "value": found[rate]["mean"]} for rate in ("wer", "per")]
        methods.append([words["methods"][name], f"{found['weights']:,}", *map(_interval, means)])
    return (
        (BOOK / edition / "models.md")
        .read_text(encoding="utf-8")
        .replace("{cards}", _table(rows))
        .replace("{translators}", _table(translators))
        .replace("{methods}", _table(methods))
        .replace("{others}", _table(others))
        .replace("{epochs}", str(compared["epochs"]))
        .replace("{seeds}", str(len(compared["seeds"])))
        .replace("{words}", _number(speakers, "words"))
        .replace("{messages}", _number(tasks["translating"], "messages"))
    )


def _task(card: dict[str, Any]) -> str:
    """Returns what a card's model learned, as `seqtut.pretrained.tasks` calls it."""
    recipe = card["recipe"]
    return recipe.get("task") or ("translating" if recipe.get("subwords") else "pronouncing")


def _made(card: dict[str, Any]) -> list[str]:
    """Returns a model's name, weights, epochs and minutes."""
    minutes = f"{card['seconds'] / 60:.0f}"
    epochs = str(card["recipe"]["epochs"])
    return [f"`{card['name']}`", f"{card['weights']:,}", epochs, minutes]


def _number(cards: list[dict[str, Any]], unit: str) -> str:
    """Returns how many there are to test on, which all cards of a task agree on."""
    return f"{cards[0]['test']['greedy'][unit]:,}" if cards else "none"


def _read(path: Any) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BookError(
            f"{path.relative_to(ROOT)} cannot be read. Received: {error}. Make it anew, as "
            "CONTRIBUTING.md says."
        ) from error


def _interval(rate: dict[str, float], scale: float = 100) -> str:
    value, low, high = (scale * rate[end] for end in ("value", "low", "high"))
    return f"{value:.1f} ({low:.1f}–{high:.1f})"


def _table(rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "| --- |" + " ---: |" * (len(rows[0]) - 1), *lines[1:]])
