"""The animal that most mistakes are shown on: an encoder-decoder in NumPy that keeps every law."""

from typing import Any

import numpy as np

SOURCE_SIZE, TARGET_SIZE, WIDTH = 9, 7, 8
BEGIN = 1

# Sources of 5, 2 and 3 tokens in one batch, and what the decoder is fed.
MASK = np.arange(5) < np.array([[5], [2], [3]])
SOURCE = np.where(MASK, [[4, 5, 6, 7, 8], [8, 4, 0, 0, 0], [6, 8, 5, 0, 0]], 0)
INPUTS = np.array([[1, 4, 2, 6], [1, 3, 5, 2], [1, 6, 6, 3]])
BATCH = (SOURCE, MASK, INPUTS)


def softmax(x: np.ndarray) -> np.ndarray:
    """Returns the softmax over the last axis of `x`."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Small:
    """A recurrent encoder, a recurrent decoder, and dot attention, with random weights."""

    def __init__(self):
        rng = np.random.default_rng(1)
        self.letters = rng.normal(size=(SOURCE_SIZE, WIDTH))
        self.sounds = rng.normal(size=(TARGET_SIZE, WIDTH))
        self.read, self.write = rng.normal(size=(2, WIDTH, WIDTH)) / 2
        self.out = rng.normal(size=(2 * WIDTH, TARGET_SIZE))

    def encode(self, source: Any, mask: Any) -> dict:
        """Reads the source; a pad leaves the state as it was.

        Args:
            source: `(B, S)` ids.
            mask: `(B, S)` bool, True = keep.

        Returns:
            The memory: "final" `(B, D)`, "states" `(B, S, D)` and "mask" `(B, S)`.
        """
        h, states = np.zeros((len(source), WIDTH)), []
        for x, kept in zip(self.letters[source].swapaxes(0, 1), mask.T, strict=True):
            h = np.where(kept[:, None], np.tanh(x + h @ self.read), h)
            states.append(h)
        return {"final": h, "states": np.stack(states, axis=1), "mask": mask}

    def visible(self, memory: dict, places: Any) -> np.ndarray:
        """Returns which source steps may be attended to from target steps.

        Args:
            memory: What `encode` returned.
            places: `(T,)` the numbers of the target steps, from 0.

        Returns:
            `(B, T, S)` bool, True = may.
        """
        return np.repeat(memory["mask"][:, None], len(places), axis=1)

    def look(self, h: np.ndarray, memory: dict, places: Any) -> tuple[np.ndarray, np.ndarray]:
        """Attends, and scores the next token.

        Args:
            h: `(B, T, D)` states of the decoder.
            memory: What `encode` returned.
            places: `(T,)` the numbers of these steps, from 0.

        Returns:
            Logits `(B, T, V)` and the attention's weights `(B, T, S)`.
        """
        scores = h @ memory["states"].swapaxes(1, 2)
        weights = softmax(np.where(self.visible(memory, places), scores, -1e9))
        return np.concatenate([h, weights @ memory["states"]], axis=-1) @ self.out, weights

    def decode(self, memory: dict, decoder_input: Any) -> np.ndarray:
        """Scores all next tokens of given targets.

        Args:
            memory: What `encode` returned.
            decoder_input: `(B, T)` ids, the begin token first.

        Returns:
            Logits `(B, T, V)`.
        """
        h, states = memory["final"], []
        for y in self.sounds[decoder_input].swapaxes(0, 1):
            h = np.tanh(y + h @ self.write)
            states.append(h)
        return self.look(np.stack(states, axis=1), memory, np.arange(len(states)))[0]

    def start(self, memory: dict, max_steps: int) -> dict:
        """Returns the state before the first step.

        Args:
            memory: What `encode` returned.
            max_steps: Steps that will be taken at most; none needs room here.
        """
        return {"h": memory["final"], "place": 0, "memory": memory}

    def step(self, tokens: Any, state: dict) -> tuple[np.ndarray, dict]:
        """Takes one step.

        Args:
            tokens: `(B,)` ids of the tokens put out last.
            state: What `start` or the last `step` returned.

        Returns:
            Logits `(B, V)`, and the state after it, with the attention `(B, S)`.
        """
        h = np.tanh(self.sounds[tokens] + state["h"] @ self.write)
        logits, weights = self.look(h[:, None], state["memory"], [state["place"]])
        after = {**state, "h": h, "place": state["place"] + 1, "attention": weights[:, 0]}
        return logits[:, 0], after


def attention_on_pads(model: Any) -> float:
    """Returns the mean share of the first step's attention that rows with pads spend on them."""
    state = model.start(model.encode(SOURCE, MASK), 1)
    weights = model.step(INPUTS[:, 0], state)[1]["attention"]
    return float(np.sum(weights * ~MASK, axis=1)[~MASK.all(axis=1)].mean())


def moved_by_pads(model: Any) -> float:
    """Returns by how much three pads behind the sources move a probability at most."""
    pads = np.zeros((len(SOURCE), 3), SOURCE.dtype)
    longer = np.concatenate([SOURCE, pads], axis=1), np.concatenate([MASK, pads > 0], axis=1)
    few, many = (
        softmax(np.asarray(model.decode(model.encode(*given), INPUTS), np.float64))
        for given in ((SOURCE, MASK), longer)
    )
    return float(np.abs(few - many).max())
