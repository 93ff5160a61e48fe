"""What a beam search computes: only what is going on, what is shared once, what is fixed once."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import decoding, models
from tests.models_lab import ragged, shaken

PAD, BEGIN, END, UNKNOWN = range(4)
IDS = {"begin": BEGIN, "end": END, "forbidden": (PAD, BEGIN, UNKNOWN)}
V = 7


class Clock:
    """Says one of two tokens until a row's time is up, then that it ends; counts its rows."""

    def __init__(self):
        self.called = []

    def start(self, times):
        return {"left": np.array(times, "int32"), "group": np.arange(len(times), dtype="int32")}

    def step(self, tokens, state):
        counts = [tf.shape(tokens)[0], tf.shape(state["group"])[0]]
        [zero] = tf.py_function(self._note, counts, [tf.int32])
        over = (state["left"] <= tf.ensure_shape(zero, []))[:, None]
        going = tf.one_hot([4, 5], V)[0] * 2 + tf.one_hot(5, V) - 9 * tf.one_hot(END, V)
        logits = tf.where(over, 20 * tf.one_hot(END, V), going)
        return logits, {**state, "left": state["left"] - 1}

    def _note(self, *counts):
        self.called.append(tuple(map(int, counts)))
        return [tf.constant(0)]


def test_only_prefixes_that_go_on_are_computed():
    clock = Clock()
    found = decoding.beam_search(
        clock.step, clock.start([0, 1, 1, 3]), **IDS, max_steps=9, width=2, keep=1
    )
    assert found.lengths[:, 0].numpy().tolist() == [1, 2, 2, 4]
    assert [rows for rows, _ in clock.called] == [4, 3 * 2, 1 * 2, 1 * 2]


def test_what_is_shared_has_a_row_an_example():
    clock = Clock()
    decoding.beam_search(
        clock.step,
        clock.start([0, 1, 1, 3]),
        **IDS,
        max_steps=9,
        width=2,
        keep=1,
        shared=["group"],
    )
    assert clock.called == [(4, 4), (6, 3), (2, 1), (2, 1)]


def test_a_step_that_changes_what_is_shared_is_refused():
    def step(tokens, state):
        return tf.zeros([tf.shape(tokens)[0], V]), {"group": state["group"] + 1}

    with pytest.raises(ValueError, match="share must be passed on as it is. Received: .*int32"):
        decoding.beam_search(
            step, {"group": np.zeros(2, "int32")}, **IDS, max_steps=3, shared=["group"]
        )


@pytest.mark.parametrize(
    "search", [decoding.greedy, lambda *a, **k: decoding.beam_search(*a, width=2, **k)]
)
def test_what_is_fixed_is_computed_once_a_search(search):
    computed = []

    def once():
        [made] = tf.py_function(
            lambda: [computed.append(1) or tf.math.log(tf.eye(V)[4])], [], [tf.float32]
        )
        return tf.ensure_shape(made, [V])

    def step(tokens, state, made=None):
        assert made is not None
        return tf.repeat(made[None], tf.shape(tokens)[0], axis=0), state

    for searches in (1, 2):
        found = search(step, {"row": np.zeros(3, "int32")}, **IDS, max_steps=5, once=once)
        assert len(computed) == searches
    assert tf.reshape(found.tokens, [3, -1, 5])[:, 0].numpy().tolist() == [[4] * 5] * 3


def test_a_name_that_is_no_list_of_names_is_refused():
    with pytest.raises(ValueError, match=r"list of names. Received: 'group'. Write \['group'\]"):
        decoding.beam_search(Clock().step, Clock().start([1]), **IDS, max_steps=3, shared="group")


def test_a_search_can_be_run_eagerly():
    def lengths():
        found = decoding.beam_search(
            Clock().step, Clock().start([0, 1, 1, 3]), **IDS, max_steps=9, width=2, keep=1
        )
        return found.lengths[:, 0].numpy().tolist()

    compiled = lengths()
    tf.config.run_functions_eagerly(True)
    try:
        assert lengths() == compiled
    finally:
        tf.config.run_functions_eagerly(False)


def sequence_models():
    sizes = {"source_size": 9, "target_size": 11}
    yield models.Seq2Seq(**sizes, width=8, embedding_dim=5)
    yield models.Seq2Seq(**sizes, width=8, cell="gru", attention="additive")
    yield models.Seq2Seq(**sizes, width=8, attention=None)
    yield models.Seq2Seq(**sizes, width=8, layers=2, attend_after=1, bidirectional=True)
    yield models.Seq2Seq(**sizes, width=8, embedding_dim=6, tied=True)
    yield models.PointerGenerator(11, 11, width=8)
    yield models.Transformer(**sizes, width=8, layers=2, heads=2)
    yield models.LanguageModel(11, width=8, layers=2, heads=2)
    yield models.ListenAttendSpell(3, 11, width=8, joins=(2,))
    yield models.Captioner(11, rows=8, embedding_dim=3, channels=(2, 3, 4), width=6)


def read(model, source, mask):
    """What a model reads of ids; those that hear or see are given noise."""
    sizes = {models.ListenAttendSpell: 3, models.Captioner: 8}
    if (size := sizes.get(type(model))) is not None:
        rng = np.random.default_rng(0)
        source = rng.uniform(size=(*source.shape, size)).astype("float32")
    return model.encode(source, mask)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
@pytest.mark.parametrize("number", range(10))
def test_models_answer_the_same_whatever_is_shared_and_fixed(number, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = shaken(list(sequence_models())[number], number)
    finally:
        keras.config.set_dtype_policy(before)
    source, mask, _ = ragged((9, 11), number, rows=5, lowest=4)
    settings_ = {**IDS, "max_steps": 7, "width": 3}

    def found(**more):
        state = model.start(read(model, source, mask), 7)
        return decoding.beam_search(model.step, state, **settings_, **more)

    plain, quick = found(), found(shared=model.shared, once=model.once)
    if policy != "float32":  # near ties are ties in float16
        assert np.allclose(plain.scores[:, 0], quick.scores[:, 0], rtol=0, atol=0.1)
        return
    assert np.array_equal(plain.tokens, quick.tokens)
    for name in ("scores", "attention"):
        one, other = getattr(plain, name), getattr(quick, name)
        if one is not None:
            assert np.allclose(one, other, rtol=0, atol=1e-5)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**31), width=st.integers(1, 4))
def test_a_batch_of_a_model_is_its_rows_one_by_one(seed, width):
    model = shaken(models.Seq2Seq(9, 11, width=6), seed)
    source, mask, _ = ragged((9, 11), seed, rows=4)

    def scores(part):
        state = model.start(model.encode(source[part], mask[part]), 6)
        found = decoding.beam_search(
            model.step, state, **IDS, max_steps=6, width=width, keep=1, shared=model.shared
        )
        return found.scores[:, 0].numpy()

    alone = [scores(slice(row, row + 1))[0] for row in range(4)]
    assert np.allclose(scores(slice(None)), alone, rtol=0, atol=1e-5)
