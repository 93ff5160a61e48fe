import itertools

import hypothesis.extra.numpy as hnp
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut.equations import (
    factorisation,
    negative_log_likelihood,
    recurrence,
    softmax,
    squared_error,
)

seeds = st.integers(0, 2**32 - 1)


def random_table(rng: np.random.Generator, v: int):
    """A random p(next | last token) over v tokens, of which 0 ends the sequence."""
    table = rng.dirichlet(np.ones(v), size=v + 1)
    return lambda prefix: table[prefix[-1] if prefix else v]


def test_squared_error_sums_over_features_and_averages_over_examples():
    x = np.zeros((2, 3))
    y = np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]])
    assert squared_error(x, y) == (1 + 4 + 9) / 2


@given(seed=seeds, b=st.integers(1, 4), f=st.integers(1, 5))
def test_squared_error_is_a_gaussian_negative_log_likelihood_up_to_scale_and_constant(seed, b, f):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, b, f))
    density = np.exp(-((x - y) ** 2) / 2) / np.sqrt(2 * np.pi)
    nll = -np.log(density).sum(axis=1).mean()
    assert nll == pytest.approx(squared_error(x, y) / 2 + f * np.log(2 * np.pi) / 2)


@pytest.mark.parametrize("shape", [(3,), (2, 2), (0, 3), (2, 3, 1)])
def test_squared_error_names_the_shapes_it_cannot_compare(shape):
    with pytest.raises(ValueError, match="Received"):
        squared_error(np.zeros(shape), np.zeros((2, 3)))


@pytest.mark.parametrize("seed", range(5))
def test_recurrence_agrees_with_keras(seed):
    rng = np.random.default_rng(seed)
    b, s, f, d = rng.integers(1, 5, size=4).tolist()
    x, lengths = rng.normal(size=(b, s, f)), rng.integers(1, s + 1, size=b)
    w, u, bias = rng.normal(size=(f, d)), rng.normal(size=(d, d)), rng.normal(size=d)
    mask = np.arange(s) < lengths[:, None]
    layer = keras.layers.SimpleRNN(d, return_sequences=True)
    layer.build((b, s, f))
    layer.set_weights([w, u, bias])
    expected = np.asarray(layer(x.astype("float32"), mask=mask))
    np.testing.assert_allclose(recurrence(x, w, u, bias, mask), expected, atol=1e-5)


def test_recurrence_of_one_unit_is_the_closed_form_by_hand():
    states = recurrence([[[1.0], [0.0], [-2.0]]], [[1.0]], [[0.5]], [0.1])
    h1 = np.tanh(1.1)
    h2 = np.tanh(0.5 * h1 + 0.1)
    np.testing.assert_allclose(states[0, :, 0], [h1, h2, np.tanh(-2 + 0.5 * h2 + 0.1)])


@given(seed=seeds, pads=st.integers(0, 5))
def test_padding_moves_no_state_of_a_recurrence(seed, pads):
    rng = np.random.default_rng(seed)
    x, w, u, b = (rng.normal(size=n) for n in [(2, 4, 3), (3, 5), (5, 5), 5])
    alone = recurrence(x, w, u, b)
    padded = np.concatenate([x, rng.normal(size=(2, pads, 3))], axis=1)
    states = recurrence(padded, w, u, b, np.arange(4 + pads)[None].repeat(2, 0) < 4)
    np.testing.assert_array_equal(states[:, :4], alone)
    np.testing.assert_array_equal(states[:, -1], alone[:, -1])


def test_recurrence_names_a_mask_of_the_wrong_shape():
    with pytest.raises(ValueError, match="Received"):
        recurrence(np.zeros((1, 2, 1)), [[1]], [[1]], [0], np.ones((1, 3), bool))


@given(hnp.arrays(np.float64, (2, 4), elements=st.floats(-1e3, 1e3)), st.floats(-1e6, 1e6))
def test_softmax_is_a_distribution_that_a_common_shift_does_not_move(logits, shift):
    p = softmax(logits)
    np.testing.assert_allclose(p.sum(axis=-1), 1)
    assert (p >= 0).all()
    np.testing.assert_allclose(softmax(logits + shift), p, atol=1e-8)


def test_softmax_of_log_probabilities_gives_them_back():
    p = np.array([0.1, 0.2, 0.7])
    np.testing.assert_allclose(softmax(np.log(p)), p)


@pytest.mark.parametrize("seed", range(5))
def test_softmax_agrees_with_keras(seed):
    logits = np.random.default_rng(seed).normal(scale=5, size=(2, 3, 4))
    expected = np.asarray(keras.ops.softmax(logits.astype("float32")))
    np.testing.assert_allclose(softmax(logits), expected, atol=1e-6)


