"""What was measured once and takes too long to measure again in a chapter."""

import gzip
import json
import os
import zlib
from pathlib import Path
from typing import Any

from seqtut.pretrained.recipes import PretrainedError
from seqtut.pretrained.store import FOLDER

RECORDS = FOLDER / "records"


def answers(name: str) -> list[tuple[str, ...]]:
    """Returns what a system says to each test word, so that systems can be compared.

    The words are those of `data.load("cmudict").test.plain()`, in their order. Our models were
    decoded with a beam of 5; "phonetisaurus", the n-gram model of letters and phonemes, was trained
    on the same training words, and "phonetisaurus-random" answers the test words of
    `data.load("cmudict-random")`, having learned from that split's. `python -m
    benchmarks.run quality` makes them anew.

    Args:
        name: "phonetisaurus", "phonetisaurus-random", or a model that comes with the package.

    Returns:
        For each word its phonemes, stress left out; none at all where the system had no answer.

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
    try:
        return json.loads((RECORDS / "methods.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PretrainedError(
            f"The comparison of methods cannot be read. Received: {error}. Install seqtut anew, or "
            "make it: python -m benchmarks.methods."
        ) from error
