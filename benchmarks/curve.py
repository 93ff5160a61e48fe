"""How well words are pronounced by how many words were learned from, three seeds.

The small model with attention of `benchmarks.methods`, trained on 250 words and on more, until more
epochs help little. `python -m benchmarks.curve` takes about six minutes of one core and writes what
`pretrained.learning_curve` returns, anew after each training. A training that is there is not made
again; `python -m benchmarks.curve 60` begins no other after 60 seconds.
"""

import itertools
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import seqtut
from benchmarks.methods import SHAPES
from seqtut import runtime

SEEDS = (0, 1, 2)
EPOCHS = {250: 100, 1_000: 40, 4_000: 20, 16_000: 10}  # by the number of words
RESULTS = Path(seqtut.__file__).parent / "pretrained" / "records" / "curve.json"


def one(size: int, seed: int) -> dict[str, Any]:
    """Trains on so many words, chosen by the seed, and measures on the test words."""
    import keras

    from seqtut import data, models, pretrained, training
    from seqtut.text import BucketedBatches, Vocabulary

    keras.utils.set_random_seed(seed)
    words = data.load("cmudict")
    train = pretrained.some_words(words.train, size, seed)
    source = Vocabulary.build(train.spellings)
    target = Vocabulary.build(said for _, said in train.pairs())
    pairs = [
        [(source.encode(word), target.encode(said)) for word, said in part.pairs()]
        for part in (train, words.dev)
    ]
    batches = BucketedBatches(pairs[0], size=64, seed=seed)
    model = models.Seq2Seq(len(source), len(target), **SHAPES["attention"][2])
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, EPOCHS[size] * len(batches) - 100, warmup_target=3e-3, warmup_steps=100, alpha=0.01
    )
    history = training.fit(
        model,
        batches,
        BucketedBatches(pairs[1], size=256),
        training.token_loss(0.1),
        epochs=EPOCHS[size],
        learning_rate=rate,
        clip_norm=1.0,
        progress=False,
    )
    found = pretrained.measure(pretrained.Transducer(model, source, target), words.test.plain(), 1)
    rates = {name: round(rate.value, 5) for name, rate in found.items()}
    return {"seconds": round(sum(history.seconds)), "best_epoch": history.best_epoch, **rates}


def kept() -> dict[str, Any]:
    """Returns the trainings that are done."""
    return json.loads(RESULTS.read_text())["runs"] if RESULTS.exists() else {}


def main(seconds: float = float("inf")) -> None:
    runtime.setup()
    started = time.monotonic()
    for seed, size in itertools.product(SEEDS, EPOCHS):
        key = f"{size}/{seed}"
        if key in kept() or time.monotonic() - started > seconds:
            continue
        runs = kept() | {key: one(size, seed)}
        facts = {"command": "python -m benchmarks.curve", "epochs": EPOCHS, "runs": runs}
        scratch = RESULTS.with_name(f"{RESULTS.name}.{os.getpid()}.part")
        scratch.write_text(json.dumps(facts, indent=1) + "\n")
        scratch.replace(RESULTS)
        print(key, runs[key], flush=True)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
