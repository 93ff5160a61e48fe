"""A language model and a pointer-generator: the laws, prompts, and what is copied."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut import decoding, equations, laws, training
from seqtut.models import LanguageModel, PointerGenerator, Seq2Seq
from seqtut.models.pointer import by_token
from seqtut.text import BucketedBatches
from tests.models_lab import ragged, shaken

V = 9
writers = st.fixed_dictionaries(
    {
        "width": st.sampled_from([6, 12]),
        "layers": st.integers(1, 2),
        "heads": st.sampled_from([1, 3]),
        "hidden": st.sampled_from([None, 5]),
        "positions": st.sampled_from(["sinusoidal", "learned"]),
        "dropout": st.sampled_from([0.0, 0.5]),
    }
).map(lambda c: (LanguageModel, (V,), c))
pointers = st.fixed_dictionaries(
    {
        "width": st.sampled_from([2, 6]),
        "embedding_dim": st.sampled_from([None, 3]),
        "layers": st.just(2),
        "decoder_layers": st.sampled_from([1, None]),
        "cell": st.sampled_from(["lstm", "gru"]),
        "bidirectional": st.booleans(),
        "attention": st.sampled_from(["additive", "dot"]),
        "tied": st.booleans(),
        "dropout": st.sampled_from([0.0, 0.5]),
    }
).map(lambda c: (PointerGenerator, (V, V), c))
few = settings(max_examples=12)
anything = given(c=st.one_of(writers, pointers), seed=st.integers(0, 99))


def make(configuration, seed=0):
    kind, sizes, given_ = configuration
    return shaken(kind(*sizes, **given_), seed)


def batch(seed=0, **shape):
    return ragged((V, V), seed, lowest=1, **shape)


@few
@anything
def test_padding_the_future_and_the_steps_are_lawful(c, seed):
    model, some = make(c, seed), batch(seed)
    for law in (laws.padding_changes_nothing, laws.future_changes_nothing, laws.step_is_sequence):
        found = law(model, some)
        assert found.holds, found


@pytest.mark.parametrize(
    "c",
    [
        (LanguageModel, (V,), {"width": 6, "heads": 2}),
        (PointerGenerator, (V, V), {"width": 6, "bidirectional": True}),
    ],
)
def test_padding_changes_nothing_to_ten_digits_in_float64(c):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        found = laws.padding_changes_nothing(make(c), batch(), tolerance=1e-10)
    finally:
        keras.config.set_dtype_policy(before)
    assert found.holds, found


@few
@anything
def test_the_loss_counts_tokens(c, seed):
    rng = np.random.default_rng(seed)
    target = rng.integers(1, V, (3, 4)).astype("int32")
    some = (*batch(), target, np.arange(4) < np.array([4, 2, 3])[:, None])
    found = laws.loss_counts_tokens(make(c, seed), some, training.token_loss())
    assert found.holds, found


@few
@anything
def test_a_model_is_made_again_from_its_settings(c, seed):
    model = make(c, seed)
    again = c[0].from_config(model.get_config())
    shapes = [tuple(v.shape) for v in model.variables]
    assert shapes == [tuple(v.shape) for v in again.variables]


# Prompts


@pytest.fixture(scope="module")
def writer():
    return make((LanguageModel, (V,), {"width": 6, "heads": 2, "layers": 2}))


def test_a_text_gets_the_same_scores_wherever_its_prompt_ends(writer):
    text = np.random.default_rng(2).integers(4, V, (1, 6)).astype("int32")
    nothing = np.zeros((1, 1), "int32"), np.zeros((1, 1), bool)

    def scores(prompt, mask, rest):
        return np.asarray(writer((prompt, mask, np.insert(rest, 0, 1, axis=1))))

    whole = scores(*nothing, text)
    for cut in range(1, 6):
        found = scores(text[:, :cut], np.ones((1, cut), bool), text[:, cut:])
        np.testing.assert_allclose(found, whole[:, cut:], atol=1e-5)


def test_an_empty_prompt_and_a_long_one_go_on_side_by_side(writer):
    prompts = np.array([[5, 6, 7], [0, 0, 0], [8, 0, 0]], "int32")
    state = writer.start(writer.encode(prompts, prompts > 0), 5)
    brief = {"begin": 1, "end": 2, "max_steps": 5}
    together = decoding.greedy(writer.step, state, **brief).tokens.numpy()
    for row, size in enumerate((3, 1, 1)):
        one = prompts[row : row + 1, :size]
        state = writer.start(writer.encode(one, one > 0), 5)
        alone = decoding.greedy(writer.step, state, **brief).tokens.numpy()
        assert np.array_equal(alone[0], together[row])


def test_an_empty_prompt_may_have_no_places_at_all(writer):
    text = np.array([[1, 5, 6], [1, 7, 8]], "int32")
    prompts = [(np.zeros((2, n), "int32"), np.zeros((2, n), bool)) for n in (0, 3)]
    none, pads = (np.asarray(writer((*prompt, text))) for prompt in prompts)
    np.testing.assert_allclose(none, pads, atol=1e-6)
    batch_ = (*prompts[0], text)
    assert laws.step_is_sequence(writer, batch_).holds
    assert laws.future_changes_nothing(writer, batch_).holds


def test_the_laws_can_be_asked_where_a_prompt_is_empty(writer):
    source, mask, decoder_input = batch()
    mask[1] = False
    for law in (laws.padding_changes_nothing, laws.past_is_heard, laws.step_is_sequence):
        finding = law(writer, (source, mask, decoder_input))
        assert finding.holds, finding


def test_learned_positions_end_where_prompt_and_continuation_do():
    model = LanguageModel(V, width=4, heads=2, positions="learned", max_length=6)
    source, mask, decoder_input = batch(s=4, t=3)
    memory = model.encode(source[:, :3], mask[:, :3])
    model.start(memory, 3)
    for call in (lambda: model.start(memory, 4), lambda: model((source, mask, decoder_input))):
        with pytest.raises(ValueError, match="max_length=6"):
            call()


@pytest.mark.parametrize("wrong", [{"width": 0}, {"positions": "none"}, {"layers": 0}])
def test_a_language_model_of_no_such_shape_is_refused(wrong):
    with pytest.raises(ValueError, match="Received"):
        LanguageModel(V, **wrong)


# Copying


@few
@given(c=pointers, seed=st.integers(0, 99))
def test_what_comes_out_is_the_equation_s_mixture(c, seed):
    """With the gate, the attention and what is generated taken from the same weights."""
    model, (source, mask, decoder_input) = make(c, seed), batch(seed)
    memory = model.encode(source, mask)
    read = model.decoder.embedding(decoder_input)
    states = model.decoder.through(read, memory, model.decoder.below)
    joined, weights = (np.asarray(x) for x in model.decoder.look(states, memory))
    width = joined.shape[-1] // 2
    kernel, bias = (np.asarray(w)[..., 0] for w in model.gate.get_weights())
    parts = joined[..., :width], joined[..., width:], np.asarray(read)
    shares = kernel[:width], kernel[width : 2 * width], kernel[2 * width :]
    gate = equations.copy_gate(*parts, *shares, bias)
    plain, _ = model.decoder.attend(states, memory)
    generated = equations.softmax(np.asarray(model.decoder.read_out(plain)))
    wanted = equations.copy_mixture(gate, generated, weights, source)
    found = np.asarray(model((source, mask, decoder_input)))
    np.testing.assert_allclose(np.exp(found), wanted, atol=2e-6)
    np.testing.assert_allclose(np.exp(found).sum(axis=-1), 1, atol=1e-5)


def test_weights_of_equal_tokens_are_added_without_a_table_of_all_tokens():
    rng = np.random.default_rng(0)
    weights, source = rng.random((2, 3, 40)), rng.integers(0, 50, (2, 40)).astype("int32")
    wanted = np.stack([w @ np.eye(50)[ids] for w, ids in zip(weights, source, strict=True)])
    np.testing.assert_allclose(by_token(weights, source, 50), wanted)
    graph = tf.function(lambda *given: by_token(*given, 50)).get_concrete_function(
        tf.constant(weights), tf.constant(source)
    )
    made = [
        tensor.shape.num_elements() or 0
        for op in graph.graph.get_operations()
        for tensor in op.outputs
    ]
    assert max(made) == 2 * 3 * 50  # and not 2 * 40 * 50


def test_a_closed_gate_copies_nothing_that_is_not_in_the_source():
    model = make((PointerGenerator, (V, V), {"width": 6}))
    model.gate.bias.assign([-50.0])
    model.gate.kernel.assign(0 * model.gate.kernel)
    source, mask, decoder_input = batch()
    found = np.exp(np.asarray(model((source, mask, decoder_input))))
    for row in range(len(source)):
        outside = np.setdiff1d(np.arange(V), source[row][mask[row]])
        assert found[row][:, outside].max() < 1e-12


def test_a_pointer_learns_to_copy_where_a_model_without_one_does_not():
    rng = np.random.default_rng(0)
    rows = rng.integers(4, 24, (384, 2)).astype("int32")

    def learn(kind):
        keras.utils.set_random_seed(0)
        model = kind(24, 24, width=16, bidirectional=True)
        pairs = [(list(row), list(row)) for row in rows]
        train, dev = (
            BucketedBatches(part, size=32, seed=seed)
            for part, seed in ((pairs[64:], 0), (pairs[:64], None))
        )
        history = training.fit(
            model, train, dev, training.token_loss(), epochs=5, learning_rate=2e-2, progress=False
        )
        return min(history.dev)

    assert learn(PointerGenerator) < 0.8 * learn(Seq2Seq)


@pytest.mark.parametrize(
    ("sizes", "wrong"),
    [((V, V + 1), {}), ((V, V), {"attention": None}), ((V, V), {"layers": 2, "attend_after": 1})],
)
def test_a_pointer_without_one_vocabulary_and_an_attention_on_top_is_refused(sizes, wrong):
    with pytest.raises(ValueError, match="one vocabulary"):
        PointerGenerator(*sizes, width=6, **wrong)
