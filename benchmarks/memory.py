"""Peak memory: of training the largest pretrained model, and of decoding few words and many."""

import time
from functools import partial
from itertools import cycle, islice

from benchmarks import processes, work
from benchmarks.processes import THREADS, child
from seqtut import data, runtime
from seqtut.text import BucketedBatches

STEPS = 80
FEW, MANY = 10_000, 100_000


def training() -> dict:
    """Trains the largest pretrained model for some steps, as `seqtut train` would."""
    runtime.setup(seed=0, threads=THREADS)
    import dataclasses

    from seqtut import pretrained
    from seqtut import training as learning

    chosen = pretrained.recipe("cmudict")
    pairs, *sizes = work.pairs()
    batches = work.Timed(pairs, 0, STEPS, chosen.size)
    learning.fit(
        pretrained.build(chosen, *sizes),
        batches,
        BucketedBatches(pairs[: chosen.size], size=chosen.size),
        learning.token_loss(chosen.label_smoothing),
        epochs=1,
        clip_norm=chosen.clip_norm,
        average=chosen.average,
        progress=False,
    )
    return {"peak_gb": runtime.peak_memory(), "recipe": dataclasses.asdict(chosen)}


def streamed(count: int) -> dict:
    """Decodes so many words greedily from a stream, and keeps none."""
    runtime.setup(seed=0, threads=THREADS, at_once=runtime.AT_ONCE)
    model = work.trained("lstm")
    asked = islice(cycle(data.load("cmudict").test.plain().spellings), count)
    start = time.perf_counter()
    said = sum(1 for _ in model.stream(asked, 1))
    seconds = time.perf_counter() - start
    return {"peak_gb": runtime.peak_memory(), "words": said, "words_per_second": said / seconds}


def measure() -> dict:
    """Runs each once: peaks hardly differ from run to run."""
    run = partial(child, "benchmarks.memory")
    return processes.described(
        "benchmarks.memory",
        ("tensorflow", "keras"),
        work=f"training: {STEPS} steps of the largest recipe; decoding: greedy, from a stream",
        training=run("training"),
        few=run("few"),
        many=run("many"),
    )


if __name__ == "__main__":
    kinds = {"few": partial(streamed, FEW), "many": partial(streamed, MANY)}
    processes.serve({"training": training, **kinds}, measure)
