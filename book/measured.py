"""The page of benchmarks: hand-written text and tables with the measured figures filled in."""

import json
import re
from typing import Any

from book.layout import BOOK, BookError, editions

_PATH = r"[a-z0-9_*-]+(?:\.[a-z0-9_*-]+)+"
_FIGURE = re.compile(rf"\{{({_PATH})(?:/({_PATH}))?:([^{{}}\s]+)\}}")


def benchmarks(edition: str) -> str:
    """Returns the page of benchmarks, each `{path.to.figure:format}` in it replaced.

    A figure that was measured several times is its median, with the smallest and largest. Of
    `{one.path/other.path:format}` it is the one's median divided by the other's. A line with a
    star in a path is repeated for each entry that is found there, whose name is put where `{*}` is.
    The figures of a benchmark that was never run are dashes. What a benchmark does, its `work`, is
    told in the edition's own words.

    Raises:
        BookError: If a benchmark has no such figure, or the edition no words for its `work`.
    """
    words = editions()[edition]["strings"]["benchmarks"]
    measured = json.loads((BOOK / "benchmarks.json").read_text(encoding="utf-8"))
    page = (BOOK / edition / "benchmarks.md").read_text(encoding="utf-8")
    lines = [one for line in page.splitlines() for one in _repeated(line, measured)]
    return "\n".join(
        _FIGURE.sub(lambda m: _shown(measured, words, *m.groups()), line) for line in lines
    )


def _repeated(line: str, measured: dict) -> list[str]:
    paths = [path for match in _FIGURE.finditer(line) for path in match.groups()[:2] if path]
    starred = next((path for path in paths if ".*" in path), None)
    if starred is None:
        return [line]
    entries = _find(measured, starred.partition(".*")[0]) or ()
    return [line.replace(".*", f".{name}").replace("{*}", name) for name in entries]


def _shown(measured: dict, words: dict, path: str, other: str | None, spec: str) -> str:
    figure = _find(measured, path)
    if figure is None:
        return "–"
    benchmark, _, name = path.partition(".")
    if name == "work":
        if benchmark not in words["work"]:
            raise BookError(
                f"A page tells what a benchmark does, and book/editions.yml has no words for it. "
                f"Received: {path!r}. Add them to strings, benchmarks, work of every edition."
            )
        return words["work"][benchmark]
    if other is not None:
        return format(_middle(figure) / _middle(_find(measured, other)), spec)
    if isinstance(figure, list):
        middle, low, high = (format(value, spec) for value in figure[:3])
        return words["measured"].format(middle=middle, low=low, high=high)
    return format(figure, spec)


def _middle(figure: Any) -> float:
    return figure[0] if isinstance(figure, list) else figure


def _find(measured: dict, path: str) -> Any:
    """Returns a figure, or None if its whole benchmark was not run."""
    found: Any = measured
    if path.partition(".")[0] not in measured:
        return None
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            raise BookError(
                f"A page shows a figure that book/benchmarks.json does not have. Received: "
                f"{path!r}. Mend the page, or measure anew: make bench RUN={path.split('.')[0]}."
            )
        found = found[name]
    return found
