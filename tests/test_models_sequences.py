"""The laws over random configurations of `Seq2Seq` and `Transformer`, and what they refuse."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import decoding, equations, laws
from seqtut.models import Seq2Seq, Transformer
from tests.models_lab import ragged, shaken

SOURCE, TARGET = 9, 7

recurrent = st.fixed_dictionaries(
    {
        "width": st.sampled_from([2, 6]),
        "embedding_dim": st.sampled_from([None, 3]),
        "layers": st.just(2),
        "decoder_layers": st.sampled_from([1, None]),
        "cell": st.sampled_from(["lstm", "gru"]),
        "bidirectional": st.booleans(),
        "attention": st.sampled_from(
            [("additive", None), ("additive", 1), ("dot", None), ("dot", 1), (None, None)]
        ),
        "tied": st.booleans(),
        "dropout": st.sampled_from([0.0, 0.5]),
    }
).map(
    lambda c: (Seq2Seq, c | dict(zip(("attention", "attend_after"), c["attention"], strict=True)))
)
attentive = st.fixed_dictionaries(
    {
        "width": st.just(6),
        "layers": st.integers(1, 2),
        "heads": st.sampled_from([1, 3]),
        "hidden": st.just(5),
        "positions": st.sampled_from(["sinusoidal", "learned"]),
        "tied": st.booleans(),
        "dropout": st.sampled_from([0.0, 0.5]),
    }
).map(lambda c: (Transformer, c))
configurations = st.one_of(recurrent, attentive)
few = settings(max_examples=12)
BOTH = pytest.mark.parametrize("kind", [Seq2Seq, Transformer])


def make(configuration, seed=0):
    kind, settings_ = configuration
    return shaken(kind(SOURCE, TARGET, **settings_), seed)


def batch(seed=0, **shape):
    return ragged((SOURCE, TARGET), seed, **shape)


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_padding_changes_nothing(c, seed):
    found = laws.padding_changes_nothing(make(c, seed), batch(seed))
    assert found.holds, found


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_the_future_changes_nothing(c, seed):
    found = laws.future_changes_nothing(make(c, seed), batch(seed))
    assert found.holds, found


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_a_step_is_a_piece_of_the_sequence(c, seed):
    found = laws.step_is_sequence(make(c, seed), batch(seed))
    assert found.holds, found


@pytest.mark.parametrize(
    "c",
    [
        (Seq2Seq, {"width": 6, "bidirectional": True, "attention": "additive"}),
        (Seq2Seq, {"width": 6, "cell": "gru", "layers": 2}),
        (Transformer, {"width": 6, "heads": 3}),
    ],
)
def test_padding_changes_nothing_to_ten_digits_in_float64(c):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        found = laws.padding_changes_nothing(make(c), batch(), tolerance=1e-10)
    finally:
        keras.config.set_dtype_policy(before)
    assert found.holds, found


@settings(max_examples=6)
@given(c=configurations)
def test_saving_a_sequence_model_changes_nothing(c):
    found = laws.saving_changes_nothing(lambda: c[0](SOURCE, TARGET, **c[1]), batch())
    assert found.holds, found


@settings(max_examples=6)
@given(c=configurations)
def test_a_sequence_model_is_made_again_from_its_settings(c):
    model = make(c)
    again = c[0].from_config(model.get_config())
    shapes = [tuple(v.shape) for v in model.variables]
    assert shapes == [tuple(v.shape) for v in again.variables]
    assert (model.encoder.name, model.decoder.name) == ("encoder", "decoder")


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_decoder_starts_from_the_state_at_each_examples_own_end(cell, bidirectional):
    """And the backward direction's is the state at its own beginning, read from its own end."""
    model = make((Seq2Seq, {"width": 4, "cell": cell, "bidirectional": bidirectional}))
    source, mask, _ = batch()
    vectors = model.encoder.embedding.embeddings.numpy()
    found = model.encode(source, mask)["initial"]["0"]
    directions = [d for d in (model.encoder.forwards[0], model.encoder.backwards[0]) if d]
    for row, length in enumerate(mask.sum(axis=1)):
        x = vectors[source[row, :length]][None]
        ends = {"h": [], "c": []}
        for order, layer in zip((1, -1), directions, strict=False):
            weights = [w.numpy() for w in layer.trainable_weights]
            if cell == "lstm":
                states = dict(zip("hc", equations.lstm(x[:, ::order], *weights), strict=True))
            else:
                states = {"h": equations.gru(x[:, ::order], *weights, reset_after=True)}
            for name, values in states.items():
                ends[name].append(values[0, -1])
        for name, values in found.items():
            np.testing.assert_allclose(values[row], np.concatenate(ends[name]), atol=1e-5)


@BOTH
def test_an_empty_source_gives_finite_logits_and_draws_no_attention(kind):
    model = make((kind, {"width": 6} | ({"heads": 2} if kind is Transformer else {})))
    source, _, decoder_input = batch()
    mask = np.zeros_like(source, bool)
    assert np.isfinite(np.asarray(model((source, mask, decoder_input)))).all()
    state = model.start(model.encode(source, mask), 2)
    logits, state = model.step(decoder_input[:, 0], state)
    assert np.isfinite(np.asarray(logits)).all()
    assert np.all(np.asarray(state["attention"]) == 0)


