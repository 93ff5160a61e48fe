"""The room of interfaces: layers that give something else than one thinks."""

import warnings
from typing import Any

import keras
import numpy as np

from seqtut import laws
from seqtut.museum.small import BATCH, Small, attention_on_pads
from seqtut.museum.specimen import Specimen

layers = keras.layers
SERIES = np.random.default_rng(0).normal(size=(3, 6, 4)).astype("float32")
KEPT = np.arange(6) < np.array([[6], [3], [2]])


def _one_piece():
    """A model that can be called, and nothing else."""
    small = Small()

    def model(source, mask, decoder_input):
        return small.decode(small.encode(source, mask), decoder_input)

    return model


def _can_be_asked(make) -> float:
    answers = laws.examine(make(), BATCH, search=False).answers
    return sum(answer.verdict != laws.UNASKED for answer in answers[:5])


def _steps(make) -> laws.Finding:
    answers = laws.examine(make(), BATCH, search=False).answers
    [answer] = [one for one in answers if one.law == "step = sequence"]
    return laws.Finding(answer.law, answer.verdict == laws.HOLDS, answer.measured)


def _last_of_three(lstm, x):
    *_, state = lstm(x)
    return state


def _second_of_three(lstm, x):
    _, state, _ = lstm(x)
    return state


def _lstm() -> Any:
    keras.utils.set_random_seed(0)
    init = keras.initializers.RandomNormal(0, 2)
    return layers.LSTM(5, return_sequences=True, return_state=True, kernel_initializer=init)


def _state_is_last_output(take) -> laws.Finding:
    lstm = _lstm()
    return laws.equation_is_layer(
        lambda x: np.asarray(lstm(x)[0])[:, -1], lambda x: take(lstm, x), SERIES
    )


def _largest_number(take) -> float:
    return float(np.abs(np.asarray(take(_lstm(), SERIES))).max())


def _states_in_a_row():
    return keras.Sequential([layers.LSTM(5, return_state=True), layers.Dense(2)])


def _states_taken_apart():
    inputs = keras.Input((None, 4))
    _, h, _ = layers.LSTM(5, return_state=True)(inputs)
    return keras.Model(inputs, layers.Dense(2)(h))


def _outputs(make) -> Any:
    try:
        return np.asarray(make()(SERIES))
    except Exception as error:  # Keras has several for this, and each is as good as another here
        return error


def _runs(make) -> laws.Finding:
    found = _outputs(make)
    holds = isinstance(found, np.ndarray)
    said = f"gives {found.shape}" if holds else f"stops with {type(found).__name__}"
    return laws.Finding("it runs", holds, said)


def _rows_out(make) -> float:
    found = _outputs(make)
    return len(found) if isinstance(found, np.ndarray) else 0


def _rebuilt(x):
    """What a Masking, GRU, RepeatVector, GRU makes of series, pads at the end."""
    keras.utils.set_random_seed(0)
    code = layers.GRU(5)(layers.Masking()(x))
    out = layers.GRU(4, return_sequences=True)(layers.RepeatVector(x.shape[1])(code))
    return np.asarray(out), getattr(out, "_keras_mask", None)


def _mask_left_behind(x, mask, steps):
    wide = np.pad(x * mask[..., None], ((0, 0), (0, steps), (0, 0)))
    out, found = _rebuilt(wide)
    error = (out - wide) ** 2
    return float(np.mean(error if found is None else error[np.asarray(found)]))


def _mask_handed_over(x, mask, steps):
    wide = np.pad(x * mask[..., None], ((0, 0), (0, steps), (0, 0)))
    out, _ = _rebuilt(wide)
    return float(np.mean(((out - wide) ** 2)[np.pad(mask, ((0, 0), (0, steps)))]))


def _longer_series(error) -> laws.Finding:
    few, many = (error(SERIES, KEPT, steps) for steps in (0, 12))
    measured = f"{few:.3f}, and {many:.3f} with 12 more pads"
    return laws.Finding("pads change no score", abs(few - many) <= 1e-5, measured)


class _KerasAttention(Small):
    """Its attention is Keras's, between tables of vectors of its own."""

    def __init__(self):
        super().__init__()
        keras.utils.set_random_seed(0)
        init = {"embeddings_initializer": keras.initializers.RandomNormal(0, 1)}
        self.embedding = layers.Embedding(9, 8, mask_zero=True, **init)
        self.attention = layers.MultiHeadAttention(1, 8)

    def mask_of(self, memory):
        return memory["mask"][:, None]

    def encode(self, source, mask):
        vectors = self.embedding(np.where(mask, source, 0))
        return {"states": vectors * 8**0.5, "mask": mask}

    def look(self, h, memory, places):
        found, weights = self.attention(
            h, memory["states"], attention_mask=self.mask_of(memory), return_attention_scores=True
        )
        return np.asarray(found), np.asarray(weights)[:, 0]

    def decode(self, memory, decoder_input):
        y = self.sounds[decoder_input].astype("float32")
        return self.look(y, memory, None)[0]

    def start(self, memory, max_steps):
        return {"memory": memory}

    def step(self, tokens, state):
        y = self.sounds[tokens[:, None]].astype("float32")
        found, weights = self.look(y, state["memory"], None)
        return found[:, 0], {**state, "attention": weights[:, 0]}


class _LostMask(_KerasAttention):
    """It trusts that the mask is still on the vectors after they were multiplied."""

    def mask_of(self, memory):
        return None


def _quietly(function, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the mask is lost is what is shown
        return function(*arguments)


SPECIMENS = (
    Specimen(
        name="one-piece",
        room="interfaces",
        mistake="a model without a step, or methods that do not exist",
        seen="second article",
        law="step = sequence",
        quantity="laws of five that can be asked",
        spec=".0f",
        broken=_one_piece,
        repaired=Small,
        test=_steps,
        number=_can_be_asked,
    ),
    Specimen(
        name="last-of-three",
        room="interfaces",
        mistake="an LSTM's cell taken for its state",
        seen="third article, nearly",
        law="equation = layer",
        quantity="largest number of a state",
        spec=".1f",
        broken=_last_of_three,
        repaired=_second_of_three,
        test=_state_is_last_output,
        number=_largest_number,
    ),
    Specimen(
        name="states-in-a-row",
        room="interfaces",
        mistake="Sequential around a layer that returns its states",
        seen="first article",
        law="it runs",
        quantity="rows out of three",
        spec=".0f",
        broken=_states_in_a_row,
        repaired=_states_taken_apart,
        test=_runs,
        number=_rows_out,
    ),
    Specimen(
        name="repeat-vector",
        room="interfaces",
        mistake="RepeatVector makes steps, and no mask for them",
        seen="the Keras recipe",
        law="pads change no score",
        quantity="squared error with 12 pads",
        spec=".2f",
        broken=_mask_left_behind,
        repaired=_mask_handed_over,
        test=_longer_series,
        number=lambda error: error(SERIES, KEPT, 12),
    ),
    Specimen(
        name="lost-mask",
        room="interfaces",
        mistake="a mask that hangs on a tensor, and falls off",
        seen="TensorFlow, Transformer",
        law="padding changes nothing",
        quantity="attention on pads",
        spec=".2f",
        broken=_LostMask,
        repaired=_KerasAttention,
        test=lambda model: _quietly(laws.padding_changes_nothing, model(), BATCH),
        number=lambda model: _quietly(attention_on_pads, model()),
    ),
)
