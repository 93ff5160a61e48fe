"""Reads MyST: what a Markdown cell is made of, and what an edition's chapters can refer to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from book.layout import BookError

_OPEN = re.compile(r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ ]*(?P<argument>.*)$")
_OPTION = re.compile(r"^:(?P<key>[\w-]+):[ ]*(?P<value>.*)$")
_HEADING = re.compile(r"^#+ (?P<title>.+)$")
TARGET = re.compile(r"^\((?P<label>[\w-]+)\)=$")


@dataclass(frozen=True)
class Label:
    """What a cross-reference leads to; `number` is shown for equations, figures, exercises."""

    kind: str
    stem: str
    number: str
    title: str


@dataclass
class Labels:
    """Everything that can be referred to in an edition, each page's title, the edition's words."""

    targets: dict[str, Label] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def find(self, name: str, stem: str) -> Label:
        """Returns what a label leads to, or says that it leads nowhere."""
        if name not in self.targets:
            raise BookError(
                f"{stem}: a reference leads nowhere. Received: {name!r}. Mend the label."
            )
        return self.targets[name]


@dataclass(frozen=True)
class Directive:
    """A fenced block `{name} argument`, its options and its body's lines."""

    name: str
    argument: str
    options: dict[str, str]
    body: list[str]

    def option(self, key: str, stem: str) -> str:
        """Returns an option that must be there, or says that it is not."""
        if key not in self.options:
            raise BookError(
                f"{stem}: a {self.name} lacks its :{key}:. Received: the {self.name} "
                f"{self.argument or ' '.join(self.body[:1])!r}. Add the option below its fence."
            )
        return self.options[key]


@dataclass(frozen=True)
class Code:
    """An ordinary code fence, which stays as it is."""

    lines: list[str]


Part = str | Directive | Code


def parts(source: str, stem: str) -> Iterator[Part]:
    """Splits a Markdown cell into lines, directives and code."""
    lines = source.splitlines()
    index = 0
    while index < len(lines):
        opening = _OPEN.match(lines[index])
        plain_fence = re.match(r"^(`{3,}|~{3,})", lines[index])
        fence = opening["fence"] if opening else plain_fence[1] if plain_fence else None
        if fence is None:
            yield lines[index]
            index += 1
            continue
        end = index + 1
        while end < len(lines) and lines[end].rstrip() != fence:
            end += 1
        if end == len(lines):
            raise BookError(
                f"{stem}: a fence is never closed. Received: {lines[index]!r}. Close it with a "
                f"line {fence!r}."
            )
        if opening:
            yield _directive(opening, lines[index + 1 : end])
        else:
            yield Code(lines[index : end + 1])
        index = end + 1


def _directive(opening: re.Match, body: list[str]) -> Directive:
    options = {}
    while body and (option := _OPTION.match(body[0])):
        options[option["key"]] = option["value"].strip()
        body = body[1:]
    return Directive(opening["name"], opening["argument"].strip(), options, body)


def all_parts(source: str, stem: str) -> Iterator[Part]:
    """Yields what a Markdown cell is made of, and after each directive what is inside it."""
    for part in parts(source, stem):
        yield part
        if isinstance(part, Directive) and part.name not in ("math", "figure"):
            yield from all_parts("\n".join(part.body), stem)


def first_heading(source: str) -> str:
    """Returns the title of a page."""
    return next((m["title"] for line in source.splitlines() if (m := _HEADING.match(line))), "")


def code_figure(cell: NotebookNode, stem: str) -> dict[str, str] | None:
    """Returns name and caption of the figure that a code cell declares, if it does."""
    figure = cell.metadata.get("mystnb", {}).get("figure")
    if figure is not None and not {"name", "caption"} <= set(figure):
        raise BookError(
            f"{stem}: the figure of a code cell needs a name and a caption. "
            f"Received: {dict(figure)}. Write both into the cell's metadata."
        )
    return figure


def index_labels(chapters: dict[str, tuple[int, NotebookNode]], words: dict[str, str]) -> Labels:
    """Collects every label of an edition, with the numbers that the pages show."""
    labels = Labels(words=words)
    for stem, (number, notebook) in chapters.items():
        _index_chapter(labels, stem, number, notebook)
    return labels


def _index_chapter(labels: Labels, stem: str, number: int, notebook: NotebookNode) -> None:
    counts = {"equation": 0, "figure": 0, "exercise": 0}

    def add(kind: str, name: str, title: str = "") -> None:
        if name in labels.targets:
            raise BookError(
                f"{stem}: a label is taken, by {labels.targets[name].stem}. Received: {name!r}. "
                "Choose another."
            )
        if kind in counts:
            counts[kind] += 1
        labels.targets[name] = Label(kind, stem, f"{number}.{counts.get(kind, '')}", title)

    for cell in notebook.cells:
        if cell.cell_type == "code" and (figure := code_figure(cell, stem)):
            add("figure", figure["name"])
        if cell.cell_type != "markdown":
            continue
        target = None
        for part in all_parts(cell.source, stem):
            if isinstance(part, Directive):
                if part.name == "math" and "label" in part.options:
                    add("equation", part.options["label"])
                elif part.name == "figure":
                    add("figure", part.option("name", stem))
                elif part.name == "exercise":
                    add("exercise", part.option("label", stem), part.argument)
            elif isinstance(part, Code):
                continue
            elif found := TARGET.match(part):
                target = found["label"]
            elif heading := _HEADING.match(part):
                labels.titles.setdefault(stem, heading["title"])
                if target:
                    add("heading", target, heading["title"])
                target = None
