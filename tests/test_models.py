import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import equations, laws, training
from seqtut.models import Autoencoder

configurations = st.fixed_dictionaries(
    {
        "input_dim": st.integers(1, 9),
        "code_dim": st.integers(1, 4),
        "hidden": st.lists(st.integers(1, 6), max_size=2).map(tuple),
        "activation": st.sampled_from(["relu", "tanh"]),
        "output_activation": st.sampled_from(["sigmoid", None]),
        "tied": st.booleans(),
    }
)
FUNCTIONS = {
    "relu": lambda a: np.maximum(a, 0),
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    None: lambda a: a,
}


def by_equations(model, c):
    """The model's reconstruction as the chapter's equations compute it from its weights."""
    kernels = [layer.kernel.numpy() for layer in model.encoder.layers]
    encoding = [
        (k, layer.bias.numpy()) for k, layer in zip(kernels, model.encoder.layers, strict=True)
    ]
    mirrored = [kernel.T for kernel, _ in reversed(encoding)]
    if not c["tied"]:
        mirrored = [layer.kernel.numpy() for layer in model.decoder.layers]
    decoding = [
        (k, layer.bias.numpy()) for k, layer in zip(mirrored, model.decoder.layers, strict=True)
    ]
    hidden = [c["activation"]] * len(c["hidden"])

    def stack(weights, names):
        def apply(x):
            for (kernel, bias), name in zip(weights, names, strict=True):
                x = equations.dense(x, kernel, bias, FUNCTIONS[name])
            return x

        return apply

    encoder = stack(encoding, [*hidden, None])
    decoder = stack(decoding, [*hidden, c["output_activation"]])
    return lambda x: equations.autoencoder(x, encoder, decoder)


@settings(max_examples=20)
@given(c=configurations, seed=st.integers(0, 2**31))
def test_autoencoder_equals_its_equations(c, seed):
    model = Autoencoder(**c)
    rng = np.random.default_rng(seed)
    for variable in model.variables:
        variable.assign(rng.normal(size=variable.shape))
    x = rng.normal(size=(5, c["input_dim"]))
    found = laws.equation_is_layer(by_equations(model, c), model, x)
    assert found.holds, found


@settings(max_examples=10)
@given(c=configurations)
def test_saving_an_autoencoder_changes_nothing(c):
    x = np.random.default_rng(0).normal(size=(3, c["input_dim"])).astype("float32")
    found = laws.saving_changes_nothing(lambda: Autoencoder(**c), x)
    assert found.holds, found


@settings(max_examples=10)
@given(c=configurations, rows=st.integers(1, 12))
def test_the_loss_of_an_autoencoder_ignores_batching(c, rows):
    x = np.random.default_rng(0).normal(size=(rows, c["input_dim"])).astype("float32")
    found = laws.loss_ignores_batching(Autoencoder(**c), x, training.reconstruction_loss)
    assert found.holds, found


@settings(max_examples=10)
@given(c=configurations)
def test_encode_and_decode_are_the_two_halves_of_the_model(c):
    model = Autoencoder(**c)
    x = np.random.default_rng(0).normal(size=(4, c["input_dim"])).astype("float32")
    code = model.encode(x)
    assert tuple(code.shape) == (4, c["code_dim"])
    assert np.array_equal(model.decode(code), model(x))


@settings(max_examples=10)
@given(c=configurations)
def test_an_autoencoder_is_made_again_from_its_settings(c):
    model = Autoencoder(**c)
    again = Autoencoder.from_config(model.get_config())
    shapes = [tuple(v.shape) for v in model.variables]
    assert shapes == [tuple(v.shape) for v in again.variables]
    assert again.get_config()["tied"] == c["tied"]


def test_tying_shares_each_kernel_once():
    tied, free = Autoencoder(20, 3, (10,), tied=True), Autoencoder(20, 3, (10,))
    assert free.count_params() - tied.count_params() == 20 * 10 + 10 * 3
    assert len(tied.trainable_variables) == len({id(v) for v in tied.trainable_variables}) == 6


def test_layers_answer_to_the_names_encoder_and_decoder():
    model = Autoencoder(6, 2)
    assert (model.encoder.name, model.decoder.name) == ("encoder", "decoder")
    assert isinstance(model, keras.Model)


@pytest.mark.parametrize("c", [{"code_dim": 0}, {"hidden": (3, 0)}, {"input_dim": -1}])
def test_a_width_that_is_not_positive_is_refused(c):
    with pytest.raises(ValueError, match=r"positive widths\. Received: \("):
        Autoencoder(**c)
