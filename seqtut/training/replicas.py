"""One training over several replicas: copies of the model that each take a part of the batch.

Replica is the word of `tf.distribute` for such a copy, be it on another device of this process
(`MirroredStrategy`) or in another process, on this machine or not (`MultiWorkerMirroredStrategy`).
Every process makes the whole batch, which is a function of seed and epoch, and its replicas take
their rows inside the compiled step. So nothing has to be sharded, and all processes compile for the
same shapes in the same order, without which their collective operations would wait for each
other for ever.

A worker's strategy must be made before TensorFlow's first operation. `runtime.setup` leaves room
for that in a process that has a `TF_CONFIG`.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf

_SUM = tf.distribute.ReduceOp.SUM


class Replicas:
    """The replicas of a training; without a strategy there is one, and nothing to be done.

    Args:
        strategy: A synchronous strategy of `tf.distribute`; None for the current one.
        model: The model that is trained, made inside the strategy's scope.

    Raises:
        ValueError: If the model was made outside of the strategy's scope.
    """

    def __init__(self, strategy: tf.distribute.Strategy | None, model: Any):
        self.strategy = tf.distribute.get_strategy() if strategy is None else strategy
        with self.strategy.scope():
            self.several = tf.distribute.has_strategy()
        inside = self.strategy.extended.variable_created_in_scope
        if self.several and not all(inside(variable.value) for variable in model.variables):
            raise ValueError(
                "Replicas are copies of a model that was made for them. Received: a model made "
                "outside of the strategy's scope. Make it in `with strategy.scope():`."
            )
        self._seeds = [v for v in model.variables if v.name == "seed_generator_state"]

    @property
    def chief(self) -> bool:
        """Whether this process is the one that writes."""
        return bool(self.strategy.extended.should_checkpoint)

    def build(self, optimizer: Any, variables: list[Any]) -> None:
        """Builds an optimizer for gradients that are summed over the replicas already.

        Keras would sum them after clipping each replica's own; here the sum itself is clipped.
        """
        optimizer.build(variables)
        if self.several:
            optimizer._all_reduce_sum_gradients = lambda pairs: pairs

    def run(self, body: Callable, batch: tuple) -> tuple:
        """Calls the body of a compiled step on every replica.

        Args:
            body: From the whole batch to a nest of tensors that all replicas agree on.
            batch: The batch, tensors with the examples as leading axis.

        Returns:
            What a replica of this process returned.
        """
        if not self.several:
            return body(batch)
        first = self.strategy.experimental_local_results
        return tf.nest.map_structure(
            lambda found: first(found)[0], self.strategy.run(body, args=(batch,))
        )

    def share(self, loss: Callable) -> Callable:
        """Returns a loss that sums and counts only what is in a replica's own rows.

        In training, dropout draws other numbers on each replica.
        """
        if not self.several:
            return loss

        def own(model: Any, batch: tuple, training: bool) -> tuple:
            here = tf.distribute.get_replica_context()
            place, places = here.replica_id_in_sync_group, here.num_replicas_in_sync
            rows = tf.shape(batch[0])[0]
            start, stop = rows * place // places, rows * (place + 1) // places
            # With fewer rows than replicas, some compute one that is another's and not counted.
            part = tuple(array[start : tf.maximum(stop, start + 1)] for array in batch)
            with self._other_seeds(place) if training else contextlib.nullcontext():
                total, count = loss(model, part, training)
            counted = tf.cast(stop > start, total.dtype)
            return total * counted, count * tf.cast(counted, count.dtype)

        return own

    @contextlib.contextmanager
    def _other_seeds(self, place: Any) -> Iterator[None]:
        # A seed is a pair of a name and a counter. At rest, they are the same on all replicas.
        for sign in (1, -1):
            for seed in self._seeds:
                shift = tf.stack([tf.cast(place, seed.dtype) * sign * 1_000_000_007, 0])
                seed.assign(seed.value + shift)
            if sign == 1:
                yield

    def summed(self, values: Any) -> Any:
        """Returns a nest of tensors, or None where there is none, summed over the replicas."""
        if not self.several:
            return values
        given = [value for value in tf.nest.flatten(values) if value is not None]
        found = iter(tf.distribute.get_replica_context().all_reduce(_SUM, given))
        return tf.nest.map_structure(lambda v: None if v is None else next(found), values)

    def agreed(self, numbers: dict[str, float]) -> dict[str, float]:
        """Returns the numbers of the first replica's process, the chief, to all processes."""
        if not self.several:
            return numbers
        found, _ = self._compare(tf.constant(list(numbers.values()), tf.float64))
        return dict(zip(numbers, found.numpy().tolist(), strict=True))

    def refuse_apart(self, number: int) -> None:
        """Refuses, in all processes, to go on with workers that start from different points.

        Args:
            number: Stands for all that they must have in common, below 2**53.

        Raises:
            ValueError: If the number is not the same in all processes.
        """
        if self.several and self._compare(tf.constant(number, tf.float64))[1] > 0:
            raise ValueError(
                "The workers must start alike. Received: settings, data or finished epochs in one "
                "that are not the chief's. Give all of them the same arguments, and a checkpoint "
                "that each of them can read."
            )

    @tf.function(autograph=False)
    def _compare(self, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the first replica's numbers, and on how many replicas others were given."""

        def body(given: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            place = tf.distribute.get_replica_context().replica_id_in_sync_group
            first = self.summed(tf.where(place == 0, given, tf.zeros_like(given)))
            return first, self.summed(tf.cast(tf.reduce_any(given != first), tf.float64))

        return self.run(body, numbers)
