import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, laws
from seqtut.layers import TransposedDense


def tied_pair(features, units, **settings_):
    first = keras.layers.Dense(units)
    first.build((None, features))
    return first, TransposedDense(first, **settings_)


@given(seed=st.integers(0, 2**31), features=st.integers(1, 6), units=st.integers(1, 6))
def test_transposed_dense_equals_its_equation(seed, features, units):
    rng = np.random.default_rng(seed)
    first, layer = tied_pair(features, units)
    layer.build((None, units))
    layer.bias.assign(rng.normal(size=features))
    kernel, bias = first.kernel.numpy(), layer.bias.numpy()
    found = laws.equation_is_layer(
        lambda z: equations.tied_decoder(z, kernel, bias), layer, rng.normal(size=(3, units))
    )
    assert found.holds, found


def test_transposed_dense_owns_only_its_bias():
    first, layer = tied_pair(7, 2)
    layer.build((None, 2))
    own = [weight for weight in layer.weights if all(weight is not w for w in first.weights)]
    assert [tuple(weight.shape) for weight in own] == [(7,)]
    _, bare = tied_pair(7, 2, use_bias=False)
    bare.build((None, 2))
    assert bare.bias is None


def test_transposed_dense_states_its_output_shape():
    _, layer = tied_pair(7, 2)
    assert layer.compute_output_shape((5, 2)) == (5, 7)
    assert tuple(layer(np.zeros((5, 2))).shape) == (5, 7)


def test_transposed_dense_refuses_a_layer_without_weights():
    with pytest.raises(ValueError, match="is built.*Received: .*not built.*Call it"):
        TransposedDense(keras.layers.Dense(3))


def test_transposed_dense_can_be_described_and_made_again():
    _, layer = tied_pair(7, 2, activation="relu", use_bias=False, name="mirror")
    config = layer.get_config()
    assert config["activation"] == "relu"
    assert config["use_bias"] is False
    assert config["tied_to"]["config"]["units"] == 2
