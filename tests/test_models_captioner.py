"""The laws over random configurations of `Captioner`, and what it refuses."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import laws, training
from seqtut.models import Captioner

configurations = st.fixed_dictionaries(
    {
        "rows": st.sampled_from([4, 7]),
        "channels": st.sampled_from([(2, 3), (2, 3, 2)]),
        "width": st.sampled_from([2, 6]),
        "dropout": st.sampled_from([0.0, 0.5]),
    }
)
few = settings(max_examples=4)


def make(configuration, seed=0):
    """A model with weights, and biases, large enough for what it reads to matter."""
    model = Captioner(7, embedding_dim=3, **configuration)
    rng = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(weight.numpy() + rng.normal(scale=0.5, size=weight.shape))
    return model


def batch(rows=4, seed=0, s=11, t=4):
    rng = np.random.default_rng(seed)
    lengths = [s, 1, *rng.integers(1, s + 1, 2)]
    mask = np.arange(s) < np.array(lengths)[:, None]
    strips = rng.uniform(size=(4, s, rows)).astype("float32")
    given = rng.integers(1, 7, (4, t)).astype("int32")
    return strips, mask, given, np.roll(given, -1, 1), np.ones((4, t), bool)


@few
@given(configurations, st.integers(0, 99), st.integers(1, 9))
def test_padding_changes_nothing(c, seed, pads):
    found = laws.padding_changes_nothing(make(c, seed), batch(c["rows"], seed), pads=pads)
    assert found.holds, found


@few
@given(configurations, st.integers(0, 99))
def test_the_future_changes_nothing_and_steps_are_the_sequence(c, seed):
    model, some = make(c, seed), batch(c["rows"], seed)
    for law in (laws.future_changes_nothing, laws.step_is_sequence):
        assert law(model, some).holds, law(model, some)


def test_the_loss_counts_tokens():
    found = laws.loss_counts_tokens(make({"rows": 4}), batch(), training.token_loss())
    assert found.holds, found


def test_what_lies_behind_the_mask_may_be_no_number():
    model, (strips, mask, given, *_) = make({"rows": 4}), batch()
    spoilt = np.where(mask[..., None], strips, np.nan)
    assert np.array_equal(model((spoilt, mask, given)), model((strips, mask, given)))


def test_the_tag_and_the_picture_both_matter():
    model, (strips, mask, given, *_) = make({"rows": 4}), batch()
    base = np.array(model((strips, mask, given)))
    assert np.abs(model((strips[:, ::-1], mask, given)) - base).max() > 1e-3
    other = given.copy()
    other[:, 0] = other[:, 0] % 6 + 1
    assert np.abs(model((strips, mask, other)) - base)[:, 1:].max() > 1e-3


def test_a_model_is_made_again_from_its_settings():
    model = make({"rows": 4, "channels": [2, 3]})
    again = Captioner.from_config(model.get_config())
    assert [v.shape for v in again.variables] == [v.shape for v in model.variables]
    assert keras.saving.get_registered_name(Captioner) == "seqtut>Captioner"


@pytest.mark.parametrize(
    "settings_", [{"width": 5}, {"channels": (3,)}, {"channels": (3, 0)}, {"target_size": 0}]
)
def test_settings_that_make_no_model_are_refused(settings_):
    with pytest.raises(ValueError, match="Captioner needs positive sizes"):
        Captioner(**{"target_size": 7, **settings_})
