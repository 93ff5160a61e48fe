"""Decoding speed in words a second, with equal weights and answers.

Our batched searches stand beside a PyTorch loop that takes one word at a time, beside Keras's
`predict` called for every token, and (with the Transformer) beside CTranslate2. All know the same
test words beforehand, have decoded some of them before the clock starts, and use two threads. Our
searches and CTranslate2, which need about a second for all words, decode them several times.
"""

import json
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import processes, work
from benchmarks.processes import THREADS
from seqtut import data, runtime

ROUNDS = 3
WORDS, LIMIT, WIDTH = 2_000, 48, 5
PASSES = 5
BATCH, SMALL_BATCH = 256, 64
# The slow ones are given fewer of the words; the first words of a random order.
GIVEN = {"torch_greedy": 1_000, "torch_beam": 500, "predict": 3}
# Each rival with ours that has the same weights and the same search.
AGREE = {
    "torch_greedy": "greedy",
    "torch_beam": "beam",
    "predict": "greedy",
    "ctranslate2": "transformer",
}


def words() -> list[str]:
    """Returns the test words that are decoded, in a random order."""
    every = data.load("cmudict").test.plain().spellings
    return [every[index] for index in np.random.default_rng(0).permutation(len(every))[:WORDS]]


def _timed(
    say: Callable[[list[str]], list], asked: list[str], warm_up: list[str], passes: int = 1
) -> tuple:
    """Returns what is said of the words and the seconds that it takes, once warmed up."""
    say(warm_up)
    start = time.perf_counter()
    for _ in range(passes):
        said = say(asked)
    return [list(tokens) for tokens in said], (time.perf_counter() - start) / passes


def _facts(asked: list[str], said: list, seconds: float) -> dict:
    tokens = sum(map(len, asked)) + sum(len(tokens) + 1 for tokens in said)
    return {
        "words_per_second": len(asked) / seconds,
        "tokens_per_second": tokens / seconds,
        "said": said,
    }


def ours(kind: str, width: int, batch: int) -> dict:
    """Decodes with one of our searches, set up as `seqtut decode` is.

    The share of the multiply rate counts each weight once for each letter and for each token that
    is put out, times the prefixes of the beam, whether it is multiplied or spared.
    """
    runtime.setup(seed=0, threads=THREADS, at_once=runtime.AT_ONCE)
    model = work.trained(kind)
    model.batch = batch
    asked = words()

    def say(some: list[str]) -> list:
        return [reading.tokens for reading in model.read(some, width)]

    said, seconds = _timed(say, asked, asked, PASSES)
    peak = runtime.peak_memory()
    found = {**_facts(asked, said, seconds), "peak_gb": peak}
    found["multiply_gflops"] = processes.tensorflow_rate(at_once=THREADS)
    if kind == "lstm":
        source, target = work.matrix_weights(model.model)
        put_out = sum(len(tokens) + 1 for tokens in said)
        products = 2 * (source * sum(map(len, asked)) + target * put_out * width)
        found["share"] = products / seconds / 1e9 / found["multiply_gflops"]
    return found


def prepare(place: str) -> dict:
    """Writes our weights as PyTorch and CTranslate2 want them, with the vocabularies."""
    runtime.setup(seed=0, threads=THREADS)
    from benchmarks import converted, torch_model

    model = work.trained("lstm")
    np.savez(Path(place) / "lstm.npz", **torch_model.for_torch(model.model))
    vocabularies = {"source": model.source.to_json(), "target": model.target.to_json()}
    (Path(place) / "vocabularies.json").write_text(json.dumps(vocabularies))
    model = work.trained("transformer")
    converted.convert(model.model, model.source, model.target, LIMIT, Path(place) / "transformer")
    return {}


def in_torch(name: str, place: str) -> dict:
    """Decodes one word after the other in PyTorch."""
    import torch

    from benchmarks import torch_model
    from seqtut.text import Vocabulary

    torch.set_num_threads(THREADS)
    model = torch_model.load(dict(np.load(Path(place) / "lstm.npz"))).eval()
    kept = json.loads((Path(place) / "vocabularies.json").read_text())
    source, target = (Vocabulary.from_json(kept[kind]) for kind in ("source", "target"))
    search = torch_model.greedy
    if name == "torch_beam":
        search = partial(torch_model.beam, width=WIDTH)

    def say(some: list[str]) -> list:
        return [target.decode(search(model, source.encode(word), LIMIT)) for word in some]

    asked = words()[: GIVEN[name]]
    found = _facts(asked, *_timed(say, asked, asked[:20]))
    return {**found, "multiply_gflops": processes.torch_rate(), "peak_gb": runtime.peak_memory()}


