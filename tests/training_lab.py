"""Trainings in processes of their own, for the tests: `python training_lab.py scenario folder`.

TensorFlow is imported once, and no operation is run in this process: it forks a child for each
training, since importing takes longer than these trainings do.
"""

import io
import json
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file

from seqtut import runtime, training
from seqtut.models import Autoencoder
from seqtut.training import checkpoints
from seqtut.training.replicas import Replicas


def fork(body, *arguments):
    """Returns the id of a child that runs a function and exits, with 1 if it raised."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        try:
            body(*arguments)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        sys.stdout.flush()
        os._exit(0)
    return child


def ended(child):
    """Waits for a child; returns its exit code, or the signal that ended it, negative."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def ended_in_time(child, seconds):
    """Waits for a child so long, then kills it; returns as `ended` does."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    return ended(child)


def write(folder, name, **facts):
    (folder / f"{name}.json").write_text(json.dumps(facts))


def epochs_done(checkpoint):
    return len(training.load_checkpoint(checkpoint)[1]["history"]["train"])


# Kills

KILLS, EPOCHS = 20, 300
X = np.random.default_rng(0).normal(size=(40, 12)).astype("float32")


class Announced(training.ArrayBatches):
    """Batches that write to a pipe when the first epoch of the process begins."""

    pipe = None

    def epoch(self, number):
        if self.pipe is not None:
            os.write(self.pipe, b"!")
            self.pipe = None
        return super().epoch(number)


def train_to_the_end(path, pipe=None):
    keras.utils.set_random_seed(0)
    model = Autoencoder(12, 3, (16,), output_activation=None)
    train = Announced(X[:30], size=16, seed=0)
    train.pipe = pipe
    training.fit(
        model,
        train,
        training.ArrayBatches(X[30:], size=10),
        training.reconstruction_loss,
        epochs=EPOCHS,
        average=0.9,
        checkpoint=path,
    )
    training.save_weights(path.with_suffix(".final"), model)


def dies_while_writing(place):
    """Arranges that this process is killed after so many bytes of its checkpoints.

    The moments just before and after a file is put into its place are places too.
    """
    left = place
    replace = os.replace

    def spend(amount):
        nonlocal left
        if left < amount:
            return True
        left -= amount
        return False

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    class Dying(io.FileIO):
        def write(self, data):
            rest = left
            if spend(len(data)):
                super().write(data[:rest])
                die()
            return super().write(data)

    def replaced(*arguments):
        if spend(1000):
            die()
        replace(*arguments)
        if spend(1000):
            die()

    checkpoints.open = Dying
    os.replace = replaced


def kills(folder):
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    whole, cut = folder / "whole.c", folder / "cut.c"
    assert ended(fork(train_to_the_end, whole)) == 0
    size = whole.stat().st_size
    statuses = []
    for kill in range(KILLS):
        seconds, place = float(rng.uniform(0, 0.04)), int(rng.integers(3 * size))
        announced, pipe = os.pipe()

        def doomed(pipe=pipe, place=place if kill % 2 else None):
            if place is not None:
                dies_while_writing(place)
            train_to_the_end(cut, pipe)

        child = fork(doomed)
        os.close(pipe)
        os.read(announced, 1)
        os.close(announced)
        if kill % 2 == 0:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
        statuses.append(ended(child))
        moment = f"byte {place} of its checkpoints" if kill % 2 else f"{seconds:.4f} s"
        reached = (
            len(checkpoints.load_checkpoint(cut)[1]["history"]["train"]) if cut.exists() else 0
        )
        left = [p.stat().st_size for p in folder.glob("*.part")]
        print(f"kill {kill} at {moment}: status {statuses[-1]}, epoch {reached}, parts {left}")
    unfinished = not cut.with_suffix(".final").exists()
    assert ended(fork(train_to_the_end, cut)) == 0
    one, other = (load_file(path.with_suffix(".final")) for path in (whole, cut))
    write(
        folder,
        "found",
        statuses=statuses,
        unfinished=unfinished,
        differing=sum(int(np.sum(one[name] != other[name])) for name in one),
        files=sorted(path.name for path in folder.iterdir()),
    )


# Replicas

LENGTHS = np.repeat([1, 2, 5, 6], [3, 2, 2, 2])  # the rows of a batch are short, then long
TOKENS = np.random.default_rng(0).integers(4, 9, size=(9, 6)).astype("int32")
MASK = np.arange(6) < LENGTHS[:, None]
TOKENS *= MASK
DATA = (TOKENS, MASK, np.roll(TOKENS, 1, axis=1), TOKENS, MASK)
SETTINGS = {
    "sgd": {"optimizer": keras.optimizers.SGD, "learning_rate": 0.3},
    "clipped": {
        "optimizer": keras.optimizers.SGD,
        "learning_rate": 0.5,
        "clip_norm": 0.3,
        "average": 0.9,
    },
    "adam": {"learning_rate": 1e-2, "clip_norm": 0.3},
}


def next_word():
    """The smallest model that is called as a sequence model is; it sees the last token alone."""
    types = {"source": "int32", "mask": "bool", "last": "int32"}
    inputs = [keras.Input((None,), dtype=dtype, name=name) for name, dtype in types.items()]
    seen = keras.layers.Embedding(9, 8, name="seen")(inputs[2])
    hidden = keras.layers.Dense(16, "tanh", name="hidden")(seen)
    return keras.Model(inputs, keras.layers.Dense(9, name="logits")(hidden), name="next_word")


def train_words(settings, strategy=None, epochs=4, scope=True, **others):
    """Trains on 9 rows in batches of 4, 4 and 1, so that two replicas share a single row too."""
    with strategy.scope() if strategy and scope else tf.distribute.get_strategy().scope():
        keras.utils.set_random_seed(0)
        model = next_word()
    batches = training.ArrayBatches(*DATA, size=4)
    settings = {**SETTINGS[settings], **others}
    loss = training.token_loss(0.1)
    history = training.fit(
        model, batches, batches, loss, epochs=epochs, strategy=strategy, **settings
    )
    weights = [w.tolist() for w in model.get_weights()]
    after = training.evaluate(model, batches, loss)
    return {"weights": weights, "history": vars(history), "after": after}


def one_device(folder):
    runtime.setup(0)
    for name in SETTINGS:
        write(folder, f"one-{name}", **train_words(name))


def two_devices(folder):
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    runtime.setup(0)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    for name in SETTINGS:
        write(folder, f"two-{name}", **train_words(name, strategy))
    with strategy.scope():  # the current strategy is taken
        write(folder, "two-current", **train_words("sgd"))
    try:
        train_words("sgd", strategy, scope=False)
    except ValueError as error:
        write(folder, "outside", error=str(error))
    write(folder, "dropout", **dropped(strategy))


def dropped(strategy):
    """What two replicas drop of two equal rows, and their seeds afterwards."""
    with strategy.scope():
        model = keras.Sequential([keras.layers.Input((50,)), keras.layers.Dropout(0.5)])
    weights = tf.range(50.0)
    replicas = Replicas(strategy, model)
    loss = replicas.share(
        lambda model, batch, training: (
            tf.reduce_sum(model(batch[0], training=training) * weights),
            tf.constant(1.0),
        )
    )
    ones = tf.ones((2, 50))

    @tf.function
    def drawn(training):
        return strategy.run(lambda: loss(model, (ones,), training)[0])

    def local(found):
        return [np.asarray(value).tolist() for value in strategy.experimental_local_results(found)]

    before, trained, measured = local(model.variables[0].value), drawn(True), drawn(False)
    return {
        "trained": local(trained),
        "measured": local(measured),
        "seeds": [before, local(model.variables[0].value)],
    }


def worker(folder, index, ports, life):
    addresses = [f"127.0.0.1:{port}" for port in ports]
    task = {"type": "worker", "index": index}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": addresses}, "task": task})
    runtime.setup(index)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    written, save = [], training.state.save_checkpoint

    def noted(path, *arguments):
        written.append(str(path))
        save(path, *arguments)

    training.state.save_checkpoint = noted

    def score(model):
        time.sleep(0.2 if life == 1 else 0)  # time to be killed in
        return float(index) - len(written)

    common = {"score": score, "checkpoint": folder / "shared"}
    found = train_words("clipped", strategy, **common)
    apart = {}
    for name, settings in {
        "rate": {"learning_rate": 0.1 + index},
        "epochs": {**common, "checkpoint": folder / ("shared" if index else "own"), "epochs": 5},
    }.items():
        try:
            train_words("clipped", strategy, **settings)
        except ValueError as error:
            apart[name] = str(error)
    write(folder, f"worker-{index}", written=len(written), apart=apart, **found)
    # Who leaves first takes the connection away on which the other may still be hearing of it.
    while not (folder / f"worker-{1 - index}.json").exists():
        time.sleep(0.01)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def replicas(folder):
    for body in (one_device, two_devices):
        assert ended(fork(body, folder)) == 0
    ports = free_ports(2)
    killed = [fork(worker, folder, index, ports, 1) for index in range(2)]
    while not (folder / "shared").exists():
        assert not any(os.waitpid(child, os.WNOHANG)[0] for child in killed)
        time.sleep(0.01)
    os.kill(killed[1], signal.SIGKILL)  # the chief is left alone, in the middle of an epoch
    write(folder, "killed", statuses=[ended_in_time(killed[0], 120), ended(killed[1])])
    reached = epochs_done(folder / "shared")
    ports = free_ports(2)
    children = [fork(worker, folder, index, ports, 2) for index in range(2)]
    statuses = [ended_in_time(child, 300) for child in children]
    write(folder, "resumed", reached=reached, statuses=statuses)


if __name__ == "__main__":
    {"kills": kills, "replicas": replicas}[sys.argv[1]](Path(sys.argv[2]))
