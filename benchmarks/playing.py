"""How long the model on the pages takes for a step of its beam, in JavaScript in Chromium."""

from functools import partial

import numpy as np

from benchmarks import decoding_speed, processes

ROUNDS = 5
WORDS = 100
WIDTHS = {"greedy": 1, "beam_5": 5}
_SIDE = 2048

# Each word is timed by itself, once all have been read before; reading the letters is timed apart.
_SCRIPT = """
async ([folder, words, width]) => {
  const { Reader } = await import(`${folder}reader.js`);
  const { load } = await import(`${folder}weights.js`);
  const reader = new Reader(await load("cmudict-small", `${folder}models/`));
  for (const word of words) reader.read(word, { width });
  return words.map((word) => {
    const ids = [...word].map((letter) => reader.ids.get(letter));
    const began = performance.now();
    reader.model.encode(ids);
    const read = performance.now();
    const { steps } = reader.read(word, { width });
    const ended = performance.now();
    return { word: ended - read, steps: ended - read - (read - began), count: steps.length };
  });
}
"""


def run_once(width: str) -> dict:
    """Reads all words in a page of its own; medians over words, in milliseconds."""
    from book.offline import FOLDER, offline_page

    asked = decoding_speed.words()[:WORDS]
    with offline_page() as page:
        found = page.evaluate(_SCRIPT, [FOLDER, asked, int(width)])
        version = page.context.browser.version
    return {
        "step_ms": float(np.median([one["steps"] / one["count"] for one in found])),
        "word_ms": float(np.median([one["word"] for one in found])),
        "multiply_gflops": _rate(),
        "chromium": version,
    }


def _rate() -> float:
    a = np.random.default_rng(0).standard_normal((_SIDE, _SIDE), np.float32)
    return processes.multiply_rate(lambda: a @ a)


def measure() -> dict:
    """Runs both widths in turn and returns medians with the extremes."""
    versions = set()

    def run(width: int) -> dict:
        found = processes.child("benchmarks.playing", "run", str(width))
        versions.add(found.pop("chromium"))
        return found

    found = processes.in_turn(ROUNDS, {name: partial(run, n) for name, n in WIDTHS.items()})
    return processes.described(
        "benchmarks.playing",
        ("numpy", "playwright"),
        work=f"Medians over {WORDS} test words of CMUdict",
        rounds=ROUNDS,
        chromium=" and ".join(sorted(versions)),
        **found,
    )


if __name__ == "__main__":
    processes.serve({"run": run_once}, measure)
