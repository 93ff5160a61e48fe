"""Whole numbers as they are said, in English and in Chinese."""

from collections.abc import Sequence

LANGUAGES = ("en", "zh")
LARGEST = 99_999

# fmt: off
_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on
_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千", "万")

# All words of each language.
NUMBER_WORDS = {
    "en": (*_SMALL, *_TENS, "hundred", "thousand", "and"),
    "zh": (*_DIGITS, *_PLACES[1:]),
}


def number_words(number: int, language: str) -> list[str]:
    """Says a number word by word.

    English has British "and" before what is below a hundred, and a word each for the parts of
    "forty-five". Chinese is said by its full rule: 一 is left out before a leading 十 alone (十二,
    but 一百一十二), zeros between other digits are one 零, at the end none, and 2 is 二 throughout,
    never 两.

    Args:
        number: From 0 to 99,999.
        language: "en" or "zh".

    Returns:
        Its words; in Chinese a character each.

    Raises:
        ValueError: If the number is out of range or the language is another.
    """
    if language not in LANGUAGES or not 0 <= number <= LARGEST:
        raise ValueError(
            f"Numbers from 0 to {LARGEST:,} are said in {' and '.join(LANGUAGES)}. "
            f"Received: {number!r}, {language!r}."
        )
    return _english(number) if language == "en" else _chinese(number)


def _english(number: int) -> list[str]:
    if number < 20:
        return [_SMALL[number]]
    if number < 100:
        tens, rest = divmod(number, 10)
        return [_TENS[tens - 2], *(_english(rest) if rest else [])]
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    count, rest = divmod(number, size)
    joint = ["and"] if 0 < rest < 100 else []
    return [*_english(count), name, *joint, *(_english(rest) if rest else [])]


def _chinese(number: int) -> list[str]:
    digits = str(number)
    words: list[str] = []
    for digit, place in zip(map(int, digits), reversed(_PLACES[: len(digits)]), strict=True):
        if digit:
            words += [_DIGITS[digit], *place]
        elif words[-1:] != ["零"]:
            words.append("零")
    while len(words) > 1 and words[-1] == "零":
        words.pop()
    return words[1:] if words[:2] == ["一", "十"] else words


def join_words(words: Sequence[str]) -> str:
    """Writes the words of a number as text.

    Args:
        words: What `number_words` returned, or words like those.

    Returns:
        Such as "three hundred and twenty-seven" or "三百二十七".
    """
    text = ""
    for before, word in zip(["", *words], words, strict=False):
        hyphen = before in _TENS and word in _SMALL[1:10]
        spaced = before.isascii() and word.isascii() and before
        text += ("-" if hyphen else " " if spaced else "") + word
    return text
