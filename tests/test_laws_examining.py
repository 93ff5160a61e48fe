"""Whatever is handed over to be examined, a report comes back, and it names the right law."""

import keras
import numpy as np
import pytest

from seqtut import laws, museum, training
from seqtut.models import Seq2Seq

layers = keras.layers
FIVE = (
    "padding changes nothing",
    "source is heard",
    "past is heard",
    "future changes nothing",
    "step = sequence",
)


def verdicts(model, **settings):
    settings = {"search": False} | settings
    return {one.law: one.verdict for one in laws.examine(model, **settings).answers}


def mistaken(name):
    return museum.specimen(name).broken()


@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("reads-on", "padding changes nothing"),
        ("looks-at-pads", "padding changes nothing"),
        ("turned-mask", "padding changes nothing"),
        ("lost-mask", "padding changes nothing"),
        ("bit-by-bit", "source is heard"),
        ("no-past", "past is heard"),
        ("one-ahead", "future changes nothing"),
        ("drifting-context", "step = sequence"),
    ],
)
def test_a_mistake_is_found_under_its_law(name, law):
    report = laws.examine(mistaken(name), museum.BATCH, search=False)
    assert law in report.broken
    [answer] = [one for one in report.answers if one.law == law]
    assert answer.hint
    assert answer.hint in str(report)


def test_a_sound_model_keeps_every_law():
    assert set(verdicts(museum.Small()).values()) == {laws.HOLDS}
    report = laws.examine(Seq2Seq(9, 7, 8), loss=training.token_loss(), batch=whole_batch())
    assert {one.verdict for one in report.answers} == {laws.HOLDS}
    assert len(report.answers) == 7
    assert report.broken == ()


def whole_batch():
    source, mask, inputs = (np.asarray(array) for array in museum.BATCH)
    kept = np.arange(4) < np.array([[4], [2], [3]])
    return source, mask, inputs, np.where(kept, 3, 0), kept


def test_a_loss_over_pads_is_found():
    def over_pads(model, batch, training_):
        return training.token_loss()(model, (*batch[:4], np.ones_like(batch[4])), training_)

    found = verdicts(Seq2Seq(9, 7, 8), batch=whole_batch(), loss=over_pads)
    assert found["loss counts tokens"] == laws.BROKEN


def test_a_bare_function_is_asked_all_but_its_steps():
    small = museum.Small()
    found = verdicts(lambda s, m, d: small.decode(small.encode(s, m), d))
    assert [found[law] for law in FIVE[:4]] == [laws.HOLDS] * 4
    assert found["step = sequence"] == laws.UNASKED


def keras_model(mask_zero, both_ways):
    keras.utils.set_random_seed(0)
    words, told = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
    code = layers.GRU(8)(layers.Embedding(9, 8, mask_zero=mask_zero)(words))
    reader = layers.GRU(8, return_sequences=True)
    if both_ways:
        heard = layers.Bidirectional(reader)(
            layers.Embedding(7, 8)(told), initial_state=[code, code]
        )
    else:
        heard = reader(layers.Embedding(7, 8)(told), initial_state=code)
    return keras.Model([words, told], layers.Dense(7)(heard))


def test_a_plain_keras_model_of_two_inputs_is_examined():
    sound = verdicts(keras_model(mask_zero=True, both_ways=False))
    assert [sound[law] for law in FIVE[:4]] == [laws.HOLDS] * 4
    assert laws.examine(keras_model(False, True), search=False).broken == (
        "padding changes nothing",
        "future changes nothing",
    )


def test_a_keras_model_of_the_source_alone_hears_no_past():
    inputs = keras.Input((None,), dtype="int32")
    code = layers.GRU(8)(layers.Embedding(9, 8, mask_zero=True)(inputs))
    outputs = layers.Dense(7)(layers.GRU(8, return_sequences=True)(layers.RepeatVector(4)(code)))
    found = verdicts(keras.Model(inputs, outputs))
    assert found["past is heard"] == laws.BROKEN
    assert found["padding changes nothing"] == laws.HOLDS


def test_a_subclassed_keras_model_is_tried_in_every_way():
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = keras_model(True, False)

        def call(self, inputs):
            words, told = inputs
            return self.inner([words, told])

    found = verdicts(Two())
    assert [found[law] for law in FIVE[:4]] == [laws.HOLDS] * 4


class Fails:
    """Raises an error that cannot even be printed."""

    def encode(self, source, mask):
        class UnspeakableError(Exception):
            def __str__(self):
                raise RuntimeError

        raise UnspeakableError

    def decode(self, memory, decoder_input):
        return None


class Nan(museum.Small):
    """Gives no numbers."""

    def decode(self, memory, decoder_input):
        return np.full((*np.shape(decoder_input), 7), np.nan)


class Half(museum.Small):
    """Has no step."""

    step = None


@pytest.mark.parametrize(
    "model",
    [None, 3, "model", [1], object(), Fails(), dict]
    + [lambda: 0, lambda s, m, d: "logits", lambda s, m, d: np.zeros((3, 7)), lambda *x: None],
)
def test_what_is_no_model_gets_a_report_and_no_traceback(model):
    report = laws.examine(model)
    assert {one.verdict for one in report.answers} == {laws.UNASKED}
    assert all(one.measured for one in report.answers)


def test_what_gives_no_numbers_breaks_the_law_and_what_has_no_step_is_not_asked_it():
    assert verdicts(Nan())["padding changes nothing"] == laws.BROKEN
    report = laws.examine(Half())
    [answer] = [one for one in report.answers if one.law == "step = sequence"]
    assert (answer.verdict, answer.measured) == (laws.UNASKED, "it has no step")


def test_a_batch_that_is_none_gets_a_report():
    assert {one.verdict for one in laws.examine(museum.Small(), 3).answers} == {laws.UNASKED}
    assert laws.UNASKED in verdicts(museum.Small(), batch=(1, 2, 3)).values()


def test_a_model_with_other_sizes_is_asked_in_its_own_ids():
    assert laws.UNASKED in verdicts(museum.Small(), source_size=30).values()
    found = verdicts(Seq2Seq(40, 50, 8), source_size=40, target_size=50)
    assert set(found.values()) == {laws.HOLDS}


def test_a_model_that_stops_the_process_or_gives_no_numbers_gets_its_report():
    def leaves(*_):
        raise SystemExit("bye")

    assert set(verdicts(leaves).values()) == {laws.UNASKED}

    class LeavesLate(museum.Small):
        def step(self, tokens, state):
            raise SystemExit("bye")

    assert verdicts(LeavesLate())["step = sequence"] == laws.UNASKED
    no_numbers = verdicts(lambda source, mask, inputs: np.full((*inputs.shape, 7), np.nan))
    for law in ("padding changes nothing", "source is heard", "past is heard"):
        assert no_numbers[law] == laws.BROKEN
