"""The models on the pages, as a reader uses them: by pointer and keyboard, in light and dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from book.layout import editions
from tests.browser.conftest import HTML, PAGES
from tests.browser.visits import RULES, Visit, settle, watch

EDITION = next(iter(editions()))
STRINGS = editions()[EDITION]["strings"]["playground"]
PLACES = [
    (page, number)
    for page in PAGES
    for number in range((HTML / page).read_text(encoding="utf-8").count('class="playground"'))
]
PRONOUNCE, BATCH = f"{EDITION}/12_decoding.html", f"{EDITION}/11_encoder_decoder.html"
DIGITS, HEARTBEAT = f"{EDITION}/03_autoencoder.html", f"{EDITION}/08_anomaly_detection.html"


@pytest.fixture
def open_page(browser: Browser, address: str):
    """Opens a page in a context of its own, and notes what goes wrong on it."""
    contexts = []

    def opener(name: str, width: int = 1280, **options) -> tuple[Page, Visit]:
        context = browser.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        page, seen = context.new_page(), Visit(name, width)
        watch(page, address, seen)
        page.goto(address + name, wait_until="load")
        return page, seen

    yield opener
    for context in contexts:
        context.close()


def started(page: Page, number: int = 0):
    """Scrolls to a playground, waits until its model is there, and returns it."""
    place = page.locator(".playground").nth(number)
    place.scroll_into_view_if_needed()
    expect(place).to_have_attribute("data-ready", "", timeout=30_000)
    return place


@pytest.fixture
def pronounce(open_page):
    page, seen = open_page(PRONOUNCE, reduced_motion="reduce")
    place = started(page)
    expect(place.locator(".play-ipa")).to_have_text(re.compile("/.+/"))
    yield place
    assert seen.console == [] and seen.failed == [] and seen.outside == []


def test_every_kind_is_on_a_page_and_in_each_chapter_that_announces_one():
    pages = {page.rpartition("/")[2] for page, _ in PLACES if page.startswith(EDITION)}
    wanted = {"03_auto", "05_vari", "08_anom", "11_enco", "12_deco", "13_atte"}
    assert {page[:7] for page in pages} == wanted
    assert PLACES.count((BATCH, 1)) == 1  # two on this page


def test_nothing_of_a_playground_is_fetched_before_it_is_seen(open_page):
    page, seen = open_page(PRONOUNCE)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload(wait_until="load")
    settle(page)
    assert asked and not [url for url in asked if "/playground/" in url]
    started(page)
    assert [url for url in asked if url.endswith("cmudict-small.bin")]
    assert seen.console == []


def test_a_playground_is_ready_before_a_reader_comes_to_it(open_page):
    page, _ = open_page(PRONOUNCE)
    place = page.locator(".playground")
    place.evaluate(
        "(e) => scrollTo(0, scrollY + e.getBoundingClientRect().top - 1.5 * innerHeight)"
    )
    expect(place).to_have_attribute("data-ready", "", timeout=30_000)
    assert place.evaluate("(e) => e.getBoundingClientRect().top > innerHeight")


@pytest.mark.parametrize("name", [DIGITS, PRONOUNCE])
def test_from_a_dark_page_a_playground_is_printed_in_ink(open_page, name):
    page, _ = open_page(name, color_scheme="dark", reduced_motion="reduce")
    place = started(page)
    place.locator(".play-picture, .play-heat td").first.wait_for()
    page.emulate_media(media="print")
    for picture in place.locator(".play-picture").all():
        assert picture.evaluate("(e) => getComputedStyle(e).filter") == "none"
    for cell in place.locator(".play-heat tbody td").all():
        assert cell.evaluate("(e) => getComputedStyle(e).printColorAdjust") == "exact"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("name", "number"), PLACES)
def test_a_playground_is_accessible_and_quiet_in_light_and_dark(open_page, name, number, width):
    page, seen = open_page(name, width, color_scheme="light", reduced_motion="reduce")
    place = started(page, number)
    page.evaluate(
        "([p, n]) => document.querySelectorAll(p)[n].id = 'here'", [".playground", number]
    )
    place.locator(".play").wait_for()
    page.evaluate(Axe().axe_script)
    rules = [rule for rule in page.evaluate(RULES) if rule != "color-contrast"]
    found = _look_inside(page, rules)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    found += _look_inside(page, ["color-contrast-enhanced", "link-in-text-block"])
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.console == [] and seen.failed == [] and seen.outside == []
    # Everything that can be handled has a name and can be reached.
    for field in place.locator("input, button, [tabindex]").all():
        named = field.evaluate(
            "(e) => e.labels?.length || e.textContent.trim() || e.getAttribute('aria-label')"
        )
        assert named, field.evaluate("(e) => e.outerHTML")
        assert field.evaluate("(e) => e.tabIndex") >= 0


def _look_inside(page: Page, rules: list[str]) -> list[str]:
    """What axe finds in the playground; of the rest of the page other tests know."""
    found = page.evaluate("(rules) => axe.run('#here', { runOnly: rules })", rules)
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def test_without_javascript_there_is_a_picture_and_a_sentence(open_page):
    for name, number in dict.fromkeys((name, 0) for name, _ in PLACES):
        page, _ = open_page(name, java_script_enabled=False)
        place = page.locator(".playground").nth(number)
        assert place.locator("img").is_visible()
        assert len(place.locator("img").get_attribute("alt")) > 40
        words = editions()[name.split("/")[0]]["strings"]["playground"]["all"]
        assert words["script"] in place.inner_text()
        assert words["file"] not in place.inner_text()


def test_from_a_file_the_picture_stays_and_a_sentence_says_why(browser):
    page = browser.new_context().new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((HTML / PRONOUNCE).as_uri(), wait_until="load")
    place = page.locator(".playground")
    place.scroll_into_view_if_needed()
    assert place.locator("img").is_visible()
    assert STRINGS["all"]["file"] in place.inner_text()
    assert said == []
    page.context.close()


def test_a_model_that_cannot_be_fetched_leaves_the_picture_and_says_so(open_page):
    page, _ = open_page(PRONOUNCE)
    page.context.route("**/*.bin", lambda route: route.abort())
    place = page.locator(".playground")
    place.scroll_into_view_if_needed()
    expect(place.locator(".play-status")).to_have_text(STRINGS["all"]["failed"])
    assert place.locator("img").is_visible()


# --- Words


def test_a_typed_word_is_said_and_announced(pronounce):
    pronounce.get_by_label(STRINGS["pronounce"]["word"]).fill(" Knight")
    expect(pronounce.locator(".play-ipa")).to_have_text("/naɪt/")
    expect(pronounce.locator(".play-arpabet")).to_have_text("N AY T")
    status = pronounce.locator(".play [role=status]")
    expect(status).to_have_text(re.compile(r"^knight: N AY T, with a probability of [\d.]+ %\.$"))
    assert pronounce.locator(".play-heat tbody tr").count() == 4  # three sounds and the end
    assert pronounce.locator(".play-heat thead th").all_inner_texts() == list("knight")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("", "empty"), ("\u6f22", "strange"), ("x" * 50, "long")],
)
def test_what_the_model_cannot_read_is_said_with_the_reason(pronounce, typed, reason):
    field = pronounce.get_by_label(STRINGS["pronounce"]["word"])
    field.fill(typed)
    begin = STRINGS["pronounce"][reason].partition("{")[0]
    expect(pronounce.locator("[role=alert]")).to_contain_text(begin)
    assert field.get_attribute("aria-invalid") == "true"
    # Nothing is left of what an earlier word became.
    assert not pronounce.locator(".play-said").is_visible()
    assert not pronounce.locator(".play-tree").is_visible()
    assert pronounce.locator(".play [role=status]").text_content() == ""
    assert field.get_attribute("aria-describedby") == pronounce.locator(
        "[role=alert]"
    ).get_attribute("id")
    field.fill("knight")
    expect(pronounce.locator("[role=alert]")).to_have_text("")
    assert field.get_attribute("aria-invalid") == "false"
    expect(pronounce.locator(".play-tree")).to_be_visible()
    expect(pronounce.locator(".play-arpabet")).to_have_text("N AY T")


def test_all_letters_of_a_text_that_is_too_long_are_counted(pronounce):
    pronounce.get_by_label(STRINGS["pronounce"]["word"]).fill("ab" * 100)
    said = STRINGS["pronounce"]["long"].format(longest=40, length=200)
    expect(pronounce.locator("[role=alert]")).to_have_text(said)


def test_a_small_probability_is_not_called_none(pronounce):
    pronounce.get_by_label(STRINGS["pronounce"]["word"]).fill("x" * 40)
    expect(pronounce.locator(".play-probability")).to_have_text("< 0.1 %")


def test_who_types_faster_than_the_model_reads_waits_for_the_last_word_alone(open_page):
    page, _ = open_page(PRONOUNCE, reduced_motion="reduce")
    place = started(page)
    expect(place.locator(".play-answers tbody tr")).to_have_count(5)
    page.evaluate(
        """() => {
          const post = Worker.prototype.postMessage;
          window.asked = [];
          Worker.prototype.postMessage = function (message) {
            window.asked.push(message.text);
            setTimeout(() => post.call(this, message), 1500);
          };
        }"""
    )
    field = place.get_by_label(STRINGS["pronounce"]["word"])
    for word in ("k", "kn", "kni", "knight"):
        field.fill(word)
        page.wait_for_timeout(200)
    expect(place.locator(".play-arpabet")).to_have_text("N AY T")
    assert page.evaluate("window.asked") == ["k", "knight"]


def test_a_button_pressed_before_the_first_answer_breaks_nothing(open_page):
    page, seen = open_page(PRONOUNCE)
    page.evaluate(
        """() => {
          const place = document.querySelector(".playground");
          const handled = new MutationObserver(() => {
            const stage = place.querySelector(".play");
            if (!stage) return;
            handled.disconnect();
            stage.querySelector("button").click();
            const ranges = stage.querySelectorAll("input[type=range]");
            for (const range of ranges) range.dispatchEvent(new Event("input"));
          });
          handled.observe(place, { childList: true, subtree: true });
        }"""
    )
    place = started(page)
    expect(place.locator(".play-answers tbody tr")).to_have_count(5)
    assert seen.console == []


def test_a_beam_that_grows_is_drawn_whole_while_its_width_is_changed(open_page):
    page, _ = open_page(PRONOUNCE)
    place = started(page)
    expect(place.locator(".play-answers tbody tr")).to_have_count(5)
    cut = place.evaluate(
        """async (place) => {
          const width = place.querySelector("input[type=range]");
          width.value = 1;
          width.dispatchEvent(new Event("input"));
          const cut = new Set();
          for (let n = 0; n < 60; n++) {
            const tree = place.querySelector(".play-tree");
            const lowest = Math.max(...[...tree.querySelectorAll("rect")].map(
              (box) => Number(box.getAttribute("y")) + Number(box.getAttribute("height"))));
            const high = Number(tree.getAttribute("height"));
            if (lowest > high) cut.add(tree.getAttribute("aria-label"));
            document.querySelector(".playground button").click();
            await new Promise((done) => setTimeout(done, 5));
          }
          return [...cut];
        }"""
    )
    assert cut == []


def test_what_grows_too_wide_can_be_scrolled_by_keyboard(open_page):
    page, _ = open_page(PRONOUNCE, width=390)
    tree = started(page).locator(".play-scroll", has=page.locator(".play-tree"))
    expect(tree).to_have_attribute("tabindex", "0")
    assert tree.get_attribute("aria-label").endswith(STRINGS["pronounce"]["beam"])


def test_a_table_of_answers_that_is_too_wide_can_be_scrolled_by_keyboard(open_page):
    page, _ = open_page(PRONOUNCE, width=320, reduced_motion="reduce")
    answers = started(page).locator(".play-answers")
    assert answers.evaluate("(e) => e.scrollWidth > e.clientWidth")
    expect(answers).to_have_attribute("tabindex", "0")


def test_a_long_word_s_sounds_stay_on_a_phone_s_page(open_page):
    page, _ = open_page(PRONOUNCE, width=390, reduced_motion="reduce")
    place = started(page)
    word = "antidisestablishmentarianism"
    place.get_by_label(STRINGS["pronounce"]["word"]).fill(word)
    expect(place.locator(".play-heat thead th")).to_have_count(len(word))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_beam_is_as_wide_as_its_slider_says_by_keyboard(pronounce):
    slider = pronounce.get_by_label(STRINGS["pronounce"]["beam_width"])
    slider.focus()
    for press, width in (("Home", 1), ("ArrowRight", 2), ("End", 8)):
        slider.press(press)
        expect(pronounce.locator(".play-answers tbody tr")).to_have_count(width)
    assert slider.get_attribute("aria-valuetext") == "8"


def test_the_length_penalty_orders_the_answers(pronounce):
    slider = pronounce.get_by_label(STRINGS["pronounce"]["alpha"])
    before = pronounce.locator(".play-answers tbody td:last-child").all_inner_texts()
    assert before == pronounce.locator(".play-answers tbody td:nth-child(2)").all_inner_texts()
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "2.0")
    expect(pronounce.locator(".play-answers tbody td:last-child").first).not_to_have_text(before[0])
    scores = pronounce.locator(".play-answers tbody td:last-child").all_inner_texts()
    numbers = [float(score.replace("−", "-")) for score in scores]
    assert numbers == sorted(numbers, reverse=True)


def test_the_search_can_be_walked_through_step_by_step(pronounce):
    slider = pronounce.get_by_role("slider", name=STRINGS["pronounce"]["step"])
    slider.press("Home")
    assert pronounce.locator(".play-tree .play-node").count() == 6  # begin, and five prefixes
    assert "step 1 of" in pronounce.locator(".play-tree").get_attribute("aria-label").replace(
        "Step", "step"
    )
    slider.press("ArrowRight")
    assert pronounce.locator(".play-tree .play-node").count() == 11
    assert pronounce.locator(".play-said").evaluate("(e) => e.className").count("play-growing")
    slider.press("End")
    assert pronounce.locator(".play-chosen").count() == 1


def test_another_answer_can_be_picked_by_keyboard_and_is_marked(pronounce):
    first = pronounce.locator(".play-arpabet").inner_text()
    pronounce.locator("input[type=radio]").first.focus()
    pronounce.page.keyboard.press("ArrowDown")
    expect(pronounce.locator(".play-arpabet")).not_to_have_text(first)
    marked = pronounce.locator(".play-tree .play-marked .play-token").all_text_contents()
    assert marked[1:] == pronounce.locator(".play-arpabet").inner_text().split()


def test_phonemes_appear_one_after_the_other_unless_motion_is_unwanted(open_page):
    for motion, growing in (("no-preference", True), ("reduce", False)):
        page, _ = open_page(PRONOUNCE, reduced_motion=motion)
        place = started(page)
        expect(place.locator(".play-answers tbody tr")).to_have_count(5)
        lengths = page.evaluate(
            """async () => {
              const seen = new Set();
              document.querySelector(".playground button").click();
              for (let n = 0; n < 12; n++) {
                seen.add(document.querySelector(".play-arpabet").textContent.trim());
                await new Promise((done) => setTimeout(done, 100));
              }
              return [...seen].map((said) => said.split(" ").length);
            }"""
        )
        assert (len(lengths) > 3) == growing
        assert lengths == sorted(lengths)


def test_the_page_answers_while_the_model_reads(open_page):
    page, _ = open_page(PRONOUNCE, reduced_motion="reduce")
    place = started(page)
    longest = page.evaluate(
        """async () => {
          const field = document.querySelector(".playground input[type=text]");
          let [last, longest] = [performance.now(), 0];
          field.value = "antidisestablishmentarianism";
          field.dispatchEvent(new Event("input"));
          while (!document.querySelector(".play-heat thead")?.textContent.startsWith("antidis")) {
            await new Promise((done) => setTimeout(done, 1));
            const now = performance.now();
            [longest, last] = [Math.max(longest, now - last), now];
          }
          return longest;
        }"""
    )
    assert place.locator(".play-arpabet").inner_text()
    print(f"the longest pause of the page was {longest:.0f} ms")


# --- A batch


def test_a_batch_is_followed_from_ids_to_loss_with_its_pads_in_grey(open_page):
    page, seen = open_page(BATCH)
    place = started(page, 0)
    slider = place.get_by_label(STRINGS["batch"]["layer"])
    shapes = []
    slider.press("Home")
    for _ in range(int(slider.get_attribute("max"))):
        shapes.append(place.locator(".play-shape").inner_text())
        slider.press("ArrowRight")
    assert shapes[0] == "(3, 7)" and "(3, 7, 160)" in shapes and shapes[-3] == "(3, 7, 160)"
    assert "(3, 160)" in shapes and shapes[-2:] == ["(3, 7, 43)", "(3, 7)"]
    slider.press("Home")
    assert [picture.locator("rect.play-pad").count() for picture in place.locator("svg").all()] == [
        0,
        4,
        2,
    ]
    label = place.locator("svg").nth(1).get_attribute("aria-label")
    assert label == "tea: 7 steps, 4 of them pads"
    slider.press("ArrowRight")
    expect(place.locator(".play [role=status]")).to_contain_text("(3, 7, 64)")
    assert seen.console == []


# --- Digits


def pixels(canvas) -> list[int]:
    """How much ink each pixel of a canvas has."""
    return canvas.evaluate(
        """(c) => {
          const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
          return [...data].filter((_, place) => place % 4 === 3);
        }"""
    )


@pytest.mark.parametrize("name", [DIGITS, f"{EDITION}/05_variational_autoencoder.html"])
def test_a_code_is_dragged_and_decoded(open_page, name):
    page, seen = open_page(name)
    place = started(page)
    decoded = place.get_by_role("img", name=STRINGS["digits"]["decoded"])
    before, said = pixels(decoded), place.locator(".play-note").first.inner_text()
    assert max(before) > 150
    box = place.locator(".play-plane").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 220, steps=5)
    page.mouse.up()
    assert pixels(decoded) != before
    assert place.locator(".play-note").first.inner_text() != said
    # By keyboard too.
    slider = place.get_by_label(STRINGS["digits"]["numbers"][0])
    before = pixels(decoded)
    slider.press("Home")
    assert pixels(decoded) != before
    expect(place.locator(".play [role=status]")).to_have_text(
        place.locator(".play-note").first.inner_text()
    )
    assert seen.console == []


def test_a_drawn_digit_is_read_centred_and_rebuilt(open_page):
    page, seen = open_page(DIGITS)
    place = started(page)
    pad = place.locator("[role=application]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 120, steps=8)
    page.mouse.up()
    read = place.get_by_role("img", name=STRINGS["digits"]["read"])
    page.wait_for_timeout(200)
    ink = pixels(read)
    columns = [x for x in range(28) if any(ink[28 * y + x] > 128 for y in range(28))]
    assert columns and min(columns) >= 10 and max(columns) <= 17  # a stroke in the middle
    expect(place.get_by_text("Mean squared error")).to_be_visible()
    expect(place.locator(".play-note").first).to_contain_text("shows a 1")
    place.get_by_role("button", name=STRINGS["digits"]["clear"]).click()
    page.wait_for_timeout(200)
    assert max(pixels(read)) == 0
    assert seen.console == []


def test_a_digit_is_drawn_by_keyboard(open_page):
    page, _ = open_page(DIGITS)
    place = started(page)
    pad = place.locator("[role=application]")
    top = page.evaluate("scrollY")
    pad.focus()
    top = page.evaluate("scrollY")
    page.keyboard.press("Space")
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    page.wait_for_timeout(200)
    assert page.evaluate("scrollY") == top
    assert max(pixels(place.get_by_role("img", name=STRINGS["digits"]["read"]))) > 128
    expect(place.locator(".play-note").first).to_contain_text("shows a 1")


def test_a_reader_who_does_not_see_the_pen_is_told_whether_it_is_down(open_page):
    page, _ = open_page(DIGITS)
    place = started(page)
    place.locator("[role=application]").focus()
    for words in ("pen_down", "pen_up"):
        page.wait_for_timeout(700)  # what was said of the start has been said
        page.keyboard.press("Space")
        expect(place.locator(".play [role=status]")).to_have_text(STRINGS["digits"][words])


def test_the_first_button_leaves_a_dot_and_the_others_leave_nothing(open_page):
    page, _ = open_page(DIGITS)
    place = started(page)
    pad = place.locator("[role=application]")
    read = place.get_by_role("img", name=STRINGS["digits"]["read"])
    for button, drawn in (("right", False), ("middle", False), ("left", True)):
        pad.click(button=button, position={"x": 60, "y": 60})
        page.wait_for_timeout(200)
        assert (max(pixels(read)) > 0) == drawn, button
    before = place.locator(".play-note").first.inner_text()
    place.locator(".play-plane").click(button="right", position={"x": 280, "y": 20})
    assert place.locator(".play-note").first.inner_text() == before


# --- A heartbeat


def test_only_the_first_button_bends_a_beat(open_page):
    page, _ = open_page(HEARTBEAT)
    place = started(page)
    chart = place.locator(".play-chart")
    before = place.locator(".play-verdict").inner_text()
    chart.click(button="right", position={"x": 200, "y": 10})
    assert place.locator(".play-verdict").inner_text() == before
    chart.click(position={"x": 200, "y": 10})
    assert place.locator(".play-verdict").inner_text() != before


def test_a_beat_that_is_bent_raises_the_alarm_and_can_be_put_right(open_page):
    page, seen = open_page(HEARTBEAT)
    place = started(page)
    words, verdict = STRINGS["heartbeat"], place.locator(".play-verdict")
    alarm, calm = (re.compile(words[kind].rpartition("}")[2] + "$") for kind in ("alarm", "normal"))
    expect(verdict).to_have_text(calm)
    place.get_by_role("button", name=words["over"]).click()
    expect(verdict).to_have_text(alarm)
    expect(place.locator(".play [role=status]")).to_have_text(verdict.inner_text())
    place.get_by_role("button", name=words["again"]).click()
    expect(verdict).to_have_text(calm)
    # By keyboard: one step, far up.
    place.get_by_role("slider", name=words["step"], exact=True).press("End")
    place.get_by_role("slider", name=words["step"], exact=True).press("PageDown")
    place.get_by_label(words["voltage"]).press("End")
    expect(verdict).to_have_text(alarm)
    place.get_by_role("button", name=words["again"]).click()
    # By pointer.
    box = place.locator(".play-chart").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 8, steps=5)
    page.mouse.up()
    expect(verdict).to_have_text(alarm)
    assert verdict.inner_text() in place.locator(".play-chart").get_attribute("aria-label")
    assert seen.console == []
