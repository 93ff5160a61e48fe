"""A page as sections and blocks, to compare it in two languages.

A section stands under one heading. A block is a paragraph, an item of a list, a cell of a table, a
caption. Its words are of its own language; code, formulas, figures, citations and links are what
all editions share.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
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
_ADDRESS = re.compile(r"<(https?://[^>]+)>")
_ITEM = re.compile(r"(\s*)([-*]|\d+\.) ")
_BAR = re.compile(r"(?<!\\)\|")
# Options of a directive that are words; the others are names, which all editions share.
_WORDED = {"alt"}
# Directives whose argument is a title.
_TITLED = {"exercise", "admonition", "note", "tip", "warning", "grid-item-card"}


@dataclass
class Block:
    """A part of a section whose words belong together.

    Attributes:
        kind: What it is: a paragraph, an item of a list, a caption, ...
        shared: What every edition has in common, counted.
        prose: The words, with formulas, code and roles taken out.
    """

    kind: str
    shared: Counter = field(default_factory=Counter)
    prose: list[str] = field(default_factory=list)


@dataclass
class Section:
    """What stands under one heading, the heading included.

    Attributes:
        level: The heading's level; 0 before the first.
        blocks: What it is made of, in order.
        going_on: Whether a further line of words belongs to the last block.
    """

    level: int
    blocks: list[Block] = field(default_factory=list)
    going_on: bool = False

    def open(self, kind: str, going_on: bool = False) -> Block:
        """Begins a block."""
        self.blocks.append(Block(kind))
        self.going_on = going_on
        return self.blocks[-1]

    @property
    def shared(self) -> Counter:
        """What every edition has in common, counted over all blocks."""
        return sum((block.shared for block in self.blocks), Counter())

    @property
    def prose(self) -> list[str]:
        """The words of all blocks."""
        return [words for block in self.blocks for words in block.prose]


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
    if isinstance(part, NotebookNode):
        drawn = part.metadata.get("mystnb", {})
        shared = section.open("code cell").shared
        shared["code cell", part.source] += 1
        shared["tags", *part.metadata.get("tags", [])] += 1
        shared["figure", drawn.get("figure", {}).get("name", "")] += 1
        _add_words(section, "caption", drawn.get("figure", {}).get("caption"), edition)
        _add_words(section, "alternative text", drawn.get("image", {}).get("alt"), edition)
    elif isinstance(part, Code):
        section.open("code").shared["code", "\n".join(part.lines)] += 1
    elif isinstance(part, Directive):
        _add_directive(section, part, edition, page)
    elif target := TARGET.match(part):
        section.open("label").shared["label", target["label"]] += 1
    elif part.startswith("%"):
        section.open("comment")
    elif not part.strip():
        section.going_on = False
    elif part.lstrip().startswith("|"):
        _add_row(section, part.strip(), edition)
    elif _HEADING.match(part):
        _add_prose(section.open("heading"), part, edition)
    elif item := _ITEM.match(part):
        kind = f"item of a list, {len(item[1])} blanks in"
        _add_prose(section.open(kind, going_on=True), part, edition)
    else:
        if not section.going_on:
            section.open("paragraph", going_on=True)
        _add_prose(section.blocks[-1], part, edition)


def _add_directive(section: Section, part: Directive, edition: str, page: str) -> None:
    named = "" if part.name in _TITLED else part.argument
    options = {k: v for k, v in part.options.items() if k not in _WORDED}
    section.open(part.name).shared[part.name, named, *sorted(options.items())] += 1
    _add_words(section, "title", "" if named else part.argument, edition)
    for option in sorted(_WORDED & set(part.options)):
        _add_words(section, "alternative text", part.options[option], edition)
    if part.name == "math":
        section.blocks[-1].shared["formula", "\n".join(part.body)] += 1
        return
    for inner in parts("\n".join(part.body), page):
        _add(section, inner, edition, page)
    section.open(f"end of the {part.name}")


def _add_words(section: Section, kind: str, words: str | None, edition: str) -> None:
    if words:
        _add_prose(section.open(kind), str(words), edition)


def _add_row(section: Section, row: str, edition: str) -> None:
    """Adds a row of a table: it, then each of its cells."""
    hidden = _VERBATIM.sub(lambda code: code[0].replace("|", "\0"), row.strip("|"))
    cells = [cell.replace("\0", "|").strip() for cell in _BAR.split(hidden)]
    section.open("row of a table").shared["row of a table", len(cells)] += 1
    if row.strip("|-: "):
        for cell in cells:
            _add_prose(section.open("cell" if cell else "empty cell"), cell, edition)


def _add_prose(block: Block, words: str, edition: str) -> None:
    """Counts what a line of words has that is not words, and keeps the rest."""

    def take(pattern: re.Pattern, kind: str, group: int, words: str) -> str:
        for match in pattern.finditer(words):
            block.shared[kind, match[group].replace(f"/{edition}/", "/")] += 1
        return pattern.sub(" ", words)

    for role, target in _ROLE.findall(words):
        if role == "term":
            target = terms(edition).get(target.strip().casefold(), target)
        for each in target.split(","):
            block.shared[f"{{{role}}}", each.strip()] += 1
    words = _ROLE.sub(" ", words)
    words = take(_VERBATIM, "verbatim", 2, words)
    words = take(_MATHS, "formula", 1, words)
    words = take(_LINK, "link", 1, words)
    words = take(_ADDRESS, "link", 1, words)
    block.prose.append(words)
