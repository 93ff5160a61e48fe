"""Training speed in real tokens a second: `training.fit`, and PyTorch in three ways.

One model (LSTM of width 256 that reads, another that writes, dot attention), one optimizer (Adam),
the same words, two threads. The rivals' batches are made before the clock starts, ours while it
runs.
"""

import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import processes, work
from benchmarks.processes import THREADS, child
from seqtut import runtime
from seqtut.text import BucketedBatches, pad, shift_target

ROUNDS = 3
WARM_UP, MEASURED = 12, 60
RIVAL_WARM_UP, RIVAL_MEASURED = 2, 8
RIVALS = ("steps_to_longest", "steps_to_batch", "fused_to_longest", "fused_bucketed")


def ours() -> dict:
    """Trains with `fit` and returns how fast it was, the making of the batches included."""
    runtime.setup(seed=0, threads=THREADS)
    from seqtut import training

    pairs, *sizes = work.pairs()
    model = work.model(*sizes)
    timed = work.Timed(pairs, WARM_UP, MEASURED)
    few = BucketedBatches(pairs[: work.BATCH], size=work.BATCH)
    training.fit(model, timed, few, training.token_loss(), epochs=1, progress=False)
    peak = runtime.peak_memory()
    return {
        **_speed(timed.source_tokens, timed.target_tokens, timed.seconds),
        **_share(model, timed, processes.tensorflow_rate()),
        "peak_gb": peak,
    }


def _speed(source: int, target: int, seconds: float) -> dict:
    return {"tokens_per_second": (source + target) / seconds, "seconds": seconds}


def _share(model, timed: work.Timed, rate: float) -> dict:
    """Returns the multiply rate, and which share of it the training's products would have.

    Each weight is multiplied by each token once on the way forward and twice on the way back.
    "done" is the share without those that are looked up instead, and without the few products by
    which their gradients are added up.
    """

    def share(source: int, target: int) -> float:
        products = 3 * 2 * (source * timed.source_tokens + target * timed.target_tokens)
        return products / timed.seconds / 1e9 / rate

    weights, spared = work.matrix_weights(model), work.looked_up_weights(model)
    done = share(*(count - spared for count in weights))
    return {"multiply_gflops": rate, "share": share(*weights), "done": done}


def reference(place: str) -> dict:
    """Saves our weights, a batch, its loss and the gradients, which the rivals must agree with."""
    runtime.setup(seed=0, threads=THREADS)
    import tensorflow as tf

    from benchmarks.torch_model import for_torch
    from seqtut import training

    pairs, *sizes = work.pairs()
    # The tutorials' encoder reads the pads too and ours does not: sources of one length have none.
    alike = [pair for pair in pairs if len(pair[0]) == 8][: work.BATCH]
    [batch] = BucketedBatches(alike, size=work.BATCH).epoch(0)
    model = work.model(*sizes)
    for variable in model.trainable_variables:
        # Fresh weights are so small that a wrong formula would hardly show: tanh(x) is x for them.
        variable.assign(4 * variable + tf.random.normal(variable.shape, stddev=0.05))
    with tf.GradientTape() as tape:
        total, count = training.token_loss()(model, tuple(map(tf.constant, batch)), True)
        loss = total / count
    gradients = map(tf.convert_to_tensor, tape.gradient(loss, model.trainable_variables))
    np.savez(
        Path(place),
        loss=loss,
        **{f"batch/{part}": array for part, array in enumerate(batch)},
        **{f"weights/{name}": value for name, value in for_torch(model).items()},
        **{f"gradients/{name}": value for name, value in for_torch(model, list(gradients)).items()},
    )
    return {"loss": float(loss)}


