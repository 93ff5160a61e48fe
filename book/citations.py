"""Citations in plain Markdown: author, year and a link, from the one bibliography."""

import re
from functools import cache

from pybtex.database import BibliographyData, Entry, parse_file

from book.layout import BOOK, BookError


@cache
def bibliography() -> BibliographyData:
    return parse_file(str(BOOK / "references.bib"))


def _authors(entry: Entry) -> str:
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join(person.prelast_names + person.last_names) for person in people]
    names = [re.sub(r"[{}]", "", name) for name in names]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names) or entry.fields["title"]


def _link(entry: Entry) -> str | None:
    if "doi" in entry.fields:
        return f"https://doi.org/{entry.fields['doi']}"
    return entry.fields.get("url")


def cite(role: str, keys: str) -> str:
    """Returns the text for a `{cite:t}` or `{cite:p}` role with one key or several."""
    shown = []
    for key in (key.strip() for key in keys.split(",")):
        if key not in bibliography().entries:
            raise BookError(f"book/references.bib has no entry {key!r}. Add it, or mend the key.")
        entry = bibliography().entries[key]
        year = entry.fields["year"]
        authors = _authors(entry)
        text = f"{authors} ({year})" if role == "cite:t" else f"{authors}, {year}"
        link = _link(entry)
        shown.append(f"[{text}]({link})" if link else text)
    return ", ".join(shown) if role == "cite:t" else f"({'; '.join(shown)})"
