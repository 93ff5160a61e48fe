"""Every page, at a desk's and at a phone's width, in light and in dark."""

import re


def test_the_console_stays_empty(seen):
    assert not seen.console, "\n".join(seen.console)


def test_no_request_fails(seen):
    assert not seen.failed, "\n".join(seen.failed)


def test_no_request_leaves_the_site(seen):
    assert not seen.outside, "\n".join(seen.outside)


def test_axe_finds_nothing(seen):
    assert not seen.violations, "\n".join(seen.violations)


def test_the_page_never_scrolls_sideways(seen):
    assert seen.light["overflow"] <= 0


def test_there_is_one_top_bar_and_one_search_box(seen):
    assert (seen.light["top_bars"], seen.light["search_boxes"]) == (1, 1)


def test_every_image_is_loaded_and_described(seen):
    for image in seen.light["images"]:
        assert image["width"] > 0, f"{image['source']} is not there"
        described = image["alt"].strip() and not re.search(r"\.(png|svg)$", image["alt"])
        assert described, f"{image['source']} has no alt text. Received: {image['alt']!r}"


def test_all_maths_is_typeset(seen):
    for maths in seen.light["maths"]:
        assert maths == {"rendered": 1, "broken": 0, "raw": False}


def test_the_dark_page_is_dark_and_its_figures_are_inverted(seen):
    assert (seen.light["theme"], seen.dark["theme"]) == ("light", "dark")
    assert min(_channels(seen.light["paper"])) > 230
    assert max(_channels(seen.dark["paper"])) < 50
    for figure in seen.light["figures"]:
        assert (figure["filter"], figure["blend"]) == ("none", "multiply"), figure["source"]
    for figure in seen.dark["figures"]:
        assert figure["filter"] == "invert(1) hue-rotate(180deg)", figure["source"]
        assert figure["blend"] == "screen", figure["source"]


def test_nothing_moves_while_the_page_loads(seen):
    # Results of a search come when they are found, and tables full of formulas take their widths
    # when these are set.
    late = seen.page.endswith(("search.html", "notation.html"))
    assert seen.shift <= (0.25 if late else 0.05)


def test_the_page_says_what_language_it_is_in(seen):
    assert seen.light["language"] == {"en": "en", "zh": "zh-CN"}[seen.page.split("/")[0]]


def _channels(colour: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", colour)[:3]]
