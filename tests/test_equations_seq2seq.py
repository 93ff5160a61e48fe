"""Encoder and decoder, their gradients, and what sequences add up to."""

from itertools import product

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, laws

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=8, deadline=None)


def case(seed, v=4):
    """Two simple recurrent networks with an affine map on top, and a batch with pads."""
    rng = np.random.default_rng(seed)
    b, s, t, f, d = rng.integers(1, 5, size=5).tolist()
    sizes = {
        "x": (b, s, f),
        "before": (b, t, f),
        "w": (f, d),
        "u": (d, d),
        "c": (d,),
        "w2": (f, d),
        "u2": (d, d),
        "c2": (d,),
        "a": (d, v),
        "b": (v,),
    }
    net = {name: rng.normal(size=size) for name, size in sizes.items()}
    mask = np.arange(s) < rng.integers(1, s + 1, size=b)[:, None]
    target = np.eye(v)[rng.integers(v, size=(b, t))]
    return net, mask, target


def run(net, mask):
    return equations.encoder_decoder(
        net["x"],
        net["before"],
        lambda x, h: np.tanh(x @ net["w"] + h @ net["u"] + net["c"]),
        lambda y, s: np.tanh(y @ net["w2"] + s @ net["u2"] + net["c2"]),
        np.zeros((len(net["x"]), len(net["c"]))),
        net["a"],
        net["b"],
        mask,
    )


def decoder_states(net, z):
    states = [z]
    for t in range(net["before"].shape[1]):
        inside = net["before"][:, t] @ net["w2"] + states[-1] @ net["u2"] + net["c2"]
        states.append(np.tanh(inside))
    return np.stack(states, axis=1)


@few
@given(seed=seeds)
def test_encoder_and_decoder_are_those_of_keras(seed):
    net, mask, _ = case(seed)
    d, v = net["a"].shape
    layers = {
        "read": keras.layers.SimpleRNN(d, dtype="float64"),
        "write": keras.layers.SimpleRNN(d, return_sequences=True, dtype="float64"),
        "logits": keras.layers.Dense(v, "softmax", dtype="float64"),
    }
    weights = {"read": "w u c", "write": "w2 u2 c2", "logits": "a b"}
    for (name, layer), shape in zip(
        layers.items(), [net["x"].shape, net["before"].shape, (1, 1, d)], strict=True
    ):
        layer.build(shape)
        layer.set_weights([net[part] for part in weights[name].split()])
    code = layers["read"](net["x"], mask=mask)
    wanted = layers["logits"](layers["write"](net["before"], initial_state=code))
    z, p = run(net, mask)
    np.testing.assert_allclose(z, code, atol=1e-12)
    np.testing.assert_allclose(p, wanted, atol=1e-12)


def test_the_code_is_the_state_at_each_sources_own_end():
    net, _, _ = case(3)
    mask = np.array([[True] + [False] * (net["x"].shape[1] - 1)] * len(net["x"]))
    z, _ = run(net, mask)
    np.testing.assert_allclose(z, np.tanh(net["x"][:, 0] @ net["w"] + net["c"]))


def test_encoder_decoder_refuses_a_mask_of_another_shape():
    net, mask, _ = case(0)
    with pytest.raises(ValueError, match="one mask value a source step"):
        run(net, mask[:, None])


@few
@given(seed=seeds, epsilon=st.sampled_from([0.0, 0.1]))
def test_the_logit_gradient_is_the_slope_of_the_masked_loss(seed, epsilon):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(2, 3, 4))
    q = equations.label_smoothing(rng.integers(4, size=(2, 3)), 4, epsilon)
    keep = rng.random((2, 3)) < 0.7
    keep[0, 0] = True

    def loss(logits):
        return np.sum(equations.cross_entropy(q, logits), where=keep) / keep.sum()

    found = equations.logit_gradient(q, logits, keep)
    assert laws.gradient_is_slope(loss, found, logits).holds
    assert not found[~keep].any()
    np.testing.assert_allclose(found.sum(axis=-1), 0, atol=1e-15)
    logits[~keep] = np.nan  # what a pad says is nobody's business
    np.testing.assert_array_equal(equations.logit_gradient(q, logits, keep), found)


@pytest.mark.parametrize(
    ("q", "keep"),
    [
        (np.zeros((2, 3)), None),
        (np.zeros((2, 3, 4)), np.zeros((2, 3))),
        (np.zeros((2, 3, 4)), np.ones(3)),
    ],
)
def test_the_logit_gradient_refuses_what_does_not_fit(q, keep):
    with pytest.raises(ValueError, match="logit_gradient needs"):
        equations.logit_gradient(q, np.zeros((2, 3, 4)), keep)


