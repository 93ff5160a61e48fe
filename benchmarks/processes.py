"""Measurements in processes of their own, which take turns: a busy machine slows all alike."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

THREADS = 2
_SIDE = 2048


def child(module: str, *arguments: str, **environment: str) -> dict:
    """Runs one measurement of a module in a new process and returns what it found."""
    done = subprocess.run(
        [sys.executable, "-m", module, "--child", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{module} {' '.join(arguments)} failed; what it said is above.")
    return json.loads(done.stdout.splitlines()[-1])


def in_turn(rounds: int, runs: dict[str, Callable[[], dict]]) -> dict[str, dict]:
    """Makes all runs, one after the other and then all again, and returns each one's spread."""
    found: dict[str, list[dict]] = {name: [] for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            found[name].append(run())
            seconds = time.perf_counter() - start
            print(f"{name}, {number + 1} of {rounds}: {seconds:.0f} s", file=sys.stderr)
    return {name: spread(results) for name, results in found.items()}


def spread(results: list[dict]) -> dict[str, list[float]]:
    """Returns the median, smallest and largest of each quantity, to four digits."""
    return {
        name: [float(f"{f(r[name] for r in results):.4g}") for f in (statistics.median, min, max)]
        for name in results[0]
    }


def multiply_rate(multiply: Callable[[], object]) -> float:
    """Returns the rate of the best of eight float32 products of 2048 x 2048, in GFLOP/s."""
    best = float("inf")
    for _ in range(8):
        start = time.perf_counter()
        multiply()
        best = min(best, time.perf_counter() - start)
    return 2 * _SIDE**3 / best / 1e9


def tensorflow_rate(at_once: int = 1) -> float:
    """Returns TensorFlow's multiply rate in this process, in GFLOP/s.

    Args:
        at_once: Products that are computed at once, each from a thread of its own.
    """
    import tensorflow as tf

    a = tf.random.normal((_SIDE, _SIDE))
    with ThreadPoolExecutor(at_once) as pool:

        def multiply() -> None:
            list(pool.map(lambda _: tf.matmul(a, a).numpy(), range(at_once)))

        return at_once * multiply_rate(multiply)


def torch_rate() -> float:
    """Returns PyTorch's multiply rate in this process, in GFLOP/s."""
    import torch

    a = torch.randn(_SIDE, _SIDE)
    return multiply_rate(lambda: a @ a)


def described(module: str, packages: Iterable[str], **facts: object) -> dict:
    """Returns what is said of every measurement: command, machine, versions, and its own facts."""
    from importlib import metadata

    return {
        "command": f"python -m {module}",
        "machine": {
            "system": platform.system(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "threads": THREADS,
        },
        "versions": {name: metadata.version(name) for name in packages},
        **facts,
    }


def _processor() -> str:
    """Returns the processor's name where the system tells it."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def serve(children: dict[str, Callable[..., dict]], measure: Callable[[], dict]) -> None:
    """The command line of a benchmark's module: the whole of it, or one child as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--child", nargs="+", metavar="NAME", help="one run, as JSON")
    chosen = parser.parse_args().child
    if chosen:
        print(json.dumps(children[chosen[0]](*chosen[1:])))
    else:
        print(json.dumps(measure(), indent=1))
