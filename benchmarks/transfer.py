"""Three starts for one encoder, with few labels and with many: which syllable is stressed?

The encoder starts from chance, from the pronouncer `cmudict-small`, or from a recurrent autoencoder
of the training words' letters. Then n labelled words train all of it ("tuned"), or only a linear
classifier of what it makes of them ("frozen"). Counts of letters in a row, classified likewise, are
the baseline. `python -m benchmarks.transfer` takes some half an hour of one core, goes on where it
was stopped, and writes what `pretrained.transfer` returns.
"""

import json
import tempfile
from pathlib import Path

import numpy as np

import seqtut
from seqtut import runtime

# Labelled words, and updates with so many: fixed beforehand, since choosing an epoch takes labels.
STEPS = {100: 100, 300: 150, 1000: 200, 3000: 300, 10000: 450}
SEEDS = (0, 1, 2)
STARTS = ("chance", "autoencoder", "pronouncer")
EPOCHS = 2  # of the autoencoder
RESULTS = Path(seqtut.__file__).parent / "pretrained" / "records" / "transfer.json"
DONE = Path(tempfile.gettempdir()) / "seqtut-transfer.json"
ENCODER = DONE.with_suffix(".npz")


def autoencoder(pronouncer) -> dict:
    """Trains a recurrent autoencoder of letters, keeps its encoder, and says how good it got."""
    import keras

    from seqtut import data, models, training
    from seqtut.text import BucketedBatches

    keras.utils.set_random_seed(0)
    settings = pronouncer.model.get_config()
    size = settings["source_size"]
    shape = {
        name: settings[name]
        for name in ("width", "embedding_dim", "layers", "decoder_layers", "bidirectional")
    }
    model = models.Seq2Seq(size, size, attention=None, dropout=0.1, **shape)
    found = data.load("cmudict")
    train, dev = (
        [(ids, ids) for ids in map(pronouncer.source.encode, part.plain().spellings)]
        for part in (found.train, found.dev)
    )
    train = BucketedBatches(train, size=256, seed=0, multiple=1)
    dev = BucketedBatches(dev, size=256, multiple=1)
    history = training.fit(
        model,
        train,
        dev,
        training.token_loss(),
        epochs=EPOCHS,
        learning_rate=2e-3,
        clip_norm=1.0,
        checkpoint=DONE.with_suffix(".checkpoint"),
        progress=False,
    )
    right = training.evaluate(model, dev, training.token_accuracy)
    np.savez(ENCODER, *model.encoder.get_weights())
    return {
        "epochs": EPOCHS,
        "seconds": round(sum(history.seconds)),
        "letters right": round(right, 5),
    }


def main() -> None:
    runtime.setup()
    import keras
    from sklearn.feature_extraction.text import CountVectorizer

    from seqtut import data, pretrained

    done = json.loads(DONE.read_text()) if DONE.exists() else {}

    def keep(key: str, value: object) -> None:
        done[key] = value
        DONE.write_text(json.dumps(done))
        print(key, value, flush=True)

    pronouncer, found = pretrained.load("cmudict-small"), data.load("stress")
    if not ENCODER.exists():
        keep("autoencoder", autoencoder(pronouncer))
    with np.load(ENCODER) as kept:
        learned = [kept[f"arr_{number}"] for number in range(len(kept.files))]
    starts = {
        "chance": None,
        "autoencoder": learned,
        "pronouncer": pronouncer.model.encoder.get_weights(),
    }
    words, labels = zip(
        *((part.spellings, np.array(part.places, "int32")) for part in (found.train, found.test)),
        strict=True,
    )
    train, test = (pretrained.letters(some, pronouncer.source) for some in words)

    def right(said: np.ndarray) -> float:
        return round(float(np.mean(said == labels[1])), 5)

    model = pretrained.classifier(pronouncer.model, data.PLACES)
    tuner = pretrained.Tuner(model)
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(words[0]))
        for size in STEPS:
            key = f"letters/{size}/{seed}"
            if key not in done:
                some = [words[0][place] for place in order[:size]]
                counts = CountVectorizer(analyzer="char_wb", ngram_range=(1, 3)).fit(some)
                read = [counts.transform(part) for part in (some, words[1])]
                keep(key, right(pretrained.probe(read[0], labels[0][order[:size]], read[1])))
        for start in STARTS:
            keras.utils.set_random_seed(seed)
            began = pretrained.classifier(pronouncer.model, data.PLACES, starts[start])
            began = began.get_weights()
            model.set_weights(began)
            _, features = tuner.look(*(part[order[: max(STEPS)]] for part in train))
            _, others = tuner.look(*test)
            for size, steps in STEPS.items():
                some, key = order[:size], f"frozen {start}/{size}/{seed}"
                if key not in done:
                    keep(key, right(pretrained.probe(features[:size], labels[0][some], others)))
                key = f"tuned {start}/{size}/{seed}"
                if key not in done:
                    model.set_weights(began)
                    keras.utils.set_random_seed(seed)
                    tuner.tune((*(part[some] for part in train), labels[0][some]), steps, seed)
                    keep(key, right(tuner.look(*test)[0]))
    ways = ["letters", *(f"{how} {start}" for how in ("frozen", "tuned") for start in STARTS)]
    written = {
        "command": "python -m benchmarks.transfer",
        "sizes": list(STEPS),
        "steps": list(STEPS.values()),
        "seeds": list(SEEDS),
        "train": len(words[0]),
        "test": len(words[1]),
        "autoencoder": done["autoencoder"],
        "accuracy": {
            way: [[done[f"{way}/{size}/{seed}"] for size in STEPS] for seed in SEEDS]
            for way in ways
        },
    }
    scratch = RESULTS.with_suffix(".part")
    scratch.write_text(json.dumps(written, indent=1) + "\n")
    scratch.replace(RESULTS)
    DONE.unlink()
    ENCODER.unlink()
    DONE.with_suffix(".checkpoint").unlink()


if __name__ == "__main__":
    main()
