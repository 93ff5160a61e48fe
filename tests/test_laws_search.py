import keras
import numpy as np
import pytest
import tensorflow as tf

from seqtut import laws
from seqtut.models import Seq2Seq, Transformer

SOURCE = np.array([[4, 5, 6, 7], [8, 4, 0, 0], [5, 0, 0, 0]], "int32")
MASK = SOURCE != 0
IDS = {"begin": 1, "end": 2, "max_steps": 5}
MODELS = {
    "lstm, dot": lambda: Seq2Seq(9, 6, 12),
    "gru, additive, both ways": lambda: Seq2Seq(
        9, 6, 12, cell="gru", attention="additive", bidirectional=True
    ),
    "lstm, none, two layers": lambda: Seq2Seq(9, 6, 12, layers=2, attention=None),
    "transformer": lambda: Transformer(9, 6, 16, layers=2, heads=2),
}


def sharpened(make):
    """A model whose logits are far enough apart for a wrong search to show."""
    keras.utils.set_random_seed(3)
    model = make()
    for weight in model.trainable_variables:
        weight.assign(weight * 2.0)
    return model


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_every_model_and_search_keep_the_law_of_search(make):
    model = sharpened(make)
    memory = model.encode(SOURCE, MASK)
    found = laws.search_keeps_its_word(model.step, lambda: model.start(memory, 5), **IDS)
    assert found.holds, found


def test_a_state_that_a_beam_cannot_follow_breaks_the_law_of_search():
    """The step counts in a row of its own, so it forgets which prefix a row continues."""
    table = tf.constant(np.random.default_rng(0).normal(size=(40, 6)) * 3, tf.float32)

    def step(tokens, state):
        place = tf.range(tf.shape(tokens)[0])  # the row's place in the batch, not its prefix
        return tf.gather(table, (place * 7 + tokens) % 40), state

    found = laws.search_keeps_its_word(step, lambda: {"any": np.zeros((2, 1), "float32")}, **IDS)
    assert not found.holds
    assert "not the model's" in found.measured or "beats exact" in found.measured
