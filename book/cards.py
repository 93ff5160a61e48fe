"""The page of pretrained models: what their run cards say, and how the methods compare."""

import json
from typing import Any

from book.layout import BOOK, ROOT, BookError, editions

_CARDS = ROOT / "seqtut" / "pretrained"


def models(edition: str) -> str:
    """Returns the page of models of an edition, its tables made from the run cards.

    Raises:
        BookError: If a card or the comparison of methods cannot be read.
    """
    words = editions()[edition]["strings"]["models"]
    cards = [_read(path) for path in sorted(_CARDS.glob("*.json"))]
    rows = [words["columns"]]
    for card in cards:
        widths = [card["test"][width] for width in ("greedy", "beam 5")]
        rows.append(
            [
                f"`{card['name']}`",
                f"{card['weights']:,}",
                str(card["recipe"]["epochs"]),
                f"{card['seconds'] / 60:.0f}",
                *(_interval(width["wer"]) for width in widths),
                _interval(widths[1]["per"]),
            ]
        )
    compared = _read(_CARDS / "records" / "methods.json")
    methods = [words["method_columns"]]
    for name, found in compared["methods"].items():
        means = [{**found[rate], "value": found[rate]["mean"]} for rate in ("wer", "per")]
        methods.append([words["methods"][name], f"{found['weights']:,}", *map(_interval, means)])
    return (
        (BOOK / edition / "models.md")
        .read_text(encoding="utf-8")
        .replace("{cards}", _table(rows))
        .replace("{methods}", _table(methods))
        .replace("{epochs}", str(compared["epochs"]))
        .replace("{seeds}", str(len(compared["seeds"])))
        .replace("{words}", f"{cards[0]['test']['greedy']['words']:,}")
    )


def _read(path: Any) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BookError(
            f"{path.relative_to(ROOT)} cannot be read. Received: {error}. Make it anew, as "
            "CONTRIBUTING.md says."
        ) from error


def _interval(rate: dict[str, float]) -> str:
    value, low, high = (100 * rate[end] for end in ("value", "low", "high"))
    return f"{value:.1f} ({low:.1f}–{high:.1f})"


def _table(rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "| --- |" + " ---: |" * (len(rows[0]) - 1), *lines[1:]])
