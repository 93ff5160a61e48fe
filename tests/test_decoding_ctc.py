import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import decoding, equations


def log_p(seed, steps=4, size=3):
    p = np.random.default_rng(seed).dirichlet(np.ones(size), steps)
    return np.log(p)


def test_greedy_collapses_the_best_path_and_scores_it():
    rows = np.log([[0.6, 0.4], [0.3, 0.7], [0.2, 0.8], [0.9, 0.1], [0.4, 0.6]])
    found = decoding.ctc_greedy(rows)
    assert found.labels == (1, 1)
    assert found.score == pytest.approx(np.log(0.6 * 0.7 * 0.8 * 0.9 * 0.6))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_wide_beam_finds_the_best_text_of_all_with_its_whole_probability(seed):
    rows = log_p(seed)
    texts = [text for n in range(5) for text in itertools.product((1, 2), repeat=n)]
    by_text = {text: equations.ctc_forward(np.exp(rows), text)[-1, -2:].sum() for text in texts}
    best = decoding.ctc_beam(rows, width=100)[0]
    assert np.exp(best.score) == pytest.approx(max(by_text.values()))
    assert by_text[best.labels] == pytest.approx(max(by_text.values()))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_no_beam_scores_a_text_above_its_probability(seed, width):
    rows = log_p(seed, steps=5, size=4)
    found = decoding.ctc_beam(rows, width)
    assert len(found) <= width
    for text in found:
        alpha = equations.ctc_forward(np.exp(rows), text.labels)
        assert np.exp(text.score) <= alpha[-1, -2:].sum() * (1 + 1e-9)


def test_the_best_text_need_not_be_that_of_the_best_path():
    rows = np.log([[0.6, 0.4], [0.6, 0.4]])  # nothing: 0.36, "a": 0.64 over three paths
    assert decoding.ctc_greedy(rows).labels == ()
    best = decoding.ctc_beam(rows, 4)[0]
    assert best.labels == (1,)
    assert best.score == pytest.approx(np.log(0.64))


def test_a_beam_without_width_is_refused():
    with pytest.raises(ValueError, match="width"):
        decoding.ctc_beam(log_p(0), width=0)


def test_a_text_that_no_path_reads_is_none_of_the_beam():
    """Two steps cannot say a label twice: there has to be a blank between."""
    found = decoding.ctc_beam(np.log([[0.1, 0.4, 0.5]] * 2), 20)
    assert {text.labels for text in found} == {(), (1,), (2,), (1, 2), (2, 1)}
    assert all(type(text.score) is float for text in found)
    nothing = decoding.ctc_beam(np.full((2, 3), -np.inf), 20)
    assert [text.score for text in nothing] == [-np.inf]
