"""Backpropagation through time, how far it reaches, and clipping."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, laws

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=8)


def case(seed):
    """A network, sequences, a mask with holes and a loss that looks at every state."""
    rng = np.random.default_rng(seed)
    b, s, f, d = rng.integers(1, 5, size=4).tolist()
    x, w, u, bias = (rng.normal(size=n) for n in [(b, s, f), (f, d), (d, d), d])
    return x, w, u, bias, rng.normal(size=(b, s, d)), rng.random((b, s)) < 0.7


@few
@given(seed=seeds)
def test_backpropagation_through_time_is_the_slope_of_the_loss(seed):
    *inputs, direct, mask = case(seed)
    gradients = equations.backpropagation_through_time(*inputs, direct, mask)
    for place, gradient in enumerate(gradients):

        def loss(a, place=place):
            changed = [*inputs[:place], a, *inputs[place + 1 :]]
            return np.sum(direct * equations.recurrence(*changed, mask))

        found = laws.gradient_is_slope(loss, gradient, at=inputs[place])
        assert found.holds, found


@few
@given(seed=seeds)
def test_backpropagation_through_time_agrees_with_keras(seed):
    x, w, u, b, direct, mask = case(seed)
    layer = keras.layers.SimpleRNN(len(b), return_sequences=True)
    layer.build(x.shape)
    layer.set_weights([w, u, b])
    inputs = tf.constant(x, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_sum(direct.astype("float32") * layer(inputs, mask=mask))
    theirs = tape.gradient(loss, [inputs, *layer.trainable_variables])
    ours = equations.backpropagation_through_time(x, w, u, b, direct, mask)
    for mine, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, their, rtol=1e-3, atol=1e-4)


def test_backpropagation_through_time_of_one_unit_by_hand():
    h1 = np.tanh(1.0)
    h2 = np.tanh(0.5 * h1)
    x = np.array([[[1.0], [0.0]]])
    for_x, for_w, for_u, for_b = equations.backpropagation_through_time(
        x, [[1.0]], [[0.5]], [0.0], [[[0.0], [1.0]]]
    )
    second = 1 - h2**2
    first = second * 0.5 * (1 - h1**2)
    np.testing.assert_allclose(for_x.ravel(), [first, second])
    np.testing.assert_allclose(
        [for_w[0, 0], for_u[0, 0], for_b[0]], [first, second * h1, first + second]
    )


def test_a_derivative_for_each_state_is_asked_for():
    with pytest.raises(ValueError, match=r"Received: \(2, 4\) for states of \(2, 3, 4\)"):
        equations.backpropagation_through_time(
            np.ones((2, 3, 5)), np.ones((5, 4)), np.ones((4, 4)), np.ones(4), np.ones((2, 4))
        )


@few
@given(seed=seeds)
def test_a_state_jacobian_says_how_a_small_change_arrives(seed):
    x, w, u, b, _, _ = case(seed)
    states = equations.recurrence(x[:1], w, u, b)[0]
    jacobian = equations.state_jacobian(states[1:], u)

    def last(first_state, number):
        h = first_state
        for x_t in x[0, 1:]:
            h = np.tanh(x_t @ w + h @ u + b)
        return h[number]

    for number in range(len(b)):
        found = laws.gradient_is_slope(
            lambda h, number=number: last(h, number), jacobian[:, number], at=states[0]
        )
        assert found.holds, found


@few
@given(seed=seeds)
def test_a_state_jacobian_carries_the_gradient_back(seed):
    x, w, u, b, direct, _ = case(seed)
    direct[:, :-1] = 0
    for_x = equations.backpropagation_through_time(x, w, u, b, direct)[0]
    states = equations.recurrence(x, w, u, b)[0]
    carried = direct[0, -1] @ equations.state_jacobian(states[1:], u).T
    np.testing.assert_allclose(for_x[0, 0], (carried * (1 - states[0] ** 2)) @ w.T, atol=1e-12)


def test_without_a_bend_a_scaled_rotation_shrinks_every_change_by_its_power():
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))[0]
    jacobian = equations.state_jacobian(np.zeros((7, 5)), 0.8 * rotation)
    assert np.linalg.svd(jacobian, compute_uv=False) == pytest.approx([0.8**7] * 5)
    np.testing.assert_array_equal(equations.state_jacobian(np.zeros((0, 5)), rotation), np.eye(5))


@given(bias=st.floats(-5, 30))
def test_after_the_half_life_the_product_of_forget_gates_is_a_half(bias):
    steps = equations.half_life(bias)
    assert np.exp(steps * -np.log1p(np.exp(-bias))) == pytest.approx(0.5)


def test_half_life_of_an_lstm_whose_gate_is_held_by_its_bias():
    # The input gate is shut after the first step, so the cell only fades.
    bias, steps = np.log(1 / (2**0.1 - 1)), 10  # a half-life of ten steps
    x = np.zeros((1, steps + 1, 1))
    x[0, 0] = 2e3
    w, u = np.array([[1.0, 0.0, 1.0, 0.0]]), np.zeros((1, 4))
    cells = equations.lstm(x, w, u, np.array([-1e3, bias, 0.0, 0.0]))[1][0, :, 0]
    assert equations.half_life(bias) == pytest.approx(10)
    assert cells[-1] / cells[0] == pytest.approx(0.5)


@few
@given(seed=seeds, threshold=st.floats(0.01, 100))
def test_gradient_clipping_agrees_with_tensorflow(seed, threshold):
    rng = np.random.default_rng(seed)
    gradients = [rng.normal(size=n) for n in [(3, 2), 4, (1, 1, 2)]]
    theirs, _ = tf.clip_by_global_norm([tf.constant(g) for g in gradients], threshold)
    for mine, their in zip(equations.gradient_clipping(gradients, threshold), theirs, strict=True):
        np.testing.assert_allclose(mine, their)


def test_clipping_leaves_short_gradients_and_zeros_alone():
    short = [np.array([0.3, -0.4]), np.zeros(2)]
    for mine, given_one in zip(equations.gradient_clipping(short, 1), short, strict=True):
        np.testing.assert_array_equal(mine, given_one)
    assert equations.gradient_clipping([np.zeros(2)], 1)[0].tolist() == [0, 0]


@pytest.mark.parametrize("threshold", [0, -1, float("nan")])
def test_a_threshold_that_clips_everything_away_is_refused(threshold):
    with pytest.raises(ValueError, match="above 0"):
        equations.gradient_clipping([np.ones(2)], threshold)
