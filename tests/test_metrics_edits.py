import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, metrics

TOKENS = st.lists(st.sampled_from(["K", "AE", "T", "S"]), max_size=7)
CORPUS = st.lists(st.tuples(TOKENS, st.lists(TOKENS, min_size=1, max_size=3)), min_size=1)

THROUGH, TOUGH = ["TH", "R", "UW"], ["T", "AH", "F"]


@given(TOKENS, TOKENS)
def test_edit_distance_is_the_equations(one, other):
    assert metrics.edit_distance(one, other) == equations.edit_distance(one, other)


@given(st.text(), st.text())
def test_edit_distance_of_any_text_is_the_equations(one, other):
    assert metrics.edit_distance(one, other) == equations.edit_distance(one, other)


def test_error_rates_worked_by_hand():
    """One edit of three, none of three, and two inserted before one: 3 edits of 7 tokens."""
    hypotheses = [["TH", "R", "OW"], TOUGH, ["AH", "B", "AH"]]
    references = [[THROUGH], [TOUGH], [["AH"]]]
    assert metrics.phoneme_error_rate(hypotheses, references).value == pytest.approx(3 / 7)
    assert metrics.word_error_rate(hypotheses, references).value == pytest.approx(2 / 3)
    assert metrics.exact_match(hypotheses, references).value == pytest.approx(1 / 3)


def test_the_nearest_reference_counts_and_gives_the_denominator():
    either = [["IY", "DH", "ER"], ["AY", "DH", "ER", "Z"]]
    found = metrics.phoneme_error_rate([["AY", "DH", "ER"]], [either[::-1]])
    assert found.numerators.tolist() == [1]
    assert found.denominators.tolist() == [3]  # both are one edit away: the shorter counts
    found = metrics.phoneme_error_rate([["AY", "DH", "ER", "Z", "Z"]], [either])
    assert (found.numerators.tolist(), found.denominators.tolist()) == ([1], [4])
    assert metrics.word_error_rate([either[1]], [either]).value == 0


@given(CORPUS)
def test_error_rates_follow_from_the_equation(corpus):
    hypotheses, references = (list(column) for column in zip(*corpus, strict=True))
    edits = tokens = wrong = 0
    for said, right in corpus:
        nearest = min(equations.edit_distance(said, r) for r in right)
        edits += nearest
        tokens += min(len(r) for r in right if equations.edit_distance(said, r) == nearest)
        wrong += said not in right
    found = metrics.word_error_rate(hypotheses, references)
    assert found.value == pytest.approx(wrong / len(corpus))
    assert found.value + metrics.exact_match(hypotheses, references).value == pytest.approx(1)
    if tokens:
        found = metrics.phoneme_error_rate(hypotheses, references)
        assert found.value == pytest.approx(edits / tokens)


@given(CORPUS)
def test_the_order_of_references_does_not_matter(corpus):
    hypotheses, references = zip(*[*corpus, (THROUGH, [THROUGH])], strict=True)
    backwards = [right[::-1] for right in references]
    one, other = (metrics.phoneme_error_rate(hypotheses, r) for r in (references, backwards))
    assert np.array_equal(one, other)


def test_a_rate_can_exceed_one_and_an_empty_reference_adds_edits_alone():
    found = metrics.phoneme_error_rate([["A", "B", "C"], ["A"]], [[["A"]], [[]]])
    assert found.value == 3.0


def test_arrays_of_ids_and_strings_are_sequences_too():
    found = metrics.phoneme_error_rate([np.array([4, 5, 6])], [[np.array([4, 6])]])
    assert found.value == 0.5
    assert metrics.exact_match([np.array([4, 5])], [[(4, 5)]]).value == 1
    assert metrics.phoneme_error_rate(["abc"], [["abd", "xyz"]]).value == pytest.approx(1 / 3)


def test_a_ratio_reads_like_its_value():
    found = metrics.word_error_rate([THROUGH, TOUGH], [[THROUGH], [THROUGH]])
    assert float(found) == found.value == 0.5
    assert f"{found:.1%}" == "50.0%"
    assert np.isnan(metrics.Ratio(np.zeros(2), np.zeros(2)).value)


def test_a_single_reference_must_be_in_a_list():
    for right in (THROUGH, [3, 4], np.array([[3]]), 7):
        with pytest.raises(TypeError, match="Put a single reference in a list"):
            metrics.phoneme_error_rate([THROUGH], [right])
    with pytest.raises(TypeError, match="Put a single reference in a list"):
        metrics.exact_match(["cat"], ["cat"])


@pytest.mark.parametrize(
    "rate", [metrics.phoneme_error_rate, metrics.word_error_rate, metrics.exact_match]
)
def test_examples_without_their_references_are_refused(rate):
    with pytest.raises(ValueError, match="Received: 2 and 1"):
        rate([THROUGH, TOUGH], [[THROUGH]])
    with pytest.raises(ValueError, match="Received: 0 and 0"):
        rate([], [])
    with pytest.raises(ValueError, match="one reference or more. Received: none"):
        rate([THROUGH], [[]])
    with pytest.raises(TypeError, match="an entry for each example. Received: 'cat'"):
        rate("cat", [["cat"]])


def test_a_rate_over_no_tokens_is_refused():
    with pytest.raises(ValueError, match="Received: 1 examples whose nearest references"):
        metrics.phoneme_error_rate([[]], [[[]]])
