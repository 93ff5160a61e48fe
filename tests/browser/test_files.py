"""The built site as files: links, numbers, notebooks. No browser is needed for these."""

import gzip
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import jinja2
import nbformat
import pytest

from book.layout import BOOK, ROOT, chapter_paths, editions
from book.notebooks import all_labels
from book.site import _facts
from tests.browser.conftest import HTML, PAGES

CHAPTERS = [(edition, stem) for edition in editions() for stem in chapter_paths(edition)]
FORWARDS = [f"{edition}/index.html" for edition in editions()]
each_chapter = pytest.mark.parametrize(("edition", "stem"), CHAPTERS)


class _Page(HTMLParser):
    """A page's ids and links, and the text inside each element that has an id."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            elif name in ("href", "src"):
                self.links.append(value)


@cache
def read(path: Path) -> _Page:
    return _Page(path)


@pytest.mark.parametrize("name", ["index.html", *FORWARDS, *PAGES])
def test_every_link_inside_the_site_leads_somewhere(html, name):
    page = html / name
    broken = []
    for link in read(page).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.is_file() or (
            parts.fragment
            and target.suffix == ".html"
            and unquote(parts.fragment) not in read(target).ids
        ):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", ["index.html", *FORWARDS, *PAGES])
def test_a_page_is_valid_html(html, name):
    parser = html5lib.HTMLParser()
    parser.parse(read(html / name).source)
    assert [f"{place}: {problem} {detail}" for place, problem, detail in parser.errors] == []


@each_chapter
def test_a_chapter_s_page_is_light_besides_its_figures(html, edition, stem):
    """A first visit loads page, style and scripts; MathJax is shared, and comes later."""
    page = html / edition / f"{stem}.html"
    loaded = {(page.parent / urlsplit(link).path).resolve() for link in read(page).links}
    files = {path for path in loaded if path.suffix in (".css", ".js", ".svg")}
    files = {path for path in files if not {"mathjax", "diagrams"} & set(path.parts)}
    assert len(files) >= 3
    size = sum(len(gzip.compress(path.read_bytes())) for path in (page, *files))
    assert size <= 400_000, f"{size / 1000:.0f} KB"


@pytest.mark.parametrize("name", PAGES)
def test_no_id_is_used_twice_on_a_page(html, name):
    ids = read(html / name).ids
    assert sorted(ids) == sorted(set(ids))


@each_chapter
def test_a_page_shows_the_numbers_that_its_notebook_shows(html, edition, stem):
    labels = all_labels(edition)
    words = editions()[edition]["notebook"]
    source = read(html / edition / f"{stem}.html").source
    shown = {
        "equation": r'id="equation-{}">\s*<span class="eqno">([^<]+)<',
        "figure": r'id="{}">.*?<span class="caption-number">([^<]+)<',
        "exercise": r'id="{}">.*?<span class="caption-number">([^<]+)<',
    }
    for name, label in labels.targets.items():
        if label.stem == stem and label.kind in shown:
            found = re.search(shown[label.kind].format(re.escape(name)), source, re.DOTALL)
            assert found, f"the page does not number {name}"
            assert found[1].strip() == words[label.kind].format(number=label.number)


@each_chapter
def test_a_chapter_opens_with_its_number_its_title_and_its_bar(html, edition, stem):
    source = read(html / edition / f"{stem}.html").source
    main = source[source.index("<main") : source.index("</main>")]
    number = [s for e, s in CHAPTERS if e == edition].index(stem) + 1
    strings = editions()[edition]["strings"]
    opening = re.search(
        r'<h1><span class="section-number">(\d+) </span>[^<]+<a.*?</h1>\s*<ul class="chapter-bar">'
        r"(.*?)</ul>",
        main,
        re.DOTALL,
    )
    assert int(opening[1]) == number
    facts = _facts(stem, edition, "", "")
    assert f'<a href="status.html">{facts["run_time"]}</a>' in opening[2]
    assert strings["colab"] in opening[2]
    assert f'<a href="notebooks/{stem}.ipynb" download>' in opening[2]


@each_chapter
def test_a_chapters_notebook_can_be_downloaded(html, edition, stem):
    notebook = nbformat.read(html / edition / "notebooks" / f"{stem}.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("name", PAGES)
def test_every_image_states_its_size_so_that_nothing_moves_when_it_comes(html, name):
    images = re.findall(r"<img[^>]*>", read(html / name).source)
    assert [
        one
        for one in images
        if not re.search(r'width="\d+".* height="\d+"|height="\d+".* width="\d+"', one)
    ] == []


def _bar(repository: str) -> str:
    """Renders the bar of the first chapter, as a build for this repository would show it."""
    edition, stem = CHAPTERS[0]
    templates = {
        "layout.html": "{% block body %}{% endblock %}",
        "page.html": (BOOK / "_templates" / "page.html").read_text(encoding="utf-8"),
    }
    return (
        jinja2.Environment(loader=jinja2.DictLoader(templates))
        .get_template("page.html")
        .render(
            body="<h1>Title</h1><p>Text</p>",
            pagename=stem,
            root_doc="intro",
            chapters={stem: _facts(stem, edition, repository, "published")},
            strings=editions()[edition]["strings"],
            pathto=lambda name, resource=False: name if resource else f"{name}.html",
        )
    )


@pytest.mark.parametrize("repository", ["https://github.com/o/r", "https://github.com/o/r.git"])
def test_a_published_chapter_links_to_its_stamped_notebook_and_its_source(repository):
    edition, stem = CHAPTERS[0]
    bar = _bar(repository)
    file = f"o/r/blob/published/chapters/{edition}/{stem}"
    assert f'href="https://colab.research.google.com/github/{file}.ipynb"' in bar
    assert f'href="https://github.com/{file}.md"' in bar


@each_chapter
def test_the_files_that_a_published_chapter_links_to_exist(edition, stem):
    facts = _facts(stem, edition, "https://github.com/o/r", "published")
    for link, ending in ((facts["colab"], ".ipynb"), (facts["source"], ".md")):
        path = ROOT / link.partition("/blob/published/")[2]
        assert path.suffix == ending and path.is_file(), link


def test_a_local_build_explains_colab_instead_of_linking_to_it():
    bar = _bar("")
    assert 'href="intro.html#run-a-chapter-in-colab"' in bar
    assert "https://" not in bar


def test_the_site_has_a_page_for_everything_in_its_contents(html):
    for edition in editions():
        source = read(html / edition / "search.html").source
        linked = set(re.findall(r'href="(\w+\.html)"', source))
        built = {path.name for path in (html / edition).glob("*.html")}
        assert linked >= built - {"search.html", "index.html"}
        assert "genindex.html" not in built


def test_html_is_where_the_build_puts_it():
    from book import site

    assert site.HTML == HTML
