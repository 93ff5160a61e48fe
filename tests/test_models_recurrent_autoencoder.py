"""The laws over random configurations of `RecurrentAutoencoder`, its loss, and what it refuses."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, laws, training
from seqtut.models import RecurrentAutoencoder

F = 3

configurations = st.fixed_dictionaries(
    {
        "width": st.sampled_from([2, 6]),
        "code_dim": st.sampled_from([1, 4]),
        "cell": st.sampled_from(["lstm", "gru"]),
        "decoder": st.sampled_from(["repeat", "autoregressive"]),
        "bidirectional": st.booleans(),
        "reverse": st.booleans(),
    }
)
few = settings(max_examples=6)
KINDS = pytest.mark.parametrize("decoder", ["repeat", "autoregressive"])
ORDERS = pytest.mark.parametrize("reverse", [False, True])


def make(c, seed=0):
    """A model with weights large enough for what it reads to matter."""
    model = RecurrentAutoencoder(F, **c)
    rng = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(weight.numpy() + rng.normal(scale=0.5, size=weight.shape))
    return model


def series(seed=0, rows=3, t=4):
    """Values, with nonsense at the pads, and a mask; one series is full and one has one step."""
    rng = np.random.default_rng(seed)
    mask = np.arange(t) < rng.permutation([t, 1, *rng.integers(1, t + 1, rows - 2)])[:, None]
    return rng.normal(size=(rows, t, F)).astype("float32"), mask


def batch_for(decoder, seed=0):
    """What the laws of sequences take; a repeat decoder is told to write every step."""
    x, mask = series(seed)
    return x, mask, np.ones_like(mask) if decoder == "repeat" else np.roll(x, 1, axis=1)


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_padding_changes_nothing(c, seed):
    found = laws.padding_changes_nothing(make(c, seed), batch_for(c["decoder"], seed))
    assert found.holds, found


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_a_reconstruction_ignores_pads_and_neighbours_and_is_zero_at_pads(c, seed):
    model, (x, mask) = make(c, seed), series(seed)
    base = np.asarray(model((x, mask)))
    assert np.array_equal(base[~mask], np.zeros_like(base[~mask]))
    wider = np.concatenate([x, np.full((len(x), 3, F), np.nan, "float32")], axis=1)
    longer = np.pad(mask, [(0, 0), (0, 3)])
    found = np.asarray(model((wider, longer)))
    np.testing.assert_allclose(found[:, : x.shape[1]], base, atol=1e-5)
    for row, length in enumerate(mask.sum(axis=1)):
        one = slice(row, row + 1)
        alone = np.asarray(model((x[one, :length], mask[one, :length])))
        np.testing.assert_allclose(base[one, :length], alone, atol=1e-5)


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_a_step_is_a_piece_of_the_sequence(c, seed):
    # A mask asks for the series' order, a step is in the decoder's.
    c |= {"reverse": c["reverse"] and c["decoder"] == "autoregressive"}
    found = laws.step_is_sequence(make(c, seed), batch_for(c["decoder"], seed))
    assert found.holds, found


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_the_future_changes_nothing(c, seed):
    c |= {"decoder": "autoregressive"}
    found = laws.future_changes_nothing(make(c, seed), batch_for("autoregressive", seed))
    assert found.holds, found


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@KINDS
def test_padding_changes_nothing_to_ten_digits_in_float64(decoder, cell):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        model = make({"width": 6, "decoder": decoder, "cell": cell, "bidirectional": True})
        found = laws.padding_changes_nothing(model, batch_for(decoder), tolerance=1e-10)
    finally:
        keras.config.set_dtype_policy(before)
    assert found.holds, found


@settings(max_examples=3)
@given(c=configurations)
def test_saving_changes_nothing(c):
    found = laws.saving_changes_nothing(lambda: RecurrentAutoencoder(F, **c), series())
    assert found.holds, found


@settings(max_examples=3)
@given(c=configurations)
def test_a_model_is_made_again_from_its_settings(c):
    model = make(c)
    again = RecurrentAutoencoder.from_config(model.get_config())
    shapes = [tuple(v.shape) for v in model.variables]
    assert shapes == [tuple(v.shape) for v in again.variables]
    assert (model.encoder.name, model.decoder.name) == ("encoder", "decoder")
    weights = model.trainable_variables
    assert len({id(v) for v in weights}) == len(weights)


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_shapes_are_those_of_the_docstring(c, seed):
    model, (x, mask) = make(c, seed), series(seed)
    code = model.encode(x, mask)
    assert tuple(code.shape) == (len(x), c["code_dim"])
    assert tuple(model.decode(code, mask).shape) == tuple(model((x, mask)).shape) == x.shape


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_code_is_made_of_the_state_at_each_series_own_end(cell, bidirectional):
    """And of the backward direction's state at its beginning, read from its own end."""
    model = make({"width": 4, "cell": cell, "bidirectional": bidirectional})
    x, mask = series()
    kernel, bias = (w.numpy() for w in model.encoder.code.weights)
    code = np.asarray(model.encode(x, mask))
    for row, length in enumerate(mask.sum(axis=1)):
        ends = []
        for order, reader in zip((1, -1), model.encoder.readers, strict=False):
            weights = [w.numpy() for w in reader.trainable_weights]
            one = x[row : row + 1, :length][:, ::order]
            if cell == "lstm":
                states = equations.lstm(one, *weights)[0]
            else:
                states = equations.gru(one, *weights, reset_after=True)
            ends.append(states[0, -1])
        np.testing.assert_allclose(code[row], np.concatenate(ends) @ kernel + bias, atol=1e-5)


