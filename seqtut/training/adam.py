"""Adam, with the update of a weight in one operation."""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="seqtut")
class Adam(keras.optimizers.Adam):
    """Keras's Adam, faster where models are small.

    Keras writes the update of a weight as a dozen operations, which in a small model are a third
    of a step. TensorFlow has all of them in one; formula, moments and settings stay Keras's. With
    several replicas, and with `amsgrad`, Keras's own operations run.

    Source: Kingma and Ba (2015), with the step size and epsilon as just before their section 2.1.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates one weight and its two moments in place.

        Args:
            gradient: Of the loss by the weight, of its shape.
            variable: The weight.
            learning_rate: The step size at this step.
        """
        if self.amsgrad or self._distribution_strategy.num_replicas_in_sync > 1:
            super().update_step(gradient, variable, learning_rate)
            return
        index, dtype = self._get_variable_index(variable), variable.dtype
        weight, first, second = (
            slot.value if isinstance(slot, keras.Variable) else slot
            for slot in (variable, self._momentums[index], self._velocities[index])
        )
        step = tf.cast(self.iterations + 1, dtype)
        decays = [tf.constant(beta, dtype) for beta in (self.beta_1, self.beta_2)]
        tf.raw_ops.ResourceApplyAdam(
            var=weight.handle,
            m=first.handle,
            v=second.handle,
            beta1_power=decays[0] ** step,
            beta2_power=decays[1] ** step,
            lr=tf.cast(learning_rate, dtype),
            beta1=decays[0],
            beta2=decays[1],
            epsilon=tf.constant(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )
