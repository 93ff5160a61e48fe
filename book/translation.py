"""Translations: whether one has all that the original has.

A page is read as sections, one for each heading. A section of a translation has words of its own;
everything else is the original's: code, formulas, figures, citations, links, tables, numbers.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from pathlib import Path

import yaml
from nbformat import NotebookNode

from book.layout import BOOK, CHAPTERS, ORIGINAL, ROOT, BookError, toc_stems
from book.myst import TARGET, Code, Directive, Part, parts
from book.notebooks import read_text

README = "README"
_HEADING = re.compile(r"^(#+) ")
_ROLE = re.compile(r"\{([\w:-]+)\}`(?:[^`<]*<)?([^`<>]+)>?`")
_MATHS = re.compile(r"(?<![\\$])\$([^$]+)\$")
_VERBATIM = re.compile(r"(`+)(.+?)\1")
_LINK = re.compile(r"\]\((?!README)([^)]+)\)")  # the READMEs lead to each other
_NUMBER = re.compile(r"(?<![A-Za-z\d])\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Options of a directive that are words; the others are names, which all editions share.
_WORDED = {"alt"}
# Directives whose argument is a title.
_TITLED = {"exercise", "admonition", "note", "tip", "warning", "grid-item-card"}


@dataclass
class Section:
    """What stands under one heading, the heading included.

    Attributes:
        level: The heading's level; 0 before the first.
        shared: What every edition has in common, counted.
        prose: The words, with formulas, code and roles taken out.
    """

    level: int
    shared: Counter = field(default_factory=Counter)
    prose: list[str] = field(default_factory=list)


def page_path(edition: str, page: str) -> Path:
    """Returns where an edition's page is: a chapter, a page of the frame, or the README."""
    if page == README:
        return ROOT / ("README.md" if edition == ORIGINAL else f"README.{edition}.md")
    folder = CHAPTERS if page[0].isdigit() else BOOK
    return folder / edition / f"{page}.md"


def all_pages() -> tuple[str, ...]:
    """Returns the names of all pages that an edition has, in reading order, the README last."""
    return (*toc_stems(), README)


@cache
def terms(edition: str) -> dict[str, str]:
    """Returns each term's id, by how the edition calls it."""
    entries = yaml.safe_load((BOOK / "glossary.yml").read_text(encoding="utf-8"))
    return {entry[edition].casefold(): entry["id"] for entry in entries}


def sections(edition: str, page: str) -> list[Section]:
    """Reads a page as sections."""
    path = page_path(edition, page)
    if not path.is_file():
        raise BookError(f"{path.relative_to(ROOT)} is not there. Write it.")
    found = [Section(0)]
    for part in _pieces(path, page):
        if isinstance(part, str) and (heading := _HEADING.match(part)):
            found.append(Section(len(heading[1])))
        _add(found[-1], part, edition, page)
    return found


def _pieces(path: Path, page: str) -> Iterator[Part | NotebookNode]:
    if not page[0].isdigit():
        yield from parts(path.read_text(encoding="utf-8"), page)
        return
    for cell in read_text(path).cells:
        if cell.cell_type == "markdown":
            yield from parts(cell.source, page)
        else:
            yield cell


def _add(section: Section, part: Part | NotebookNode, edition: str, page: str) -> None:
    shared = section.shared
    if isinstance(part, NotebookNode):
        drawn = part.metadata.get("mystnb", {})
        shared["code cell", part.source] += 1
        shared["tags", *part.metadata.get("tags", [])] += 1
        shared["figure", drawn.get("figure", {}).get("name", "")] += 1
        for words in (drawn.get("figure", {}).get("caption"), drawn.get("image", {}).get("alt")):
            shared["caption or alternative text", bool(words)] += 1
            _add_prose(section, str(words or ""), edition)
    elif isinstance(part, Code):
        shared["code", "\n".join(part.lines)] += 1
    elif isinstance(part, Directive):
        named = "" if part.name in _TITLED else part.argument
        options = {k: v for k, v in part.options.items() if k not in _WORDED}
        shared[part.name, named, *sorted(options.items())] += 1
        _add_prose(section, "" if named else part.argument, edition)
        for option in _WORDED & set(part.options):
            _add_prose(section, part.options[option], edition)
        if part.name == "math":
            shared["formula", "\n".join(part.body)] += 1
            return
        for inner in parts("\n".join(part.body), page):
            _add(section, inner, edition, page)
    elif target := TARGET.match(part):
        shared["label", target["label"]] += 1
    else:
        stripped = part.lstrip()
        if stripped.startswith(("- ", "* ")) or re.match(r"\d+\. ", stripped):
            shared["item of a list", ""] += 1
        elif stripped.startswith("|"):
            shared["row of a table", len(re.findall(r"(?<!\\)\|", _VERBATIM.sub("", part)))] += 1
            if not stripped.strip("|-: "):
                return
        _add_prose(section, part, edition)


def _add_prose(section: Section, words: str, edition: str) -> None:
    """Counts what a line of words has that is not words, and keeps the rest."""

    def take(pattern: re.Pattern, kind: str, group: int, words: str) -> str:
        for match in pattern.finditer(words):
            section.shared[kind, match[group].replace(f"/{edition}/", "/")] += 1
        return pattern.sub(" ", words)

    for role, target in _ROLE.findall(words):
        if role == "term":
            target = terms(edition).get(target.strip().casefold(), target)
        for each in target.split(","):
            section.shared[f"{{{role}}}", each.strip()] += 1
    words = _ROLE.sub(" ", words)
    words = take(_VERBATIM, "verbatim", 2, words)
    words = take(_MATHS, "formula", 1, words)
    words = take(_LINK, "link", 1, words)
    section.prose.append(words)


def differences(edition: str, page: str) -> list[str]:
    """Says what a translated page lacks, or has that the original has not.

    Returns:
        A sentence for each difference; none if the two agree.
    """
    told = []
    for number, (here, there) in enumerate(
        zip_longest(sections(edition, page), sections(ORIGINAL, page))
    ):
        where = f"{edition}/{page}, section {number}"
        if here is None or there is None or here.level != there.level:
            levels = [section and section.level for section in (here, there)]
            told.append(f"{where}: the headings differ in level. Received: {levels}.")
            break
        where += f" ({next((line for line in here.prose if line.strip()), '').strip(' #')[:20]})"
        for one, other, what in ((there, here, "lacks"), (here, there, "has of its own")):
            for (kind, *what_it_is), count in (one.shared - other.shared).items():
                text = " ".join(str(each) for each in what_it_is)[:60]
                told.append(f"{where} {what}: {kind} {text!r} ({count})")
        told += [f"{where} {problem}" for problem in _spoken(here, there)]
    return told


def _spoken(here: Section, there: Section) -> Iterator[str]:
    """Compares what can be compared of words in two languages: their numbers and their amount."""
    said, original = " ".join(here.prose), " ".join(there.prose)
    missing = Counter(_NUMBER.findall(original)) - Counter(_NUMBER.findall(said))
    for number in missing:
        yield f"lacks the number {number}"
    words = len(_WORD.findall(original))
    signs = len(_HAN.findall(said)) + len(_WORD.findall(said))  # what is named stays English
    if words > 40 and signs < words:  # a Chinese text has about 1.6 signs for an English word
        yield f"is short: {signs} signs for {words} words"