@KINDS
@ORDERS
def test_from_the_code_alone_a_decoder_reads_what_it_wrote_itself(decoder, reverse):
    model = make({"width": 6, "decoder": decoder, "reverse": reverse})
    x, mask = series()
    code = model.encode(x, mask)
    state, values, written = model.start(code, x.shape[1]), np.zeros((len(x), F), "float32"), []
    for _ in range(x.shape[1]):
        values, state = model.step(values, state)
        written.append(np.asarray(values))
    found = np.asarray(model.decode(code, mask))
    for row, length in enumerate(mask.sum(axis=1)):
        own = np.stack(written, axis=1)[row, :length]
        np.testing.assert_allclose(
            found[row, :length], own[::-1] if reverse else own, rtol=1e-4, atol=1e-5
        )


@ORDERS
def test_a_teacher_gives_the_true_values_one_step_late(reverse):
    model = make({"width": 6, "decoder": "autoregressive", "reverse": reverse})
    x, mask = series()
    found = np.asarray(model((x, mask)))
    code = model.encode(x, mask)
    for row, length in enumerate(mask.sum(axis=1)):
        target = x[row : row + 1, :length][:, :: -1 if reverse else 1]
        late = np.concatenate([np.zeros((1, 1, F), "float32"), target[:, :-1]], axis=1)
        own = np.asarray(model.decode(code[row : row + 1], late))[0]
        np.testing.assert_allclose(
            found[row, :length], own[::-1] if reverse else own, rtol=1e-4, atol=1e-5
        )


def test_a_repeat_decoder_gives_the_same_with_and_without_a_teacher():
    model, (x, mask) = make({"width": 6}), series()
    assert np.array_equal(model((x, mask)), model.decode(model.encode(x, mask), mask))


def test_an_empty_series_is_rebuilt_as_nothing():
    for decoder in ("repeat", "autoregressive"):
        model, (x, mask) = make({"width": 4, "decoder": decoder, "reverse": True}), series()
        found = np.asarray(model((x, np.zeros_like(mask))))
        assert np.array_equal(found, np.zeros_like(x))


@pytest.mark.parametrize(
    ("c", "message"),
    [
        ({"width": 0}, "positive sizes. Received: {'features': 3, 'width': 0"),
        ({"code_dim": 0}, "positive"),
        ({"cell": "rnn"}, "'lstm' or 'gru'. Received: 'rnn'"),
        ({"decoder": "attention"}, "'repeat' or 'autoregressive'. Received: 'attention'"),
        ({"width": 5, "bidirectional": True}, "odd width 5"),
    ],
)
def test_settings_that_mean_nothing_are_refused(c, message):
    with pytest.raises(ValueError, match=message):
        RecurrentAutoencoder(F, **c)


