"""Each mistake breaks the law that its plate names, and its repair keeps it."""

from collections import Counter
from dataclasses import replace

import pytest

from seqtut import museum

each = pytest.mark.parametrize("name", [one.name for one in museum.SPECIMENS])


@each
def test_a_mistake_breaks_its_law_by_name_and_its_repair_keeps_it(name):
    specimen = museum.specimen(name)
    broken, repaired = specimen.test(specimen.broken), specimen.test(specimen.repaired)
    assert broken.law == repaired.law == specimen.law
    assert not broken.holds, broken
    assert repaired.holds, repaired


@each
def test_a_mistake_distorts_its_number(name):
    plate = museum.specimen(name).plate()
    assert plate.wrong != plate.right, plate


@each
def test_a_repair_that_is_taken_away_is_missed(name):
    specimen = museum.specimen(name)
    unrepaired = replace(specimen, repaired=specimen.broken)
    plate = unrepaired.plate()
    assert not plate.repaired.holds
    assert plate.right == plate.wrong


def test_the_museum_has_some_thirty_mistakes_in_seven_rooms():
    assert len({one.name for one in museum.SPECIMENS}) == len(museum.SPECIMENS)
    assert 28 <= len(museum.SPECIMENS) <= 32
    rooms = Counter(one.room for one in museum.SPECIMENS)
    assert len(rooms) == 7
    assert min(rooms.values()) >= 3


def test_a_plate_is_made_of_the_versions_that_a_reader_hands_over():
    specimen = museum.specimen("pads-counted")
    turned = specimen.plate(broken=specimen.repaired, repaired=specimen.broken)
    assert turned.broken.holds and not turned.repaired.holds
    usual = specimen.plate()
    assert (turned.wrong, turned.right) == (usual.right, usual.wrong)


def test_a_plate_says_the_law_both_verdicts_and_both_numbers():
    said = str(museum.specimen("halving-bleu").plate())
    assert said == "equation = layer: BROKEN, repaired: holds\nBLEU: 0.671, repaired: 0.598"


def test_what_does_not_hang_here_is_refused_with_what_does():
    with pytest.raises(ValueError, match="reads-on.*Received: 'nothing'"):
        museum.specimen("nothing")
