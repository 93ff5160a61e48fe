"""A recurrent network, one with attention and a Transformer on three splits of SCAN, three seeds.

Each is about as large as it takes to learn the training part, and trains for a minute or two of
one core. `python -m benchmarks.scan` makes 27 trainings, about 40 minutes, and writes what
`pretrained.scan_runs` returns, anew after each. A run that is there is not made again, so it goes
on where it was stopped; `python -m benchmarks.scan 60` begins no other run after 60 seconds.
"""

import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import seqtut
from seqtut import runtime

SEEDS, SPLITS = (0, 1, 2), ("simple", "length", "jump")
EPOCHS, BATCH, RATE, HELD_OUT = 8, 48, 4e-3, 500
KINDS = {
    "RNN": ("Seq2Seq", {"width": 128, "embedding_dim": 64, "attention": None, "dropout": 0.1}),
    "attention": ("Seq2Seq", {"width": 128, "embedding_dim": 64, "dropout": 0.1}),
    "Transformer": ("Transformer", {"width": 64, "layers": 2, "hidden": 192}),
}
# What the models are asked besides the test.
ASKED = (
    "jump",
    "jump twice",
    "jump left",
    "jump around right",
    "walk and jump",
    "jump thrice after run",
    "walk twice",
    "look around right",
)
VERBS = ("WALK", "LOOK", "RUN")
LONGEST = 50  # steps at most, the end among them
RESULTS = Path(seqtut.__file__).parent / "pretrained" / "records" / "scan.json"


def one(kind: str, split: str, seed: int) -> dict[str, Any]:
    """Trains a model on a split and measures it on its test."""
    import keras

    from seqtut import data, models, training
    from seqtut.text import BucketedBatches, Vocabulary

    keras.utils.set_random_seed(seed)
    chosen = getattr(data.load("scan"), split)
    commands, actions = chosen.train.commands, chosen.train.actions
    source = Vocabulary(sorted({word for command in commands for word in command.split()}))
    target = Vocabulary(sorted({act for acts in actions for act in acts}))
    pairs = [
        (source.encode(command.split()), target.encode(acts))
        for command, acts in zip(commands, actions, strict=True)
    ]
    held, kept = np.split(np.random.default_rng(seed).permutation(len(pairs)), [HELD_OUT])
    train = BucketedBatches([pairs[i] for i in kept], size=BATCH, seed=seed)
    dev = BucketedBatches([pairs[i] for i in held], size=BATCH)
    name, shape = KINDS[kind]
    model = getattr(models, name)(len(source), len(target), **shape)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, EPOCHS * len(train) - 200, warmup_target=RATE, warmup_steps=200, alpha=0.01
    )
    shown = {"epochs": EPOCHS, "learning_rate": rate, "clip_norm": 5.0, "progress": False}
    history = training.fit(model, train, dev, training.token_loss(), **shown)
    answers = Answers(model, source, target)
    return {
        "weights": sum(int(np.prod(v.shape)) for v in model.trainable_variables),
        "seconds": round(sum(history.seconds)),
        "best_epoch": history.best_epoch,
        "held_out": answers.exact(
            data.Commands(*([x[i] for i in held] for x in (commands, actions)))
        ),
        **measured(answers, chosen.test, split),
    }


def measured(answers: "Answers", test: Any, split: str) -> dict[str, Any]:
    """Measures a model on a test: how much is right, and how the rest is wrong."""
    said = answers.said(test.commands)
    right = np.array([a == b for a, b in zip(said, test.actions, strict=True)])
    found = {
        "exact": round(right.mean(), 5),
        "said": dict(zip(ASKED, map(" ".join, answers.said(ASKED)), strict=True)),
    }
    if split == "jump":
        found["kinds"] = Counter(map(kind_of, said, test.actions))
    if split == "length":
        lengths = np.array([len(acts) for acts in test.actions])
        each = {n: right[lengths == n] for n in np.unique(lengths).tolist()}
        found |= {
            "exact_given_length": answers.exact(test, given_length=True),
            "by_length": {n: [int(part.sum()), len(part)] for n, part in each.items()},
            "said_lengths": np.bincount([len(acts) for acts in said], minlength=LONGEST).tolist(),
            **answers.by_step(test, said),
        }
    return found


def kind_of(said: tuple[str, ...], right: tuple[str, ...]) -> str:
    """Says how an answer to a command with "jump" is right or wrong."""
    if said == right:
        return "right"
    swapped = [tuple(verb if act == "JUMP" else act for act in right) for verb in VERBS]
    if said in swapped:
        return "another verb for JUMP"
    return "no JUMP at all" if "JUMP" not in said else "other"


