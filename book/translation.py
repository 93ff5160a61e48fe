"""Translations: whether one has all that the original has.

A block of a translation has words of its own; everything else is the original's: code, formulas,
figures, citations, links, tables, numbers, and which block comes after which.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from book.layout import ORIGINAL
from book.sections import Block, Section, page_path, sections

_EMPHASIS = re.compile(r"(?<![*\\])(\*{1,2})(?=[^\s*])(.+?)(?<=[^\s*])\1(?!\*)")
_NUMBER = re.compile(r"(?<![A-Za-z\d])\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
# Words in a row that are neither data, which is emphasised or quoted, nor sounds, nor a name.
_QUOTED = re.compile(r"“[^”]*”|\{[^}]*\}")
_WORDS = re.compile(r"[A-Za-z][a-z'-]*(?:[ ,;:]+[A-Za-z][a-z'-]+)+")
_ENGLISH = re.compile(r"[A-Za-z][a-z'-]*(?:[ ,;:]+[A-Za-z][a-z'-]+){4,}")
# A Chinese text has about 1.5 signs for an English word; no block of some words has less than this.
_FEW, _LEAST = 15, 0.95


def differences(edition: str, page: str) -> list[str]:
    """Says what a translated page lacks, or has that the original has not.

    Returns:
        A sentence for each difference; none if the two agree.
    """
    told = []
    if page[0].isdigit() and len({_front_matter(each, page) for each in (edition, ORIGINAL)}) > 1:
        told.append(f"{edition}/{page}: the front matter differs")
    original = sections(ORIGINAL, page)
    code = _code(original)
    for number, (here, there) in enumerate(zip_longest(sections(edition, page), original)):
        where = f"{edition}/{page}, section {number}"
        if here is None or there is None or here.level != there.level:
            levels = [section and section.level for section in (here, there)]
            told.append(f"{where}: the headings differ in level. Received: {levels}.")
            break
        where += f" ({_beginning(here.prose)})"
        found = []
        for one, other, what in ((there, here, "lacks"), (here, there, "has of its own")):
            for (kind, *what_it_is), count in (one.shared - other.shared).items():
                text = " ".join(str(each) for each in what_it_is)[:60]
                found.append(f"{where} {what}: {kind} {text!r} ({count})")
        found = found or [f"{where} {problem}" for problem in _compare_blocks(here, there, code)]
        told += found
    return told


def _beginning(prose: list[str]) -> str:
    return next((line for line in prose if line.strip()), "").strip(" #|")[:20]


def _front_matter(edition: str, page: str) -> str:
    return page_path(edition, page).read_text(encoding="utf-8").partition("\n---\n")[0]


def _code(page: list[Section]) -> str:
    kinds = ("code cell", "code", "formula")  # whose words a text may quote
    return "\n".join(key[1] for section in page for key in section.shared if key[0] in kinds)


def _compare_blocks(here: Section, there: Section, code: str) -> Iterator[str]:
    """Compares two sections that have the same things, block by block."""
    for one, other in zip_longest(here.blocks, there.blocks):
        if one is None or other is None or one.kind != other.kind:
            kinds = " where the original has ".join(
                f"{block.kind} {_beginning(block.prose)!r}" if block else "nothing"
                for block in (one, other)
            )
            yield f"has other blocks, or in another order: {kinds}"
            return
        where = f"{one.kind} {_beginning(one.prose)!r}"
        for kind, *what_it_is in other.shared - one.shared:
            text = " ".join(str(each) for each in what_it_is)[:60]
            yield f"has in another place, not in {where}: {kind} {text!r}"
        yield from (f"{problem} (in {where})" for problem in _spoken(one, other, code))


def _spoken(here: Block, there: Block, code: str) -> Iterator[str]:
    """Compares what can be compared of words in two languages: numbers, emphasis, amount."""
    said, original = " ".join(here.prose), " ".join(there.prose)
    missing = Counter(_NUMBER.findall(original)) - Counter(_NUMBER.findall(said))
    for number in missing:
        yield f"lacks the number {number}"
    emphasised = [len(_EMPHASIS.findall(words)) for words in (said, original)]
    if emphasised[0] < emphasised[1]:
        yield f"lacks emphasis: {emphasised[0]} of {emphasised[1]} places"
    known = f"{original}\n{code}".casefold()
    for _, data in _EMPHASIS.findall(said):
        if not _HAN.search(data) and not re.search(
            rf"(?<![a-z]){re.escape(data.strip('.,').casefold())}(?![a-z])", known
        ):
            yield f"has of its own, emphasised: {data!r}"
    words = len(_WORD.findall(original))
    han, named = len(_HAN.findall(said)), len(_WORD.findall(said))  # what is named stays English
    if words > _FEW and han + named < words * _LEAST:
        yield f"is short: {han + named} signs for {words} words"


def left_in_english(edition: str, page: str) -> list[str]:
    """Says where a page in Chinese has English words in a row that are not marked as data.

    Data and names of works are emphasised, quoted or verbatim.
    """
    found = []
    for number, section in enumerate(sections(edition, page)):
        for block in section.blocks:
            said = " ".join(block.prose)
            words = _QUOTED.sub(" ", _EMPHASIS.sub(" ", said))
            if left := (_ENGLISH if _HAN.search(said) else _WORDS).search(words):
                where = f"{edition}/{page}, section {number}"
                found.append(f"{where} is left in English: {left[0]!r} (in {block.kind})")
    return found
