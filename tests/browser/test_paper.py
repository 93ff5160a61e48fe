"""The book on paper: printed from the built pages, with numbers and links that hold."""

import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from pypdf import PdfReader

from book import paper
from book.layout import editions

STEMS = ("intro", "16_translation", "references")
EDITION = next(iter(editions()))


@pytest.fixture(scope="module")
def printed(html, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper, "PDF", tmp_path_factory.mktemp("pdf"))
        # In a thread of its own: the other tests' browser is driven from this one.
        with ThreadPoolExecutor(1) as pool:
            path = pool.submit(paper.print_book, EDITION, html / EDITION, STEMS).result()
        yield PdfReader(path)


def texts(printed):
    return [page.extract_text() for page in printed.pages]


def test_the_contents_tell_the_pages_on_which_the_titles_stand(printed):
    pages = texts(printed)
    contents = next(page for page in pages if page.lstrip().find("Contents") in range(200))
    entries = re.findall(r"^(\D.*?\S)\s*(\d+)$", contents, re.MULTILINE)
    assert len(entries) >= 8
    for title, number in entries:
        assert title.split()[-1] in pages[int(number) - 1], (title, number)


def test_every_link_inside_the_book_leads_to_a_place_in_it(printed):
    names, links = set(printed.named_destinations), []
    for page in printed.pages:
        for note in page.get("/Annots") or []:
            found = note.get_object()
            if "/Dest" in found:
                links.append(str(found["/Dest"]))
            else:
                address = found["/A"]["/URI"]
                assert address.startswith(("http://", "https://")), address
    assert len(links) > 40
    assert [link for link in links if link not in names] == []


def test_figures_and_chinese_are_printed_and_the_setup_cell_is_not(printed):
    # The font has one glyph for 文 and for the radical ⽂, and the file knows its glyphs.
    whole = unicodedata.normalize("NFKC", "".join(texts(printed)))
    assert "保存文件" in whole
    assert "SEQTUT" not in whole
    assert sum(len(page.images) for page in printed.pages) >= 2


def test_the_file_is_packed_and_keeps_its_tags(printed):
    assert printed.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"/ObjStm" in printed.stream.getvalue()


def test_pages_are_numbered(printed):
    for number, page in enumerate(texts(printed), start=1):
        assert re.search(rf"(^|\n)\s*{number}\s*(\n|$)", page), number


def test_only_a_pdf_of_these_very_pages_is_offered(html, tmp_path, monkeypatch):
    monkeypatch.setattr(paper, "PDF", tmp_path / "pdf")
    monkeypatch.setattr(paper, "toc_stems", lambda: ("one",))
    site = tmp_path / "site"
    site.mkdir()
    frame = "<article><p>{}</p></article><footer><!-- pdf --></footer>"

    def build(text):
        (site / "one.html").write_text(frame.format(text))
        return paper.offer(EDITION, site), (site / "one.html").read_text()

    offered, page = build("first")
    assert not offered and "<a " not in page
    (tmp_path / "pdf").mkdir()
    made = tmp_path / "pdf" / paper.name(EDITION)
    made.write_bytes(b"%PDF")
    made.with_suffix(".stamp").write_text(paper._stamp(EDITION, site))
    offered, page = build("first")
    assert offered and f'href="{made.name}"' in page
    assert (site / made.name).read_bytes() == b"%PDF"
    offered, page = build("second")
    assert not offered and "<a " not in page
