import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations
from seqtut.models import RecurrentAutoencoder

seeds = st.integers(0, 2**32 - 1)


def weights_of(layer):
    return [w.numpy() for w in layer.trainable_weights]


def parts_of(model):
    """The four parts of an autoencoder of GRUs, as the equations take them."""
    reader, writer = weights_of(model.encoder.readers[0]), weights_of(model.decoder.recurrence)
    return (
        lambda x, mask: equations.gru(x, *reader, mask=mask, reset_after=True),
        weights_of(model.encoder.code),
        lambda inputs: equations.gru(inputs, *writer, reset_after=True),
        weights_of(model.decoder.values),
    )


def series(rng, b=3, t=5, f=2):
    mask = np.arange(t) < np.array([t, 1, 3])[:b, None]
    return rng.normal(size=(b, t, f)).astype("float32"), mask


@pytest.mark.parametrize("seed", range(2))
def test_the_equation_and_the_model_agree_on_code_and_reconstruction(seed):
    keras.utils.set_random_seed(seed)
    model = RecurrentAutoencoder(2, 4, 3, cell="gru")
    x, mask = series(np.random.default_rng(seed))
    z, found = equations.recurrent_autoencoder(x, mask, *parts_of(model))
    np.testing.assert_allclose(z, model.encode(x, mask), atol=1e-5)
    np.testing.assert_allclose(found, model((x, mask)), atol=1e-5)


@pytest.mark.parametrize("seed", range(2))
def test_the_equation_and_the_model_agree_on_what_a_taught_decoder_says(seed):
    keras.utils.set_random_seed(seed)
    model = RecurrentAutoencoder(2, 4, 3, cell="gru", decoder="autoregressive")
    x, mask = series(np.random.default_rng(seed))
    *_, write, to_values = parts_of(model)
    before = np.pad(x[:, :-1], [(0, 0), (1, 0), (0, 0)])
    z = np.asarray(model.encode(x, mask))
    found = equations.autoregressive_decoder(z, before, write, to_values)
    np.testing.assert_allclose(found * mask[..., None], model((x, mask)), atol=1e-5)


@given(seed=seeds)
@settings(max_examples=20)
def test_masked_squared_error_is_a_loop_over_the_kept_steps(seed):
    rng = np.random.default_rng(seed)
    x, mask = series(rng)
    y = rng.normal(size=x.shape)
    y[~mask] = np.nan
    each = [(x[b, t] - y[b, t]) ** 2 for b in range(3) for t in range(5) if mask[b, t]]
    assert equations.masked_squared_error(x, y, mask) == pytest.approx(np.mean(each))


def test_masked_squared_error_names_what_it_cannot_compare():
    x, mask = series(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"Received: \(3, 5, 2\), \(3, 4, 2\)"):
        equations.masked_squared_error(x, x[:, 1:], mask)
    with pytest.raises(ValueError, match="keeps none"):
        equations.masked_squared_error(x, x, np.zeros_like(mask))


def slowest_warping(x, y):
    """The distance by its definition: the best of all paths, every one of them tried."""
    if len(x) == 1 and len(y) == 1:
        return np.sum((x[0] - y[0]) ** 2)
    before = [(x[:-1], y[:-1]), (x[:-1], y), (x, y[:-1])]
    rest = min(slowest_warping(a, b) for a, b in before if len(a) and len(b))
    return np.sum((x[-1] - y[-1]) ** 2) + rest


@given(seed=seeds, s=st.integers(1, 4), t=st.integers(1, 4), f=st.integers(1, 2))
@settings(max_examples=20)
def test_warping_takes_the_best_of_all_paths(seed, s, t, f):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(s, f)), rng.normal(size=(t, f))
    found = equations.dynamic_time_warping(x, y)
    assert found == pytest.approx(slowest_warping(x, y))
    assert found == pytest.approx(equations.dynamic_time_warping(y, x))


def test_a_series_said_more_slowly_is_at_distance_zero():
    x = np.random.default_rng(0).normal(size=(5, 2))
    assert equations.dynamic_time_warping(x, np.repeat(x, 2, axis=0)) == 0
    assert equations.dynamic_time_warping(x, x[::-1]) > 0
    assert equations.dynamic_time_warping(x, x[:0]) == np.inf


@given(steps=st.integers(0, 30), length=st.integers(1, 10), stride=st.integers(1, 10))
def test_windows_are_counted_as_a_loop_would(steps, length, stride):
    begins = [i for i in range(0, steps, stride) if i + length <= steps]
    assert equations.window_count(steps, length, stride) == len(begins)
