"""`seqtut evaluate`: measures a model on words that it was not trained on."""

import argparse
import json
from pathlib import Path
from typing import Any


def add_to(verbs: Any) -> None:
    """Adds the verb `evaluate` to the command line."""
    parser = verbs.add_parser(
        "evaluate",
        help="measure a model on held-out data",
        description="Decodes held-out words, messages or docstrings and scores them, with "
        "bootstrap intervals.",
    )
    parser.add_argument("name", metavar="NAME", help="a model, such as cmudict")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a file of seqtut train")
    parser.add_argument("--part", choices=("test", "dev"), default="test", help="which (test)")
    parser.add_argument("--width", type=int, default=5, help="prefixes on the beam (5); 1: greedy")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_evaluate)


def _evaluate(chosen: argparse.Namespace) -> int:
    from seqtut import runtime

    runtime.setup()
    from seqtut import data, pretrained

    model = pretrained.load(chosen.name, chosen.weights)
    recipe = pretrained.Recipe(**pretrained.card(chosen.name, chosen.weights)["recipe"])
    name, task = recipe.data, pretrained.task(recipe)
    part = task.plain_part(getattr(data.load(name), chosen.part))
    found = task.summary(task.measure(model, part, chosen.width), part)
    found = {"model": chosen.name, "data": name, "part": chosen.part, "width": chosen.width} | found
    if chosen.json:
        print(json.dumps(found, indent=1))
        return 0
    print(f"{chosen.name} on {found[task.UNIT]:,} {task.UNIT} of {name} {chosen.part}, ", end="")
    how = "greedy" if chosen.width == 1 else f"beam of {chosen.width}"
    print(next(iter(getattr(task, "WIDTHS", {how: 1}))))
    for label, value, low, high in task.figures(found):
        print(f"  {label} {value}, 95 % interval {low} to {high}")
    print(task.PROTOCOL)
    return 0
