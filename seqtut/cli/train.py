"""`seqtut train`: makes a pretrained model anew, by the recipe that made the one in the package."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def add_to(verbs: Any) -> None:
    """Adds the verb `train` to the command line."""
    parser = verbs.add_parser(
        "train",
        help="train a model by its recipe and write its weights and run card",
        description="Trains a model by its recipe, measures it on the test data, and writes "
        "NAME.safetensors and its run card NAME.json. A training that was stopped goes on from "
        "NAME.checkpoint when the same command is given again.",
    )
    parser.add_argument("name", metavar="NAME", help="a model, such as cmudict")
    parser.add_argument("--out", type=Path, metavar="FILE", help="weights (NAME.safetensors)")
    parser.add_argument("--seed", type=int, default=0, help="of weights, dropout and order (0)")
    parser.add_argument("--epochs", type=int, help="passes over the data, instead of the recipe's")
    parser.add_argument("--threads", type=int, help="threads for one operation (all cores)")
    parser.add_argument("--json", action="store_true", help="print the run card as JSON")
    parser.set_defaults(run=_train)


def _train(chosen: argparse.Namespace) -> int:
    from seqtut import runtime

    said = runtime.setup(chosen.seed, chosen.threads).message
    from seqtut import pretrained

    recipe = pretrained.recipe(chosen.name, epochs=chosen.epochs)
    out = chosen.out or Path(f"{chosen.name}.safetensors")
    if out.is_dir() or out.suffix in (".json", ".checkpoint"):
        better = (out / chosen.name if out.is_dir() else out).with_suffix(".safetensors")
        raise pretrained.PretrainedError(
            "Weights need a file of their own, beside their card (.json) and checkpoint. "
            f"Received: {out}. Choose another, such as {better}."
        )
    print(f"Training {chosen.name}, {recipe.epochs} epochs; {said}", file=sys.stderr, flush=True)
    card = pretrained.run(chosen.name, recipe, out, seed=chosen.seed)
    if chosen.json:
        print(json.dumps(card, indent=1))
        return 0
    task = pretrained.task(recipe)
    for width, found in card["test"].items():
        rates = (
            f"{label} {value} ({low} to {high})" for label, value, low, high in task.figures(found)
        )
        print(f"{width}: {', '.join(rates)} on {found[task.UNIT]:,} test {task.UNIT}")
    print(f"Wrote {out} and {out.with_suffix('.json')}.")
    if task.EXAMPLE:
        print(f"Try it: seqtut decode {chosen.name} --weights {out} --text {task.EXAMPLE}")
    return 0
