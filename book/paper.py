"""The book as one PDF for each edition: its pages in order, printed by Chromium."""

import hashlib
import html
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import which

from bs4 import BeautifulSoup, Tag

from book.layout import (
    BUILD,
    BookError,
    chapter_number,
    chapter_paths,
    editions,
    toc_stems,
    write_if_changed,
)

PDF = BUILD / "pdf"
_PLACE = "<!-- pdf -->"  # where the frame of a page has room for the link
_REFERRING = ("href", "aria-labelledby", "aria-describedby", "for")
# What is of use on a screen alone.
_OFF_PAPER = ".chapter-bar, .headerlink, script, noscript, .tag_setup"


def name(edition: str) -> str:
    """Returns what the file of an edition is called on the site."""
    return f"autoencoders-to-seq2seq-{edition}.pdf"


def offer(edition: str, site: Path) -> bool:
    """Puts an edition's PDF on its site, and a link into the foot of each page.

    Args:
        edition: Which.
        site: The folder of its pages.

    Returns:
        Whether there is a PDF that was printed from these pages. Another is not offered.
    """
    path = PDF / name(edition)
    stamp = path.with_suffix(".stamp")
    offered = path.is_file() and stamp.is_file() and stamp.read_text() == _stamp(edition, site)
    label = html.escape(editions()[edition]["strings"]["pdf"])
    link = f'<p><a href="{path.name}" download>{label}</a></p>' if offered else ""
    for page in site.glob("*.html"):
        write_if_changed(page, page.read_text(encoding="utf-8").replace(_PLACE, link))
    if offered:
        write_if_changed(site / path.name, path.read_bytes())
    return offered


def print_book(edition: str, site: Path, stems: tuple[str, ...] = ()) -> Path:
    """Prints an edition of the built site, with a table of contents that tells page numbers.

    Chromium cannot number the table's entries. So it prints twice: the first time tells on which
    page each title comes to stand, the second time the numbers are filled in.

    Args:
        edition: Which.
        site: The folder of its pages, which stay as they are.
        stems: Only these pages; none for all.

    Returns:
        The file.

    Raises:
        BookError: If Chromium is missing, or a page is.
    """
    chromium = which("chromium") or which("google-chrome")
    if chromium is None:
        raise BookError("Printing needs Chromium. Install it: apt-get install chromium.")
    stems = stems or toc_stems()
    path, scratch = PDF / name(edition), site / "print.html"
    parts = list(_parts(edition, site, stems))
    try:
        numbers: dict[str, int] = {}
        for _ in range(2):
            write_if_changed(scratch, _document(edition, parts, numbers))
            _chromium(chromium, scratch, path, editions()[edition]["title"])
            numbers = _page_numbers(path)
    finally:
        scratch.unlink(missing_ok=True)
    _pack(path)
    write_if_changed(path.with_suffix(".stamp"), _stamp(edition, site, stems))
    return path


def _stamp(edition: str, site: Path, stems: tuple[str, ...] = ()) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for stem in stems or toc_stems():
        digest.update(_article(site / f"{stem}.html").encode())
    return digest.hexdigest()


def _article(path: Path) -> str:
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BookError(f"There is no page {path.name}. Run `make book` first.") from error
    return source[source.index("<article") : source.index("</article>") + len("</article>")]


def _parts(edition: str, site: Path, stems: tuple[str, ...]) -> Iterator[tuple[str, Tag]]:
    """Yields each page's article, its ids and links made unique to the page."""
    for stem in stems:
        article = BeautifulSoup(_article(site / f"{stem}.html"), "html.parser").article
        for gone in article.select(_OFF_PAPER):
            gone.decompose()
        for fold in article.select("details"):
            fold["open"] = ""
        for one in article.find_all(True):
            if one.get("id"):
                one["id"] = f"{stem}--{one['id']}"
            for attribute in _REFERRING:
                if one.get(attribute):
                    one[attribute] = _moved(one[attribute], stem, stems, attribute == "href")
        # A link to a page leads to its title.
        article.h1["id"] = stem
        if stem in chapter_paths(edition):
            article.h1["data-number"] = str(chapter_number(stem))
        yield stem, article


