"""Pages written by the build: the glossary and the table of measured run times."""

import json

import yaml

from book.layout import BOOK, CHAPTERS, BookError, chapter_paths, editions
from book.notebooks import all_labels, read_committed, read_text
from book.stamps import code_cells

_ALLOCATOR_ROWS = {
    "examples_per_second": ",.0f",
    "page_faults": ",.0f",
    "system_seconds": ".1f",
    "multiply_gflops": ".0f",
}


def glossary(edition: str) -> str:
    """Returns the glossary page of an edition, its terms in alphabetical order.

    Raises:
        BookError: If an entry lacks the edition's term or definition.
    """
    entries = yaml.safe_load((BOOK / "glossary.yml").read_text(encoding="utf-8"))
    lines = []
    for entry in sorted(entries, key=lambda e: str(e.get(edition, "")).casefold()):
        for wanted in (edition, f"{edition}_definition"):
            if not entry.get(wanted):
                raise BookError(f"book/glossary.yml: {entry['id']!r} lacks {wanted!r}. Add it.")
        lines += [entry[edition], f"  {' '.join(entry[f'{edition}_definition'].split())}", ""]
    return _frame(edition, "glossary") + "\n".join(["```{glossary}", *lines[:-1], "```", ""])


def runtimes(edition: str) -> str:
    """Returns the page that tells each chapter's measured run time and memory."""
    columns = editions()[edition]["strings"]["columns"]
    titles = all_labels(edition).titles
    rows = [f"| {' | '.join(columns)} |", f"|{' --- |' + ' ---: |' * (len(columns) - 1)}"]
    for stem, path in chapter_paths(edition).items():
        facts = read_committed(CHAPTERS / "en" / path.with_suffix(".md").name).metadata["seqtut"]
        cells = len(code_cells(read_text(path)))
        title = f"{{doc}}`{titles[stem]} <{stem}>`"
        rows.append(f"| {title} | {facts['seconds']:.1f} | {facts['peak_gb']:.2f} | {cells} |")
    return (
        _frame(edition, "runtimes")
        .replace("{chapters}", "\n".join(rows))
        .replace("{allocator}", _allocator(editions()[edition]["strings"]["allocator"]))
    )


def _allocator(words: dict[str, str]) -> str:
    """Returns the table of training speed with and without the allocator setting."""
    measured = json.loads((BOOK / "benchmarks.json").read_text(encoding="utf-8"))["allocator"]
    head = (words["measure"], words["off"], words["on"])
    rows = [f"| {' | '.join(head)} |", "| --- | ---: | ---: |"]
    for name, spec in _ALLOCATOR_ROWS.items():
        cells = [
            "{0:{spec}} ({1:{spec}}–{2:{spec}})".format(*measured[setting][name], spec=spec)
            for setting in ("off", "on")
        ]
        rows.append(f"| {words[name]} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _frame(edition: str, name: str) -> str:
    """Returns the hand-written opening of a generated page."""
    return (BOOK / edition / f"{name}.md").read_text(encoding="utf-8").rstrip() + "\n\n"
