"""The page of the book's state: versions, run times, what is checked, every model's results."""

import json
from collections.abc import Iterator
from typing import Any

from book.layout import BOOK, CHAPTERS, ROOT, BookError, chapter_paths, editions
from book.notebooks import all_labels, read_committed, read_text
from book.pages import frame
from book.stamps import code_cells

_ALLOCATOR_ROWS = {
    "examples_per_second": ",.0f",
    "page_faults": ",.0f",
    "system_seconds": ".1f",
    "multiply_gflops": ".0f",
}
# Of all that is pinned, what a reader would ask for.
_TOLD = (
    "tensorflow",
    "keras",
    "numpy",
    "matplotlib",
    "sentencepiece",
    "sacrebleu",
    "jupyter-book",
    "jupytext",
    "nbval",
)


def status(edition: str) -> str:
    """Returns the page of an edition, made from the pins, the notebooks and the run cards.

    Raises:
        BookError: If one of them cannot be read.
    """
    words = editions()[edition]["strings"]["status"]
    return (
        frame(edition, "status")
        .replace("{versions}", _table([words["versions"], *_versions()]))
        .replace("{chapters}", _table([words["chapters"], *_chapters(edition)]))
        .replace("{cards}", _table([words["cards"], *_cards()], numbers=False))
        .replace("{allocator}", _allocator(editions()[edition]["strings"]["allocator"]))
    )


def _versions() -> Iterator[list[str]]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.partition(" ;")[0].split("==") for line in lines if "==" in line)
    for name in _TOLD:
        if name in pins:
            yield [name, pins[name].strip()]


def _chapters(edition: str) -> Iterator[list[str]]:
    titles = all_labels(edition).titles
    for stem, path in chapter_paths(edition).items():
        committed = read_committed(CHAPTERS / "en" / path.with_suffix(".md").name)
        facts, cells = committed.metadata["seqtut"], code_cells(read_text(path))
        printing = [
            text
            for text, cell in zip(cells, code_cells(committed), strict=True)
            if any(prints(output) for output in cell.outputs)
        ]
        compared = [c for c in printing if "nbval-check-output" in c.metadata.get("tags", [])]
        yield [
            f"{{doc}}`{titles[stem]} <{stem}>`",
            f"{facts['seconds']:.1f}",
            f"{facts['peak_gb']:.2f}",
            str(len(cells)),
            str(len(printing)),
            str(len(compared)),
        ]


def prints(output: Any) -> bool:
    """Returns whether an output of a cell is text that a reader sees."""
    if output.output_type == "stream":
        return bool(output.text.strip())
    data = output.get("data", {})
    return not output.metadata.get("scrapbook") and "image/png" not in data and bool(data)


def _cards() -> Iterator[list[str]]:
    for path in sorted((ROOT / "seqtut" / "pretrained").glob("*.json")):
        try:
            card = json.loads(path.read_text(encoding="utf-8"))
            results = "; ".join(_results(card["test"]))
            minutes = f"{card['seconds'] / 60:.0f}"
            yield [f"`{card['name']}`", f"{card['weights']:,}", minutes, results]
        except (OSError, ValueError, KeyError) as error:
            raise BookError(
                f"{path.relative_to(ROOT)} is no run card that can be read. Received: {error!r}. "
                "Make it anew, as CONTRIBUTING.md says."
            ) from error


def _results(test: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yields what a card states of its tests: each figure with its interval, as it stands there."""
    for name, found in test.items():
        if isinstance(found, dict) and {"value", "low", "high"} <= set(found):
            value, low, high = (f"{found[end]:.4g}" for end in ("value", "low", "high"))
            yield f"{' '.join((*path, name))} {value} ({low}–{high})"
        elif isinstance(found, dict):
            yield from _results(found, (*path, name))


def _allocator(words: dict[str, str]) -> str:
    """Returns the table of training speed with and without the allocator setting."""
    measured = json.loads((BOOK / "benchmarks.json").read_text(encoding="utf-8"))["allocator"]
    rows = [[words["measure"], words["off"], words["on"]]]
    for name, spec in _ALLOCATOR_ROWS.items():
        cells = [
            "{0:{spec}} ({1:{spec}}–{2:{spec}})".format(*measured[setting][name], spec=spec)
            for setting in ("off", "on")
        ]
        rows.append([words[name], *cells])
    return _table(rows)


def _table(rows: list[list[str]], numbers: bool = True) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    right = " ---: |" if numbers else " --- |"
    return "\n".join([lines[0], "| --- |" + right * (len(rows[0]) - 1), *lines[1:]])
