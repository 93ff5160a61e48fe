import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from book import layout, notebooks
from seqtut import equations, laws
from seqtut.exercises import judge
from seqtut.exercises.ward import FAULTS, WARD, Patient, patients

RIGHT = [True, False, True, False, False, True, False, True, False, True, False, True]


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith(("。", "？", "）"))
    return verdict.hint.en


# --- Twelve claims


def test_the_right_judgement_passes_in_every_form():
    for answer in (RIGHT, tuple(RIGHT), np.array(RIGHT), [int(one) for one in RIGHT]):
        assert judge("questions-1", answer).right


@pytest.mark.parametrize("place", range(12))
def test_a_wrong_judgement_is_named_by_its_number_and_no_other_is(place):
    answer = [one != (n == place) for n, one in enumerate(RIGHT)]
    hint = hint_of("questions-1", answer)
    assert re.findall(r"claim (\d+)", hint) == [str(place + 1)]
    assert "more" not in hint.split(":")[0]


def test_of_several_wrong_judgements_the_first_is_named_and_the_others_are_counted():
    hint = hint_of("questions-1", [True] * 12)
    assert hint.startswith("claim 2:")
    assert "And 5 more" in hint


@pytest.mark.parametrize(
    "answer", [None, "TFTF", b"T", RIGHT[:11], [*RIGHT, True], 7, [2] * 12, ["True"] * 12, {}]
)
def test_what_is_no_list_of_twelve_truth_values_gets_a_sentence(answer):
    assert "list of 12 truth values" in hint_of("questions-1", answer)


@pytest.mark.parametrize("edition", layout.editions())
def test_the_chapter_states_as_many_claims_as_are_judged(edition):
    path = layout.chapter_paths(edition)["23_questions"]
    cells = [c.source for c in notebooks.read_text(path).cells if c.cell_type == "markdown"]
    [claims] = [s for s in cells if ":label: ex-questions-1" in s]
    after = claims.split(":label: ex-questions-1")[1]
    assert re.findall(r"^(\d+)\. ", after, re.M) == [str(n) for n in range(1, 13)]


def test_claims_that_can_be_computed_are_as_the_key_has_them():
    base, recall, false_alarms = 0.001, 0.95, 0.05
    _, accuracy = equations.at_base_rate(recall, false_alarms, base)
    assert RIGHT[9] == (1 - base > accuracy)
    batches = [np.array([0.1, 0.2]), np.array([2.0])]
    mean = np.mean([equations.perplexity(one) for one in batches])
    assert RIGHT[10] == np.isclose(mean, equations.perplexity(np.concatenate(batches)))
    sounds = ["TH", "R", "UW"]
    assert RIGHT[11] == (equations.bleu([sounds], [[sounds]]) == 0)


# --- The ward

BATCH = (
    np.array([[4, 5, 6, 7, 8], [6, 9, 4, 0, 0], [7, 5, 0, 0, 0]]),
    np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0]], bool),
    np.array([[1, 5, 6, 4], [1, 8, 9, 2], [1, 7, 2, 0]]),
)
EXAMINED = (laws.padding_changes_nothing, laws.future_changes_nothing, laws.step_is_sequence)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_patient_breaks_the_laws_that_its_fault_breaks_and_no_other(fault, seed):
    model = Patient(12, seed=seed, fault=fault)
    findings = [law(model, BATCH) for law in EXAMINED]
    broken, hears = FAULTS[fault]
    assert {one.law for one in findings if not one.holds} == broken
    other = model.decode(model.encode(BATCH[0][::-1], BATCH[1][::-1]), BATCH[2])
    own = model.decode(model.encode(*BATCH[:2]), BATCH[2])
    assert bool(np.abs(other - own).max() > 1e-3) == hears


def test_each_fault_has_a_finding_of_its_own_and_one_patient():
    assert len(set(FAULTS.values())) == len(FAULTS)
    assert sorted(WARD.values()) == sorted(FAULTS)
    assert list(patients(12)) == list(WARD)


def test_an_unknown_fault_is_refused_with_those_that_are_known():
    with pytest.raises(ValueError, match=r"Received: 'is tired'.*'reads pads'"):
        Patient(12, fault="is tired")


def test_the_right_diagnosis_passes():
    assert judge("questions-2", dict(WARD)).right
    assert judge("questions-2", dict(reversed(WARD.items()))).right


@pytest.mark.parametrize(("name", "fault"), [(n, f) for n in WARD for f in FAULTS if f != WARD[n]])
def test_a_wrong_diagnosis_is_told_what_contradicts_it_and_not_the_answer(name, fault):
    hint = hint_of("questions-2", {**WARD, name: fault})
    assert f"atient {name}" in hint
    assert not any(f"{name} {known}" in hint for known in FAULTS)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (None, "a dictionary"),
        ("A", "a dictionary"),
        ({**WARD, "F": "is well"}, "a dictionary"),
        ({"A": "is deaf"}, "a dictionary"),
        ({**WARD, "A": None}, "is one of"),
        ({**WARD, "C": "well"}, "is one of"),
        ({**WARD, "C": ["is well"]}, "is one of"),
    ],
)
def test_what_is_no_diagnosis_gets_a_sentence(answer, hint):
    assert hint in hint_of("questions-2", answer)


# --- Accuracy of words


def words_right(reported, lengths, width):
    wrong = (1 - reported) * len(lengths) * width / lengths.sum()
    return np.mean((1 - wrong) ** lengths)


def test_the_share_of_words_is_right_in_every_form():
    assert judge("questions-3", words_right).right
    assert judge("questions-3", lambda *given: np.array(words_right(*given), "float32")).right

    def by_loop(reported, lengths, width):
        mistakes = (1 - reported) * len(lengths) * width
        p = 1 - mistakes / sum(lengths)
        return sum(p ** int(n) for n in lengths) / len(lengths)

    assert judge("questions-3", by_loop).right


@given(st.integers(0, 99), st.floats(0.97, 1.0))
def test_the_formula_agrees_with_mistakes_drawn_by_lot(seed, reported):
    rng = np.random.default_rng(seed)
    lengths, width = rng.integers(2, 6, 4000), 8
    keep = np.arange(width) < lengths[:, None]
    rate = (1 - reported) * keep.size / keep.sum()
    right = ~np.any((rng.random(keep.shape) < rate) & keep, axis=1)
    assert abs(right.mean() - words_right(reported, lengths, width)) < 0.05


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda r, n, w: np.mean(r**n), "taken for that of the tokens"),
        (lambda r, n, w: r ** n.mean(), "neither the pads"),
        (lambda r, n, w: (1 - (1 - r) * len(n) * w / n.sum()) ** n.mean(), "not a mean word"),
        (lambda r, n, w: 1 - (1 - r) * len(n) * w / n.sum(), "share of tokens"),
        (lambda r, n, w: r**w, "as the batch is wide"),
        (lambda r, n, w: r, "Received"),
        (lambda r, n, w: 1 - words_right(r, n, w), "Received"),
        (lambda r, n, w: 100 * words_right(r, n, w), "Received"),
        (lambda r, n, w: np.nan, "Received: nan"),
        (lambda r, n, w: n, "shape ()"),
        (lambda r, n, w: None, "return numbers"),
        (lambda r, n, w: "0.9", "return numbers"),
        (lambda r, n: r, "stopped"),
        (0.94, "is a function"),
    ],
)
def test_a_wrong_share_of_words_gets_its_hint(answer, hint):
    assert hint in hint_of("questions-3", answer)
