"""The editions side by side: each translation is whole, follows the original, and is set well."""

import re

import pytest
import yaml
from markdown_it import MarkdownIt

from book import following, layout, sections, translation
from book.myst import Code, parts

PAGES = [(edition, page) for edition in following.translations() for page in following.all_pages()]
each_page = pytest.mark.parametrize(("edition", "page"), PAGES, ids=map("/".join, PAGES))

HAN = r"[\u4e00-\u9fff]"
# What stands in a line of words and is set in Latin letters: its inside is not looked at.
ASIDE = re.compile(r"(`+).+?\1|(?<!\\)\$[^$]+\$|\]\([^)]*\)|\{[\w:-]+\}|<[^>]+>|https?://\S+")


@each_page
def test_a_translation_has_all_that_the_original_has(edition, page):
    told = translation.differences(edition, page)
    assert not told, "\n".join(told)


@pytest.mark.parametrize("page", following.all_pages())
def test_nothing_but_data_is_left_in_english(page):
    told = translation.left_in_english("zh", page)
    assert not told, "\n".join(told)


@each_page
def test_a_translation_follows_what_the_original_says_now(edition, page):
    if page in following.behind(edition):
        pytest.fail(
            f"{edition}/{page} is behind the original. See what changed with `python -m book.build "
            f"translations {edition}/{page}`, bring it up to date, then run the same with "
            "--settle.",
            pytrace=False,
        )


def test_every_stamp_is_of_a_page_that_is_there():
    for edition in following.translations():
        assert set(following.recorded(edition)) == set(following.all_pages())


def lines_of_words(page: str) -> list[str]:
    """The Chinese page's lines, captions included, without code, formulas and addresses."""
    path = sections.page_path("zh", page)
    text = following.without_code(path.read_text(encoding="utf-8"))
    text = re.sub(r"^```\{math\}.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    found = []
    for part in parts(text.replace("```{code-cell}", "```{cell}"), page):
        if isinstance(part, Code):
            continue
        block = [part] if isinstance(part, str) else [part.argument, "", *part.body]
        found += [ASIDE.sub("※", line) for line in block]
    return found


WRONG = {
    "half-width punctuation behind Chinese": rf"{HAN}\s?[,;!?](?!\w)|{HAN}[.:](\s|$|{HAN})",
    "half-width brackets beside Chinese": rf"{HAN}\(|\){HAN}",
    "no space between Chinese and Latin": rf"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}",
    "a space between Chinese signs": rf"[\u4e00-\u9fff，。；：] +{HAN}",
    "a space before full-width punctuation": r"[^\s|-] [，。；：！？、）]",
    "a space behind full-width punctuation": r"[，。；：！？、（] +[^\s|]",
    "straight quotation marks": rf"\"{HAN}|{HAN}\"",
}


def wrong(line: str) -> list[str]:
    return [
        f"{what}: {line[max(0, match.start() - 20) : match.end() + 20]}"
        for what, pattern in WRONG.items()
        if (match := re.search(pattern, line))
    ]


@pytest.mark.parametrize("page", following.all_pages())
def test_chinese_is_set_with_its_own_punctuation_and_spacing(page):
    found = [problem for line in lines_of_words(page) for problem in wrong(line.strip())]
    assert not found, "\n".join(found)


def test_the_chinese_of_the_glossary_and_of_the_frame_is_set_alike():
    glossary = yaml.safe_load((layout.BOOK / "glossary.yml").read_text(encoding="utf-8"))
    said = [text for entry in glossary for text in (entry["zh"], entry["zh_definition"])]
    configured = yaml.safe_load((layout.BOOK / "editions.yml").read_text(encoding="utf-8"))["zh"]
    said += texts(configured["strings"]) + texts(configured["notebook"])
    assert [(text, what) for text in said for what in wrong(ASIDE.sub("※", text))] == []


@pytest.mark.parametrize("page", following.all_pages())
def test_every_emphasis_of_chinese_is_shown_as_one(page):
    """Beside full-width punctuation an asterisk may neither open nor close: it would be shown."""
    shown = [
        line
        for line in lines_of_words(page)
        if "*" in line.lstrip("* ")
        for part in MarkdownIt("commonmark").parseInline(line.strip())[0].children
        if part.type == "text" and "*" in part.content
    ]
    assert not shown, "\n".join(shown)


@pytest.mark.parametrize("page", following.all_pages())
def test_a_chinese_paragraph_is_one_line(page):
    lines = lines_of_words(page)
    broken = [
        after
        for before, after in zip(lines, lines[1:], strict=False)
        if not before.startswith(":::")
        and re.search(rf"({HAN}|[，、；：])$", before)
        and re.match(rf"\s*({HAN}|[a-z])", after)
    ]
    assert not broken, "A line break is shown as a space. Join these lines:\n" + "\n".join(broken)


def keys(tree: object, path: str = "") -> set[str]:
    if not isinstance(tree, dict):
        return {path}
    return set().union(*(keys(value, f"{path}/{key}") for key, value in tree.items()))


def test_every_edition_has_the_same_words():
    configured = yaml.safe_load((layout.BOOK / "editions.yml").read_text(encoding="utf-8"))
    english, chinese = (configured[name] for name in ("en", "zh"))
    for part in ("strings", "notebook"):
        assert keys(chinese[part]) == keys(english[part])
    toc = yaml.safe_load(layout.TOC.read_text(encoding="utf-8"))
    assert set(chinese["parts"]) == {part["caption"] for part in toc["parts"]}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def texts(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [text for key in sorted(tree) for text in texts(tree[key])]
    return [text for each in tree for text in texts(each)] if isinstance(tree, list) else [tree]


def test_words_of_both_editions_are_filled_with_the_same_things():
    configured = yaml.safe_load((layout.BOOK / "editions.yml").read_text(encoding="utf-8"))
    english, chinese = (texts(configured[name]["strings"]) for name in ("en", "zh"))
    assert [*map(placeholders, chinese)] == [*map(placeholders, english)]
