"""`seqtut decode`: what a model makes of the texts that it is given."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

# Bytes of a line of standard input from which on it is refused.
_MOST = 4096


def add_to(verbs: Any) -> None:
    """Adds the verb `decode` to the command line."""
    parser = verbs.add_parser(
        "decode",
        help="let a model say words, translate, sum up, go on, read strips, or write what it hears",
        description="Says words, translates messages, sums up functions given as 'name: what it "
        "does', goes on with a text, says strips of handwritten digits, asked for as 327:en or "
        "327:zh, or writes down words that the synthesiser speaks; each is given by --text or, one "
        "a line, on standard input. Each makes one line: the text, a tab, what is said, a new line "
        "in it shown as \\n. Capitals and accents are read as plain letters where a model knows no "
        "others. A line that cannot be read becomes the text, a tab, '!' and the reason; the exit "
        "status is then 2, after the last line.",
    )
    parser.add_argument("name", metavar="NAME", help="a model, such as cmudict")
    parser.add_argument("--text", action="append", metavar="TEXT", help="may be given repeatedly")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a file of seqtut train")
    parser.add_argument("--width", type=int, default=5, help="prefixes on the beam (5); 1: greedy")
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.set_defaults(run=_decode)


def _decode(chosen: argparse.Namespace) -> int:
    from seqtut import runtime

    runtime.setup(at_once=1 if chosen.text else runtime.AT_ONCE)
    from seqtut import pretrained

    model = pretrained.load(chosen.name, chosen.weights)
    refused = 0
    for text, reading, reason in _read(model, _texts(chosen.text), chosen.width):
        if reason is not None:
            refused += 1
        print(_line(text, reading, reason, chosen.json), flush=True)  # somebody may be waiting
    if refused:
        say = "1 text" if refused == 1 else f"{refused:,} texts"
        print(f"seqtut: {say} could not be read; the output says why", file=sys.stderr)
        return 2
    return 0


def _texts(given: list[str] | None) -> Iterator[tuple[bytes, bool]]:
    """Yields each text, and whether it is all of it."""
    if given is not None:
        for text in given:
            yield text.encode("utf-8", "surrogateescape"), True
        return
    if sys.stdin is None:  # the shell closed it
        raise ValueError(
            "There is no standard input to read. Received: a closed one. Give --text or a file."
        )
    # A line may be without end: no more of it is held than it takes to refuse it.
    skipping = False
    while part := sys.stdin.buffer.readline(_MOST):
        ended = part.endswith(b"\n")
        if not skipping:
            yield part.removesuffix(b"\n").removesuffix(b"\r"), ended or len(part) < _MOST
        skipping = not ended


def _read(
    model: Any, texts: Iterable[tuple[bytes, bool]], width: int
) -> Iterator[tuple[str, Any, str | None]]:
    """Yields each text with its reading, or with the reason why there is none, in their order."""
    from seqtut.pretrained import UnreadableError

    # The first answers come soon; later there is a batch for each that is decoded at a time.
    waiting: list[tuple[str, str | None]] = []
    room = model.batch

    def answers() -> Iterator[tuple[str, Any, str | None]]:
        words = [model.normal(text) for text, reason in waiting if reason is None]
        readings = iter(model.read(words, width) if words else [])
        for text, reason in waiting:
            yield text, None if reason else next(readings), reason
        waiting.clear()

    for raw, whole in texts:
        text, reason = raw.decode("utf-8", "backslashreplace"), None
        try:
            if whole:
                model.normal(raw.decode("utf-8"))
            else:
                reason = f"it has {_MOST:,} bytes or more"
        except UnicodeDecodeError:
            reason = "it is no UTF-8"
        except UnreadableError as error:
            reason = str(error)
        waiting.append((text, reason))
        if len(waiting) == room:
            yield from answers()
            room = model.batch * model.at_once
    yield from answers()


def _line(text: str, reading: Any, reason: str | None, as_json: bool) -> str:
    if as_json:
        if reason is not None:
            found = {"text": text[:200], "error": reason}
        else:
            found = {"text": text, "tokens": reading.tokens}
            found |= {"log_probability": round(reading.score, 4), "said": reading.said}
        return json.dumps(found, ensure_ascii=False)
    if reason is not None:
        return f"{_shown(text[:60])}\t! {reason}"
    return f"{_shown(text)}\t{_shown(reading.said)}"


def _shown(text: str) -> str:
    """Returns a text in one line, what cannot be printed as its number."""
    signs = (c if c.isprintable() else f"\\x{ord(c):02x}" for c in text.replace("\n", "\\n"))
    return "".join(signs)
