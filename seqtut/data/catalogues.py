"""Catalogues of messages and their translations, as gettext writes and compiles them."""

import re
import struct
from collections.abc import Iterator

# A quoted string of a .po file, and what a backslash stands for in it.
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


def read_mo(compiled: bytes) -> Iterator[tuple[str, str]]:
    """Reads a catalogue as gettext compiles it; messages marked as fuzzy are not in it.

    Args:
        compiled: The bytes of a `.mo` file.

    Yields:
        Pairs of message and translation, without the context that a message may stand in, and
        without plural forms.

    Raises:
        ValueError: If it is no such file, or was cut short.
    """
    order = {b"\xde\x12\x04\x95": "<", b"\x95\x04\x12\xde": ">"}.get(compiled[:4])
    if order is None or len(compiled) < 20:
        raise ValueError(
            "A .mo file begins with its magic number and five more. Received: "
            f"{compiled[:4]!r}, {len(compiled)} bytes."
        )
    count, messages, translations = struct.unpack_from(f"{order}3I", compiled, 8)

    def text(table: int, row: int) -> str:
        if table + 8 * row + 8 > len(compiled):
            raise ValueError(f"The .mo file is cut short. Received: {len(compiled)} bytes.")
        size, start = struct.unpack_from(f"{order}2I", compiled, table + 8 * row)
        if start + size > len(compiled):
            raise ValueError(
                f"The .mo file is cut short. Received: {len(compiled)} bytes; a text of it ends at "
                f"{start + size}."
            )
        return compiled[start : start + size].decode("utf-8")

    for row in range(count):
        message = text(messages, row)
        if message and "\0" not in message:  # the header is empty, a zero parts plural forms
            yield message.rpartition("\x04")[2], text(translations, row)


def read_po(written: str) -> Iterator[tuple[str, str]]:
    """Reads a catalogue as translators write it.

    Args:
        written: The text of a `.po` file.

    Yields:
        Pairs of message and translation, without the context that a message may stand in, without
        plural forms, and without what is untranslated, out of use (`#~`) or marked as fuzzy, which
        says that a program or a translator guessed. A string with a line separator other than the
        newline inside is left out as well.
    """
    entry: dict[str, str] = {}
    fuzzy, key = False, ""
    for line in [*written.splitlines(), "#"]:
        line = line.strip()
        # A translation is the last part of an entry: what is not its string begins the next one.
        if "msgstr" in entry and not line.startswith('"'):
            if entry.get("msgid") and entry["msgstr"] and not fuzzy:
                yield entry["msgid"], entry["msgstr"]
            entry, fuzzy, key = {}, False, ""
        if line.startswith("#,"):
            fuzzy = fuzzy or "fuzzy" in re.split(r"[,\s]+", line)
        elif line.startswith("#~"):
            fuzzy = False  # the mark was that of an entry out of use
        elif line.startswith("msgstr["):  # of an entry with plural forms, which is left out
            entry, fuzzy, key = {}, False, ""
        elif line.startswith(("msg", '"')):
            if line.startswith("msg"):
                key = line.split(maxsplit=1)[0]
                entry[key] = ""
            if key in entry and (found := _STRING.search(line)):
                entry[key] += re.sub(r"\\(.)", _unescaped, found[1])


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[0])
