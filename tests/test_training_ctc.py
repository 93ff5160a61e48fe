import keras
import numpy as np
import pytest

from seqtut import equations, models, training


def pairs(rng, sizes):
    return [
        (rng.normal(size=(steps, 5)).astype("float32"), list(labels)) for steps, labels in sizes
    ]


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return models.CTCModel(5, 7, width=8, joins=(2,))


def by_hand(model, frames, labels):
    logits, _ = model((frames[None], np.ones((1, len(frames)), bool)))
    p = np.exp(np.asarray(logits, np.float64)[0])
    alpha = equations.ctc_forward(p / p.sum(axis=1, keepdims=True), labels)
    return -np.log(alpha[-1, -2:].sum())


def test_the_loss_is_the_forward_recursion_summed_over_recordings_however_batched(model):
    rng = np.random.default_rng(1)
    some = pairs(rng, [(12, (4, 5)), (9, (4, 4)), (20, (6, 5, 4, 6)), (6, (5,))])
    expected = sum(by_hand(model, frames, labels) for frames, labels in some)
    for size in (1, 3, 4):
        total = count = 0.0
        for batch in training.FrameBatches(some, size=size).epoch(0):
            nats, letters = training.ctc_loss(model, batch, False)
            total, count = total + float(nats), count + float(letters)
        assert count == 9
        assert total == pytest.approx(expected, rel=1e-5)


def test_the_loss_is_that_of_brute_force(model):
    frames, labels = pairs(np.random.default_rng(2), [(8, (4, 4))])[0]
    batch = next(training.FrameBatches([(frames, labels)], size=1).epoch(0))
    logits = np.asarray(model(batch[:2])[0], np.float64)[0]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found, _ = training.ctc_loss(model, batch, False)
    assert float(found) == pytest.approx(-np.log(equations.ctc_probability(p, labels)), rel=1e-5)


def test_a_recording_too_short_for_its_text_is_left_out_and_harms_no_gradient(model):
    import tensorflow as tf

    rng = np.random.default_rng(3)
    short, long = pairs(rng, [(4, (4, 4)), (12, (4, 5))])  # 2 steps; "4 blank 4" needs 3
    both = next(training.FrameBatches([short, long], size=2).epoch(0))
    alone = next(training.FrameBatches([long], size=1).epoch(0))
    with tf.GradientTape() as tape:
        nats, letters = training.ctc_loss(model, both, True)
    assert float(letters) == 2
    assert float(nats) == pytest.approx(float(training.ctc_loss(model, alone, False)[0]), rel=1e-5)
    gradients = tape.gradient(nats, model.trainable_variables)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


def test_batches_of_frames_hold_each_recording_once_with_its_own_text():
    rng = np.random.default_rng(4)
    some = pairs(rng, [(n, (4 + n % 3,) * (1 + n % 2)) for n in range(1, 12)])
    batches = training.FrameBatches(some, size=4, seed=3)
    assert batches.settings["seed"] == 3 and len(batches) == 3
    met = []
    for chosen, (frames, mask, _, target, target_mask) in zip(
        batches.plan(0), batches.epoch(0), strict=True
    ):
        for place, *row in zip(chosen, frames, mask, target, target_mask, strict=True):
            own, labels = some[place]
            np.testing.assert_array_equal(row[0][row[1]], own)
            assert not row[0][~row[1]].any()
            assert row[2][row[3]].tolist() == [*labels, 2]
            met.append(place)
    assert sorted(met) == list(range(11))


def test_other_frames_are_another_training():
    rng = np.random.default_rng(5)
    some = pairs(rng, [(3, (4,)), (5, (5,))])
    changed = [(some[0][0] + 1, some[0][1]), some[1]]
    one, same, other = (
        training.FrameBatches(p, size=2).fingerprint() for p in (some, list(some), changed)
    )
    assert one == same != other


@pytest.mark.parametrize(("recordings", "length"), [([], None), ([np.zeros((3, 2))], 2)])
def test_recordings_that_do_not_fit_are_refused(recordings, length):
    with pytest.raises(ValueError, match="none longer than the length"):
        training.pad_frames(recordings, length)
