"""The models on the pages: their numbers, taken from the package's own files when a page is built.

`seqtut export NAME --out book/_static/playground/models` writes NAME.json, which is committed, and
NAME.bin, which is not: half a million numbers would then be in the repository twice, and could
differ. They are the tensors of seqtut/pretrained/NAME.safetensors in the order that the JSON tells.
A safetensors file is a length, a header in JSON and raw numbers, so neither TensorFlow nor any
other package is needed to read it.
"""

import json
from pathlib import Path

from book.layout import BOOK, ROOT, BookError

FOLDER = Path("_static/playground/models")


def binaries() -> dict[Path, bytes]:
    """Returns the numbers of each model that plays on a page, by their path in the site.

    Raises:
        BookError: If a model's description does not fit its weights.
    """
    descriptions = sorted((BOOK / FOLDER).glob("*.json"))
    return {FOLDER / f"{path.stem}.bin": _numbers(path) for path in descriptions}


def _numbers(path: Path) -> bytes:
    """Returns a model's float16 numbers in the order of its description."""
    stored = ROOT / "seqtut" / "pretrained" / f"{path.stem}.safetensors"
    try:
        described = json.loads(path.read_text(encoding="utf-8"))["tensors"]
        tensors = read_safetensors(stored.read_bytes())
        parts = [tensors[tensor["stored"]] for tensor in described]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BookError(
            f"{path.relative_to(ROOT)} does not describe {stored.relative_to(ROOT)}. Received: "
            f"{error!r}. Write it anew: seqtut export {path.stem} --out {Path(BOOK.name, FOLDER)}."
        ) from error
    for tensor, (kind, shape, _) in zip(described, parts, strict=True):
        if (kind, shape) != ("F16", tensor["shape"]):
            raise BookError(
                f"{path.relative_to(ROOT)} and its weights disagree on {tensor['name']}. Received: "
                f"{tensor['shape']} and {kind} {shape}. Write it anew: seqtut export {path.stem} "
                f"--out {Path(BOOK.name, FOLDER)}."
            )
    return b"".join(raw for _, _, raw in parts)


def read_safetensors(data: bytes) -> dict[str, tuple[str, list[int], bytes]]:
    """Returns the tensors of a safetensors file by name: type, shape, and raw bytes.

    Args:
        data: The file: eight bytes that tell the header's length, the header, the numbers.

    Raises:
        ValueError: If it is none.
    """
    begin = 8 + int.from_bytes(data[:8], "little")
    if not 8 < begin <= len(data):
        raise ValueError(f"no safetensors file: a header of {begin - 8} in {len(data)} bytes")
    header = json.loads(data[8:begin])
    header.pop("__metadata__", None)
    return {
        name: (
            told["dtype"],
            told["shape"],
            data[begin + told["data_offsets"][0] : begin + told["data_offsets"][1]],
        )
        for name, told in header.items()
    }
