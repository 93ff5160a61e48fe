import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, laws, training
from seqtut.models import VariationalAutoencoder

configurations = st.fixed_dictionaries(
    {
        "input_dim": st.integers(1, 9),
        "code_dim": st.integers(1, 4),
        "hidden": st.lists(st.integers(1, 6), max_size=2).map(tuple),
        "activation": st.sampled_from(["relu", "tanh"]),
    }
)
FUNCTIONS = {"relu": lambda a: np.maximum(a, 0), "tanh": np.tanh}


def pictures(rows, pixels, seed=0):
    return np.random.default_rng(seed).integers(0, 2, (rows, pixels)).astype("float32")


def shuffled(c, seed):
    model = VariationalAutoencoder(**c)
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0, 0.5, size=variable.shape))
    return model


def by_equations(half, activation):
    """What one half of a model computes, as the book's equations do from its weights."""

    def apply(x):
        for index, layer in enumerate(half.layers, start=1):
            inner = FUNCTIONS[activation] if index < len(half.layers) else lambda a: a
            x = equations.dense(x, layer.kernel.numpy(), layer.bias.numpy(), inner)
        return x

    return apply


@settings(max_examples=20)
@given(c=configurations, seed=st.integers(0, 2**31))
def test_both_halves_equal_their_equations(c, seed):
    model, x = shuffled(c, seed), pictures(5, c["input_dim"], seed)
    encoder = by_equations(model.encoder, c["activation"])
    decoder = by_equations(model.decoder, c["activation"])

    def rebuilt(x):
        mean, _ = np.split(encoder(x), 2, axis=1)
        return 1 / (1 + np.exp(-decoder(mean)))

    assert laws.equation_is_layer(rebuilt, model, x).holds
    assert laws.equation_is_layer(lambda a: np.split(encoder(a), 2, 1)[0], model.encode, x).holds
    assert laws.equation_is_layer(
        lambda a: np.split(encoder(a), 2, 1)[1], lambda a: model.posterior(a)[1], x
    ).holds


@settings(max_examples=20)
@given(c=configurations, seed=st.integers(0, 2**31))
def test_the_loss_is_the_bound_of_the_equations_with_the_same_noise(c, seed):
    model, x = shuffled(c, seed), pictures(5, c["input_dim"], seed)
    mean, log_variance = map(np.asarray, model.posterior(x))
    start = np.array([seed, 0], "uint32")
    model.noise.state.assign(start)
    noise = np.asarray(model.draw(np.zeros_like(mean), np.zeros_like(mean)))
    model.noise.state.assign(start)
    total, count = training.negative_elbo(model, (x,), False)

    code = equations.reparameterisation(mean, log_variance, noise)
    said = equations.bernoulli_likelihood(x, by_equations(model.decoder, c["activation"])(code))
    price = equations.gaussian_kl(mean, log_variance).sum(axis=1)
    assert count == 5
    assert float(total) == pytest.approx(-equations.elbo(said[:, None], price).sum(), rel=1e-4)


def test_the_loss_never_claims_more_than_the_exact_probability():
    model = shuffled({"input_dim": 3, "code_dim": 1, "hidden": ()}, 0)
    grid = np.linspace(-12, 12, 2001)[:, None]
    logits = np.asarray(model.decoder(grid.astype("float32")))
    log_prior = -(grid[:, 0] ** 2 + np.log(2 * np.pi)) / 2
    for x in pictures(8, 3):
        said = equations.bernoulli_likelihood(x, logits)
        exact = equations.marginal_likelihood(said, log_prior, grid[1, 0] - grid[0, 0])
        total, count = training.negative_elbo(model, (np.tile(x, (20_000, 1)),), False)
        assert -float(total) / float(count) < exact + 0.02


def test_draws_have_the_mean_and_the_variance_of_their_cloud():
    model = VariationalAutoencoder(4, 2)
    mean = np.tile(np.array([1.0, -2.0], "float32"), (40_000, 1))
    log_variance = np.tile(np.log([0.25, 4.0]).astype("float32"), (40_000, 1))
    code = np.asarray(model.draw(mean, log_variance))
    assert code.mean(axis=0) == pytest.approx([1, -2], abs=0.05)
    assert code.var(axis=0) == pytest.approx([0.25, 4], rel=0.05)


def test_gradients_pass_through_a_draw():
    model = VariationalAutoencoder(4, 2)
    mean, log_variance = tf.zeros((3, 2)), tf.fill((3, 2), 2 * np.log(np.float32(1.5)))
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        code = model.draw(mean, log_variance)
    by_mean, by_log_variance = tape.gradient(code, [mean, log_variance])
    assert np.allclose(by_mean, 1)
    assert np.allclose(by_log_variance, code / 2)  # d sigma / d log sigma^2 = sigma / 2


def test_a_code_is_drawn_in_training_and_is_the_mean_otherwise():
    model = shuffled({"input_dim": 6, "code_dim": 2, "hidden": (4,)}, 0)
    x = pictures(5, 6)
    assert np.array_equal(model(x), model(x))
    assert np.array_equal(model(x), model.decode(model.encode(x)))
    assert not np.allclose(model(x, training=True), model(x, training=True))


@settings(max_examples=10)
@given(c=configurations)
def test_saving_a_variational_autoencoder_changes_nothing(c):
    x = pictures(3, c["input_dim"])
    assert laws.saving_changes_nothing(lambda: VariationalAutoencoder(**c), x).holds


def test_resuming_goes_on_with_the_noise_where_it_stopped():
    x = pictures(40, 6)

    def make():
        keras.utils.set_random_seed(0)
        return VariationalAutoencoder(6, 2, (4,))

    def train(model, epochs, path):
        batches = training.ArrayBatches(x, size=8, seed=0)
        training.fit(
            model, batches, batches, training.negative_elbo, epochs=epochs, checkpoint=path
        )

    found = laws.resuming_changes_nothing(make, train, 2, 2)
    assert found.holds, found


def test_the_loss_ignores_batching_where_the_clouds_are_points():
    model = shuffled({"input_dim": 6, "code_dim": 2, "hidden": (4,)}, 0)
    last = model.encoder.layers[-1]
    kernel, bias = last.get_weights()
    kernel[:, 2:], bias[2:] = 0, -40
    last.set_weights([kernel, bias])
    assert laws.loss_ignores_batching(model, pictures(9, 6), training.negative_elbo).holds


@settings(max_examples=10)
@given(c=configurations)
def test_a_variational_autoencoder_is_made_again_from_its_settings(c):
    model = VariationalAutoencoder(**c)
    again = VariationalAutoencoder.from_config(model.get_config())
    shapes = [tuple(v.shape) for v in model.variables]
    assert shapes == [tuple(v.shape) for v in again.variables]
    assert (model.encoder.name, model.decoder.name) == ("encoder", "decoder")


@pytest.mark.parametrize("c", [{"code_dim": 0}, {"hidden": (3, 0)}, {"input_dim": -1}])
def test_a_width_that_is_not_positive_is_refused(c):
    with pytest.raises(ValueError, match=r"positive widths\. Received: \("):
        VariationalAutoencoder(**c)
