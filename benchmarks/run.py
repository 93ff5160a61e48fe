"""Runs benchmarks and writes book/benchmarks.json, from which the book takes its figures.

`python -m benchmarks.run` runs all of them; `python -m benchmarks.run training decoding` runs
these two and leaves the other figures as they are. What takes longest is only run by name.
"""

import argparse
import json
import time
from pathlib import Path

from benchmarks import allocator, decoding_speed, memory, playing, quality, splits, training_speed

RESULTS = Path(__file__).resolve().parent.parent / "book" / "benchmarks.json"
BENCHMARKS = {
    "allocator": allocator,
    "training": training_speed,
    "decoding": decoding_speed,
    "memory": memory,
    "quality": quality,
    "playing": playing,
    "splits": splits,
}
_BY_NAME = ("splits",)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"{', '.join(BENCHMARKS)}; none for all but the last",
    )
    names = parser.parse_args().names
    if unknown := sorted(set(names) - set(BENCHMARKS)):
        parser.error(f"no benchmark is called {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}")
    for name in names or (name for name in BENCHMARKS if name not in _BY_NAME):
        start = time.perf_counter()
        measured = BENCHMARKS[name].measure()
        print(json.dumps({name: measured}, indent=1))
        print(f"{name}: {time.perf_counter() - start:.0f} s in all")
        _write(name, measured)


def _write(name: str, measured: dict) -> None:
    """Puts one benchmark's figures into the file, as soon as they are there."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept = {other: results[other] for other in BENCHMARKS if other in results}
    scratch = RESULTS.with_suffix(".part")
    scratch.write_text(json.dumps(kept | {name: measured}, indent=1) + "\n")
    scratch.replace(RESULTS)


if __name__ == "__main__":
    main()