def by_predict() -> dict:
    """Decodes greedily with one call of Keras's `predict` for every token."""
    runtime.setup(seed=0, threads=THREADS)
    import keras

    from seqtut.text import BEGIN, END

    whole = work.trained("lstm")

    class Reader(keras.Model):
        def call(self, source):
            mask = keras.ops.not_equal(source, 0)
            return whole.model.start(whole.model.encode(source, mask), LIMIT)

    class Step(keras.Model):
        def call(self, inputs):
            return whole.model.step(inputs["token"], inputs["state"])

    reader, step = Reader(), Step()

    def say(some: list[str]) -> list:
        return [whole.target.decode(one(word)) for word in some]

    def one(word: str) -> list[int]:
        state = reader.predict(np.array([whole.source.encode(word)], np.int32), verbose=0)
        said, token = [], BEGIN
        while token != END and len(said) < LIMIT:
            asked = {"token": np.array([token], np.int32), "state": state}
            logits, state = step.predict(asked, verbose=0)
            token = int(logits[0].argmax())
            said.append(token)
        return said

    asked = words()[: GIVEN["predict"]]
    found = _facts(asked, *_timed(say, asked, asked))
    return {
        **found,
        "multiply_gflops": processes.tensorflow_rate(),
        "peak_gb": runtime.peak_memory(),
    }


def in_ctranslate2(place: str) -> dict:
    """Decodes with CTranslate2."""
    from benchmarks.converted import Engine

    engine = Engine(Path(place) / "transformer", THREADS)
    settings = {"beam_size": WIDTH, "max_batch_size": SMALL_BATCH, "max_decoding_length": LIMIT}
    asked = words()
    found = _facts(asked, *_timed(partial(engine.say, **settings), asked, asked, PASSES))
    return {**found, "peak_gb": runtime.peak_memory()}


def measure() -> dict:
    """Runs all in turn, compares what they say, and returns medians with the extremes."""
    said = {}

    def run(name: str, *arguments: str) -> dict:
        found = processes.child("benchmarks.decoding_speed", name, *arguments)
        said[name] = found.pop("said")
        return found

    with tempfile.TemporaryDirectory() as place:
        processes.child("benchmarks.decoding_speed", "prepare", place)
        runs = {name: partial(run, name) for name in OURS}
        for name in ("torch_greedy", "torch_beam", "ctranslate2"):
            runs[name] = partial(run, name, place)
        found = processes.in_turn(ROUNDS, runs | {"predict": partial(run, "predict")})
    agreement = {rival: _agreement(said[rival], said[own]) for rival, own in AGREE.items()}
    return processes.described(
        "benchmarks.decoding_speed",
        ("tensorflow", "keras", "torch", "ctranslate2"),
        work=f"{WORDS:,} test words of CMUdict; LSTM encoder and decoder of width {work.WIDTH}, "
        f"dot attention, batches of {BATCH}; Transformer of width 128, batches of {SMALL_BATCH}",
        rounds=ROUNDS,
        agreement=agreement,
        **found,
    )


def _agreement(rival: list, own: list) -> float:
    """Returns the share of a rival's answers that are ours too; stops if they are too few."""
    equal = float(np.mean([one == other for one, other in zip(rival, own, strict=False)]))
    if equal < 0.99:
        raise SystemExit(f"A rival with our weights gives our answer to only {equal:.1%} of words.")
    return equal


OURS = {
    "greedy": partial(ours, "lstm", 1, BATCH),
    "beam": partial(ours, "lstm", WIDTH, BATCH),
    "transformer": partial(ours, "transformer", WIDTH, SMALL_BATCH),
}

if __name__ == "__main__":
    rivals = {name: partial(in_torch, name) for name in ("torch_greedy", "torch_beam")}
    rivals |= {"predict": by_predict, "ctranslate2": in_ctranslate2}
    processes.serve({**OURS, **rivals, "prepare": prepare}, measure)
