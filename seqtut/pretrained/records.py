"""What was measured once and takes too long to measure again in a chapter."""

import gzip
import json
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from seqtut.data import Words
from seqtut.pretrained.recipes import PretrainedError
from seqtut.pretrained.store import FOLDER

RECORDS = FOLDER / "records"


def answers(name: str) -> list[tuple[str, ...]]:
    """Returns what a system says to each test word, so that systems can be compared.

    The words are those of `data.load("cmudict").test.plain()`, in their order. Our models were
    decoded with a beam of 5; "phonetisaurus", the n-gram model of letters and phonemes, was trained
    on the same training words, and "phonetisaurus-random" answers the test words of
    `data.load("cmudict-random")`, having learned from that split's. Summarisers answer each
    function of `data.load("docstrings").test` with the words of a line. `python -m
    benchmarks.run quality` makes them anew.

    Args:
        name: "phonetisaurus", "phonetisaurus-random", or a model that comes with the package.

    Returns:
        For each word its phonemes, stress left out, or for each function the words of a line; none
        at all where the system had no answer.

    Raises:
        PretrainedError: If there are no answers of that name, or they cannot be read.
    """
    kept = sorted(path.name.removesuffix(".txt.gz") for path in RECORDS.glob("*.txt.gz"))
    if name not in kept:
        raise PretrainedError(
            f"No answers were kept under that name. Received: {name!r}. "
            f"There are those of: {', '.join(kept)}."
        )
    try:
        text = gzip.decompress((RECORDS / f"{name}.txt.gz").read_bytes()).decode("ascii")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise PretrainedError(
            f"The answers of {name!r} cannot be read. Received: {error}. Install seqtut anew, or "
            "make them: python -m benchmarks.run quality."
        ) from error
    return [tuple(line.split()) for line in text.splitlines()]


def keep_answers(name: str, said: list[tuple[str, ...]], folder: Path = RECORDS) -> None:
    """Writes what a system says to each test word, for `answers` to find.

    Args:
        name: The system.
        said: For each word its phonemes.
        folder: Where to.
    """
    text = "".join(" ".join(phonemes) + "\n" for phonemes in said)
    scratch = folder / f"{name}.{os.getpid()}.part"
    scratch.write_bytes(gzip.compress(text.encode("ascii"), mtime=0))
    os.replace(scratch, folder / f"{name}.txt.gz")


def methods() -> dict[str, Any]:
    """Returns how methods compare over three seeds at a small size.

    Returns:
        "epochs" and "seeds" of each training, and "methods": for each its "weights", its "runs" (a
        training each, with "seconds", "wer" and "per") and "wer" and "per" as "mean", "low" and
        "high" of Student's 95 % interval over the seeds. `python -m benchmarks.methods` makes them.

    Raises:
        PretrainedError: If they cannot be read.
    """
    return _kept("methods.json", "comparison of methods", "python -m benchmarks.methods")


def scan_runs() -> dict[str, Any]:
    """Returns how networks do on three splits of SCAN, three seeds each.

    Returns:
        "epochs", "batch" and "held_out", the commands of a training part by which the epoch was
        chosen; "shapes", the settings of each kind of network; and "runs" by "kind/split/seed",
        each with "exact", the share of the test answered without a mistake, "held_out", the same
        of the commands held out, "said" to a few commands, "weights" and "seconds". Those of the
        jump split have "kinds" of answers, counted; those of the length split "by_length", the
        right answers and all by the number of actions, "exact_given_length", "said_lengths", and
        by step the number of tokens, "steps", and of right ones, after right beginnings, "given",
        and after the network's "own". `python -m benchmarks.scan` makes them.

    Raises:
        PretrainedError: If they cannot be read.
    """
    return _kept("scan.json", "runs on SCAN", "python -m benchmarks.scan")


def learning_curve() -> dict[str, Any]:
    """Returns how a small network with attention pronounces, by the words it learned from.

    Returns:
        "epochs" by the number of words, and "runs" by "words/seed", each with "wer" and "per" on
        the test words. `python -m benchmarks.curve` makes them.

    Raises:
        PretrainedError: If they cannot be read.
    """
    return _kept("curve.json", "learning curve", "python -m benchmarks.curve")


def some_words(part: Words, count: int, seed: int) -> Words:
    """Returns words of a part, drawn without replacement: what a learning curve learns from.

    Args:
        part: The words to draw from.
        count: How many.
        seed: Of the draw; fewer words of a seed are among the more of the same seed.

    Returns:
        The words, in alphabetical order.

    Raises:
        ValueError: If the part has not as many.
    """
    if not 0 < count <= len(part):
        raise ValueError(
            f"There are 1 to {len(part)} words to be had. Received: {count}. Ask for fewer."
        )
    chosen = sorted(np.random.default_rng(seed).permutation(len(part))[:count].tolist())
    return Words(
        tuple(part.spellings[i] for i in chosen), tuple(part.pronunciations[i] for i in chosen)
    )


def _kept(file: str, name: str, command: str) -> dict[str, Any]:
    try:
        return json.loads((RECORDS / file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PretrainedError(
            f"The {name} cannot be read. Received: {error}. Install seqtut anew, or make it anew: "
            f"{command}."
        ) from error
