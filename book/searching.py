"""The search index over all editions, made by Pagefind from the built pages."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from book.layout import BookError, write_if_changed

# What is read but not searched: formulas are TeX until a browser sets them, outputs are numbers.
_LEFT_OUT = "div.math, span.math, .chapter-bar, .headerlink, .cell_output, .eqno, nav"
_HAN = re.compile("([\u4e00-\u9fff])")
_TEXT = re.compile(">[^<>]+<")
_SECTION = re.compile(r'<section id="([^"]+)">(\s*(?:<span id="[^"]+"></span>)*\s*)<h([2-6])>')


def index(html: Path, scratch: Path) -> None:
    """Writes the index of a built site into its folder `pagefind`.

    Pagefind leads to headings, and Sphinx puts a section's id on the section. It cuts Chinese into
    words in one way when it reads a page and in another when somebody searches. So what is indexed
    is a copy of the pages in which the headings have the ids, and every Chinese sign is a word:
    search.js asks for signs that stand together.

    Args:
        html: The site, a folder for each edition.
        scratch: A folder for the copy.

    Raises:
        BookError: If Pagefind fails.
    """
    pages = {path.relative_to(html) for path in html.glob("*/*.html")}
    for page in pages:
        source = (html / page).read_text(encoding="utf-8")
        write_if_changed(scratch / page, _searchable(source))
    for path in scratch.glob("*/*.html"):
        if path.relative_to(scratch) not in pages:
            path.unlink()
    shutil.rmtree(html / "pagefind", ignore_errors=True)
    command = [sys.executable, "-m", "pagefind", "--site", str(scratch), "--quiet"]
    command += ["--output-path", str(html / "pagefind"), "--exclude-selectors", _LEFT_OUT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not (html / "pagefind" / "pagefind.js").is_file():
        raise BookError(f"The search index was not made.\n{done.stdout}{done.stderr}")
    for path in (html / "pagefind").glob("pagefind*ui*"):  # its own box, which the book has not
        path.unlink()
    (html / "pagefind" / "pagefind-highlight.js").unlink(missing_ok=True)


def _searchable(source: str) -> str:
    source = _SECTION.sub(r'<section>\2<h\3 id="\1">', source)
    frame, article, text = source.partition("<article")
    text = _TEXT.sub(lambda words: _HAN.sub("\\1\u200b", words[0]), text)  # a space without width
    return frame + article + text
