"""LSTM, GRU, attention and the Transformer's parts against Keras's layers and against this book's.

Law 5: float64 equations and float32 layers agree to 1e-5, on random weights and with masks.
"""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, laws, layers

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=8)


def rng_and_sizes(seed, count):
    rng = np.random.default_rng(seed)
    return rng, *rng.integers(1, 6, size=count).tolist()


def randomise(layer, rng):
    # Larger weights would make scores of which float32 has too few digits left for 1e-5.
    for weight in layer.weights:
        weight.assign(rng.normal(scale=weight.shape[0] ** -0.5, size=weight.shape))
    return [weight.numpy() for weight in layer.trainable_weights]


def padding(rng, rows, steps):
    return np.arange(steps) < rng.integers(1, steps + 1, size=(rows, 1))


def random_mask(rng, rows, steps):
    """Right padding of random length in most rows, holes in some."""
    mask = padding(rng, rows, steps)
    return mask if rng.random() < 0.7 else rng.random((rows, steps)) < 0.6


def agrees(equation, layer, x):
    found = laws.equation_is_layer(equation, layer, x)
    assert found.holds, found


@few
@given(seed=seeds)
def test_lstm_agrees_with_keras(seed):
    rng, b, s, f, d = rng_and_sizes(seed, 4)
    layer = keras.layers.LSTM(d, return_sequences=True)
    layer.build((None, s, f))
    weights, mask = randomise(layer, rng), random_mask(rng, b, s)
    x = rng.normal(size=(b, s, f)).astype("float32")
    agrees(lambda a: equations.lstm(a, *weights, mask)[0], lambda a: layer(a, mask=mask), x)


@few
@given(seed=seeds)
def test_the_last_cell_state_of_an_lstm_agrees_with_keras(seed):
    rng, b, s, f, d = rng_and_sizes(seed, 4)
    layer = keras.layers.LSTM(d, return_state=True)
    layer.build((None, s, f))
    weights, mask = randomise(layer, rng), random_mask(rng, b, s)
    x = rng.normal(size=(b, s, f)).astype("float32")
    agrees(
        lambda a: equations.lstm(a, *weights, mask)[1][:, -1], lambda a: layer(a, mask=mask)[2], x
    )


@few
@given(seed=seeds, reset_after=st.booleans())
def test_gru_agrees_with_keras_in_both_variants(seed, reset_after):
    rng, b, s, f, d = rng_and_sizes(seed, 4)
    layer = keras.layers.GRU(d, return_sequences=True, reset_after=reset_after)
    layer.build((None, s, f))
    weights, mask = randomise(layer, rng), random_mask(rng, b, s)
    x = rng.normal(size=(b, s, f)).astype("float32")
    agrees(
        lambda a: equations.gru(a, *weights, mask, reset_after=reset_after),
        lambda a: layer(a, mask=mask),
        x,
    )


def test_the_two_variants_of_a_gru_are_not_the_same_function():
    rng = np.random.default_rng(0)
    x, w, u, b = (rng.normal(size=n) for n in [(1, 4, 2), (2, 9), (3, 9), 9])
    papers = equations.gru(x, w, u, b)
    keras_own = equations.gru(x, w, u, np.stack([b, np.zeros(9)]), reset_after=True)
    assert np.abs(papers - keras_own).max() > 0.01
    assert papers[:, 0] == pytest.approx(keras_own[:, 0])  # nothing to reset in the first step


@pytest.mark.parametrize("gates", [3, 4])
def test_padding_moves_no_state_of_a_gated_network(gates):
    rng = np.random.default_rng(gates)
    x, w, u, b = (
        rng.normal(size=n) for n in [(2, 6, 3), (3, gates * 5), (5, gates * 5), gates * 5]
    )
    run = equations.gru if gates == 3 else lambda *a: equations.lstm(*a)[1]
    mask = np.arange(6)[None].repeat(2, 0) < 4
    states = run(x, w, u, b, mask)
    np.testing.assert_array_equal(states[:, :4], run(x[:, :4], w, u, b))
    np.testing.assert_array_equal(states[:, -1], states[:, 3])


