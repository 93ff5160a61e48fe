"""`seqtut export`: a model's weights in a form that other programs read."""

import argparse
import json
from pathlib import Path
from typing import Any


def add_to(verbs: Any) -> None:
    """Adds the verb `export` to the command line."""
    parser = verbs.add_parser(
        "export",
        help="write a model's weights for other programs",
        description="Writes FOLDER/NAME.json, which describes model, vocabularies and tensors, and "
        "FOLDER/NAME.bin, the tensors as float16, little-endian, one after the other. As onnx or "
        "litert, writes two graphs besides: NAME-read takes a word, NAME-step a token. With "
        "--batch it writes FOLDER/NAME-batch.json instead: a batch's way through the layers.",
    )
    parser.add_argument("name", metavar="NAME", help="a model, such as cmudict-small")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="a file of seqtut train")
    parser.add_argument(
        "--form",
        choices=("plain", "onnx", "litert"),
        default="plain",
        help="numbers alone (plain), or graphs for a runtime as well",
    )
    parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where to (.)")
    parser.add_argument(
        "--batch",
        nargs="+",
        type=_pair,
        metavar="WORD=SOUNDS",
        help='words and how they are said, such as "tea=T IY"',
    )
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")
    parser.set_defaults(run=_export)


def _pair(text: str) -> tuple[str, list[str]]:
    """Returns a word and its phonemes."""
    word, sign, said = text.partition("=")
    if not (sign and word and said.split()):
        raise argparse.ArgumentTypeError(f"give WORD=SOUNDS, such as 'tea=T IY', not {text!r}")
    return word, said.split()


def _export(chosen: argparse.Namespace) -> int:
    from seqtut import runtime

    runtime.setup()
    from seqtut import pretrained

    if chosen.batch:
        written = pretrained.export_batch(chosen.name, chosen.batch, chosen.out, chosen.weights)
    else:
        graphs = []  # first, since not every model has them: then nothing is written
        if chosen.form != "plain":
            model = pretrained.load(chosen.name, chosen.weights)
            graphs = pretrained.export_graphs(model, chosen.name, chosen.out, chosen.form)
        written = pretrained.export(chosen.name, chosen.out, chosen.weights) + graphs
    if chosen.json:
        print(json.dumps({"files": [str(path) for path in written]}))
    else:
        for path in written:
            print(f"Wrote {path}, {path.stat().st_size / 1e6:.2f} MB.")
    return 0