@BOTH
def test_the_same_step_is_searched_with_one_limit_after_another(kind):
    model = make((kind, {"width": 6} | ({"heads": 2} if kind is Transformer else {})))
    source, mask, _ = batch()
    found = {}
    for limit in (3, 5, 8):
        state = model.start(model.encode(source, mask), limit)
        found[limit] = decoding.greedy(model.step, state, begin=1, end=2, max_steps=limit).tokens
    assert np.array_equal(found[3], found[8][:, :3])
    assert np.array_equal(found[5], found[8][:, :5])


@settings(max_examples=5)
@given(c=configurations)
def test_a_compiled_loop_carries_the_state_and_a_beam_can_pick_its_rows(c):
    """The state keeps its shapes, and each of its tensors has a row for each hypothesis."""
    model = make(c)
    source, mask, decoder_input = batch()
    steps = decoder_input.shape[1]

    @tf.function(input_signature=[tf.TensorSpec((None, None), d) for d in ("int32", "bool")])
    def decode(source, mask):
        state = model.start(model.encode(source, mask), steps)
        rows = tf.constant([2, 0, 1])  # what a beam does between steps

        def body(t, logits, state):
            found, state = model.step(tf.constant(decoder_input)[:, t], state)
            state = tf.nest.map_structure(lambda x: tf.gather(tf.gather(x, rows), [1, 2, 0]), state)
            return t + 1, logits.write(t, found), state

        logits = tf.TensorArray("float32", steps)
        return tf.while_loop(lambda t, *_: t < steps, body, (0, logits, state))[1].stack()

    found = np.moveaxis(decode(source, mask).numpy(), 0, 1)
    np.testing.assert_allclose(found, model((source, mask, decoder_input)), atol=1e-5)


def test_a_layer_above_the_attention_knows_what_was_attended_to_before():
    """Its logits change with a source that only earlier steps looked at."""
    model = make((Seq2Seq, {"width": 6, "layers": 2, "attend_after": 1}))
    source, mask, decoder_input = batch()
    memory = model.encode(source, mask)
    state = model.start(memory, 4)
    _, after = model.step(decoder_input[:, 0], state)
    changed = model.start({**memory, "states": memory["states"] + 1.0}, 4)
    other = model.step(decoder_input[:, 0], changed)[1]
    logits, _ = model.step(decoder_input[:, 1], after)
    changed, _ = model.step(decoder_input[:, 1], {**after, "cells": other["cells"]})
    assert not np.allclose(logits, changed)


@BOTH
def test_dropout_acts_in_training_only(kind):
    model = make((kind, {"width": 4, "dropout": 0.5}))
    one, other = (np.asarray(model(batch(), training=False)) for _ in range(2))
    assert np.array_equal(one, other)
    one, other = (np.asarray(model(batch(), training=True)) for _ in range(2))
    assert not np.allclose(one, other)


@BOTH
def test_a_tied_decoder_scores_a_token_by_its_own_embedding(kind):
    model = make((kind, {"width": 8, "tied": True} | ({"heads": 2} if kind is Transformer else {})))
    variables = model.trainable_variables
    assert len({id(v) for v in variables}) == len(variables)
    tables = [v for v in model.decoder.trainable_variables if tuple(v.shape) == (TARGET, 8)]
    assert len(tables) == 1
    x = np.random.default_rng(0).normal(size=(2, 8)).astype("float32")
    bias = model.decoder.logits.bias.numpy()
    wanted = x @ tables[0].numpy().T + bias
    np.testing.assert_allclose(model.decoder.logits(x), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "c", "message"),
    [
        (Seq2Seq, {"width": 0}, "positive"),
        (Seq2Seq, {"cell": "rnn"}, "'lstm' or 'gru'. Received: 'rnn'"),
        (Seq2Seq, {"attention": "self"}, "'additive', 'dot' or None. Received: 'self'"),
        (Seq2Seq, {"width": 5, "bidirectional": True}, "odd width 5"),
        (Seq2Seq, {"layers": 1, "decoder_layers": 2}, "Received: 2 for 1"),
        (Seq2Seq, {"attend_after": 2}, "Received: 2, with 1 layers and attention 'dot'"),
        (Seq2Seq, {"attention": None, "attend_after": 1}, "Received: 1, with .* attention None"),
        (Transformer, {"layers": 0}, "positive"),
        (Transformer, {"positions": "rotary"}, "Received: 'rotary'"),
        (Transformer, {"heads": 3, "width": 8}, "Received: 3 heads, width 8"),
    ],
)
def test_settings_that_mean_nothing_are_refused(kind, c, message):
    with pytest.raises(ValueError, match=message):
        kind(SOURCE, TARGET, **c)


def test_learned_positions_refuse_what_is_longer():
    model = Transformer(SOURCE, TARGET, 8, 1, 2, positions="learned", max_length=4)
    source, mask, decoder_input = batch(s=4)
    memory = model.encode(source, mask)
    model.decode(memory, decoder_input)
    with pytest.raises(ValueError, match="end at max_length=4. Received: 5 steps"):
        model.encode(*batch(s=5)[:2])
    with pytest.raises(ValueError, match="Received: 6 steps"):
        model.start(memory, 6)
