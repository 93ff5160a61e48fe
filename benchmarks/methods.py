"""Attention, no attention and a Transformer of a small size, three seeds each, on CMUdict.

Small models and few epochs: it is the comparison that counts, not how good they get. The model
with attention is also trained on the split word by word, where a word's plural may be among the
training words: the difference is what that leak is worth. `python -m benchmarks.methods` takes
about half an hour of one core, goes on where it was stopped, and writes what `pretrained.methods`
returns.
"""

import json
import tempfile
from pathlib import Path

import seqtut
from seqtut import runtime

EPOCHS, SEEDS = 5, (0, 1, 2)
BATCH = {"size": 256, "learning_rate": 2e-3}
_RECURRENT = {"layers": 2, "decoder_layers": 1, "bidirectional": True, "embedding_dim": 48}
SHAPES = {
    "attention": ("cmudict", "Seq2Seq", {**_RECURRENT, "width": 96}),
    "no attention": ("cmudict", "Seq2Seq", {**_RECURRENT, "width": 104, "attention": None}),
    "Transformer": (
        "cmudict",
        "Transformer",
        {"width": 64, "layers": 2, "heads": 4, "hidden": 192},
    ),
    "attention, split word by word": ("cmudict-random", "Seq2Seq", {**_RECURRENT, "width": 96}),
}
RESULTS = Path(seqtut.__file__).parent / "pretrained" / "records" / "methods.json"
DONE = Path(tempfile.gettempdir()) / "seqtut-methods.json"


def one(kind: str, seed: int) -> dict:
    """Trains and measures one small model; greedy decoding of the test words."""
    from seqtut import data, pretrained

    split, model_class, shape = SHAPES[kind]
    recipe = pretrained.Recipe(data=split, model=model_class, shape=shape, epochs=EPOCHS, **BATCH)
    model, facts = pretrained.make(recipe, seed=seed, progress=False)
    words = data.load(split).test.plain()
    found = pretrained.measure(model, words, width=1)
    rates = {name: round(rate.value, 5) for name, rate in found.items()}
    return {"weights": facts["weights"], "seconds": facts["seconds"], **rates}


def main() -> None:
    runtime.setup()
    from seqtut.metrics import mean_interval

    done = json.loads(DONE.read_text()) if DONE.exists() else {}
    for seed in SEEDS:
        for kind in SHAPES:
            key = f"{kind}/{seed}"
            if key not in done:
                done[key] = one(kind, seed)
                DONE.write_text(json.dumps(done))
                print(key, done[key], flush=True)
    results = {}
    for kind in SHAPES:
        runs = [done[f"{kind}/{seed}"] for seed in SEEDS]
        results[kind] = {"weights": runs[0]["weights"], "runs": runs}
        for rate in ("wer", "per"):
            mean, low, high = mean_interval([run[rate] for run in runs])
            results[kind][rate] = {"mean": mean, "low": low, "high": high}
    found = {"command": "python -m benchmarks.methods", "epochs": EPOCHS, "seeds": list(SEEDS)}
    scratch = RESULTS.with_suffix(".part")
    scratch.write_text(json.dumps(found | {"methods": results}, indent=1) + "\n")
    scratch.replace(RESULTS)
    DONE.unlink()


if __name__ == "__main__":
    main()
