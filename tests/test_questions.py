"""The tables of chapter 23_questions: complete, and nothing in them points nowhere."""

import re
from functools import reduce
from inspect import isfunction
from pathlib import Path

import pytest

import seqtut.decoding
import seqtut.laws
import seqtut.metrics
import seqtut.museum
from book import layout, notebooks

STEM = "23_questions"
each_edition = pytest.mark.parametrize("edition", layout.editions())


def rows_below(edition: str, label: str) -> list[list[str]]:
    """Returns the cells of all table rows in the section of a label, without heads and rules."""
    notebook = notebooks.read_text(layout.chapter_paths(edition)[STEM])
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    section = re.split(r"^\(sec-[\w-]+\)=$", text.split(f"({label})=")[1], flags=re.M)[0]
    rows = []
    for table in re.findall(r"(?:^\|.*\|\n?)+", section, re.M):
        lines = table.strip().splitlines()
        assert re.fullmatch(r"[|:-]+", lines[1]), f"A table without its rule: {lines[0]}"
        rows += [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return rows


def chapters_of(cell: str) -> list[str]:
    """Returns the chapters that a cell names."""
    return re.findall(r"\{doc\}`([\w-]+)`", cell)


@each_edition
def test_every_wrong_claim_has_a_correction_and_a_chapter_that_shows_it(edition):
    rows = rows_below(edition, "sec-corrections")
    assert len(rows) >= 60
    claims = [row[0] for row in rows]
    assert len(set(claims)) == len(claims), "A claim stands there twice."
    for claim, right, shown in rows:
        assert claim and right, (claim, right)
        above = "{ref}" in shown  # a section of this chapter
        assert above or any(n[:2].isdigit() or n == "glossary" for n in chapters_of(shown)), claim


@each_edition
def test_a_chapter_that_is_named_exists(edition):
    text = layout.chapter_paths(edition)[STEM].read_text(encoding="utf-8")
    assert not set(chapters_of(text)) - set(layout.toc_stems())


@each_edition
def test_every_symptom_has_a_cause_and_a_test_in_some_chapter(edition):
    for symptom, cause, test in rows_below(edition, "sec-symptoms"):
        assert symptom and cause, symptom
        assert chapters_of(test), symptom


@each_edition
def test_what_a_symptom_is_tested_by_is_in_the_package(edition):
    tests = " ".join(row[2] for row in rows_below(edition, "sec-symptoms"))
    named = re.findall(r"`((?:laws|equations|metrics|decoding)\.\w+)`", tests)
    assert len(named) >= 20
    for name in named:
        assert callable(reduce(getattr, name.split("."), seqtut)), name
    rooms = Path(seqtut.museum.__file__).parent.glob("*.py")
    hung = {law for room in rooms for law in re.findall(r"laws\.(\w+)\(", room.read_text("utf-8"))}
    laws = {name for name in seqtut.laws.__all__ if isfunction(getattr(seqtut.laws, name))}
    missing = laws - {name.removeprefix("laws.") for name in named} - hung - {"examine"}
    assert missing <= {"linear_autoencoder_is_pca", "resuming_changes_nothing"}, missing
