"""The loop of an LSTM over the steps, and the one back for its gradients."""

import tensorflow as tf

from seqtut.layers import gates


class Sweep:
    """One sweep of an LSTM over sequences, time first.

    Args:
        places: `(T, B)` int32: which row each step reads; None if steps read rows of their own.
        kept: `(T, B, 1)` bool, True = keep; None keeps all.
        back: 1 to read from the last step to the first, else 0.
    """

    def __init__(self, places: tf.Tensor | None, kept: tf.Tensor | None, back: int):
        self.places, self.kept, self.back = places, kept, back

    def through(self, given: tf.Tensor, kernel: tf.Tensor, h: tf.Tensor, c: tf.Tensor) -> tuple:
        """Returns the states `(T, B, D)` and the last `h` and `c`.

        Args:
            given: `(T, B, 4 * D)` what the gates are given of the inputs; or `(V, 4 * D)`, if
                there are places.
            kernel: `(D, 4 * D)` how the state enters the gates.
            h: `(B, D)` the state before the first step.
            c: `(B, D)` the cell state before it.
        """
        states = [_record(h, self._steps(given), h.shape[-1])]
        h, c, states = self._forwards(given, kernel, h, c, gates.forwards, states, between=False)
        states = states.stack()
        return tf.reverse(states, [0]) if self.back else states, h, c

    def with_gradients(
        self, given: tf.Tensor, kernel: tf.Tensor, h: tf.Tensor, c: tf.Tensor
    ) -> tuple:
        """Returns what `through` returns, and takes each gradient in one product over all steps.

        Args:
            given: As of `through`.
            kernel: As of `through`.
            h: As of `through`.
            c: As of `through`.
        """

        @tf.custom_gradient
        def run(given: tf.Tensor, kernel: tf.Tensor, h: tf.Tensor, c: tf.Tensor) -> tuple:
            forwards, backwards = gates.for_training(h)
            steps, width = self._steps(given), h.shape[-1]
            # States stand between the steps: before step t at t, after it at t + 1; or vice versa.
            begin = steps if self.back else 0
            records = [_record(h, steps + 1, width).write(begin, first) for first in (h, c)]
            records.append(_record(h, steps, 4 * width))
            h, c, states, *records = self._forwards(given, kernel, h, c, forwards, records)
            states = states.stack()

            def gradients(d_states: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor) -> tuple:
                kept = *records, backwards
                d_gates, d_h, d_c = self._backwards(kernel, *kept, d_states, d_h, d_c)
                flat = d_gates.concat()
                before = tf.reshape(self._before(states), [-1, kernel.shape[0]])
                d_kernel = tf.matmul(before, flat, transpose_a=True)
                return self._given_gradient(given, flat), d_kernel, d_h, d_c

            return (self._after(states), h, c), gradients

        return run(given, kernel, h, c)

    def _forwards(self, given, kernel, h, c, forwards, records, between=True) -> tuple:
        """Returns the last `h` and `c`, and the records of `h`, `c` and the gates, or the first.

        If states do not stand between the steps, they stand in the order in which they were
        computed, as those must who make an ONNX graph of this.
        """
        steps = self._steps(given)
        apart = gates.apart(kernel)
        rows = given if self.places is None else gates.apart(given)

        def advance(i: tf.Tensor, h: tf.Tensor, c: tf.Tensor, *kept: tf.TensorArray) -> tuple:
            t = steps - 1 - i if self.back else i
            # Looked up here, since XLA takes the nearest row for an id that there is no row for.
            read = (
                gates.apart(rows[t])
                if self.places is None
                else tf.gather(rows, self.places[t], axis=1)
            )
            h, c, activations = forwards(read, tf.matmul(h[None], apart), h, c, _at(self.kept, t))
            after = t + 1 - self.back if between else i
            now = zip(kept, (after, after, t), (h, c, activations), strict=False)
            return i + 1, h, c, *(record.write(place, value) for record, place, value in now)

        return tf.while_loop(lambda i, *_: i < steps, advance, (0, h, c, *records))[1:]

    def _backwards(self, kernel, cs, activations, backwards, d_states, d_h, d_c) -> tuple:
        """Returns the record of the pre-activations' gradients, and those of the first states."""
        steps, transposed = tf.shape(d_states)[0], tf.transpose(kernel)

        def retreat(i: tf.Tensor, d_h: tf.Tensor, d_c: tf.Tensor, kept: tf.TensorArray) -> tuple:
            t = i if self.back else steps - 1 - i
            cells = cs.read(t + 1 - self.back), cs.read(t + self.back)
            given = activations.read(t), *cells, d_states[t], d_h, d_c
            d, d_h, d_c = backwards(*given, _at(self.kept, t))
            return i + 1, d_h + tf.matmul(d, transposed), d_c, kept.write(t, d)

        kept = _record(d_h, steps, kernel.shape[1])
        _, d_h, d_c, kept = tf.while_loop(lambda i, *_: i < steps, retreat, (0, d_h, d_c, kept))
        return kept, d_h, d_c

    def _given_gradient(self, given: tf.Tensor, flat: tf.Tensor) -> tf.Tensor:
        if self.places is None:
            return tf.reshape(flat, tf.shape(given))
        read = tf.one_hot(tf.reshape(self.places, [-1]), tf.shape(given)[0], dtype=flat.dtype)
        return tf.matmul(read, flat, transpose_a=True)

    def _steps(self, given: tf.Tensor) -> tf.Tensor:
        return tf.shape(given if self.places is None else self.places)[0]

    def _before(self, states: tf.Tensor) -> tf.Tensor:
        return states[1:] if self.back else states[:-1]

    def _after(self, states: tf.Tensor) -> tf.Tensor:
        return states[:-1] if self.back else states[1:]


def _at(sequence: tf.Tensor | None, t: tf.Tensor) -> tf.Tensor | None:
    return None if sequence is None else sequence[t]


def _record(h: tf.Tensor, size: tf.Tensor, values: int) -> tf.TensorArray:
    shape = (h.shape[0], values)
    return tf.TensorArray(h.dtype, size, clear_after_read=False, element_shape=shape)
