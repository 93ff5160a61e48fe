"""Our loop over an LSTM: Keras's layer and the book's equations, to the last gradient."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations
from seqtut.layers import gates, recurrence

SMALL, LARGE = (3, 4, 5), (64, 3, 160)  # rows, steps, width; the large one is fused in training


def layer_of(width, inputs, back=False, seed=0):
    layer = keras.layers.LSTM(width, return_sequences=True, return_state=True, go_backwards=back)
    layer.build((None, None, inputs))
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.normal(size=w.shape) * 0.3 for w in layer.get_weights()])
    return layer


def embedding_of(size, width, seed=1):
    layer = keras.layers.Embedding(size, width)
    layer.build(None)
    layer.set_weights([np.random.default_rng(seed).normal(size=(size, width))])
    return layer


def example(seed, shape, vocabulary):
    rows, steps, width = shape
    rng = np.random.default_rng(seed)
    tokens = tf.constant(rng.integers(0, vocabulary, (rows, steps)), tf.int32)
    mask = tf.constant(np.arange(steps) < rng.integers(0, steps + 1, (rows, 1)))
    initial = [tf.constant(rng.normal(size=(rows, width)), tf.float32) for _ in range(2)]
    weights = [tf.constant(rng.normal(size=(rows, steps, width)), tf.float32)]
    weights += [tf.constant(rng.normal(size=(rows, width)), tf.float32) for _ in range(2)]
    return tokens, mask, initial, weights


def answers(run, variables, mask, weights):
    """The three outputs, the states of pads left out, and the gradients of a mixture of them."""

    @tf.function
    def found():
        with tf.GradientTape() as tape:
            tape.watch(variables)
            states, *final = run()
            if mask is not None:
                states = tf.where(mask[:, :, None], states, 0.0)
            outputs = [states, *final]
            mixed = tf.add_n([tf.reduce_sum(a * b) for a, b in zip(outputs, weights, strict=True)])
        return outputs, [tf.convert_to_tensor(g) for g in tape.gradient(mixed, variables)]

    return [part.numpy() for part in tf.nest.flatten(found())]


def check_against_keras(seed, shape, *, back, masked, first, looked_up, training, vocabulary=7):
    layer, embedding = layer_of(shape[2], 6, back), embedding_of(vocabulary, 6)
    tokens, mask, initial, weights = example(seed, shape, vocabulary)
    mask, initial = mask if masked else None, initial if first else None
    variables = [w.value for w in (*embedding.weights, *layer.weights)] + (initial or [])

    def theirs():
        states, *final = layer(embedding(tokens), mask=mask, initial_state=initial)
        return tf.reverse(states, [1]) if back else states, *final

    def ours():
        inputs = recurrence.Unread(tokens, embedding) if looked_up else embedding(tokens)
        return recurrence.lstm(layer, inputs, mask, initial, training)

    expected, found = (answers(run, variables, mask, weights) for run in (theirs, ours))
    for one, other in zip(expected, found, strict=True):
        assert np.abs(one - other).max() < 1e-5 * max(1, np.abs(one).max())


flags = st.booleans()


@settings(max_examples=25)
@given(st.integers(0, 2**31), flags, flags, flags, flags, flags)
def test_states_and_gradients_are_those_of_keras(seed, back, masked, first, looked_up, training):
    kind = {"back": back, "masked": masked, "first": first, "looked_up": looked_up}
    check_against_keras(seed, SMALL, **kind, training=training)


@pytest.mark.parametrize("looked_up", [True, False])
@pytest.mark.parametrize("back", [True, False])
def test_what_is_fused_in_training_computes_the_same(back, looked_up, monkeypatch):
    kind = {"back": back, "looked_up": looked_up, "masked": True, "first": True}
    traced = []
    monkeypatch.setattr(gates, "_fused_forwards", lambda *x: traced.append(1) or gates.forwards(*x))
    check_against_keras(0, LARGE, **kind, training=True)
    assert traced
    monkeypatch.undo()
    check_against_keras(0, LARGE, **kind, training=True)


@pytest.mark.parametrize("training", [True, False])
def test_it_computes_the_equation(training):
    layer = layer_of(5, 6)
    rng = np.random.default_rng(2)
    x, mask = rng.normal(size=(3, 4, 6)), np.arange(4) < [[4], [2], [1]]
    states, _, c = recurrence.lstm(layer, x.astype("float32"), mask, training=training)
    hs, cs = equations.lstm(x, *layer.get_weights(), mask)
    assert np.abs(states - hs).max() < 1e-6
    assert np.abs(c - cs[:, -1]).max() < 1e-6


@pytest.mark.parametrize("vocabulary", [9, 2000])  # looked up, and not
def test_step_by_step_it_says_what_it_says_of_the_whole(vocabulary):
    layer, embedding = layer_of(5, 6), embedding_of(vocabulary, 6)
    tokens, _, (h, c), _ = example(3, (4, 6, 5), vocabulary)
    whole, *final = recurrence.lstm(layer, recurrence.Unread(tokens, embedding), initial=[h, c])
    made = recurrence.ready(layer, embedding)
    assert (made.table is None) == (vocabulary == 2000)
    for known in (None, made, recurrence.ready(layer)):
        state = h, c
        for t in range(6):
            state = recurrence.step(
                layer, recurrence.Unread(tokens[:, t], embedding), *state, known
            )
            assert np.abs(state[0] - whole[:, t]).max() < 1e-6
        assert all(np.abs(a - b).max() < 1e-6 for a, b in zip(state, final, strict=True))


@pytest.mark.parametrize(("vocabulary", "whole"), [(9, True), (30, False), (2000, False)])
def test_only_a_small_vocabulary_is_multiplied_whole(vocabulary, whole):
    tokens = tf.zeros((40, 60) if vocabulary == 2000 else (4, 6), tf.int32)
    assert recurrence.Unread(tokens, embedding_of(vocabulary, 2)).many() is whole


@pytest.mark.parametrize("shape", [SMALL, LARGE])
def test_an_id_that_the_vocabulary_lacks_is_refused(shape):
    layer, embedding = layer_of(shape[2], 6), embedding_of(7, 6)
    tokens = tf.fill(shape[:2], 7)
    with pytest.raises(tf.errors.InvalidArgumentError, match="7 is not in"):
        recurrence.lstm(layer, recurrence.Unread(tokens, embedding), training=True)
