"""The editions of the site: from one to the other, each in its own language throughout."""

import re

import pytest
from playwright.sync_api import expect

from book.layout import chapter_paths, editions
from tests.browser.conftest import HTML, PAGES
from tests.browser.test_files import read
from tests.browser.test_reading import searched

STEM = list(chapter_paths())[-1]
# What is the same in both languages: names, and a word that a model reads.
SHARED = {"Transformer", "14 Transformer", "through", "#"}
# All that a page shows and tells readers' aids besides its own text.
_FRAME = """
() => {
  const chrome = "header, nav, aside, footer, .chapter-bar, summary, .copy, .tick, .headerlink, "
    + ".caption-number, .admonition-title, .eqno, noscript, #search-status, #search-more";
  const own = "article :not(" + chrome + ")";
  const found = new Set();
  for (const place of document.querySelectorAll(chrome)) {
    for (const name of ["title", "aria-label", "placeholder", "alt"]) {
      for (const one of [place, ...place.querySelectorAll(`[${name}]`)]) {
        if (one.getAttribute(name)) found.add(one.getAttribute(name).trim());
      }
    }
    const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const parent = walk.currentNode.parentElement;
      if (!parent.closest("script, style, mjx-container, code, .language, .math")) {
        found.add(walk.currentNode.textContent.trim());
      }
    }
  }
  return [...found].filter(Boolean);
}
"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_links_to_the_same_page_of_each_other_edition(html, name):
    edition, page = name.split("/")
    others = [f"../{other}/{page}" for other in editions() if other != edition]
    found = re.findall(r'<a class="language"[^>]*href="([^"]+)"', read(html / name).source)
    assert found == others
    assert all((html / edition / other).is_file() for other in others)


def test_the_switch_keeps_the_place_and_the_same_section_is_there(open_page):
    page = open_page(f"en/{STEM}.html")
    place = page.evaluate("document.querySelectorAll('article section[id] > h2')[2].parentNode.id")
    page.goto(f"{page.url}#{place}")
    page.locator(".language").click()
    page.wait_for_url(f"**/zh/{STEM}.html#{place}")
    heading = page.locator(f"section[id='{place}'] > h2")
    assert heading.count() == 1 and re.search("[\u4e00-\u9fff]", heading.inner_text())
    page.locator(".language").click()
    page.wait_for_url(f"**/en/{STEM}.html#{place}")


def test_the_switch_keeps_the_place_to_which_one_has_scrolled(open_page):
    page = open_page(f"en/{STEM}.html")
    ids = page.evaluate(
        "[...document.querySelectorAll('article section[id] > h2')].map((h) => h.parentNode.id)"
    )
    page.evaluate("(id) => { location.hash = id; }", ids[0])
    for place in (ids[2], ids[1]):
        section = f"document.getElementById('{place}')"
        page.evaluate(f"scrollTo(0, scrollY + {section}.getBoundingClientRect().top - 200)")
        page.locator(".language").click()
        page.wait_for_url(f"**/{STEM}.html#{place}")
    page.evaluate("scrollTo(0, 0)")
    page.locator(".language").click()
    page.wait_for_url(f"**/{STEM}.html")


@pytest.mark.parametrize("stem", chapter_paths())
def test_sections_exercises_and_figures_have_the_same_ids(html, stem):
    ids = [
        [name for name in read(html / edition / f"{stem}.html").ids if not re.match(r"id\d", name)]
        for edition in ("en", "zh")
    ]
    assert ids[0] == ids[1]


def test_the_switch_searches_for_the_same_words(open_page):
    page = open_page("zh/search.html?q=LSTM")
    page.locator(".language").click()
    page.wait_for_url("**/en/search.html?q=LSTM")


@pytest.mark.parametrize(("locale", "edition"), [("zh-CN", "zh"), ("zh-TW", "zh"), ("fr-FR", "en")])
def test_the_first_page_is_in_the_browser_s_language_if_there_is_an_edition(
    open_page,
    locale,
    edition,
):
    page = open_page("index.html", locale=locale)
    page.wait_for_url(f"**/{edition}/intro.html")


def test_without_javascript_the_first_page_is_the_original_s(open_page):
    page = open_page("index.html", java_script_enabled=False)
    page.wait_for_url("**/en/intro.html")


@pytest.mark.parametrize("name", sorted(path.name for path in (HTML / "zh").glob("*.html")))
def test_no_word_of_the_frame_is_left_in_english(open_page, name):
    if name == "index.html":
        return
    english, chinese = (
        set(open_page(f"{edition}/{name}").evaluate(_FRAME)) for edition in ("en", "zh")
    )
    same = {text for text in english & chinese if re.search(r"[A-Za-z]{2}", text)}
    assert same <= SHARED, same - SHARED
    strange = {text for text in chinese if re.search("[A-Za-z]", text)} - SHARED
    assert not {text for text in strange if not re.search("[\u4e00-\u9fff]", text)}


@pytest.mark.parametrize("text", ["束搜索", "教师强制", "注意力 掩码", "LSTM 编码器"])
def test_chinese_words_and_phrases_are_found(open_page, text):
    page = open_page("zh/intro.html")
    found = {re.search(r"/(\w+)/(\w+)\.html", link).groups() for link in searched(page, text)}
    wanted = {
        ("zh", stem)
        for stem in chapter_paths()
        if all(word in _shown(stem) for word in text.split())
    }
    assert wanted and page.locator("#search-results mark").count()
    total = int(re.search(r"(\d+) 页", page.inner_text("#search-status"))[1])
    assert total >= len(wanted)
    assert found & wanted


def _shown(stem: str) -> str:
    """What a chapter's page says outside of outputs and formulas."""
    source = read(HTML / "zh" / f"{stem}.html").source
    source = re.sub(r'<div class="cell_output.*?</div>', "", source, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", "", source[source.index("<article") : source.index("</article>")])


def test_signs_that_nowhere_stand_together_are_not_found(open_page):
    page = open_page("zh/intro.html")
    assert searched(page, "制强师教") == []
    assert page.inner_text("#search-status") == editions()["zh"]["strings"]["found_none"].format(
        text="制强师教"
    )


def test_a_long_phrase_that_no_page_has_is_looked_for_word_by_word(open_page):
    assert searched(open_page("zh/intro.html"), "变分自编码器下界")


@pytest.mark.parametrize(("edition", "text"), [("en", "encoder"), ("zh", "LSTM")])
def test_pages_of_the_reader_s_own_edition_are_found_first(open_page, edition, text):
    page = open_page(f"{edition}/intro.html")
    found = [re.search(r"/(\w+)/\w+\.html", link)[1] for link in searched(page, text)]
    assert found and set(found) == {edition}


def test_full_width_letters_are_searched_as_letters(open_page):
    wide = searched(open_page("zh/intro.html"), "\uff2c\uff33\uff34\uff2d")
    assert wide and wide == searched(open_page("zh/intro.html"), "LSTM")


def test_an_exercise_done_in_one_edition_is_done_in_the_other(open_page, address):
    page = open_page(f"en/{STEM}.html")
    page.locator(".exercise input[type=checkbox]").first.check()
    page.goto(f"{address}zh/{STEM}.html")
    expect(page.locator(".exercise input[type=checkbox]").first).to_be_checked()


def test_emphasised_chinese_stands_upright_and_heavier(open_page):
    page = open_page("zh/02_concepts.html")
    styles = page.evaluate(
        """[...document.querySelectorAll("article em")].map((one) => {
          const { fontStyle, fontWeight } = getComputedStyle(one);
          return [/[\u4e00-\u9fff]/.test(one.textContent), fontStyle, Number(fontWeight) >= 600];
        })"""
    )
    assert {tuple(style) for style in styles if style[0]} == {(True, "normal", True)}
    assert all(style[1] == "italic" for style in styles if not style[0])
