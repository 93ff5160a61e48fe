"""All laws of a model at once: for each, whether it holds, or why it cannot be asked."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from seqtut.laws.finding import Finding
from seqtut.laws.hearing import past_is_heard, source_is_heard
from seqtut.laws.search import search_keeps_its_word
from seqtut.laws.sequences import (
    future_changes_nothing,
    loss_counts_tokens,
    padding_changes_nothing,
    step_is_sequence,
)

HOLDS, BROKEN, UNASKED = "holds", "BROKEN", "cannot be asked"

_HINTS = {
    "padding changes nothing": "mask the source in the encoder and in the attention, True = keep",
    "source is heard": "feed the decoder the whole source at each step; no causal mask on it",
    "past is heard": "feed the decoder the tokens before, the begin token first",
    "future changes nothing": "a step sees the target up to itself: look at the causal mask, "
    "and at what reads backwards",
    "step = sequence": "hand all of the state from step to step; only that may differ",
    "search keeps its word": "keep what a prefix needs in the state that step returns, with the "
    "batch as leading axis",
    "loss counts tokens": "return the sum over the tokens that the target mask keeps, in nats, "
    "and how many these are",
}


class Answer(NamedTuple):
    """What became of one law: the verdict, the measurement or the reason, and where to look."""

    law: str
    verdict: str
    measured: str
    hint: str

    def __str__(self) -> str:
        first = f"{self.law}: {self.verdict} ({self.measured})"
        return f"{first}\n    {self.hint}" if self.hint else first


class Examination(NamedTuple):
    """What became of all laws, in order."""

    answers: tuple[Answer, ...]

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the laws that are broken."""
        return tuple(answer.law for answer in self.answers if answer.verdict == BROKEN)

    def __str__(self) -> str:
        return "\n".join(map(str, self.answers))


def examine(
    model: Any,
    batch: tuple | None = None,
    *,
    source_size: int = 9,
    target_size: int = 7,
    loss: Callable | None = None,
    search: bool = True,
) -> Examination:
    """Asks a sequence model all laws that it can be asked. It never raises.

    Args:
        model: Any object with `encode(source, mask)` and `decode(memory, decoder_input)`, and
            with `start` and `step` if it has them; or a function of `(source, mask,
            decoder_input)` that returns logits; or a Keras model of these three, of `(source,
            decoder_input)`, whose pads are 0, or of the source alone.
        batch: `(source, source_mask, decoder_input)`, or one that goes on with `(target,
            target_mask)`; None makes ids, pads 0, the begin token 1 and the end token 2.
        source_size: Ids that the source has, if `batch` is None.
        target_size: `V`, ids that the target has, if `batch` is None.
        loss: A loss as `seqtut.training` has them, or None.
        search: Whether to search with the model as well, which compiles its step and takes seconds.

    Returns:
        An `Examination`, to be printed.
    """
    try:
        given = _batch(source_size, target_size) if batch is None else tuple(batch)
        asked = _adapted(model, given)
        _refuse_other_shapes(asked, given)
    except (Exception, SystemExit) as error:  # whatever was handed over
        return Examination(tuple(Answer(law, UNASKED, _reason(error), "") for law in _HINTS))
    encoder_decoder = ("encode", "decode")
    questions: list[tuple[str, tuple[str, ...], Callable[[], Finding]]] = [
        ("padding changes nothing", encoder_decoder, lambda: padding_changes_nothing(asked, given)),
        ("source is heard", encoder_decoder, lambda: source_is_heard(asked, given)),
        ("past is heard", encoder_decoder, lambda: past_is_heard(asked, given)),
        ("future changes nothing", encoder_decoder, lambda: future_changes_nothing(asked, given)),
        (
            "step = sequence",
            (*encoder_decoder, "start", "step"),
            lambda: step_is_sequence(asked, given),
        ),
    ]
    if search:
        questions.append(
            (
                "search keeps its word",
                (*encoder_decoder, "start", "step"),
                lambda: _searched(asked, given),
            )
        )
    if loss is not None:
        questions.append(
            (
                "loss counts tokens",
                encoder_decoder,
                lambda: loss_counts_tokens(asked, given, loss),
            )
        )
    return Examination(tuple(_ask(asked, *question) for question in questions))


