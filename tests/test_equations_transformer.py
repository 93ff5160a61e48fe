import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations
from seqtut.models.blocks import Block

few = settings(max_examples=15, deadline=None)
seeds = st.integers(0, 2**32 - 1)


class Counted(np.ndarray):
    """An array that counts the multiplications of the matrix products it takes part in."""

    total = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        inputs = [np.asarray(a) for a in inputs]
        if "out" in keywords:
            keywords["out"] = tuple(np.asarray(a) for a in keywords["out"])
        result = getattr(ufunc, method)(*inputs, **keywords)
        if ufunc is np.matmul:
            Counted.total += result.size * inputs[0].shape[-1]
        return np.asarray(result).view(Counted)


def block_of(d, m, heads, rng):
    """A block of the models with random weights, and these as the equations take them."""
    block = Block(d, heads, m, 0.0, crosses=False)
    for variable in block.trainable_variables:
        variable.assign(rng.normal(0, 0.4, variable.shape))
    weights = {
        "attend": {
            name: [np.asarray(v) for v in dense.weights]
            for name, dense in block.attend.denses.items()
        },
        "widen": [np.asarray(v) for v in block.widen.weights],
        "narrow": [np.asarray(v) for v in block.narrow.weights],
        "norms": [[np.asarray(v) for v in norm.weights] for norm in block.norms],
    }
    return block, weights


@few
@given(seed=seeds)
def test_scaled_dot_attention_is_a_loop_over_queries_keys_and_values(seed):
    rng = np.random.default_rng(seed)
    t, s, d, f = rng.integers(1, 6, 4)
    q, k, v = rng.normal(size=(t, d)), rng.normal(size=(s, d)), rng.normal(size=(s, f))
    keep = rng.random((t, s)) < 0.6
    keep[:, 0] = True
    found, weights = equations.scaled_dot_attention(q, k, v, keep)
    for row in range(t):
        fits = [np.exp(q[row] @ k[j] / np.sqrt(d)) * keep[row, j] for j in range(s)]
        np.testing.assert_allclose(weights[row], np.array(fits) / sum(fits))
        wanted = sum(fit * v[j] for j, fit in enumerate(fits)) / sum(fits)
        np.testing.assert_allclose(found[row], wanted)
    assert np.all(weights[~keep] == 0)


def test_scores_of_wide_vectors_keep_the_variance_of_narrow_ones():
    rng = np.random.default_rng(0)
    largest = []
    for d in (4, 400):
        q, k = rng.normal(size=(500, 1, d)), rng.normal(size=(500, 10, d))
        largest.append(equations.scaled_dot_attention(q, k, k)[1].max(axis=-1).mean())
    assert largest[1] == pytest.approx(largest[0], abs=0.03)


@few
@given(seed=seeds)
def test_two_dense_layers_are_keras_and_treat_each_place_alone(seed):
    rng = np.random.default_rng(seed)
    d, m = rng.integers(1, 7, 2).tolist()
    widen, narrow = keras.layers.Dense(m, "relu"), keras.layers.Dense(d)
    layer = keras.Sequential([keras.Input((None, d)), widen, narrow])
    layer.set_weights([rng.normal(size=v.shape) for v in layer.weights])
    x = rng.normal(size=(2, 3, d)).astype("float32")
    found = equations.feed_forward(x, *layer.get_weights())
    np.testing.assert_allclose(found, np.asarray(layer(x)), rtol=1e-4, atol=1e-4)
    alone = equations.feed_forward(x[:, 1], *layer.get_weights())
    np.testing.assert_allclose(found[:, 1], alone)


