"""What the Colab button promises: a published notebook runs on a machine that has no seqtut."""

import os
import subprocess

import nbformat
import pytest
from nbclient import NotebookClient

from book.layout import chapter_paths

STEMS = os.environ.get("CHAPTERS", "").split() or list(chapter_paths())


@pytest.mark.parametrize("stem", STEMS)
def test_a_published_notebook_runs_from_the_first_cell_to_the_last(published, bare, tmp_path, stem):
    notebook = nbformat.read(published / "en" / f"{stem}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=900, kernel_name="colab", resources=resources).execute()
    found = subprocess.run(
        [bare, "-c", "import importlib.util as u; print(u.find_spec('seqtut').origin)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert str(bare.parents[1]) in found.stdout  # it was the notebook that installed it
    last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    assert last.execution_count == sum(cell.cell_type == "code" for cell in notebook.cells)
    shown = "".join(o.get("text", "") for c in notebook.cells for o in c.get("outputs", []))
    solved = [line for line in shown.splitlines() if line.startswith("✓")]
    assert len(solved) >= (3 if stem >= "02" else 0)