def _ask(model: Any, law: str, needed: tuple[str, ...], question: Callable) -> Answer:
    missing = [name for name in needed if not callable(getattr(model, name, None))]
    if missing:
        return Answer(law, UNASKED, f"it has no {' and no '.join(missing)}", "")
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a broken model may warn; the laws say it better
            found = question()
    except (Exception, SystemExit) as error:  # a reader's model may fail in any way
        return Answer(law, UNASKED, _reason(error), "")
    return Answer(
        law, HOLDS if found.holds else BROKEN, found.measured, "" if found.holds else _HINTS[law]
    )


def _searched(model: Any, batch: tuple) -> Finding:
    memory = model.encode(*batch[:2])
    return search_keeps_its_word(
        model.step, lambda: model.start(memory, 4), begin=1, end=2, max_steps=4, widths=(1, 3)
    )


def _reason(error: BaseException) -> str:
    try:
        said = " ".join(str(error).split())
    except Exception:  # an error of the reader's own may fail at this as well
        said = ""
    return f"it stopped with {type(error).__name__}: {said}"[:200].rstrip(": ")


def _refuse_other_shapes(model: Any, batch: tuple) -> None:
    """Refuses a model whose decoder gives no scores for each step, since no law could be read."""
    if not all(callable(getattr(model, name, None)) for name in ("encode", "decode")):
        return  # each law says what is missing
    source, mask, decoder_input = (np.asarray(array) for array in batch[:3])
    logits = np.asarray(model.decode(model.encode(source, mask), decoder_input))
    wanted = decoder_input.shape[:2]
    if logits.ndim != 3 or logits.shape[:2] != wanted or logits.dtype.kind not in "fiu":
        raise ValueError(
            f"decode gives logits {(*wanted, 'V')}. "
            f"Received: {logits.dtype.name} {logits.shape}. Return the scores of all steps."
        )


def _batch(source_size: int, target_size: int) -> tuple:
    rng = np.random.default_rng(0)
    mask = np.arange(5) < np.array([[5], [2], [3]])
    source = np.where(mask, rng.integers(min(4, source_size - 2), source_size, mask.shape), 0)
    inputs = rng.integers(min(3, target_size - 2), target_size, (3, 4))
    inputs[:, 0] = 1
    return source.astype("int32"), mask, inputs.astype("int32")


class _Called:
    """A function of source, mask and decoder input, under the names that the laws know."""

    def __init__(self, function: Callable):
        self.function = function

    def encode(self, source: Any, mask: Any) -> tuple:
        return source, mask

    def decode(self, memory: tuple, decoder_input: Any) -> Any:
        return self.function(*memory, decoder_input)


def _adapted(model: Any, batch: tuple) -> Any:
    """Returns the model, or what can be called of it under the laws' names."""
    if callable(getattr(model, "encode", None)) or callable(getattr(model, "decode", None)):
        return model
    if not callable(model):
        raise TypeError(
            "A model has encode and decode, or can be called. "
            f"Received: {type(model).__name__}. Hand over the model itself."
        )
    if not isinstance(model, keras.Model):
        return _Called(model)

    def without_pads(source: Any, mask: Any) -> Any:
        source = np.asarray(source)
        wide = np.reshape(mask, (*np.shape(mask), *[1] * (source.ndim - 2)))
        return np.where(wide, source, np.zeros_like(source))

    ways = {
        3: lambda s, m, d: model((s, m, d)),
        2: lambda s, m, d: model([without_pads(s, m), d]),
        1: lambda s, m, d: model(without_pads(s, m)),
    }
    inputs = getattr(model, "inputs", None)
    tried = [ways[len(inputs)]] if inputs and len(inputs) in ways else list(ways.values())
    errors = []
    for way in tried:
        try:
            way(*(np.asarray(array) for array in batch[:3]))
        except Exception as error:  # the next way may fit
            errors.append(error)
        else:
            return _Called(way)
    raise errors[0]
