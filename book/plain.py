"""MyST to plain Markdown: the generated notebooks read well where no directive is known."""

import ast
import base64
import re

from nbformat import NotebookNode

from book.citations import cite
from book.layout import BOOK, BookError
from book.myst import TARGET, Code, Directive, Label, Labels, Part, code_figure, parts

_ROLE = re.compile(r"\{(?P<role>[\w:-]+)\}`(?P<text>[^`]+)`")
_TITLED = re.compile(r"^(?P<title>.+?)\s*<(?P<target>[^>]+)>$")
_ADMONITIONS = ("note", "tip", "warning")


def glued(notebook: NotebookNode) -> dict[str, str]:
    """Returns what the notebook's cells have published for its prose, by name."""
    values = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            book = output.get("metadata", {}).get("scrapbook")
            if book:
                literal = output.data[book["mime_prefix"] + "text/plain"]
                values[book["name"]] = str(ast.literal_eval(literal))
    return values


def to_plain(source: str, joined: NotebookNode, stem: str, labels: Labels) -> str:
    """Turns one Markdown cell into plain Markdown; an unknown construct is an error."""
    written = [_plain_part(part, joined, stem, labels) for part in parts(source, stem)]
    text = "\n".join(line for line in written if line is not None)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def caption_cell(cell: NotebookNode, joined: NotebookNode, stem: str, labels: Labels) -> str | None:
    """Returns the caption to set under a code cell's figure, if it has one."""
    figure = code_figure(cell, stem)
    if not figure:
        return None
    return _caption(figure["name"], str(figure["caption"]).strip(), joined, stem, labels)


def _caption(name: str, text: str, joined: NotebookNode, stem: str, labels: Labels) -> str:
    shown = labels.words["figure"].format(number=labels.find(name, stem).number)
    return f"*{shown}.* {_roles(text, joined, stem, labels)}"


def _plain_part(part: Part, joined: NotebookNode, stem: str, labels: Labels) -> str | None:
    if isinstance(part, Directive):
        return _plain_directive(part, joined, stem, labels)
    if isinstance(part, Code):
        return "\n".join(part.lines)
    if TARGET.match(part) or part.startswith("%") or part == "+++":
        return None
    return _roles(part, joined, stem, labels)


def _plain_directive(part: Directive, joined: NotebookNode, stem: str, labels: Labels) -> str:
    body = "\n".join(part.body).strip()
    if part.name == "math":
        label = part.options.get("label")
        tag = rf"\tag{{{labels.find(label, stem).number}}}" if label else ""
        return f"$$\n{body}{tag}\n$$"
    if part.name == "figure":
        image = f"![{part.option('alt', stem)}]({_embedded(part.argument, stem)})"
        return f"{image}\n\n{_caption(part.option('name', stem), body, joined, stem, labels)}"
    inner = to_plain(body, joined, stem, labels)
    if part.name in _ADMONITIONS or part.name == "admonition":
        title = part.argument or labels.words.get(part.name, "")
        return "\n".join(f"> {line}".rstrip() for line in f"**{title}.**\n\n{inner}".splitlines())
    if part.name == "playground":
        part.option("image", stem), part.option("alt", stem)
        return f"*{labels.words['playground']}* {inner}"
    if part.name == "exercise":
        number = labels.find(part.option("label", stem), stem).number
        shown = labels.words["exercise"].format(number=number)
        return f"**{shown}: {part.argument}**\n\n{inner}"
    if part.name == "solution-start":
        number = labels.find(part.argument, stem).number
        return f"**{labels.words['solution'].format(number=number)}**"
    if part.name == "solution-end":
        return ""
    raise BookError(
        f"{stem}: a directive that notebooks do not know. Received: {part.name!r}. Use one of "
        "CONTRIBUTING.md's list, or teach book/plain.py this one."
    )


def _embedded(argument: str, stem: str) -> str:
    """Returns a drawing as a data address: in Colab a notebook is alone, without the book."""
    path = BOOK / argument.lstrip("/")
    if path.suffix != ".svg" or not path.is_file():
        raise BookError(
            f"{stem}: a figure needs a drawing in book/_static/diagrams. Received: {argument!r}. "
            "Put an .svg file there, or mend the path."
        )
    return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _roles(line: str, joined: NotebookNode, stem: str, labels: Labels) -> str:
    return _ROLE.sub(lambda m: _role(m["role"], m["text"], joined, stem, labels), line)


def _role(role: str, text: str, joined: NotebookNode, stem: str, labels: Labels) -> str:
    titled = _TITLED.match(text)
    title, target = (titled["title"], titled["target"]) if titled else (None, text)
    if role in ("cite:t", "cite:p"):
        return cite(role, text)
    if role == "glue:text":
        values = glued(joined)
        if text not in values:
            raise BookError(f"{stem}: no cell publishes {text!r}. Call glue({text!r}, ...) in one.")
        return values[text]
    if role == "term":
        return title or text
    if role == "doc":
        return _page(target, title, stem, labels)
    if role in ("eq", "numref", "ref"):
        label = labels.find(target, stem)
        shown = (title or _shown(label, labels.words)).replace("{number}", label.number)
        return shown if label.stem == stem else f"[{shown}]({label.stem}.ipynb)"
    raise BookError(
        f"{stem}: a role that notebooks do not know. Received: {role!r}. Use one of "
        "CONTRIBUTING.md's list, or teach book/plain.py this one."
    )


def _shown(label: Label, words: dict[str, str]) -> str:
    if label.kind == "heading":
        return label.title
    return words[label.kind].format(number=label.number)


def _page(target: str, title: str | None, stem: str, labels: Labels) -> str:
    """Links to a chapter's notebook; the frame's pages have none, so they are only named."""
    if target not in labels.titles:
        raise BookError(f"{stem}: no such page. Received: {target!r}. Mend the {{doc}} role.")
    shown = title or labels.titles[target]
    return f"[{shown}]({target}.ipynb)" if target[0].isdigit() else shown
