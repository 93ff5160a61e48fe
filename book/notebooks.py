"""Chapters as notebooks: text and outputs joined, stamped, and executed when they must be."""

import hashlib
from copy import deepcopy
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from book.execute import execute
from book.layout import (
    BOOK,
    CHAPTERS,
    ORIGINAL,
    ROOT,
    BookError,
    chapter_number,
    chapter_paths,
    editions,
    toc_stems,
    write_if_changed,
)
from book.myst import Labels, first_heading, index_labels
from book.plain import caption_cell, to_plain
from book.stamps import code_cells, inputs_stamp, outputs_intact, same_code


def read_text(path: Path) -> NotebookNode:
    """Reads a MyST text notebook; its code cells have no outputs."""
    try:
        return jupytext.read(path, fmt="md:myst")
    except Exception as error:  # jupytext and the YAML of a cell fail in many ways
        raise BookError(
            f"{path.relative_to(ROOT)} is no MyST notebook. Received: "
            f"{' '.join(str(error).split())[:200]}. Mend the text."
        ) from error


def read_committed(path: Path) -> NotebookNode | None:
    """Reads the generated notebook beside a text notebook, if there is one."""
    notebook = path.with_suffix(".ipynb")
    if not notebook.is_file():
        return None
    try:
        return nbformat.read(notebook, as_version=4)
    except Exception as error:  # cut off, or left with a merge's conflict marks
        raise BookError(
            f"{notebook.relative_to(ROOT) if notebook.is_relative_to(ROOT) else notebook} cannot "
            "be read as a notebook. Delete it, then run `make notebooks`."
        ) from error


def why_behind(text: NotebookNode, committed: NotebookNode | None) -> str | None:
    """Says why a chapter must be executed again, or None if its outputs still hold."""
    if committed is None:
        return "it has no notebook yet"
    if not same_code(text, committed):
        return "its code changed"
    if not outputs_intact(committed):
        return "its committed outputs were altered"
    if inputs_stamp(text) != committed.metadata.seqtut.inputs:
        return "the part of seqtut it imports, the data manifest or the pins changed"
    return None


def attach_outputs(text: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Returns the text notebook with an execution's outputs under its own cells."""
    joined = deepcopy(text)
    for cell, source in zip(code_cells(joined), code_cells(executed), strict=True):
        cell.outputs, cell.execution_count = source.outputs, source.execution_count
    joined.metadata["seqtut"] = executed.metadata["seqtut"]
    return joined


def joined_chapter(path: Path) -> NotebookNode:
    """Returns a chapter's text with the committed outputs, which all editions share.

    Raises:
        BookError: If the outputs are not there, not whole, or another code's.
    """
    original = CHAPTERS / ORIGINAL / path.name
    text, committed = read_text(path), read_committed(original)
    name, executed = path.relative_to(ROOT), original.relative_to(ROOT)
    if committed is None:
        raise BookError(f"{executed} has no executed notebook beside it. Run `make notebooks`.")
    if path != original and not same_code(text, read_text(original)):
        raise BookError(
            f"The code of {name} is not that of {executed}. Copy the code cells from there, then "
            "run `make notebooks`."
        )
    if not same_code(text, committed):
        raise BookError(f"The code of {executed} is not what was executed. Run `make notebooks`.")
    if not outputs_intact(committed):
        raise BookError(
            f"Outputs of {executed.with_suffix('.ipynb')} were altered or lost after they were "
            "executed. Run `make notebooks`."
        )
    return attach_outputs(text, committed)


def all_labels(edition: str = ORIGINAL) -> Labels:
    """Indexes what can be referred to in an edition: equations, figures, headings, exercises."""
    texts = {stem: read_text(path) for stem, path in chapter_paths(edition).items()}
    numbered = {stem: (chapter_number(stem), text) for stem, text in texts.items()}
    labels = index_labels(numbered, editions()[edition]["notebook"])
    for stem in toc_stems():
        if stem not in texts:
            page = BOOK / edition / f"{stem}.md"
            if not page.is_file():
                raise BookError(
                    f"book/_toc.yml lists a page that is not there. Received: {stem!r}. Write "
                    f"book/{edition}/{stem}.md, or mend the name."
                )
            labels.titles[stem] = first_heading(page.read_text(encoding="utf-8"))
    return labels


def generate(joined: NotebookNode, stem: str, labels: Labels) -> str:
    """Returns the text of the .ipynb file: plain Markdown, the same code, the outputs."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = {
        "kernelspec": dict(joined.metadata.kernelspec),
        "language_info": {"name": "python"},
        "seqtut": joined.metadata.seqtut,
    }
    for cell in joined.cells:
        made = deepcopy(cell)
        made.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
        if cell.cell_type == "markdown":
            made.source = to_plain(cell.source, joined, stem, labels)
            if not made.source:
                continue
        notebook.cells.append(made)
        caption = caption_cell(cell, joined, stem, labels)
        if caption:
            notebook.cells.append(nbformat.v4.new_markdown_cell(caption))
    for index, cell in enumerate(notebook.cells):
        cell.id = hashlib.sha256(f"{index}{cell.source}".encode()).hexdigest()[:8]
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4) + "\n"


def update(stem: str, path: Path, labels: Labels, force: bool = False) -> str:
    """Brings one chapter's notebook up to date and says what was done and why."""
    if path.parent.name != ORIGINAL:
        made = generate(joined_chapter(path), stem, labels)
        changed = write_if_changed(path.with_suffix(".ipynb"), made)
        return f"{stem}: {path.parent.name} {'written' if changed else 'up to date'}"
    text, committed = read_text(path), read_committed(path)
    reason = "asked to" if force else why_behind(text, committed)
    if reason:
        print(f"{stem}: executing, since {reason} ...", flush=True)
        committed = execute(text, stem)
    changed = write_if_changed(
        path.with_suffix(".ipynb"), generate(attach_outputs(text, committed), stem, labels)
    )
    if reason:
        facts = committed.metadata["seqtut"]
        return f"{stem}: executed in {facts['seconds']} s, {facts['peak_gb']} GB"
    return f"{stem}: {'prose written, nothing' if changed else 'up to date, nothing'} executed"
