"""Adam in one operation against Keras's, step by step."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut.training import Adam


def run(kind, gradients, **settings):
    """The weight and the optimizer's state after each gradient, from one start."""
    weight = keras.Variable(np.linspace(1, 2, gradients.shape[1]), dtype="float64")
    optimizer = kind(**settings)
    optimizer.build([weight])

    @tf.function
    def step(gradient):
        optimizer.apply_gradients([(gradient, weight)])

    seen = []
    for gradient in gradients:
        step(tf.constant(gradient))
        seen.append([v.numpy() for v in (weight, *optimizer.variables)])
    return seen


@settings(max_examples=10, deadline=None)
@given(
    scale=st.sampled_from([1e-6, 1.0, 1e4]),
    rate=st.sampled_from([1e-3, 0.1]),
    seed=st.integers(0, 2**16),
    clip=st.sampled_from([None, 0.5]),
)
def test_weights_and_moments_are_those_of_keras(scale, rate, seed, clip):
    gradients = np.random.default_rng(seed).normal(size=(12, 5)) * scale
    chosen = {
        "learning_rate": keras.optimizers.schedules.CosineDecay(rate, 12),
        "global_clipnorm": clip,
        "beta_1": 0.8,
        "epsilon": 1e-5,
    }
    ours, theirs = (run(kind, gradients, **chosen) for kind in (Adam, keras.optimizers.Adam))
    for step, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        for mine, keras_own in zip(a, b, strict=True):
            np.testing.assert_allclose(mine, keras_own, rtol=1e-5, err_msg=f"step {step}")


def test_amsgrad_is_left_to_keras():
    gradients = np.array([[3.0, -1.0], [0.1, 0.2], [0.0, 0.1]])
    ours, theirs = (
        run(kind, gradients, learning_rate=0.1, amsgrad=True)
        for kind in (Adam, keras.optimizers.Adam)
    )
    for a, b in zip(ours[-1], theirs[-1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_step_is_one_operation_for_each_weight():
    weight = keras.Variable(np.ones(3, "float32"))
    optimizer = Adam()
    optimizer.build([weight])

    @tf.function
    def step(gradient):
        optimizer.apply_gradients([(gradient, weight)])

    kinds = [op.type for op in step.get_concrete_function(tf.ones(3)).graph.get_operations()]
    assert kinds.count("ResourceApplyAdam") == 1
    assert "Sqrt" not in kinds


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_weight_keeps_its_kind_of_number(dtype):
    weight = keras.Variable(np.ones(3), dtype=dtype)
    optimizer = Adam(learning_rate=0.1)
    optimizer.build([weight])
    optimizer.apply_gradients([(tf.ones(3, dtype), weight)])
    assert weight.dtype == dtype
    np.testing.assert_allclose(weight.numpy(), 0.9, atol=1e-5)


@pytest.mark.parametrize("kind", ["float16", "float64"])
def test_gradients_of_another_kind_of_number_are_taken_as_keras_takes_them(kind):
    found = []
    for optimizer in (Adam(learning_rate=0.1), keras.optimizers.Adam(learning_rate=0.1)):
        weight = keras.Variable(np.ones(3, "float32"))
        optimizer.build([weight])
        optimizer.apply_gradients([(np.array([1.0, -2.0, 0.5], kind), weight)])
        found.append(weight.numpy())
    np.testing.assert_allclose(*found, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's
def test_a_saved_model_is_loaded_with_its_optimizer(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(Adam(learning_rate=0.1, beta_1=0.7), "mse")
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").optimizer
    assert isinstance(loaded, Adam)
    assert loaded.beta_1 == 0.7
    for ours, theirs in zip(model.optimizer.variables, loaded.variables, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