@few
@given(seed=seeds, heads=st.integers(1, 3), causal=st.booleans())
def test_a_pre_norm_block_is_that_of_the_models(seed, heads, causal):
    rng = np.random.default_rng(seed)
    d, m = heads * int(rng.integers(2, 4)), int(rng.integers(2, 8))
    block, weights = block_of(d, m, heads, rng)
    x = rng.normal(size=(2, 5, d)).astype("float32")
    mask = (np.arange(5) < np.array([5, 3])[:, None])[:, None]
    if causal:
        mask = mask & np.tril(np.ones((5, 5), bool))
    found = equations.pre_norm_block(x, weights, heads, mask)
    theirs, nothing = block(x, mask)
    # A norm of few numbers that are nearly equal has few digits in float32.
    np.testing.assert_allclose(found, np.asarray(theirs), rtol=2e-3, atol=2e-3)
    assert nothing is None


def test_a_block_whose_parts_find_nothing_hands_on_what_it_was_given():
    rng = np.random.default_rng(0)
    _, weights = block_of(6, 4, 2, rng)
    for part in (weights["attend"]["output"], weights["narrow"]):
        part[:] = [np.zeros_like(a) for a in part]
    x = rng.normal(size=(1, 4, 6))
    np.testing.assert_array_equal(equations.pre_norm_block(x, weights, 2), x)


@few
@given(shift=st.integers(-30, 30), half=st.integers(1, 20))
def test_one_matrix_shifts_every_position(shift, half):
    table = equations.sinusoidal_positions(100, 2 * half)
    matrix = equations.shift_of_positions(shift, 2 * half)
    np.testing.assert_allclose(table[30:70] @ matrix, table[30 + shift : 70 + shift], atol=1e-10)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(2 * half), atol=1e-12)


def test_shifts_add_up_and_an_odd_width_has_none():
    by = {j: equations.shift_of_positions(j, 8) for j in (0, 2, 3, 5)}
    np.testing.assert_allclose(by[2] @ by[3], by[5], atol=1e-12)
    np.testing.assert_array_equal(by[0], np.eye(8))
    with pytest.raises(ValueError, match="Received: 5"):
        equations.shift_of_positions(1, 5)


@few
@given(steps=st.integers(1, 9), heads=st.integers(1, 3), part=st.integers(1, 4))
def test_the_cost_of_a_block_is_what_is_counted(steps, heads, part):
    # Written out, since the equations turn what they are given into plain arrays.
    d, m, rng = heads * part, 2 * steps + 1, np.random.default_rng(0)
    x = rng.normal(size=(steps, d)).view(Counted)
    matrix = rng.normal(size=(d, d)).view(Counted)
    Counted.total = 0
    q, k, v = x @ matrix, x @ matrix, x @ matrix
    found = []
    for head in range(heads):
        of = slice(head * part, (head + 1) * part)
        found.append(equations.softmax(np.asarray(q[:, of] @ k[:, of].T)) @ v[:, of])
    y = np.concatenate(found, axis=1).view(Counted) @ matrix
    _ = (y @ rng.normal(size=(d, m)).view(Counted)) @ rng.normal(size=(m, d)).view(Counted)
    assert Counted.total == equations.attention_cost(steps, d, m)


def test_the_square_overtakes_the_rest_at_twice_the_width_and_the_hidden_width():
    for d, m in [(96, 288), (8, 20)]:
        steps = 2 * d + m
        square = 2 * steps**2 * d
        assert equations.attention_cost(steps, d, m) == 2 * square


@pytest.mark.parametrize("heads", [1, 2, 3])
def test_a_mask_of_any_shape_that_broadcasts_is_that_of_every_head(heads):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 6))
    weights = {
        name: (rng.normal(size=(6, 6)), np.zeros(6)) for name in ("query", "key", "value", "output")
    }
    causal, padding = np.tril(np.ones((3, 3), bool)), np.array([True, True, False])
    for mask in (causal, padding, np.bool_(True)):
        full = np.broadcast_to(mask, (2, 3, 3))
        given, wanted = (
            equations.multi_head_attention(x, x, weights, heads, m) for m in (mask, full)
        )
        assert np.array_equal(given[0], wanted[0])
        assert np.array_equal(given[1], wanted[1])