def rival(kind: str, place: str) -> dict:
    """Checks that a rival computes what ours does, then times it."""
    import torch

    from benchmarks import torch_model

    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    saved = np.load(place)
    forward = "step_by_step" if kind.startswith("steps") else "at_once"
    model = _checked(torch_model, saved, forward)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    batches = [tuple(map(torch.tensor, batch)) for batch in _batches(kind)]
    for batch in batches[:RIVAL_WARM_UP]:
        _step(torch_model, model, optimizer, forward, batch)
    start = time.perf_counter()
    for batch in batches[RIVAL_WARM_UP:]:
        _step(torch_model, model, optimizer, forward, batch)
    seconds = time.perf_counter() - start
    peak = runtime.peak_memory()
    source, target = (
        sum(int(batch[part].sum()) for batch in batches[RIVAL_WARM_UP:]) for part in (1, 4)
    )
    return {
        **_speed(source, target, seconds),
        "multiply_gflops": processes.torch_rate(),
        "peak_gb": peak,
    }


def _batches(kind: str) -> list[tuple]:
    """Returns random batches, padded to the longest of the data or of the batch."""
    pairs, *_ = work.pairs()
    count = RIVAL_WARM_UP + RIVAL_MEASURED
    if kind == "fused_bucketed":
        epoch = BucketedBatches(pairs, seed=0, **work.buckets()).epoch(0)
        return [next(epoch) for _ in range(count)]
    steps = (None, None)
    if kind.endswith("longest"):
        steps = (max(len(s) for s, _ in pairs), max(len(t) for _, t in pairs) + 1)
    return [
        _padded(pairs[index * work.BATCH : (index + 1) * work.BATCH], *steps)
        for index in range(count)
    ]


def _padded(pairs: list, source_steps: int | None, target_steps: int | None) -> tuple:
    inputs, targets = zip(*(shift_target(target) for _, target in pairs), strict=True)
    source, source_mask = pad([source for source, _ in pairs], source_steps)
    decoder_input, _ = pad(inputs, target_steps)
    return source, source_mask, decoder_input, *pad(targets, target_steps)


def _loss(torch_model, model, forward: str, batch: tuple):
    *inputs, target, target_mask = batch
    return torch_model.loss(getattr(model, forward)(*inputs), target.long(), target_mask)


def _step(torch_model, model, optimizer, forward: str, batch: tuple) -> None:
    optimizer.zero_grad()
    _loss(torch_model, model, forward, batch).backward()
    optimizer.step()


def _checked(torch_model, saved, forward: str):
    """Returns a model with our weights, once its loss and gradients were found to be ours."""
    import torch

    def part(kind: str) -> dict:
        return {name.partition("/")[2]: saved[name] for name in saved.files if kind in name}

    model = torch_model.load(part("weights/"))
    batch = tuple(torch.tensor(part("batch/")[str(index)]) for index in range(5))
    loss = _loss(torch_model, model, forward, batch)
    loss.backward()
    wrong = [
        name
        for name, wanted in part("gradients/").items()
        if abs(model.get_parameter(name).grad.numpy() - wanted).max() > 1e-4 * abs(wanted).max()
    ]
    if wrong or abs(loss.item() / float(saved["loss"]) - 1) > 1e-5:
        raise SystemExit(
            f"{forward} does not compute what ours does: its loss is {loss.item()}, ours "
            f"{float(saved['loss'])}, and these gradients differ: {wrong}."
        )
    return model


def measure() -> dict:
    """Runs all in turn; returns medians with the smallest and largest, and the ratios to ours."""
    with tempfile.TemporaryDirectory() as scratch:
        place = str(Path(scratch) / "reference.npz")
        child("benchmarks.training_speed", "reference", place)
        runs = {"ours": partial(child, "benchmarks.training_speed", "ours")}
        for kind in RIVALS:
            runs[kind] = partial(child, "benchmarks.training_speed", kind, place)
        found = processes.in_turn(ROUNDS, runs)
    return processes.described(
        "benchmarks.training_speed",
        ("tensorflow", "keras", "torch"),
        work=f"CMUdict, LSTM encoder and decoder of width {work.WIDTH}, dot attention, "
        f"batches of {work.BATCH}, Adam",
        rounds=ROUNDS,
        **found,
    )


if __name__ == "__main__":
    children = {"ours": ours, "reference": reference}
    processes.serve(children | {kind: partial(rival, kind) for kind in RIVALS}, measure)
