"""Training with and without the allocator setting of `seqtut.runtime`, in processes of their own.

The two kinds of run take turns, so that a busy machine slows both alike. The work is a recurrent
encoder and decoder, the book's heaviest kind of model: LSTM of width 256, 20 steps, batches of 256.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

WIDTH, STEPS, BATCH, FEATURES = 256, 20, 256, 64
WARM_UP, MEASURED = 5, 40
ROUNDS = 5


def multiply_rate() -> float:
    """Returns the best float32 2048^3 matrix multiply of this process, in GFLOP/s."""
    import tensorflow as tf

    a = tf.random.normal((2048, 2048))
    best = float("inf")
    for _ in range(8):
        start = time.perf_counter()
        tf.matmul(a, a).numpy()
        best = min(best, time.perf_counter() - start)
    return 2 * 2048**3 / best / 1e9


def run_once() -> dict:
    """Trains for a fixed number of steps and returns what that took."""
    from seqtut import runtime

    tuned = runtime.setup(seed=0).tuned
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
        "tuned": tuned,
        "examples_per_second": MEASURED * BATCH / seconds,
        "page_faults": after.ru_minflt - before.ru_minflt,
        "system_seconds": after.ru_stime - before.ru_stime,
        "multiply_gflops": multiply_rate(),
    }


def measure() -> dict:
    """Runs both kinds in turn and returns medians with the smallest and largest value."""
    runs: dict[str, list[dict]] = {"off": [], "on": []}
    for _ in range(ROUNDS):
        for setting, results in runs.items():
            child = subprocess.run(
                [sys.executable, "-m", "benchmarks.allocator", "--child"],
                env={**os.environ, "SEQTUT_ALLOCATOR": setting},
                capture_output=True,
                text=True,
                check=True,
            )
            results.append(json.loads(child.stdout.splitlines()[-1]))
    if not all(result["tuned"] for result in runs["on"]):
        raise SystemExit("The allocator was not set, so there is nothing to compare.")
    return {
        "command": "python -m benchmarks.allocator",
        "work": f"LSTM encoder and decoder, width {WIDTH}, {STEPS} steps, batch {BATCH}",
        "rounds": ROUNDS,
        **{
            setting: {
                name: [f(r[name] for r in results) for f in (statistics.median, min, max)]
                for name in results[0]
                if name != "tuned"
            }
            for setting, results in runs.items()
        },
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", action="store_true", help="one run, as JSON")
    if parser.parse_args().child:
        print(json.dumps(run_once()))
    else:
        print(json.dumps(measure(), indent=1))