def _moved(target: str, stem: str, stems: tuple[str, ...], is_link: bool) -> str:
    if not is_link:
        return " ".join(f"{stem}--{one}" for one in target.split())
    page, _, inner = target.partition("#")
    if re.match(r"[a-z]+:", target) or (page and Path(page).suffix != ".html"):
        return target
    page = Path(page).stem if page else stem
    if page not in stems:
        return f"#{stems[0]}"
    return f"#{page}--{inner}" if inner else f"#{page}"


def _document(edition: str, parts: list[tuple[str, Tag]], numbers: dict[str, int]) -> str:
    own = editions()[edition]
    entries = []
    for stem, article in parts[1:]:
        heads = [(stem, article.h1)]
        heads += [(h.parent["id"], h) for h in article.select("section > section[id] > h2")]
        for target, head in heads:
            title, number = html.escape(head.get_text(" ", strip=True)), numbers.get(target, "")
            entries.append(
                f'<li class="{head.name}"><a href="#{target}"><span>{title}</span>'
                f"<span>{number}</span></a></li>"
            )
    title, contents = html.escape(own["title"]), own["strings"]["contents"]
    body = "\n".join(str(article) for _, article in parts[1:])
    opening = str(parts[0][1])
    return f"""<!DOCTYPE html>
<html lang="{own["language"].replace("_", "-")}" data-theme="light">
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="_static/book.css">
<style>
  @page {{ size: A4; margin: 20mm 18mm 22mm; }}
  article {{ break-before: page; }}
  article:first-of-type {{ break-before: auto; }}
  nav {{ break-before: page; }}
  .paper-contents {{ padding: 0; list-style: none; }}
  .paper-contents a {{ display: flex; justify-content: space-between; gap: 1rem; }}
  .paper-contents a {{ color: inherit; text-decoration: none; }}
  .paper-contents .h1 {{ margin-top: 0.5rem; font-weight: 600; }}
  .paper-contents .h2 {{ margin-left: 1.2rem; font-size: 0.9em; }}
  img {{ max-height: 200mm; object-fit: contain; }}
</style>
<script>
  window.MathJax = {{
    options: {{ enableMenu: false, processHtmlClass: "math", ignoreHtmlClass: "mathjax_ignore" }},
    svg: {{ fontCache: "global" }},
  }};
</script>
<script defer src="_static/mathjax/tex-svg.js"></script>
<main>
{opening}
<nav aria-label="{contents}"><h2 id="paper-contents">{contents}</h2>
<ol class="paper-contents">{"".join(entries)}</ol></nav>
{body}
</main>
</html>
"""


def _chromium(chromium: str, page_file: Path, path: Path, title: str) -> None:
    from playwright.sync_api import sync_playwright

    footer = (
        '<div style="width: 100%; font: 8px sans-serif; text-align: center; color: #555">'
        '<span class="pageNumber"></span></div>'
    )
    header = (
        '<div style="width: 100%; font: 8px sans-serif; text-align: center; color: #555">'
        f"{html.escape(title)}</div>"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(600_000)
        page.goto(page_file.resolve().as_uri(), wait_until="load")
        page.evaluate("() => window.MathJax?.startup?.promise")
        page.evaluate("() => Promise.allSettled([...document.images].map((i) => i.decode()))")
        page.pdf(
            path=part,
            prefer_css_page_size=True,
            print_background=True,
            display_header_footer=True,
            header_template=header,
            footer_template=footer,
            outline=True,
            tagged=True,
        )
        browser.close()
    part.replace(path)


def _page_numbers(path: Path) -> dict[str, int]:
    """Returns on which page each id is that something in the file leads to."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    return {
        target.removeprefix("/"): reader.get_destination_page_number(found) + 1
        for target, found in reader.named_destinations.items()
    }


def _pack(path: Path) -> None:
    """Packs a file's many small objects, the tags for readers' aids: it is half as long then."""
    import pikepdf

    part = path.with_suffix(".part")
    with pikepdf.open(path) as printed:
        printed.save(part, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    part.replace(path)
