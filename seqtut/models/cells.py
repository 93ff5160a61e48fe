"""Recurrent layers as the models use them: over whole sequences, and step by step."""

from typing import Any

import keras
from keras import ops

from seqtut.layers import recurrence
from seqtut.layers.recurrence import Unread

# What each kind of cell carries from step to step, in the order in which Keras's cells take it.
CELLS = {"lstm": (keras.layers.LSTM, ("h", "c")), "gru": (keras.layers.GRU, ("h",))}


def embedding(size: int, width: int) -> keras.layers.Embedding:
    """Returns a built embedding.

    Args:
        size: `V`, tokens.
        width: Numbers in the vector of each.
    """
    layer = keras.layers.Embedding(size, width, name="embedding")
    layer.build(None)
    return layer


def recurrent(cell: str, inputs: int, width: int, **settings: Any) -> keras.layers.Layer:
    """Returns a built layer that tells its states and what it carries after the last step.

    Args:
        cell: "lstm" or "gru".
        inputs: `F`, width of what it reads.
        width: `D`, width of its state.
        **settings: Passed on to Keras's layer.
    """
    layer = CELLS[cell][0](width, return_sequences=True, return_state=True, **settings)
    layer.build((None, None, inputs))
    return layer


def run(
    layer: keras.layers.Layer,
    inputs: Any,
    mask: Any = None,
    initial: Any = None,
    training: bool | None = None,
) -> tuple[Any, list]:
    """Runs a layer over sequences: an LSTM in our own loop, a GRU in Keras's.

    Args:
        layer: From `recurrent`.
        inputs: `(B, T, F)`, float, or `Unread`.
        mask: `(B, T)` bool, True = keep; a step that is not kept leaves the state as it was. None
            keeps all.
        initial: What it carries before the first step, `(B, D)` each; None for zeros.
        training: Whether this is training.

    Returns:
        The states `(B, T, D)`, each at its own step even of a layer that goes backwards, and what
        is carried after the last step that it takes.
    """
    if isinstance(layer, keras.layers.LSTM):
        states, *final = recurrence.lstm(layer, inputs, mask, initial, training)
        return states, final
    states, *final = layer(_read(inputs), mask=mask, initial_state=initial, training=training)
    return ops.flip(states, axis=1) if layer.go_backwards else states, final


def dropped(dropout: keras.layers.Dropout, inputs: Any, training: bool | None) -> Any:
    """Returns what a layer reads, without the share of its numbers that is dropped in training.

    Args:
        dropout: What drops them.
        inputs: `(B, T, F)`, float, or `Unread`, which it stays if nothing is dropped.
        training: Whether dropout acts.
    """
    if isinstance(inputs, Unread):
        if not (training and dropout.rate):
            return inputs
        inputs = inputs.vectors()
    return dropout(inputs, training=training)


def ready(layer: keras.layers.Layer, embedding: keras.layers.Embedding | None) -> Any:
    """Returns what the steps of a layer need of its weights alone; None of a GRU.

    Args:
        layer: From `recurrent`.
        embedding: Of the tokens that it reads, or None if it reads another layer.
    """
    lstm = isinstance(layer, keras.layers.LSTM)
    return recurrence.ready(layer, embedding) if lstm else None


def step(layer: keras.layers.Layer, inputs: Any, held: list, given: Any = None) -> tuple[Any, list]:
    """Takes one step of a layer.

    Args:
        layer: From `recurrent`.
        inputs: `(B, F)`, float, or `Unread`.
        held: What it carries, `(B, D)` each.
        given: What `ready` returned, or None to compute what is wanted of it here.

    Returns:
        Its output `(B, D)`, and what it carries now.
    """
    if isinstance(layer, keras.layers.LSTM):
        now = recurrence.step(layer, inputs, *held, given)
        return now[0], list(now)
    return layer.cell(_read(inputs), held)


def _read(inputs: Any) -> Any:
    return inputs.vectors() if isinstance(inputs, Unread) else inputs
