"""Training with and without the allocator setting of `seqtut.runtime`, in processes of their own.

The two kinds of run take turns, so that a busy machine slows both alike. The work is a recurrent
encoder and decoder, the book's heaviest kind of model: LSTM of width 256, 20 steps, batches of 256.
"""

import os
import resource
import time
from functools import partial

from benchmarks import processes

WIDTH, STEPS, BATCH, FEATURES = 256, 20, 256, 64
WARM_UP, MEASURED = 5, 40
ROUNDS = 5


def run_once() -> dict:
    """Trains for a fixed number of steps and returns what that took."""
    from seqtut import runtime

    allocator = runtime.setup(seed=0)
    if not allocator.tuned and os.environ.get("SEQTUT_ALLOCATOR") != "off":
        raise SystemExit(f"There is nothing to compare. {allocator.message}.")
    import keras
    import tensorflow as tf

    model = keras.Sequential(
        [
            keras.Input((STEPS, FEATURES)),
            keras.layers.LSTM(WIDTH),
            keras.layers.RepeatVector(STEPS),
            keras.layers.LSTM(WIDTH, return_sequences=True),
            keras.layers.Dense(FEATURES),
        ]
    )
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    x = tf.random.normal((BATCH, STEPS, FEATURES))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x, training=True) - x))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    for _ in range(WARM_UP):
        step()
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for _ in range(MEASURED):
        loss = step()
    float(loss)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "examples_per_second": MEASURED * BATCH / seconds,
        "page_faults": after.ru_minflt - before.ru_minflt,
        "system_seconds": after.ru_stime - before.ru_stime,
        "multiply_gflops": processes.tensorflow_rate(),
    }


def measure() -> dict:
    """Runs both kinds in turn and returns medians with the smallest and largest value."""
    run = partial(processes.child, "benchmarks.allocator", "run")
    kinds = {kind: partial(run, SEQTUT_ALLOCATOR=kind) for kind in ("off", "on")}
    return processes.described(
        "benchmarks.allocator",
        ("tensorflow", "keras"),
        work=f"LSTM encoder and decoder, width {WIDTH}, {STEPS} steps, batch {BATCH}",
        rounds=ROUNDS,
        **processes.in_turn(ROUNDS, kinds),
    )


if __name__ == "__main__":
    processes.serve({"run": run_once}, measure)