@few
@given(seed=seeds)
def test_the_gradients_through_both_networks_are_slopes(seed):
    net, mask, target = case(seed)
    states = equations.recurrence(net["x"], net["w"], net["u"], net["c"], mask)
    s = decoder_states(net, states[:, -1])
    for_logits = equations.logit_gradient(target, s[:, 1:] @ net["a"] + net["b"])
    deltas, for_a, for_b, for_code = equations.decoder_gradient(for_logits, s, net["a"], net["u2"])
    inner = equations.encoder_gradient(for_code, states, net["u"], mask)
    before = np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
    gradients = {
        "a": for_a,
        "b": for_b,
        "before": deltas @ net["w2"].T,
        "w2": np.einsum("btf,btd->fd", net["before"], deltas),
        "u2": np.einsum("btf,btd->fd", s[:, :-1], deltas),
        "c2": deltas.sum(axis=(0, 1)),
        "x": inner @ net["w"].T,
        "w": np.einsum("btf,btd->fd", net["x"], inner),
        "u": np.einsum("btf,btd->fd", before, inner),
        "c": inner.sum(axis=(0, 1)),
    }
    for name, gradient in gradients.items():

        def loss(value, name=name):
            _, p = run(net | {name: value}, mask)
            return -np.mean(np.log(np.sum(p * target, axis=-1)))

        found = laws.gradient_is_slope(loss, gradient, net[name])
        assert found.holds, (name, found)


@few
@given(seed=seeds)
def test_the_encoders_gradient_is_backpropagation_through_time_from_its_end(seed):
    net, mask, _ = case(seed)
    weights = net["w"], net["u"], net["c"]
    states = equations.recurrence(net["x"], *weights, mask)
    for_code = np.random.default_rng(seed).normal(size=states[:, -1].shape)
    direct = np.zeros_like(states)
    direct[:, -1] = for_code
    for_x, *_ = equations.backpropagation_through_time(net["x"], *weights, direct, mask)
    deltas = equations.encoder_gradient(for_code, states, net["u"], mask)
    np.testing.assert_allclose(deltas @ net["w"].T, for_x, atol=1e-14)


def test_what_reaches_the_first_state_went_through_the_jacobian():
    net, *_ = case(11)
    states = equations.recurrence(net["x"], net["w"], net["u"], net["c"])
    for_code = np.ones_like(states[:, -1])
    deltas = equations.encoder_gradient(for_code, states, net["u"])
    jacobian = equations.state_jacobian(states[0, 1:], net["u"])
    wanted = for_code[0] @ jacobian.T * (1 - states[0, 0] ** 2)
    np.testing.assert_allclose(deltas[0, 0], wanted)


def test_tensorflow_agrees_with_the_gradient_by_the_code():
    net, mask, target = case(5)
    z, _ = run(net, mask)
    s = decoder_states(net, z)
    for_logits = equations.logit_gradient(target, s[:, 1:] @ net["a"] + net["b"])
    *_, for_code = equations.decoder_gradient(for_logits, s, net["a"], net["u2"])
    code = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(code)
        state, nats = code, 0.0
        for t in range(net["before"].shape[1]):
            state = tf.tanh(net["before"][:, t] @ net["w2"] + state @ net["u2"] + net["c2"])
            log_p = tf.nn.log_softmax(state @ net["a"] + net["b"])
            nats -= tf.reduce_sum(log_p * target[:, t])
        loss = nats / np.prod(target.shape[:2])
    np.testing.assert_allclose(for_code, tape.gradient(loss, code), atol=1e-12)


@few
@given(seed=seeds, steps=st.integers(0, 5))
def test_all_sequences_that_end_and_all_that_go_on_add_up_to_one(seed, steps):
    def conditional(prefix):
        rng = np.random.default_rng([seed, *prefix])
        return equations.softmax(rng.normal(size=3))

    ended, going = equations.total_probability(conditional, 0, steps)
    assert ended + going == pytest.approx(1)
    said = [
        equations.factorisation([*body, 0], conditional)
        for n in range(steps)
        for body in product((1, 2), repeat=n)
    ]
    assert ended == pytest.approx(sum(said))


def test_a_decoder_that_tires_of_ending_goes_on_for_ever_half_of_the_time():
    def tiring(prefix):
        end = 1 / (len(prefix) + 2) ** 2
        return np.array([end, 1 - end])

    ended, going = equations.total_probability(tiring, 0, 400)
    assert going == pytest.approx(402 / 802)
    assert ended == pytest.approx(400 / 802)


words = st.lists(st.sampled_from("abc"), max_size=6)


@given(said=words, right=words)
def test_unavoidable_edits_are_the_least_distance_to_any_prefix_of_what_is_right(said, right):
    found = equations.unavoidable_edits(said, right)
    for t, edits in enumerate(found):
        distances = [equations.edit_distance(said[:t], right[:j]) for j in range(len(right) + 1)]
        assert edits == min(distances)
    assert set(np.diff(found)) <= {0, 1}
    assert found[-1] <= equations.edit_distance(said, right)


def test_a_prefix_of_what_is_right_costs_nothing_and_the_first_other_token_one():
    right = ["TH", "R", "UW"]
    assert equations.unavoidable_edits(right[:2], right).tolist() == [0, 0, 0]
    assert equations.unavoidable_edits(["TH", "AO", "R", "UW"], right).tolist() == [0, 0, 1, 1, 1]
