"""Each law of sequence models is broken by the mistake that it is there to find."""

import keras
import numpy as np
import pytest
from keras import ops

from seqtut import laws, training
from seqtut.models import Seq2Seq, Transformer

RNG = np.random.default_rng(0)
MASK = np.arange(5) < np.array([[5], [2], [3]])
SOURCE = np.where(MASK, RNG.integers(4, 9, (3, 5)), 0).astype("int32")
TARGET_MASK = np.arange(4) < np.array([[2], [4], [3]])
DECODER_INPUT = np.where(TARGET_MASK, RNG.integers(1, 7, (3, 4)), 0).astype("int32")
TARGET = np.where(TARGET_MASK, RNG.integers(2, 7, (3, 4)), 0).astype("int32")
BATCH = (SOURCE, MASK, DECODER_INPUT, TARGET, TARGET_MASK)


def make(kind, *sizes, **settings):
    """A model with random weights large enough for a mistake to show."""
    keras.utils.set_random_seed(0)
    model = kind(9, 7, *sizes, **settings)
    for weight in model.trainable_variables:
        weight.assign(weight.numpy() + RNG.normal(scale=0.3, size=weight.shape))
    return model


class ReadsPads(Seq2Seq):
    """Its encoder runs on through the pads."""

    def encode(self, source, source_mask, training=None):
        everything = np.ones_like(np.asarray(source_mask))
        memory = super().encode(source, everything, training)
        return memory | ({"mask": source_mask} if "mask" in memory else {})


class AttendsToPads(Seq2Seq):
    """Its attention has no mask."""

    def encode(self, source, source_mask, training=None):
        memory = super().encode(source, source_mask, training)
        return memory | {"mask": np.ones_like(np.asarray(source_mask))}


class LooksAtPads(Transformer):
    """Its encoder masks, but its decoder attends to pads."""

    def encode(self, source, source_mask, training=None):
        memory = super().encode(source, source_mask, training)
        return memory | {"mask": np.ones_like(np.asarray(source_mask))}


class GathersPads(Transformer):
    """Its encoder has no mask."""

    def encode(self, source, source_mask, training=None):
        memory = super().encode(source, np.ones_like(np.asarray(source_mask)), training)
        return memory | {"mask": ops.convert_to_tensor(source_mask)}


def sees_its_target(kind):
    class SeesItsTarget(kind):
        """Is fed the token that it has to predict."""

        def decode(self, memory, decoder_input, training=None):
            return super().decode(memory, np.roll(decoder_input, -1, axis=1), training)

    return SeesItsTarget


class NotCausal(Transformer):
    """Reads the target in both directions."""

    def decode(self, memory, decoder_input, training=None):
        decoder = self.decoder
        places = ops.arange(decoder_input.shape[1])[None]
        states = decoder.tokens(decoder_input, places)
        for block in decoder.blocks:
            source = block.cross.project(memory["states"])
            everything = ops.ones((1, 1, 1), "bool")
            states, _ = block(states, everything, source, memory["mask"][:, None])
        return decoder.logits(decoder.norm(states))


def forgets(kind, part):
    class Forgets(kind):
        """Drops a part of its state after each step."""

        def step(self, tokens, state):
            logits, after = super().step(tokens, state)
            return logits, after | {part: state[part]}

    return Forgets


RIGHT = [
    make(Seq2Seq, 6, attention=attention, bidirectional=bidirectional)
    for attention, bidirectional in ((None, False), ("additive", True), ("dot", False))
] + [make(Transformer, 6, 1, 2)]
each_right = pytest.mark.parametrize("model", RIGHT, ids=["none", "additive", "dot", "transformer"])


@each_right
def test_right_models_obey_every_law(model):
    for law in (
        laws.padding_changes_nothing,
        laws.future_changes_nothing,
        laws.step_is_sequence,
    ):
        found = law(model, BATCH)
        assert found.holds, found
    found = laws.loss_counts_tokens(model, BATCH, training.token_loss())
    assert found.holds, found


@pytest.mark.parametrize(
    "model",
    [
        make(ReadsPads, 6, attention=None),
        make(ReadsPads, 6, attention=None, bidirectional=True, cell="gru"),
        make(ReadsPads, 6, attention="dot", bidirectional=True),
        make(AttendsToPads, 6, attention="dot"),
        make(AttendsToPads, 6, attention="additive"),
        make(LooksAtPads, 6, 1, 2),
        make(GathersPads, 6, 1, 2),
    ],
)
def test_a_missing_source_mask_breaks_the_law_of_padding(model):
    found = laws.padding_changes_nothing(model, BATCH)
    assert not found.holds, found
    assert laws.future_changes_nothing(model, BATCH).holds  # each law finds its own mistake


def test_attention_on_a_pad_breaks_the_law_of_padding_even_where_no_logit_moves():
    class Glances(Seq2Seq):
        """Reports a weight on the last pad that it does not use."""

        def step(self, tokens, state):
            logits, after = super().step(tokens, state)
            weights = np.asarray(after["attention"]).copy()
            weights[:, -1] += 1e-6
            return logits, after | {"attention": weights}

    found = laws.padding_changes_nothing(make(Glances, 6), BATCH)
    assert not found.holds
    assert "1e-06 of the attention on a pad" in str(found)


def test_a_model_that_returns_nan_breaks_the_law_of_padding():
    model = make(Seq2Seq, 6)
    model.decoder.logits.bias.assign(np.full(7, np.nan))
    assert not laws.padding_changes_nothing(model, BATCH).holds


@pytest.mark.parametrize(
    "model",
    [
        make(sees_its_target(Seq2Seq), 6),
        make(sees_its_target(Transformer), 6, 1, 2),
        make(NotCausal, 6, 1, 2),
    ],
)
def test_a_decoder_that_sees_its_target_breaks_the_law_of_the_future(model):
    found = laws.future_changes_nothing(model, BATCH)
    assert not found.holds, found
    assert not laws.step_is_sequence(model, BATCH).holds


@pytest.mark.parametrize(
    "model",
    [
        make(forgets(Seq2Seq, "cells"), 6, attention=None),
        make(forgets(Transformer, "position"), 6, 1, 2),
        make(forgets(Transformer, "layers"), 6, 1, 2),
    ],
)
def test_a_step_that_forgets_breaks_the_law_of_steps(model):
    found = laws.step_is_sequence(model, BATCH)
    assert not found.holds, found


def mean_over_pads(model, batch, training_):
    """What a loss is that forgets the target mask."""
    everything = np.ones_like(np.asarray(batch[4]))
    return training.token_loss()(model, (*batch[:4], everything), training_)


def mean_of_means(model, batch, training_):
    total, count = training.token_loss()(model, batch, training_)
    return total / count, count / count


def in_bits(model, batch, training_):
    total, count = training.token_loss()(model, batch, training_)
    return total / np.log(2), count


@pytest.mark.parametrize("loss", [mean_over_pads, mean_of_means, in_bits])
def test_a_loss_that_does_not_count_tokens_in_nats_breaks_the_law_of_counting(loss):
    found = laws.loss_counts_tokens(RIGHT[2], BATCH, loss)
    assert not found.holds, found
