import itertools

import keras
import numpy as np
import pytest

from seqtut import equations, laws, training
from seqtut.models import Autoencoder


@pytest.fixture(scope="module")
def stretched():
    """Centred data whose third eigenvalue is at least twice the fourth: the eigengap stated."""
    rng = np.random.default_rng(0)
    basis, _ = np.linalg.qr(rng.normal(size=(12, 12)))
    scales = np.array([3, 2.5, 2, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.2, 0.1, 0.1])
    x = (rng.normal(size=(400, 12)) * scales) @ basis
    return (x - x.mean(axis=0)).astype("float32")


@pytest.fixture(scope="module")
def trained(stretched):
    keras.utils.set_random_seed(0)
    model = Autoencoder(12, 3, (), output_activation=None)
    training.fit(
        model,
        training.ArrayBatches(stretched, size=100, seed=0),
        training.ArrayBatches(stretched, size=400),
        training.reconstruction_loss,
        epochs=120,
        learning_rate=keras.optimizers.schedules.CosineDecay(2e-2, 480),
    )
    return model


def test_a_trained_linear_autoencoder_is_pca(trained, stretched):
    found = laws.linear_autoencoder_is_pca(trained, stretched)
    assert found.holds, found


def test_an_untrained_linear_autoencoder_is_not_pca(stretched):
    model = Autoencoder(12, 3, (), output_activation=None)
    assert not laws.linear_autoencoder_is_pca(model, stretched).holds


def test_a_plane_turned_by_five_degrees_breaks_the_law_of_pca(trained, stretched):
    turned = Autoencoder(12, 3, (), output_activation=None)
    kernel, bias, out, out_bias = trained.get_weights()
    _, _, directions = np.linalg.svd(stretched, full_matrices=False)
    turn = np.radians(5.0)
    tilt = np.outer(directions[0], directions[11]) * np.sin(turn)
    turned.set_weights([kernel, bias, (out + out @ tilt).astype("float32"), out_bias])
    found = laws.linear_autoencoder_is_pca(turned, stretched)
    assert not found.holds
    assert "angle 5.0" in found.measured or "angle 4.9" in found.measured, found


def test_a_wrong_equation_breaks_the_law_of_equation_and_layer():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    kernel, bias = layer.kernel.numpy(), layer.bias.numpy()
    x = np.ones((4, 3))
    right = laws.equation_is_layer(lambda a: equations.dense(a, kernel, bias), layer, x)
    wrong = laws.equation_is_layer(lambda a: equations.dense(a, kernel, bias + 1e-3), layer, x)
    other_shape = laws.equation_is_layer(lambda a: a, layer, x)
    assert right.holds
    assert not wrong.holds
    assert not other_shape.holds
    assert "shapes (4, 3) and (4, 2)" in str(other_shape)


def test_a_gradient_of_half_the_size_breaks_the_law_of_slopes():
    at = np.array([1.0, -2.0])
    assert laws.gradient_is_slope(lambda a: float(np.sum(a**2)), 2 * at, at).holds
    assert not laws.gradient_is_slope(lambda a: float(np.sum(a**2)), at, at).holds
    assert not laws.gradient_is_slope(lambda a: float(np.sum(a**2)), at[:1], at).holds


def test_a_mean_of_batch_means_breaks_the_law_of_batching():
    x = np.random.default_rng(0).normal(size=(10, 4)).astype("float32")

    def mean_of_means(model, batch, training_):
        total, count = training.reconstruction_loss(model, batch, training_)
        return total / count, count / count

    model = Autoencoder(4, 2)
    assert laws.loss_ignores_batching(model, x, training.reconstruction_loss).holds
    assert not laws.loss_ignores_batching(model, x, mean_of_means).holds


def test_a_model_that_forgets_breaks_the_law_of_saving():
    made = itertools.count()

    class Forgetful(Autoencoder):
        """Keeps a number that is in no variable."""

        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.number = next(made)

        def call(self, inputs, training=None):
            return super().call(inputs) + self.number

    x = np.ones((2, 4), "float32")
    assert laws.saving_changes_nothing(lambda: Autoencoder(4, 2), x).holds
    assert not laws.saving_changes_nothing(lambda: Forgetful(4, 2), x).holds


def test_a_training_with_its_own_clock_breaks_the_law_of_resuming():
    x = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")

    def make():
        keras.utils.set_random_seed(0)
        return Autoencoder(4, 2)

    def train(seed):
        def run(model, epochs, checkpoint):
            return training.fit(
                model,
                training.ArrayBatches(x, size=6, seed=seed()),
                training.ArrayBatches(x, size=20),
                training.reconstruction_loss,
                epochs=epochs,
                checkpoint=checkpoint,
            )

        return run

    assert laws.resuming_changes_nothing(make, train(lambda: 3), 2, 3).holds

    def forgetful(model, epochs, checkpoint):
        done = {"epochs": 0}
        if checkpoint is not None and checkpoint.exists():
            training.load_weights(checkpoint, model)  # the weights alone: Adam starts anew
            done["epochs"] = 2
        run = train(lambda: 3)
        run(model, epochs - done["epochs"], None)
        if checkpoint is not None:
            training.save_weights(checkpoint, model)

    assert not laws.resuming_changes_nothing(make, forgetful, 2, 3).holds


def test_a_finding_says_whether_and_what():
    assert str(laws.Finding("a law", True, "0 of 3")) == "a law: holds (0 of 3)"
    assert str(laws.Finding("a law", False, "2 of 3")) == "a law: BROKEN (2 of 3)"