def test_an_open_forget_gate_and_a_shut_input_gate_keep_the_cell_for_ever():
    rng = np.random.default_rng(0)
    b = np.repeat([-1e3, 1e3, 0, 0], 2)
    x, w, u = rng.normal(size=(1, 50, 3)), np.zeros((3, 8)), np.zeros((2, 8))
    assert equations.lstm(x, w, u, b)[1].tolist() == np.zeros((1, 50, 2)).tolist()
    gradual = equations.lstm(x[:, :2], w, u, np.repeat([1e3, 1e3, 1e3, 0], 2))[1]
    assert gradual[0, :, 0].tolist() == [1, 2]


@few
@given(seed=seeds, scaled=st.booleans())
def test_dot_attention_agrees_with_keras_and_with_the_layer(seed, scaled):
    rng, b, t, s, d = rng_and_sizes(seed, 4)
    t, s = t + 1, s + 1  # Keras's softmax warns of an axis of one
    query = rng.normal(size=(b, t, d)).astype("float32")
    states = rng.normal(size=(b, s, d)).astype("float32")
    mask = padding(rng, b, s)
    agrees(
        lambda a: equations.dot_attention(a, states, states, mask[:, None], scaled)[0],
        lambda a: layers.DotAttention(scaled)(a, states, mask)[0],
        query,
    )
    if not scaled:
        agrees(
            lambda a: equations.dot_attention(a, states, states, mask[:, None])[1],
            lambda a: keras.layers.Attention()(
                [a, states], mask=[None, mask], return_attention_scores=True
            )[1],
            query,
        )


@few
@given(seed=seeds)
def test_additive_attention_agrees_with_keras_and_with_the_layer(seed):
    rng, b, t, s, q, d, a = rng_and_sizes(seed, 6)
    t, s = t + 1, s + 1  # Keras's softmax warns of an axis of one
    layer = layers.AdditiveAttention(a, q, d)
    randomise(layer, rng)
    w, (u, bias), v = (
        layer.query_dense.kernel.numpy(),
        [x.numpy() for x in layer.state_dense.weights],
        layer.scale.numpy(),
    )
    query = rng.normal(size=(b, t, q)).astype("float32")
    states = rng.normal(size=(b, s, d)).astype("float32")
    mask = padding(rng, b, s)
    keras_own = keras.layers.AdditiveAttention()
    keras_own.build([(b, t, a), (b, s, a), (b, s, a)])
    keras_own.scale.assign(v)
    for part in (0, 1):
        agrees(
            lambda x, part=part: equations.additive_attention(x, states, w, u, bias, v, mask)[part],
            lambda x, part=part: layer(x, states, mask)[part],
            query,
        )
        agrees(
            lambda x, part=part: equations.additive_attention(x, states, w, u, bias, v, mask)[part],
            lambda x, part=part: keras_own(
                [x @ w, states, (states @ u + bias).astype("float32")],
                mask=[None, mask],
                return_attention_scores=True,
            )[part],
            query,
        )


