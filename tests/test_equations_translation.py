import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations

# Words: 0 none, 1 open, 2 file. Tokens: 0 打开, 1 文件, 2 的.
PAIRS = [([1, 2], [0, 1]), ([1], [0]), ([2], [1, 2])]
EVEN = np.full((3, 3), 1 / 3)


@st.composite
def corpora(draw):
    words, tokens = st.integers(1, 3), st.integers(0, 3)
    pair = st.tuples(st.lists(words, max_size=4), st.lists(tokens, max_size=4))
    return draw(st.lists(pair, min_size=1, max_size=5))


def table(seed):
    t = np.random.default_rng(seed).uniform(0.05, 1, (4, 4))
    return t / t.sum(axis=1, keepdims=True)


def test_edit_similarity_of_cases_worked_by_hand():
    assert equations.edit_similarity("close file", "close files") == pytest.approx(10 / 11)
    assert equations.edit_similarity("fold", "unfold") == pytest.approx(4 / 6)
    assert equations.edit_similarity("", "") == equations.edit_similarity("ab", "ab") == 1
    assert equations.edit_similarity("ab", "cd") == equations.edit_similarity("ab", "") == 0


@given(st.text("ab ", max_size=6), st.text("ab ", max_size=6))
def test_edit_similarity_is_a_share_and_is_the_same_both_ways(one, other):
    found = equations.edit_similarity(one, other)
    assert 0 <= found <= 1
    assert found == equations.edit_similarity(other, one)
    assert (found == 1) == (one == other)


def test_the_likelihood_of_a_translation_worked_by_hand():
    # (1/3)(0.2 + 0.7 + 0.1) times (1/3)(0.3 + 0.1 + 0.8) = 1/3 x 0.4
    t = np.array([[0.2, 0.3, 0.5], [0.7, 0.1, 0.2], [0.1, 0.8, 0.1]])
    assert np.exp(equations.table_likelihood([1, 2], [0, 1], t)) == pytest.approx(0.4 / 3)
    assert equations.table_likelihood([1], [], t) == 0


def test_a_token_that_no_word_can_give_has_no_likelihood():
    assert equations.table_likelihood([1], [1], np.array([[1.0, 0.0], [1.0, 0.0]])) == -np.inf


def test_a_first_step_from_an_even_table_worked_by_hand():
    found = equations.word_table(PAIRS, EVEN)
    # open: a third of 打开 and of 文件 in the first pair, half of 打开 in the second
    assert found[1] == pytest.approx(np.array([5 / 6, 1 / 3, 0]) / (7 / 6))
    assert found[2] == pytest.approx(np.array([1 / 3, 5 / 6, 1 / 2]) / (5 / 3))


@given(corpora(), st.integers(0, 99))
def test_a_step_never_makes_the_pairs_less_likely(pairs, seed):
    before = table(seed)
    after = equations.word_table(pairs, before)
    assert after.sum(axis=1) == pytest.approx(np.ones(4))
    one, other = (
        sum(equations.table_likelihood(x, y, t) for x, y in pairs) for t in (before, after)
    )
    assert other >= one - 1e-9


def test_the_row_of_a_word_that_no_pair_has_stays():
    before = table(1)
    assert np.array_equal(equations.word_table([([1], [0])], before)[3], before[3])


@pytest.mark.parametrize("t", [np.full((3, 3), 0.5), np.array([[1.0, 0.0], [1.5, -0.5]])])
@pytest.mark.parametrize("function", ["table_likelihood", "word_table"])
def test_a_table_that_is_none_is_refused(t, function):
    given = {"table_likelihood": ([1], [0], t), "word_table": ([([1], [0])], t)}[function]
    with pytest.raises(ValueError, match="Each row of the table .* Received a row"):
        getattr(equations, function)(*given)


def test_a_pair_that_the_table_makes_impossible_is_refused():
    table = np.array([[1.0, 0.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match="can give its token 1"):
        equations.word_table([([1], [1])], table)
