"""Stamps in a notebook's metadata: whose outputs these are, and what they were run with."""

import ast
import hashlib
import json
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from book.layout import ROOT

# What a committed notebook was run with besides its own code and what it imports of seqtut.
_RUN_WITH = ("requirements.txt", "seqtut/data/manifest.txt")


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def same_code(one: NotebookNode, other: NotebookNode) -> bool:
    return [c.source for c in code_cells(one)] == [c.source for c in code_cells(other)]


def outputs_stamp(notebook: NotebookNode) -> str:
    """Stamps code, outputs and execution counts: these outputs are this code's, and all there."""
    cells = [[c.source, c.outputs, c.execution_count] for c in code_cells(notebook)]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def outputs_intact(notebook: NotebookNode) -> bool:
    return outputs_stamp(notebook) == notebook.metadata.get("seqtut", {}).get("outputs")


def _imported(source: str) -> set[str]:
    """Names the modules that a piece of Python imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def seqtut_files(notebook: NotebookNode) -> list[Path]:
    """Returns the files of seqtut that a chapter imports, directly or through one another."""
    python = TransformerManager().transform_cell  # notebook magics become calls
    waiting = set().union(*(_imported(python(cell.source)) for cell in code_cells(notebook)))
    files: set[Path] = set()
    while waiting:
        name = waiting.pop()
        if name.split(".")[0] != "seqtut":
            continue
        base = ROOT.joinpath(*name.split("."))
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file() and path not in files:
                files.add(path)
                waiting |= _imported(path.read_text(encoding="utf-8"))
        if "." in name:  # importing a module runs the packages that it is in
            waiting.add(name.rpartition(".")[0])
    return sorted(files)


def inputs_stamp(notebook: NotebookNode) -> str:
    """Stamps what a chapter is run with: its part of seqtut, the data manifest and the pins."""
    digest = hashlib.sha256()
    for path in [*seqtut_files(notebook), *(ROOT / name for name in _RUN_WITH)]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