class Answers:
    """Asks a model what commands mean."""

    def __init__(self, model: Any, source: Any, target: Any):
        import tensorflow as tf

        self.model, self.source, self.target = model, source, target
        self._start = tf.function(
            lambda ids, mask: model.start(model.encode(ids, mask), LONGEST), reduce_retracing=True
        )
        self._score = tf.function(lambda inputs: model(inputs), reduce_retracing=True)

    def said(
        self, commands: Sequence[str], lengths: Sequence[int] | None = None
    ) -> list[tuple[str, ...]]:
        """Returns the actions that the model says, greedily; with `lengths`, just as many."""
        from seqtut import decoding
        from seqtut.text import BEGIN, END, PAD, UNKNOWN, pad

        settings = {"begin": BEGIN, "end": END, "max_steps": LONGEST}
        settings["forbidden"] = (PAD, BEGIN, UNKNOWN)
        found: list[tuple[str, ...]] = []
        for some in parts_of(len(commands)):
            ids = [self.source.encode(command.split()) for command in commands[some]]
            state, step = self._start(*pad(ids, 9)), self.model.step
            if lengths is not None:
                state, step = {"state": state, "left": np.int32(lengths[some])}, self.told
            tokens = decoding.greedy(step, state, **settings).tokens.numpy()
            found += [tuple(self.target.decode(row)) for row in tokens]
        return found

    def exact(self, part: Any, given_length: bool = False) -> float:
        """Returns the share of a part's commands that are answered without a mistake."""
        order = sorted(range(len(part)), key=lambda i: len(part.actions[i]))
        right = [part.actions[i] for i in order]
        lengths = [len(acts) for acts in right] if given_length else None
        said = self.said([part.commands[i] for i in order], lengths)
        return round(np.mean([a == b for a, b in zip(said, right, strict=True)]), 5)

    def told(self, tokens: Any, state: Any) -> tuple[Any, Any]:
        """A step of a model that is told how many actions are left: it ends then and not before."""
        import tensorflow as tf

        from seqtut.text import END

        logits, after = self.model.step(tokens, state["state"])
        end = tf.one_hot(END, logits.shape[-1], on_value=True, off_value=False, dtype=tf.bool)
        over = state["left"][:, None] <= 0
        logits = tf.where(end != over, -np.inf, logits)
        return logits, {"state": after, "left": state["left"] - 1}

    def by_step(self, test: Any, said: list[tuple[str, ...]]) -> dict[str, list[int]]:
        """Counts the right tokens of each step, the end included, after right and own prefixes."""
        from seqtut.text import END, pad, shift_target

        counts = {name: np.zeros(LONGEST, int) for name in ("steps", "given", "own")}
        for some in parts_of(len(test)):
            source = [self.source.encode(command.split()) for command in test.commands[some]]
            pairs = [shift_target(self.target.encode(acts)) for acts in test.actions[some]]
            inputs, mask = pad([before for before, _ in pairs], LONGEST)
            target, _ = pad([after for _, after in pairs], LONGEST)
            own = [[*self.target.encode(acts), END][:LONGEST] for acts in said[some]]
            given = self._score((*pad(source, 9), inputs)).numpy().argmax(axis=-1)
            every = {"steps": target, "given": given, "own": pad(own, LONGEST)[0]}
            for name, part in every.items():
                counts[name] += ((part == target) & mask).sum(axis=0)
        return {name: found.tolist() for name, found in counts.items()}


def parts_of(count: int, size: int = 512) -> list[slice]:
    """Returns slices that cover so many examples, to be decoded together."""
    return [slice(start, start + size) for start in range(0, count, size)]


def kept() -> dict[str, Any]:
    """Returns the runs that are done."""
    return json.loads(RESULTS.read_text())["runs"] if RESULTS.exists() else {}


def main(seconds: float = float("inf")) -> None:
    runtime.setup()
    started = time.monotonic()
    for seed, split, kind in itertools.product(SEEDS, SPLITS, KINDS):
        key = f"{kind}/{split}/{seed}"
        if key in kept() or time.monotonic() - started > seconds:
            continue
        run = one(kind, split, seed)
        write(kept() | {key: run})  # read anew: another process may have added to them
        print(key, {k: v for k, v in run.items() if isinstance(v, (int, float))}, flush=True)


def write(runs: dict[str, Any]) -> None:
    """Writes the runs that are done, all or nothing."""
    facts = {
        "command": "python -m benchmarks.scan",
        "epochs": EPOCHS,
        "batch": BATCH,
        "held_out": HELD_OUT,
        "shapes": {kind: {"model": name, **shape} for kind, (name, shape) in KINDS.items()},
        "runs": runs,
    }
    scratch = RESULTS.with_name(f"{RESULTS.name}.{os.getpid()}.part")
    scratch.write_text(json.dumps(facts) + "\n")
    scratch.replace(RESULTS)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
