from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations

END = 2
ANSWERS = st.lists(st.sampled_from("abcd"), min_size=2, max_size=12)


def by_prefix(seed):
    """Probabilities of the next token that depend on all tokens before it."""

    def conditional(before):
        rng = np.random.default_rng([seed, *before])
        return equations.softmax(rng.normal(size=4))

    return conditional


@given(seed=st.integers(0, 500), most=st.integers(1, 6))
def test_greedy_takes_the_likeliest_token_after_those_it_took(seed, most):
    conditional = by_prefix(seed)
    found = equations.greedy(conditional, END, most)
    assert 1 <= len(found) <= most
    for t, token in enumerate(found):
        assert token == np.argmax(conditional(tuple(found[:t])))
        assert (token == END) <= (t == len(found) - 1)
    assert len(found) == most or found[-1] == END


def test_greedy_may_miss_the_likeliest_sequence():
    table = {(): [0.6, 0.4, 0.0], (0,): [0.5, 0.5, 0.0], (1,): [0.0, 0.0, 1.0]}

    def conditional(before):
        return np.array(table.get(before, [0.0, 0.0, 1.0]))

    def probability(tokens):
        return equations.factorisation(tokens, conditional)

    found = equations.greedy(conditional, END, 5)
    likeliest = max(((a, END) for a in range(2)), key=probability)
    assert found == [0, 0, END]
    assert probability(likeliest) > probability(found)


def test_greedy_takes_the_lower_of_two_equally_likely_tokens():
    assert equations.greedy(lambda before: np.array([0.0, 0.5, 0.5]), END, 2) == [1, 1]


def test_greedy_refuses_to_take_no_step():
    with pytest.raises(ValueError, match="one step or more"):
        equations.greedy(by_prefix(0), END, 0)


@given(answers=ANSWERS)
def test_mutual_agreement_counts_all_pairs_of_two_different_examples(answers):
    n = len(answers)
    pairs = [a == b for (i, a), (j, b) in product(enumerate(answers), repeat=2) if i != j]
    assert len(pairs) == n * (n - 1)
    assert equations.mutual_agreement(answers) == pytest.approx(np.mean(pairs))


def test_mutual_agreement_is_one_if_all_say_the_same_and_zero_if_none_do():
    assert equations.mutual_agreement([("AH",)] * 5) == 1
    assert equations.mutual_agreement([(), ("AH",), ("AH", "B")]) == 0


@pytest.mark.parametrize("answers", [[], ["a"]])
def test_mutual_agreement_refuses_fewer_than_two_answers(answers):
    with pytest.raises(ValueError, match="two or more"):
        equations.mutual_agreement(answers)


def test_the_worth_of_an_input_is_what_a_strangers_costs_more():
    own = np.log([[[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]])
    strange = np.log([[[0.25, 0.5, 0.25], [0.9, 0.05, 0.05]]])
    targets, mask = np.array([[0, 0]]), np.array([[True, False]])
    assert equations.input_worth(own, strange, targets, mask) == pytest.approx(np.log(2))
    both = (np.log(2) + np.log(0.5 / 0.9)) / 2
    assert equations.input_worth(own, strange, targets) == pytest.approx(both)
    assert equations.input_worth(own, own, targets, mask) == 0


def test_two_vocabularies_cannot_be_compared():
    with pytest.raises(ValueError, match="Use one vocabulary for both"):
        equations.input_worth(np.zeros((1, 2, 3)), np.zeros((1, 2, 5)), np.zeros((1, 2), int))
