"""What a reader does on a page: by keyboard, on a phone, in the dark."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page

from book.layout import chapter_paths, editions
from tests.browser.visits import RULES, Axe, Visit, look, settle, watch

EDITION = next(iter(editions()))
CHAPTER = f"{EDITION}/{list(chapter_paths())[-1]}.html"
FRONT = f"{EDITION}/intro.html"


def theme(page: Page) -> str:
    return page.evaluate("document.documentElement.dataset.theme")


def tab_to(page: Page, selector: str, most: int = 12) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{most} presses of Tab do not lead to {selector}")


def test_the_first_tab_offers_to_skip_to_the_text(open_page):
    page = open_page(CHAPTER)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_nothing_moves_when_something_in_the_top_bar_gets_the_focus(open_page):
    page = open_page(CHAPTER)
    page.evaluate("scrollTo(0, 4000)")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    for control in (".language", "#theme", ".book-title"):
        page.focus(control)
        page.wait_for_timeout(100)
        assert page.evaluate("scrollY") == 4000


def test_the_theme_is_chosen_by_keyboard_and_kept_on_the_next_page(open_page, address):
    page = open_page(CHAPTER, color_scheme="light")
    tab_to(page, "#theme")
    page.keyboard.press("Enter")
    assert theme(page) == "dark"
    assert page.locator("#theme").get_attribute("aria-pressed") == "true"
    page.goto(address + FRONT)
    assert theme(page) == "dark"
    page.locator("#theme").press("Space")
    assert theme(page) == "light"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_until_one_is_chosen(open_page, scheme):
    page = open_page(FRONT, color_scheme=scheme)
    assert theme(page) == scheme
    other = "light" if scheme == "dark" else "dark"
    page.emulate_media(color_scheme=other)
    page.wait_for_function("(name) => document.documentElement.dataset.theme === name", arg=other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_lies_on_the_page_without_a_slab(open_page, scheme):
    page = open_page(CHAPTER, color_scheme=scheme)
    settle(page)
    for figure in page.locator("article img").all():
        figure.scroll_into_view_if_needed()
        box = figure.bounding_box()
        clip = {"x": box["x"] - 3, "y": box["y"] + 1, "width": 6, "height": 1}
        strip = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
        outside, inside = strip.getpixel((0, 0)), strip.getpixel((5, 0))
        assert max(abs(o - i) for o, i in zip(outside, inside, strict=True)) <= 3


def test_a_dark_page_is_printed_on_white_with_its_solutions_open(open_page):
    page = open_page(CHAPTER, color_scheme="dark")
    page.emulate_media(media="print")
    figure = page.locator("article img").first
    assert figure.evaluate("(image) => getComputedStyle(image).filter") == "none"
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert not page.locator(".top").is_visible()
    assert page.locator(".solution p").first.is_visible()


def test_without_javascript_the_page_reads_the_same(open_page):
    page = open_page(CHAPTER, java_script_enabled=False, color_scheme="dark")
    assert page.locator("article h1").is_visible()
    assert not page.locator("#theme").is_visible()
    assert "invert" in page.locator("article img").first.evaluate(
        "(image) => getComputedStyle(image).filter"
    )


def test_on_a_phone_the_contents_open_and_close_by_keyboard(open_page, address):
    page = open_page(CHAPTER, width=390)
    seen = Visit(CHAPTER, 390)
    watch(page, address, seen)
    assert not page.locator("#contents").is_visible()
    tab_to(page, ".menu")
    page.keyboard.press("Enter")
    assert page.locator("#contents").is_visible()
    page.evaluate(Axe().axe_script)
    assert look(page, page.evaluate(RULES), "contents") == []
    page.keyboard.press("Escape")
    assert not page.locator("#contents").is_visible()
    page.locator(".menu").click()
    page.locator("#contents .here a").first.click()
    assert not page.locator("#contents").is_visible()
    assert seen.console == []


def test_a_slash_leads_to_the_search_box_and_searching_finds_the_chapter(open_page):
    title = open_page(CHAPTER).locator("h1").inner_text()
    page = open_page(FRONT)
    page.keyboard.press("/")
    page.keyboard.type(max(re.findall(r"\w+", title), key=len))
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#search-results li a[href*='{CHAPTER.rpartition('/')[2]}']")


def searched(page, text):
    """The result's addresses of a search, once it is done."""
    page.fill(".search input", text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*")
    page.wait_for_function("document.getElementById('search-status').textContent !== ''")
    return page.evaluate("[...document.querySelectorAll('#search-results a')].map((a) => a.href)")


def test_a_phrase_in_quotes_is_found_as_it_stands(open_page):
    loose = searched(open_page(FRONT), "forcing teacher")
    assert searched(open_page(FRONT), '"teacher forcing"')
    assert loose and searched(open_page(FRONT), '"forcing teacher"') == []


@pytest.mark.parametrize("quotes", ["\u201c\u201d", "\u00ab\u00bb", "\u300c\u300d", "\uff02\uff02"])
def test_a_phrase_is_one_in_quotes_of_any_shape(open_page, quotes):
    page, (begin, end) = open_page(FRONT), quotes
    assert searched(page, f"{begin}teacher forcing{end}")
    assert searched(open_page(FRONT), f"{begin}forcing teacher{end}") == []


def test_a_phrase_may_stand_beside_words(open_page):
    assert searched(open_page(FRONT), '"teacher forcing" mask')
    assert searched(open_page(FRONT), 'mask "forcing teacher"') == []
    assert searched(open_page(FRONT), 'mask "teacher forcing" "zyzzyva"') == []


@pytest.mark.parametrize(
    "text", ["$&", "$'", "$$", "{count}", '"', '""', "& #", "<b>&amp;</b>", "[a-z]+(", "%", "\\"]
)
def test_what_was_asked_is_said_as_it_was_typed(open_page, text):
    page = open_page(f"{EDITION}/search.html")
    hint = editions()[EDITION]["strings"]["search_hint"]
    page.fill(".search input", text)
    status = "document.getElementById('search-status').innerText"
    page.wait_for_function(f"(hint) => !['', hint].includes({status})", arg=hint)
    said = page.inner_text("#search-status")
    assert (
        f"\u201c{text}\u201d" in said
        and said.count("\u201c") == 1
        and "{" not in said.replace(text, "")
    )


def test_results_that_come_late_do_not_mix_with_those_of_the_next_search(open_page):
    page, held = open_page(FRONT), []
    page.goto(page.url.replace("intro", "search"))
    page.context.route(
        "**/*.pf_fragment",
        lambda route: held.append(route) if len(held) < 8 else route.continue_(),
    )
    page.fill(".search input", "attention")
    while len(held) < 8:
        page.wait_for_timeout(20)
    page.fill(".search input", "heartbeat")
    page.wait_for_timeout(600)
    for route in held:
        route.continue_()
    page.wait_for_function("document.getElementById('search-status').textContent !== ''")
    page.wait_for_timeout(500)
    found = page.evaluate("[...document.querySelectorAll('#search-results a')].map((a) => a.href)")
    assert found == searched(open_page(FRONT), "heartbeat")


def test_a_search_that_could_not_be_made_can_be_made_again(open_page):
    page = open_page(FRONT)
    page.context.route("**/*zh-cn*meta*", lambda route: route.abort())
    page.goto(page.url.replace("intro", "search") + "?q=encoder")
    failed = editions()[EDITION]["strings"]["search_failed"]
    page.wait_for_function(
        "(t) => document.getElementById('search-status').innerText === t", arg=failed
    )
    page.context.unroute("**/*zh-cn*meta*")
    page.fill(".search input", "attention")
    page.wait_for_selector("#search-results li")


def test_who_comes_back_from_a_found_page_has_the_list_as_it_was(open_page):
    page = open_page(FRONT)
    searched(page, "attention")
    page.locator("#search-more").click()
    page.wait_for_function("document.querySelectorAll('#search-results li').length > 8")
    last = page.locator("#search-results li").last
    last.scroll_into_view_if_needed()
    before, place = page.locator("#search-results li").count(), page.evaluate("scrollY")
    last.locator("a").first.click()
    page.wait_for_function("!document.getElementById('search-status')")
    page.go_back()
    page.wait_for_function("document.getElementById('search-status').textContent !== ''")
    assert page.locator("#search-results li").count() == before
    assert place > 300 and abs(page.evaluate("scrollY") - place) < 300


def test_what_is_typed_on_the_search_page_is_one_step_of_the_history(open_page):
    page = open_page(FRONT)
    searched(page, "attention")
    page.fill(".search input", "beam & search")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=beam+%26+search")
    page.wait_for_selector("#search-results li")
    page.go_back()
    page.wait_for_url(f"**/{FRONT}")


def test_a_result_leads_to_the_section_that_has_the_words(open_page):
    page = open_page(FRONT)
    sections = [link for link in searched(page, "teacher forcing") if "#" in link]
    page.goto(sections[0])
    assert page.evaluate("document.querySelector(decodeURI(location.hash)) !== null")


def test_a_search_without_a_result_says_so_and_takes_other_words_at_once(open_page):
    page = open_page(FRONT)
    strings = editions()[EDITION]["strings"]
    assert searched(page, '"zyzzyva encoder"') == []
    assert page.inner_text("#search-status") == strings["found_none"].format(
        text='"zyzzyva encoder"'
    )
    page.fill(".search input", "encoder")
    page.wait_for_selector("#search-results li")
    assert "q=encoder" in page.url


def test_nothing_of_the_search_is_loaded_before_something_is_searched(open_page):
    page = open_page(FRONT)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload(wait_until="networkidle")
    assert asked and not [url for url in asked if "pagefind" in url or "search" in url]


def test_the_pages_that_are_not_shown_at_first_come_at_a_click(open_page):
    page = open_page(FRONT)
    searched(page, "the")
    before = page.locator("#search-results li").count()
    page.locator("#search-more").click()
    page.wait_for_function(f"document.querySelectorAll('#search-results li').length > {before}")
    assert page.evaluate("document.activeElement.closest('#search-results') !== null")


def test_a_page_opened_as_a_file_says_that_the_search_needs_a_server(browser, html):
    page = browser.new_page()
    page.goto((html / EDITION / "search.html").as_uri() + "?q=encoder")
    assert editions()[EDITION]["strings"]["search_served"] in page.inner_text("#content")
    page.close()


def test_a_done_exercise_is_remembered_by_this_browser(open_page):
    page = open_page(CHAPTER)
    boxes = page.locator(".exercise input[type=checkbox]")
    wanted = editions()[EDITION]["strings"]["exercises_done"]

    def told(done):
        return page.inner_text("#exercises-done") == wanted.format(done=done, all=boxes.count())

    assert boxes.count() >= 3 and told(0)
    boxes.nth(1).focus()
    page.keyboard.press("Space")
    assert told(1)
    page.reload()
    assert [box.is_checked() for box in boxes.all()][:3] == [False, True, False] and told(1)
    boxes.nth(1).uncheck()
    page.reload()
    assert told(0)


KEPT = 'dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))'


def test_a_page_that_the_browser_kept_knows_what_was_done_meanwhile(open_page):
    page = open_page(CHAPTER, color_scheme="light")
    box = page.locator(".exercise input[type=checkbox]").first
    identity = page.locator(".exercise").first.get_attribute("id")
    page.evaluate(
        "(id) => { localStorage.setItem('theme', 'dark'); localStorage.setItem(id, 'done'); }",
        identity,
    )
    page.evaluate(KEPT)
    assert theme(page) == "dark" and box.is_checked()


def test_code_is_copied_as_it_stands(open_page, address):
    page = open_page(CHAPTER)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    block = page.locator(".cell_input .highlight:visible").first
    strings = editions()[EDITION]["strings"]
    assert block.locator(".copy").text_content() == strings["copy_code"]
    block.locator(".copy").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".copy.done")
    assert block.locator(".copy").text_content() == strings["copied"]
    assert page.evaluate("navigator.clipboard.readText()") == block.locator("pre").text_content()


def test_what_is_too_wide_scrolls_by_keyboard(open_page):
    page = open_page(CHAPTER, width=390)
    settle(page)
    wide = page.locator("pre[tabindex]")
    assert wide.count() > 0
    wide.first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
