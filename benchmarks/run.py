"""Runs every benchmark and writes book/benchmarks.json, from which the book takes its figures."""

import json
import os
import platform
from pathlib import Path

from benchmarks import allocator

RESULTS = Path(__file__).resolve().parent.parent / "book" / "benchmarks.json"


def main() -> None:
    results = {
        "machine": {"cores": os.cpu_count(), "system": platform.system()},
        "allocator": allocator.measure(),
    }
    scratch = RESULTS.with_suffix(".part")
    scratch.write_text(json.dumps(results, indent=1) + "\n")
    scratch.replace(RESULTS)
    print(RESULTS.read_text(), end="")


if __name__ == "__main__":
    main()
