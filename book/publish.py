"""The publish step's stamp: a published notebook installs seqtut from its own repository."""

import re
from pathlib import Path

import nbformat

from book.layout import BookError, write_if_changed
from book.notebooks import read_committed
from book.stamps import code_cells, outputs_stamp

# The first code cell of every chapter. Publishing writes the address between its quotes.
SETUP_CELL = """\
SEQTUT = ""  # the published notebook carries the address it installs seqtut from
try:
    import seqtut
except ModuleNotFoundError:
    if not SEQTUT:
        raise ModuleNotFoundError("In a clone of the book, run `pip install .`") from None
    %pip install --quiet "{SEQTUT}"
    import seqtut"""


def stamp_notebooks(repository: str, commit: str, folder: Path) -> list[Path]:
    """Writes the address and commit into the first code cell of each notebook in a folder.

    Args:
        repository: An address that git can clone, such as "https://host/owner/name".
        commit: The full commit id, 40 hexadecimal digits.
        folder: Where to look for notebooks, subfolders included.

    Returns:
        The notebooks that were stamped.

    Raises:
        BookError: If the commit is no commit id, or a notebook has no place for the address.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise BookError(f"A commit id has 40 hexadecimal digits. Received: {commit!r}.")
    if re.search(r'["\\\s]', repository) or "://" not in repository:
        raise BookError(
            f"The repository must be an address git can clone. Received: {repository!r}."
        )
    stamped = {}
    for path in sorted(folder.rglob("*.ipynb")):
        notebook = read_committed(path)
        cell = next(iter(code_cells(notebook)), None)
        if cell is None or cell.source != SETUP_CELL:
            raise BookError(
                f"{path}: the first code cell is not the setup cell, so there is no place for the "
                f"address. Received: {cell and cell.source.partition(chr(10))[0]!r}. Restore it "
                "as book/publish.py has it, or publish from a tree that is not stamped yet."
            )
        cell.source = SETUP_CELL.replace('""', f'"git+{repository}@{commit}"', 1)
        notebook.metadata["seqtut"]["outputs"] = outputs_stamp(notebook)
        stamped[path] = nbformat.writes(notebook, version=4) + "\n"
    if not stamped:
        raise BookError(f"There is no notebook to stamp. Received: {folder}. Give their folder.")
    for path, content in stamped.items():  # all of them or, after an error above, none
        write_if_changed(path, content)
    return list(stamped)