# The loss


@few
@given(c=configurations, seed=st.integers(0, 99))
def test_the_loss_counts_kept_values_however_they_are_batched(c, seed):
    model, (x, mask) = make(c, seed), series(seed)
    found = np.asarray(model((x, mask)), np.float64)
    wanted, count = 0.0, 0
    for row in range(len(x)):
        for t in range(mask[row].sum()):
            wanted += np.sum((x[row, t] - found[row, t]) ** 2)
            count += F
    for size in (1, 3, len(x)):
        totals = np.zeros(2)
        for start in range(0, len(x), size):
            part = slice(start, start + size)
            longest = mask[part].sum(axis=1).max()
            batch = x[part, :longest], mask[part, :longest]
            totals += [float(v) for v in training.masked_reconstruction_loss(model, batch, False)]
        assert totals[0] == pytest.approx(wanted, rel=1e-4)
        assert totals[1] == count


def test_a_target_of_its_own_is_compared_with():
    model, (x, mask) = make({"width": 4}), series()
    loss = training.masked_reconstruction_loss
    found = np.asarray(model((x, mask)))
    total, count = loss(model, (x, mask, x + 1), False)
    wanted = np.sum((found - x - 1)[mask].astype(np.float64) ** 2)
    assert float(total) == pytest.approx(wanted, rel=1e-5)
    assert float(count) == mask.sum() * F


@KINDS
@ORDERS
def test_what_stands_at_a_pad_reaches_neither_loss_nor_gradient(decoder, reverse):
    model, (x, mask) = make({"width": 4, "decoder": decoder, "reverse": reverse}), series()
    found = []
    for filler in (0.0, np.nan):
        filled = tf.constant(np.where(mask[:, :, None], x, np.float32(filler)))
        with tf.GradientTape() as tape:
            total, _ = training.masked_reconstruction_loss(model, (filled, mask), True)
        found.append([total, *tape.gradient(total, model.trainable_variables)])
    for one, other in zip(*found, strict=True):
        assert np.isfinite(np.asarray(one)).all()
        assert np.array_equal(one, other)


@KINDS
def test_resuming_changes_nothing(decoder):
    x, mask = series(rows=12)

    def make_again():
        keras.utils.set_random_seed(0)
        return RecurrentAutoencoder(F, width=4, decoder=decoder)

    def fit(model, epochs, path):
        return training.fit(
            model,
            training.ArrayBatches(x[:8], mask[:8], size=3, seed=1),
            training.ArrayBatches(x[8:], mask[8:], size=4),
            training.masked_reconstruction_loss,
            epochs=epochs,
            checkpoint=path,
        )

    found = laws.resuming_changes_nothing(make_again, fit, n=1, m=1)
    assert found.holds, found


@pytest.mark.parametrize(("decoder", "reverse"), [("repeat", False), ("autoregressive", True)])
def test_a_model_learns_to_rebuild_ramps_of_unequal_length(decoder, reverse):
    rng = np.random.default_rng(0)
    begin, slope = rng.normal(size=(2, 240, 1, 1))
    t = np.arange(7)
    x = (begin + slope * t[None, :, None] / 4).astype("float32")
    mask = t < rng.integers(3, 8, 240)[:, None]
    keras.utils.set_random_seed(0)
    model = RecurrentAutoencoder(1, 24, 2, decoder=decoder, reverse=reverse)
    training.fit(
        model,
        training.ArrayBatches(x[:200], mask[:200], size=40, seed=0),
        training.ArrayBatches(x[200:], mask[200:], size=40),
        training.masked_reconstruction_loss,
        epochs=30,
        learning_rate=1e-2,
    )
    rebuilt = np.asarray(model.decode(model.encode(x[200:], mask[200:]), mask[200:]))
    share = np.var((rebuilt - x[200:])[mask[200:]]) / np.var(x[200:][mask[200:]])
    assert share < 0.2, share
