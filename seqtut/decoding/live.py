"""Which prefixes of a beam are live, so that the step is called for them, and their states.

Words of like length end at different steps: what has stopped is not computed any more.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import tensorflow as tf

from seqtut.decoding import common
from seqtut.decoding.settings import IMPOSSIBLE


class Live(NamedTuple):
    """The prefixes that go on: `places` of each of the examples `rows`, `(N,)` int32, ascending."""

    rows: tf.Tensor
    places: tf.Tensor

    def pick(self, x: tf.Tensor) -> tf.Tensor:
        """Returns what of `(B, W)`, said of a whole beam, is said of these, `(N * places,)`."""
        return tf.reshape(tf.gather(x, self.rows)[:, : self.places], [-1])

    def scatter(self, x: tf.Tensor, rows: tf.Tensor, width: int) -> tf.Tensor:
        """Returns what is said of these as said of a whole beam, with zeros elsewhere.

        Args:
            x: `(N * places, V)`.
            rows: `B`, a scalar.
            width: `W`, places of a beam.

        Returns:
            `(B, W, V)`.
        """
        size = tf.shape(x)[-1]
        x = tf.reshape(x, [tf.shape(self.rows)[0], self.places, size])
        x = tf.pad(x, [[0, 0], [0, width - self.places], [0, 0]])
        return tf.scatter_nd(self.rows[:, None], x, [rows, width, size])

    def follow(
        self,
        scores: tf.Tensor,
        parents: tf.Tensor,
        before: Any,
        after: Any,
        shared: Iterable[str],
    ) -> tuple["Live", Any]:
        """Returns the prefixes that go on from a step, and their states.

        What the step handed through is alike in all places of an example, and moves only when an
        example stops.

        Args:
            scores: `(B, W)`, minus infinity where nothing goes on.
            parents: `(B, W)` the places of the prefixes that they extend.
            before: The state that the step was given.
            after: The state that it returned.
            shared: Names of what has one row an example.

        Raises:
            ValueError: If the step changed what is shared.
        """
        count, width = tf.shape(self.rows)[0], scores.shape[1]
        alive = tf.reduce_any(tf.gather(scores, self.rows) > IMPOSSIBLE, axis=1)
        stay = tf.cast(tf.where(alive)[:, 0], tf.int32)  # by place among those of now
        rows = tf.gather(self.rows, stay)
        # At first there is one place, and what has no prefix there may name another as its parent.
        parents = tf.minimum(tf.gather(parents, rows), self.places - 1)
        flat = tf.reshape(stay[:, None] * self.places + parents, [-1])
        fewer = tf.shape(stay)[0] < count
        moves = fewer | (self.places < width)
        in_common = {id(leaf) for leaf in _under(before, set(shared))}

        def moved(old: tf.Tensor, new: tf.Tensor) -> tf.Tensor:
            if id(old) in in_common:
                if new is not old:
                    raise ValueError(
                        "What prefixes share must be passed on as it is. Received: a step that "
                        f"returns another {old.dtype.name} {old.shape} for it. Share less, or let "
                        "the step return the same tensor."
                    )
                return tf.cond(fewer, lambda: tf.gather(old, stay), lambda: old)
            if new is old:
                return tf.cond(moves, lambda: tf.gather(old, flat), lambda: old)
            return tf.gather(new, flat)

        state = tf.nest.map_structure(moved, before, after)
        return Live(rows, tf.constant(width)), state


def start(state: Any) -> tuple[Live, Any]:
    """Returns what is live in the first step, one prefix an example, and its state.

    Args:
        state: A prepared state of `B` rows.

    Returns:
        What is live, and the state with a leading axis that may change from step to step.
    """
    rows = tf.range(common.batch_size(state))

    def freed(x: tf.Tensor) -> tf.Tensor:
        return tf.raw_ops.PlaceholderWithDefault(input=x, shape=[None, *x.shape[1:]])

    return Live(freed(rows), tf.constant(1)), tf.nest.map_structure(freed, state)


def _under(state: Any, names: set[str]) -> Iterator[tf.Tensor]:
    """Yields the tensors of a state that stand under one of some names, however deep."""
    if isinstance(state, Mapping):
        for name, part in state.items():
            yield from tf.nest.flatten(part) if name in names else _under(part, names)
    elif isinstance(state, list | tuple):
        for part in state:
            yield from _under(part, names)
