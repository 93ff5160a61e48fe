import keras
import numpy as np
import pytest

from seqtut import equations, laws, models, training
from seqtut.models.listening import joined

FEATURES, VOCABULARY = 6, 9


@pytest.fixture(scope="module")
def batch():
    rng = np.random.default_rng(0)
    pairs = [
        (rng.normal(size=(steps, FEATURES)).astype("float32"), rng.integers(4, VOCABULARY, size))
        for steps, size in ((11, 3), (7, 2), (4, 1), (1, 2))
    ]
    return next(training.FrameBatches(pairs, size=4, multiple=1).epoch(0))


@pytest.fixture(scope="module", params=[("lstm", "additive", (2, 2)), ("gru", "dot", (3, 1, 2))])
def speller(request):
    keras.utils.set_random_seed(1)
    cell, attention, joins = request.param
    return models.ListenAttendSpell(
        FEATURES, VOCABULARY, width=8, joins=joins, cell=cell, attention=attention, decoder_layers=2
    )


def test_the_laws_of_sequence_models_hold_for_the_pyramid(speller, batch):
    for finding in (
        laws.padding_changes_nothing(speller, batch),
        laws.future_changes_nothing(speller, batch),
        laws.step_is_sequence(speller, batch),
        laws.loss_counts_tokens(speller, batch, training.token_loss()),
    ):
        assert finding.holds, finding


def test_a_pyramid_whose_mask_is_not_passed_on_breaks_the_first_law(speller, batch, monkeypatch):
    encode = speller.encode

    def careless(frames, mask, training=None):
        memory = encode(frames, mask, training)
        return {**memory, "mask": np.ones(memory["mask"].shape, bool)}

    monkeypatch.setattr(speller, "encode", careless)
    assert not laws.padding_changes_nothing(speller, batch).holds


def test_attention_is_on_as_many_steps_as_the_pyramid_leaves(batch):
    model = models.ListenAttendSpell(FEATURES, VOCABULARY, width=8, joins=(2, 2))
    memory = model.encode(*batch[:2])
    np.testing.assert_array_equal(np.sum(memory["mask"], axis=1), [3, 2, 1, 1][::-1])
    assert model.start(memory, 5)["attention"].shape == (4, 3)


@pytest.mark.parametrize("steps", [1, 2, 5, 8])
def test_joining_two_steps_is_the_equation(steps):
    rng = np.random.default_rng(steps)
    states = rng.normal(size=(1, steps, 3))
    mask = np.arange(steps)[None] < max(1, steps - 2)
    found, kept = joined(states, mask, 2)
    expected = equations.pyramid(states[0], mask[0])
    np.testing.assert_allclose(np.asarray(found)[0], expected[0], rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(kept)[0], expected[1])


def test_a_nan_behind_the_mask_stays_there(batch):
    model = models.CTCModel(FEATURES, VOCABULARY, width=8)
    frames, mask = batch[:2]
    spoilt = np.where(mask[:, :, None], frames, np.nan)
    for logits, kept in (model((frames, mask)), model((spoilt, mask))):
        assert np.isfinite(np.asarray(logits)[np.asarray(kept)]).all()


def test_neither_pads_nor_neighbours_move_the_logits_of_ctc(batch):
    model = models.CTCModel(FEATURES, VOCABULARY, width=8, joins=(2, 1))
    frames, mask = batch[:2]
    logits, kept = map(np.asarray, model((frames, mask)))
    for row, length in enumerate(mask.sum(axis=1)):
        alone, _ = model((frames[row : row + 1, :length], mask[row : row + 1, :length]))
        np.testing.assert_allclose(logits[row][kept[row]], np.asarray(alone)[0], atol=1e-6)


def test_a_model_can_be_made_again_from_its_config(speller, batch):
    again = type(speller).from_config(speller.get_config())
    again.set_weights(speller.get_weights())
    np.testing.assert_array_equal(again(batch[:3]), speller(batch[:3]))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"width": 7}, "even one"),
        ({"joins": ()}, "at least one layer"),
        ({"joins": (2, 0)}, "positive"),
        ({"cell": "rnn"}, "'lstm' or 'gru'"),
        ({"attention": None}, "'additive' or 'dot'"),
        ({"decoder_layers": 3}, "Give joins as many"),
    ],
)
def test_odd_settings_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        models.ListenAttendSpell(FEATURES, VOCABULARY, **settings)
