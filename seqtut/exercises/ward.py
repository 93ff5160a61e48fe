"""Five small models with a fault or none, which chapter 23_questions has examined by the laws."""

from typing import Any

import numpy as np


class Patient:
    """A small encoder-decoder in NumPy with random weights, to be asked by the laws.

    It has `encode`, `decode`, `start` and `step` as `seqtut.models.Seq2Seq` has them. Its code is
    the last state of a recurrent network, from which a second one starts.

    Args:
        size: `V`, ids of source and target, the special ones included.
        width: `D`, numbers in a state.
        seed: Of the weights.
        fault: What is wrong with it, one of `FAULTS`.

    Raises:
        ValueError: If there is no such fault.
    """

    def __init__(self, size: int, width: int = 8, seed: int = 0, fault: str = "is well"):
        if fault not in FAULTS:
            raise ValueError(
                f"A patient has one of the known faults. Received: {fault!r}. "
                f"Choose from {sorted(FAULTS)}."
            )
        rng = np.random.default_rng(seed)
        self._fault, self._width = fault, width
        self._read, self._said = rng.normal(size=(2, size, width))
        self._along = [np.linalg.qr(rng.normal(size=(width, width)))[0] for _ in range(2)]
        self._score = rng.normal(size=(width, size))

    def encode(self, source: Any, source_mask: Any) -> np.ndarray:
        """Reads the source.

        Args:
            source: `(B, S)` ids, int.
            source_mask: `(B, S)` bool, True = keep.

        Returns:
            The code `(B, D)`.
        """
        source, keep = np.asarray(source), np.asarray(source_mask)
        if self._fault == "reads pads":
            keep = np.ones(source.shape, bool)
        state = np.zeros((len(source), self._width))
        for t in range(source.shape[1]):
            new = np.tanh(self._read[source[:, t]] + state @ self._along[0])
            state = np.where(keep[:, t, None], new, state)
        return np.zeros_like(state) if self._fault == "is deaf" else state

    def decode(self, memory: np.ndarray, decoder_input: Any) -> np.ndarray:
        """Scores every next token of given targets (teacher forcing).

        Args:
            memory: `(B, D)`, the code.
            decoder_input: `(B, T)` ids, int, the begin token first.

        Returns:
            Logits `(B, T, V)`.
        """
        tokens = np.asarray(decoder_input)
        if self._fault == "sees the future":
            tokens = np.roll(tokens, -1, axis=1)
        state, logits = memory, []
        for t in range(tokens.shape[1]):
            state = self._advance(tokens[:, t], state)
            logits.append(state @ self._score)
        return np.stack(logits, axis=1)

    def start(self, memory: np.ndarray, max_steps: int) -> dict[str, np.ndarray]:
        """Returns the state before the first step.

        Args:
            memory: `(B, D)`, the code.
            max_steps: Steps that will be taken at most; the state needs no room for them.

        Returns:
            The state, a dict with the entry "cells" `(B, D)`.
        """
        return {"cells": memory}

    def step(self, tokens: Any, state: dict) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Takes one step.

        Args:
            tokens: `(B,)` ids of the last tokens, int.
            state: What `start` or the last `step` returned.

        Returns:
            Logits `(B, V)` of the next token, and the state after it.
        """
        after = self._advance(np.asarray(tokens), state["cells"])
        kept = state["cells"] if self._fault == "forgets its steps" else after
        return after @ self._score, {"cells": kept}

    def _advance(self, tokens: np.ndarray, state: np.ndarray) -> np.ndarray:
        return np.tanh(self._said[tokens] + state @ self._along[1])


_PADDING, _FUTURE, _STEP = "padding changes nothing", "future changes nothing", "step = sequence"

# What an examination finds of each: the laws it breaks, and whether another source moves a logit.
FAULTS: dict[str, tuple[frozenset[str], bool]] = {
    "is well": (frozenset(), True),
    "reads pads": (frozenset({_PADDING}), True),
    "sees the future": (frozenset({_FUTURE, _STEP}), True),
    "forgets its steps": (frozenset({_STEP}), True),
    "is deaf": (frozenset(), False),
}

# Who has which.
WARD = {
    "A": "forgets its steps",
    "B": "is well",
    "C": "sees the future",
    "D": "is deaf",
    "E": "reads pads",
}


def patients(size: int) -> dict[str, Patient]:
    """Returns the five patients of the ward, each with one of `FAULTS`, "is well" among them.

    Args:
        size: `V`, ids of source and target, the special ones included.
    """
    return {
        name: Patient(size, seed=n, fault=fault) for n, (name, fault) in enumerate(WARD.items())
    }
