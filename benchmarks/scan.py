"""A recurrent network, one with attention and a Transformer on three splits of SCAN, three seeds.

Each is about as large as it takes to learn the training part, and trains for two minutes or so of
one core. `python -m benchmarks.scan` makes 27 trainings, goes on where it was stopped, and writes
what `pretrained.scan_runs` returns.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

import seqtut
from seqtut import runtime

SEEDS, SPLITS = (0, 1, 2), ("simple", "length", "jump")
EPOCHS, BATCH, RATE, HELD_OUT = 10, 48, 4e-3, 500
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
LONGEST = 50  # steps at most, the end among them
RESULTS = Path(seqtut.__file__).parent / "pretrained" / "records" / "scan.json"


def one(kind: str, split: str, seed: int) -> dict[str, Any]:
    """Trains a model on a split and measures it on its test."""
    import keras

    from seqtut import data, models, training
    from seqtut.text import BucketedBatches, Vocabulary

    keras.utils.set_random_seed(seed)
    chosen = getattr(data.load("scan"), split)
    source = Vocabulary(
        sorted({word for command in chosen.train.commands for word in command.split()})
    )
    target = Vocabulary(sorted({act for acts in chosen.train.actions for act in acts}))
    pairs = [
        (source.encode(command.split()), target.encode(acts))
        for command, acts in zip(chosen.train.commands, chosen.train.actions, strict=True)
    ]
    order = np.random.default_rng(seed).permutation(len(pairs))
    dev, train = ([pairs[i] for i in some] for some in np.split(order, [HELD_OUT]))
    train = BucketedBatches(train, size=BATCH, seed=seed)
    dev = BucketedBatches(dev, size=BATCH)
    name, shape = KINDS[kind]
    model = getattr(models, name)(len(source), len(target), **shape)
    steps = EPOCHS * len(train)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - 200, warmup_target=RATE, warmup_steps=200, alpha=0.01
    )
    started = time.perf_counter()
    history = training.fit(
        model,
        train,
        dev,
        training.token_loss(),
        epochs=EPOCHS,
        learning_rate=rate,
        clip_norm=5.0,
        progress=False,
    )
    seconds = time.perf_counter() - started
    answers = Answers(model, source, target)
    asked = answers.said(list(ASKED))
    held = [chosen.train.commands[i] for i in order[:HELD_OUT]]
    found = answers.said(held)
    test = chosen.test
    said = answers.said(test.commands)
    oracle = answers.said(test.commands, [len(acts) for acts in test.actions])
    right = np.array([a == b for a, b in zip(said, test.actions, strict=True)])
    lengths = np.array([len(acts) for acts in test.actions])
    return {
        "weights": sum(int(np.prod(v.shape)) for v in model.trainable_variables),
        "seconds": round(seconds),
        "epochs": len(history.train),
        "held_out": round(
            np.mean([x == data.interpret(c) for x, c in zip(found, held, strict=True)]), 5
        ),
        "exact": round(right.mean(), 5),
        "exact_given_length": round(
            np.mean([a == b for a, b in zip(oracle, test.actions, strict=True)]), 5
        ),
        "by_length": {
            str(n): [int(right[lengths == n].sum()), int((lengths == n).sum())]
            for n in np.unique(lengths)
        },
        "said_lengths": np.bincount([len(acts) for acts in said], minlength=LONGEST + 1).tolist(),
        "said": {command: " ".join(acts) for command, acts in zip(ASKED, asked, strict=True)},
        **answers.by_step(test, said),
    }


class Answers:
    """Asks a model what commands mean."""

    def __init__(self, model: Any, source: Any, target: Any):
        import tensorflow as tf

        self.model, self.source, self.target = model, source, target
        self._start = tf.function(
            lambda ids, mask: model.start(model.encode(ids, mask), LONGEST), reduce_retracing=True
        )
        self._score = tf.function(lambda *x: model(x), reduce_retracing=True)

    def said(self, commands: Any, lengths: list[int] | None = None) -> list[tuple[str, ...]]:
        """Returns the actions that the model says, greedily; with `lengths`, just as many."""
        from seqtut import decoding
        from seqtut.text import BEGIN, END, PAD, UNKNOWN, pad

        found: list[tuple[str, ...]] = []
        settings = {
            "begin": BEGIN,
            "end": END,
            "max_steps": LONGEST,
            "forbidden": (PAD, BEGIN, UNKNOWN),
        }
        for start in range(0, len(commands), 512):
            some = [self.source.encode(c.split()) for c in commands[start : start + 512]]
            state, step = self._start(*pad(some, 9)), self.model.step
            if lengths is not None:
                state = {"state": state, "left": np.array(lengths[start : start + 512], np.int32)}
                step = self.told
            tokens = decoding.greedy(step, state, **settings).tokens.numpy()
            found += [tuple(self.target.decode(row)) for row in tokens]
        return found

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
        """Counts the right tokens of each step, the end among them, after right and own prefixes."""
        from seqtut.text import END, pad, shift_target

        counts = {name: np.zeros(LONGEST, int) for name in ("steps", "given", "own")}
        for start in range(0, len(test), 512):
            some = slice(start, start + 512)
            source = [self.source.encode(c.split()) for c in test.commands[some]]
            pairs = [shift_target(self.target.encode(acts)) for acts in test.actions[some]]
            inputs, mask = pad([before for before, _ in pairs], LONGEST)
            target, _ = pad([after for _, after in pairs], LONGEST)
            own, _ = pad(
                [[*self.target.encode(acts), END][:LONGEST] for acts in said[some]], LONGEST
            )
            given = self._score(*pad(source, 9), inputs).numpy().argmax(axis=-1)
            for name, part in (("steps", target), ("given", given), ("own", own)):
                counts[name] += ((part == target) & mask).sum(axis=0)
        return {name: found.tolist() for name, found in counts.items()}


def main() -> None:
    runtime.setup()
    done = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"runs": {}}
    for seed in SEEDS:
        for split in SPLITS:
            for kind in KINDS:
                key = f"{kind}/{split}/{seed}"
                if key in done["runs"]:
                    continue
                done["runs"][key] = one(kind, split, seed)
                write(done["runs"])
                shown = {k: v for k, v in done["runs"][key].items() if isinstance(v, (int, float))}
                print(key, shown, flush=True)


def write(runs: dict[str, Any]) -> None:
    """Writes the runs that are done, whole or not at all."""
    facts = {
        "command": "python -m benchmarks.scan",
        "epochs": EPOCHS,
        "batch": BATCH,
        "held_out": HELD_OUT,
        "shapes": {kind: {"model": name, **shape} for kind, (name, shape) in KINDS.items()},
        "runs": runs,
    }
    scratch = RESULTS.with_name(f"{RESULTS.name}.{os.getpid()}.part")
    scratch.write_text(json.dumps(facts, indent=1) + "\n")
    scratch.replace(RESULTS)


if __name__ == "__main__":
    main()