@few
@given(seed=seeds, heads=st.integers(1, 3), causal=st.booleans())
def test_multi_head_attention_agrees_with_keras_and_with_the_layer(seed, heads, causal):
    rng, b, t, s, part = rng_and_sizes(seed, 4)
    part += 1  # Keras adds a bias along the wrong axis where a head has one number and T = heads
    t, s = t + 1, s + 1  # Keras's softmax warns of an axis of one
    d = heads * part
    query, source = (rng.normal(size=(b, n, d)).astype("float32") for n in (t, s))
    mask = padding(rng, b, s)[:, None].repeat(t, 1)
    if causal:
        source, mask = query, np.tril(np.ones((t, t), bool))[None].repeat(b, 0)
    ours, keras_own = (
        layers.MultiHeadAttention(d, heads),
        keras.layers.MultiHeadAttention(heads, part),
    )
    randomise(ours, rng)
    weights = {name: [w.numpy() for w in dense.weights] for name, dense in ours.denses.items()}
    keras_own.build((b, t, d), (b, source.shape[1], d))
    for name, weight in ((w.path.split("/")[-2], w) for w in keras_own.weights):
        matrix, bias = weights["output" if "output" in name else name]
        value = matrix if weight.path.endswith("kernel") else bias
        weight.assign(value.reshape(weight.shape))

    def equation(x, part):
        return equations.multi_head_attention(x, source, weights, heads, mask)[part]

    for place in (0, 1):
        agrees(
            lambda x, place=place: equation(x, place),
            lambda x, place=place: ours(x, *ours.project(source), mask)[place],
            query,
        )
        agrees(
            lambda x, place=place: equation(x, place),
            lambda x, place=place: keras_own(
                x, source, attention_mask=mask, return_attention_scores=True
            )[place],
            query,
        )


def test_a_source_of_one_token_gets_all_the_attention():
    x = np.ones((2, 1, 4), "float32")
    mask = np.ones((2, 1), bool)
    assert np.asarray(layers.DotAttention()(x, x, mask)[1]).tolist() == [[[1]], [[1]]]


def test_a_query_for_which_nothing_is_kept_finds_zeros_and_not_nan():
    x = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    mask = np.array([[True, False, True], [False] * 3])
    for context, weights in (
        equations.dot_attention(x, x, x, mask[:, None]),
        layers.DotAttention()(x, x, mask),
        layers.AdditiveAttention(5, 4, 4)(x, x, mask),
    ):
        assert np.all(np.asarray(weights)[0, :, 1] == 0)
        assert np.asarray(weights)[0].sum(axis=-1) == pytest.approx(1)
        assert np.all(np.asarray(weights)[1] == 0)
        assert np.all(np.asarray(context)[1] == 0)


@few
@given(seed=seeds, epsilon=st.sampled_from([1e-3, 1e-6]))
def test_layer_normalisation_agrees_with_keras(seed, epsilon):
    rng, b, d = rng_and_sizes(seed, 2)
    layer = keras.layers.LayerNormalization(epsilon=epsilon)
    layer.build((b, d + 1))
    gain, offset = randomise(layer, rng)
    x = rng.normal(scale=3, size=(b, d + 1)).astype("float32")
    wanted = equations.layer_normalisation(x, gain, offset, epsilon)
    # Where a row is nearly constant, float32 has few digits of its variance left.
    np.testing.assert_allclose(np.asarray(layer(x)), wanted, rtol=1e-3, atol=1e-4)
    unit = equations.layer_normalisation(x, np.ones(d + 1), np.zeros(d + 1), 0)
    assert unit.mean(axis=-1) == pytest.approx(0, abs=1e-9)
    assert unit.var(axis=-1) == pytest.approx(1)


@few
@given(steps=st.integers(1, 40), half=st.integers(1, 8))
def test_sinusoidal_positions_are_the_layers(steps, half):
    layer = layers.SinusoidalPositions(2 * half)
    agrees(lambda p: equations.sinusoidal_positions(steps, 2 * half), layer, np.arange(steps))


def test_a_shift_turns_sinusoidal_positions_alike_wherever_they_stand():
    table = equations.sinusoidal_positions(60, 8)
    products = [table[t] @ table[t + 7] for t in range(50)]
    assert products == pytest.approx([products[0]] * 50)
    assert table[:, 0] == pytest.approx(np.sin(np.arange(60)))
    assert table[:, 1] == pytest.approx(np.cos(np.arange(60)))


@pytest.mark.parametrize("make", [equations.sinusoidal_positions, layers.SinusoidalPositions])
def test_an_odd_width_has_no_sinusoidal_positions(make):
    with pytest.raises(ValueError, match="even"):
        make(*((3, 5) if make is equations.sinusoidal_positions else (5,)))


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(ValueError, match="Received: 3 heads, width 8"):
        layers.MultiHeadAttention(8, 3)
