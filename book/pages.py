"""The glossary page, written by the build."""

import yaml

from book.layout import BOOK, BookError


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
    return frame(edition, "glossary") + "\n".join(["```{glossary}", *lines[:-1], "```", ""])


def frame(edition: str, name: str) -> str:
    """Returns the hand-written opening of a generated page."""
    return (BOOK / edition / f"{name}.md").read_text(encoding="utf-8").rstrip() + "\n\n"
