"""The pronouncing dictionary: how its lines are read, and that no family of words is split."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import data
from seqtut.data.cmudict import _split, family, parse

PARTS = ("train", "dev", "test")


@pytest.fixture(scope="module")
def grouped():
    return data.load("cmudict")


@pytest.fixture(scope="module")
def by_word():
    return data.load("cmudict-random")


def spellings(found):
    return [set(getattr(found, part).spellings) for part in PARTS]


def test_lines_become_words_with_variants_and_without_stress_or_comments():
    words = parse(["tomato T AH0 M EY1 T OW2", "tomato(2) T AH0 M AA1 T OW2", "a AH0 # article"])
    assert words.spellings == ("a", "tomato")
    long, broad = ("T", "AH", "M", "EY", "T", "OW"), ("T", "AH", "M", "AA", "T", "OW")
    assert words.pronunciations == ((("AH",),), (long, broad))
    assert words.pairs() == [("a", ("AH",)), ("tomato", long), ("tomato", broad)]


def test_pronunciations_that_differ_in_stress_alone_are_one():
    words = parse(
        ["record R IH0 K AO1 R D", "record(2) R EH1 K ER0 D", "record(3) R IH2 K AO0 R D"]
    )
    assert len(words.pronunciations[0]) == 2


def test_a_bracket_that_is_no_number_belongs_to_the_word():
    assert parse(["(open-parens OW1 P AH0 N", "x(y) EH1 K S"]).spellings == ("(open-parens", "x(y)")


@pytest.mark.parametrize("word", ["tree", "trees", "tree's", "trees'", "trees's"])
def test_plurals_and_possessives_are_of_one_family(word):
    assert family(word) == "tree"


@given(word=st.text("abs'.-", min_size=1, max_size=6), ending=st.sampled_from(["s", "'s", "s'"]))
def test_an_ending_never_changes_the_family(word, ending):
    if any(letter in "ab" for letter in word):
        assert family(word + ending) == family(word)


@pytest.mark.parametrize("words", [("box", "boxes"), ("story", "stories")])
def test_other_plurals_are_another_family_as_is_said_of_it(words):
    assert len(set(map(family, words))) == 2
    assert all(f'"{word}"' in family.__doc__ for word in words)


def test_a_word_of_nothing_but_s_still_has_a_family():
    assert [family(word) for word in ("s", "s's", "'s")] == ["s", "s's", "'s"]


def test_the_whole_dictionary_is_there_once(grouped, by_word):
    for found in (grouped, by_word):
        counts = Counter(word for part in PARTS for word in getattr(found, part).spellings)
        assert len(counts) == 126_052
        assert set(counts.values()) == {1}


def test_no_family_is_in_two_parts(grouped):
    families = [{family(word) for word in words} for words in spellings(grouped)]
    assert not families[0] & families[1] | families[0] & families[2] | families[1] & families[2]


def test_the_split_by_word_parts_families_so_that_its_leak_can_be_measured(by_word):
    train, _, test = spellings(by_word)
    known = {family(word) for word in train}
    assert sum(family(word) in known for word in test) > len(test) / 4


@pytest.mark.parametrize("part, share", [("train", 0.875), ("dev", 0.025), ("test", 0.1)])
def test_the_parts_have_the_sizes_that_are_stated(grouped, part, share):
    assert len(getattr(grouped, part)) / 126_052 == pytest.approx(share, rel=0.05)


def test_a_words_part_depends_on_its_family_alone(grouped):
    few = parse(["through TH R UW1", "trees T R IY1 Z", "tree T R IY1"])
    split = _split(few, family)
    for part in PARTS:
        assert set(getattr(split, part).spellings) <= set(getattr(grouped, part).spellings)


def test_thirty_nine_phonemes_are_left(grouped):
    said = {phoneme for _, way in grouped.train.pairs() for phoneme in way}
    assert len(said) == 39
    assert not any(phoneme[-1].isdigit() for phoneme in said)


def test_plain_words_are_those_of_the_letters_a_to_z(grouped):
    plain = grouped.test.plain()
    assert all(word.isascii() and word.isalpha() and word.islower() for word in plain.spellings)
    ways = dict(zip(grouped.test.spellings, grouped.test.pronunciations, strict=True))
    assert all(
        ways[w] == said for w, said in zip(plain.spellings, plain.pronunciations, strict=True)
    )
    left_out = set(grouped.test.spellings) - set(plain.spellings)
    assert left_out
    assert all("'" in word or "." in word or "-" in word for word in left_out)


def test_the_first_pronunciation_of_a_word_comes_first(grouped):
    everything = dict(
        pair
        for part in PARTS
        for pair in zip(
            getattr(grouped, part).spellings, getattr(grouped, part).pronunciations, strict=True
        )
    )
    assert everything["through"] == (("TH", "R", "UW"),)
    assert everything["tomato"][0] == ("T", "AH", "M", "EY", "T", "OW")
