"""How translations follow the original: its code is copied, its prose is stamped.

The file translated.yml of an edition holds, for each page, a stamp of the original's prose at the
time it was translated. When the original's prose changes, the stamps differ, and the translation is
behind until somebody has brought it up to date and says so.
"""

import difflib
import hashlib
import re
import subprocess
from pathlib import Path

import yaml

from book.layout import BOOK, ORIGINAL, ROOT, BookError, chapter_paths, editions, write_if_changed
from book.sections import all_pages, page_path
from book.translation import differences

# Everything up to a code cell's body, captions included; then the body.
_CODE_CELL = re.compile(
    r"^(```\{code-cell\}[^\n]*\n(?:---\n.*?^---\n|(?::[^\n]*\n)*))(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_OTHER_TERMS = re.compile(r"^  (?!en)[a-z]{2}(?:_definition)?:.*\n(?:    .*\n)*", re.MULTILINE)
_HEAD = "# For each page, the stamp of the English prose that it translates; see CONTRIBUTING.md.\n"


def without_code(text: str) -> str:
    """Returns a page's text without code, captions kept, and without other languages' terms."""
    return _OTHER_TERMS.sub("", _CODE_CELL.sub(r"\1```", text))


def stamp(text: str) -> str:
    """Stamps what a page says, its code cells left out."""
    return hashlib.sha256(without_code(text).encode()).hexdigest()[:12]


def _original(page: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in _sources(page))


def _sources(page: str) -> list[Path]:
    """Returns the files that the original of a page is made of."""
    return [page_path(ORIGINAL, page), *([BOOK / "glossary.yml"] if page == "glossary" else [])]


def _record(edition: str) -> Path:
    return BOOK / edition / "translated.yml"


def recorded(edition: str) -> dict[str, str]:
    """Returns the stamp of each page that has been translated."""
    path = _record(edition)
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {} if path.is_file() else {}


def behind(edition: str) -> list[str]:
    """Returns the pages whose original says something else than when they were translated."""
    stamps = recorded(edition)
    return [page for page in all_pages() if stamps.get(page) != stamp(_original(page))]


def settle(edition: str, page: str) -> None:
    """Records that a page says what the original says now.

    Raises:
        BookError: If it cannot, since something of the original is not there.
    """
    told = differences(edition, page)
    if told:
        raise BookError("\n".join([*told, f"Mend {page_path(edition, page).relative_to(ROOT)}."]))
    stamps = recorded(edition) | {page: stamp(_original(page))}
    ordered = {page: stamps[page] for page in all_pages() if page in stamps}
    write_if_changed(_record(edition), _HEAD + yaml.safe_dump(ordered, sort_keys=False))


def changes(edition: str, page: str) -> str:
    """Returns how the original's prose has changed since a page was translated, as a diff.

    The older text is looked up in the history of the repository, by its stamp.

    Raises:
        BookError: If no commit has it.
    """
    names = [path.relative_to(ROOT).as_posix() for path in _sources(page)]
    wanted, name = recorded(edition).get(page), names[0]
    for commit in _git("log", "--format=%H", "--", *names).split():
        text = "".join(_git("show", f"{commit}:{one}") for one in names)
        if stamp(text) == wanted:
            now = without_code(_original(page)).splitlines()
            lines = difflib.unified_diff(
                without_code(text).splitlines(), now, f"{name} at {commit[:8]}", name, lineterm=""
            )
            return "\n".join(lines)
    raise BookError(
        f"No commit has the {name} that {edition}/{page} translates. Received: the stamp "
        f"{wanted!r}. Compare the two as they are."
    )


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    return done.stdout.decode("utf-8", errors="replace") if done.returncode == 0 else ""


def copy_code(edition: str) -> list[str]:
    """Writes the original's code into the chapters of a translation, cell by cell.

    Returns:
        The chapters that changed.

    Raises:
        BookError: If a chapter has not as many code cells as the original.
    """
    changed = []
    for stem, path in chapter_paths(edition).items():
        made = _with_code(path, [cell[2] for cell in _CODE_CELL.finditer(_original(stem))])
        if write_if_changed(path, made):
            changed.append(stem)
    return changed


def _with_code(path: Path, bodies: list[str]) -> str:
    text = path.read_text(encoding="utf-8")
    found = len(_CODE_CELL.findall(text))
    if found != len(bodies):
        raise BookError(
            f"{path.relative_to(ROOT)} has not the code cells of the original. Received: {found} "
            f"of them, not {len(bodies)}. Add or take out what differs."
        )
    following = iter(bodies)
    return _CODE_CELL.sub(lambda cell: f"{cell[1]}{next(following)}```", text)


def translations() -> list[str]:
    """Returns the editions that are translations."""
    return [edition for edition in editions() if edition != ORIGINAL]
