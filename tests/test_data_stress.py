"""Words with their stressed syllable: how lines are read, and that no family is split."""

import numpy as np

from seqtut import data
from seqtut.data.stress import stressed


def test_lines_become_the_place_of_the_one_main_stress():
    lines = [
        "tomato T AH0 M EY1 T OW2",
        "tomato(2) T AH0 M AA1 T OW2",
        "animal AE1 N AH0 M AH0 L # a comment",
        "pronunciation P R OW0 N AH2 N S IY0 EY1 SH AH0 N",
        "responsibility R IY0 S P AA2 N S AH0 B IH1 L AH0 T IY0",
        "through TH R UW1",
        "o'reilly OW0 R AY1 L IY0",
        "record's R EH1 K ER0 D Z",
    ]
    assert stressed(lines) == {"tomato": 1, "animal": 0, "pronunciation": 3, "responsibility": 3}


def test_words_whose_pronunciations_disagree_are_left_out():
    assert stressed(["a AH1 B AH0 S IY0", "a(2) AH0 B AH1 S IY0"]) == {}
    assert stressed(["b AH1 B AH0 S IY0", "b(2) AH1 B AH0"]) == {}
    assert stressed(["c AH1 B AH1 S IY0"]) == {}


def test_the_parts_are_those_of_the_dictionary():
    found, whole = data.load("stress"), data.load("cmudict")
    for name in ("train", "dev", "test"):
        part = getattr(found, name)
        assert set(part.spellings) <= set(getattr(whole, name).spellings)
        assert set(part.places) == set(range(data.PLACES))
        assert len(part) == len(part.places) == len(set(part.spellings))
    assert len(found.train) > 40_000
    assert np.mean(found.test.places == np.int64(0)) < 0.5
