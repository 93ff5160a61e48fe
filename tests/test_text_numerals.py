"""Numbers in words, all hundred thousand of them in both languages, beside other people's code."""

import importlib
import sys
import types
import zipfile

import pytest

from seqtut import data
from seqtut.text import NUMBER_WORDS, join_words, number_words

EVERY = range(100_000)


@pytest.fixture
def other(monkeypatch, tmp_path):
    """Imports a package out of its archive, as pip would have installed it."""

    def bring(name):
        [archive] = data.fetch(name)
        with zipfile.ZipFile(archive) as kept:
            kept.extractall(tmp_path, [m for m in kept.namelist() if m.startswith(f"{name}/")])
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    yield bring
    for module in [m for m in sys.modules if m.partition(".")[0] in ("num2words", "cn2an")]:
        del sys.modules[module]


def test_english_is_that_of_num2words_but_for_its_commas(other):
    convert = other("num2words").num2words
    for number in EVERY:
        assert join_words(number_words(number, "en")) == convert(number).replace(",", "")


def test_chinese_is_that_of_cn2an(other, monkeypatch):
    # It makes full-width digits half-width with another package. Ours have nothing to change.
    stand_in = types.ModuleType("proces")
    stand_in.preprocess = lambda text, pipelines: text
    monkeypatch.setitem(sys.modules, "proces", stand_in)
    convert = other("cn2an").an2cn
    for number in EVERY:
        assert join_words(number_words(number, "zh")) == convert(number)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_numbers_are_said_alike_and_every_word_is_known(language):
    said = {tuple(number_words(number, language)) for number in EVERY}
    assert len(said) == len(EVERY)
    assert {word for words in said for word in words} == set(NUMBER_WORDS[language])
    assert max(map(len, said)) == {"en": 8, "zh": 9}[language]


@pytest.mark.parametrize("given", [(-1, "en"), (100_000, "zh"), (1, "fr"), (1, "EN")])
def test_what_cannot_be_said_is_refused(given):
    with pytest.raises(ValueError, match=r"Numbers from 0 to 99,999 .* Received"):
        number_words(*given)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["forty", "five"], "forty-five"),
        (["forty", "hundred"], "forty hundred"),
        (["one", "hundred", "and", "twenty", "one"], "one hundred and twenty-one"),
        (["三", "百"], "三百"),
        (["three", "百"], "three百"),
        ([], ""),
    ],
)
def test_words_are_joined_as_each_language_writes_them(words, text):
    assert join_words(words) == text
