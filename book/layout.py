"""Where things are, what the order of chapters is, and how a broken book is reported."""

from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
CHAPTERS = ROOT / "chapters"
BUILD = ROOT / "_build"
TOC = BOOK / "_toc.yml"
ORIGINAL = "en"  # the edition that is executed; the others show its outputs under their own text


class BookError(Exception):
    """Something in the book is not as it must be; the message says what to do."""


@cache
def editions() -> dict[str, dict]:
    """Returns the configuration of each edition that has chapters, by its folder's name."""
    configured = yaml.safe_load((BOOK / "editions.yml").read_text(encoding="utf-8"))
    return {name: e for name, e in configured.items() if (CHAPTERS / name).is_dir()}


@cache
def toc_stems() -> tuple[str, ...]:
    """Returns the stems of all pages in reading order, the front page first."""
    try:
        toc = yaml.safe_load(TOC.read_text(encoding="utf-8"))
        return (toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"]))
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise BookError(
            "book/_toc.yml is no table of contents with a root and parts of chapters. Received: "
            f"{' '.join(str(error).split())[:200]}. Mend it."
        ) from error


def chapter_paths(edition: str = ORIGINAL) -> dict[str, Path]:
    """Returns the chapters' text notebooks by stem, in reading order.

    Raises:
        BookError: If the table of contents and the folder of chapters disagree.
    """
    found = {path.stem: path for path in sorted((CHAPTERS / edition).glob("*.md"))}
    listed = [stem for stem in toc_stems() if stem[0].isdigit()]
    twice = sorted({stem for stem in listed if listed.count(stem) > 1})
    if twice:
        raise BookError(
            f"book/_toc.yml lists a page twice. Received: {', '.join(twice)}. Keep one."
        )
    if sorted(found) != sorted(listed):
        differ = ", ".join(sorted(set(found) ^ set(listed)))
        raise BookError(
            f"book/_toc.yml and chapters/{edition}/*.md disagree. Received: {differ} in only one "
            "of them. List every chapter in book/_toc.yml, then run `make notebooks`."
        )
    return {stem: found[stem] for stem in listed}


def chapter_number(stem: str) -> int:
    """Returns the number that the page shows: the chapter's place in the reading order."""
    return list(chapter_paths()).index(stem) + 1


def write_if_changed(path: Path, content: str | bytes) -> bool:
    """Writes a file unless it already holds just this; an untouched file is not rebuilt."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".part")
    scratch.write_bytes(data)
    scratch.replace(path)
    return True