@given(seed=seeds, v=st.integers(2, 4), longest=st.integers(1, 5))
def test_finished_and_unfinished_sequences_share_a_probability_of_one(seed, v, longest):
    conditional = random_table(np.random.default_rng(seed), v)
    finished = unfinished = 0.0
    for n in range(longest + 1):
        for body in itertools.product(range(1, v), repeat=n):
            if n < longest:
                finished += factorisation((*body, 0), conditional)
            else:
                unfinished += factorisation(body, conditional)
    assert finished + unfinished == pytest.approx(1, abs=1e-12)


def test_factorisation_asks_only_for_what_came_before():
    asked = []

    def conditional(prefix):
        asked.append(prefix)
        return np.array([0.5, 0.25, 0.25])

    assert factorisation([1, 2, 0], conditional) == 0.25 * 0.25 * 0.5
    assert asked == [(), (1,), (1, 2)]


@given(seed=seeds)
def test_negative_log_likelihood_is_the_log_probability_of_the_factorisation(seed):
    rng = np.random.default_rng(seed)
    conditional = random_table(rng, 4)
    tokens = (*rng.integers(1, 4, size=rng.integers(0, 5)), 0)
    logits = np.log([[conditional(tokens[:t]) for t in range(len(tokens))]])
    nll = negative_log_likelihood(logits, [tokens])
    assert nll * len(tokens) == pytest.approx(-np.log(factorisation(tokens, conditional)))


@given(seed=seeds)
def test_negative_log_likelihood_counts_each_kept_token_once(seed):
    rng = np.random.default_rng(seed)
    b, t, v = rng.integers(1, 5, size=3)
    logits, targets = rng.normal(size=(b, t, v)), rng.integers(0, v, size=(b, t))
    mask = rng.random((b, t)) < 0.6
    mask[0, 0] = True
    lines = [
        -np.log(np.exp(logits[i, j, targets[i, j]]) / np.exp(logits[i, j]).sum())
        for i in range(b)
        for j in range(t)
        if mask[i, j]
    ]
    assert negative_log_likelihood(logits, targets, mask) == pytest.approx(sum(lines) / len(lines))


@pytest.mark.parametrize("seed", range(5))
def test_negative_log_likelihood_agrees_with_keras(seed):
    rng = np.random.default_rng(seed)
    logits, targets = rng.normal(scale=3, size=(3, 4, 5)), rng.integers(0, 5, size=(3, 4))
    mask = rng.random((3, 4)) < 0.7
    mask[0, 0] = True
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    expected = float(loss(targets, logits.astype("float32"), sample_weight=mask)) / mask.sum()
    assert negative_log_likelihood(logits, targets, mask) == pytest.approx(expected, rel=1e-5)


def test_gradient_of_the_negative_log_likelihood_is_softmax_minus_one_hot_at_kept_tokens():
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(2, 3, 4)), rng.integers(0, 4, size=(2, 3))
    mask = np.array([[True, True, True], [True, False, False]])
    expected = (softmax(logits) - np.eye(4)[targets]) * mask[..., None] / mask.sum()
    numeric = np.empty_like(logits)
    for index in np.ndindex(logits.shape):
        step = np.zeros_like(logits)
        step[index] = 1e-6
        above = negative_log_likelihood(logits + step, targets, mask)
        numeric[index] = (above - negative_log_likelihood(logits - step, targets, mask)) / 2e-6
    np.testing.assert_allclose(numeric, expected, atol=1e-8)


def test_uniform_logits_cost_the_log_of_the_vocabulary_and_huge_ones_do_not_overflow():
    assert negative_log_likelihood(np.zeros((1, 2, 40)), [[3, 7]]) == pytest.approx(np.log(40))
    assert negative_log_likelihood([[[1e4, 0.0]]], [[1]]) == pytest.approx(1e4)


@pytest.mark.parametrize(
    ("logits", "targets", "mask"),
    [
        (np.zeros((1, 2, 3)), np.zeros((1, 3), int), None),
        (np.zeros((1, 2)), np.zeros((1, 2), int), None),
        (np.zeros((1, 2, 3)), np.zeros((1, 2), int), np.ones((2, 2), bool)),
        (np.zeros((1, 2, 3)), np.zeros((1, 2), int), np.zeros((1, 2), bool)),
    ],
)
def test_negative_log_likelihood_names_what_does_not_fit(logits, targets, mask):
    with pytest.raises(ValueError, match="Received"):
        negative_log_likelihood(logits, targets, mask)
