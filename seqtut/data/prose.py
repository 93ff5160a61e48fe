"""What a docstring says in prose: its first line and the paragraphs below, markup taken off."""

import ast
import re
import warnings
from collections.abc import Iterator

# What begins a section, a list, a directive or a session: the prose ends there.
_SECTION = re.compile(
    r"[A-Z][\w /()-]{0,40}:{1,2}$|[-=~^*+]{3,}$|:\w[^:`]*:(?!`)|@\w+|>>>|\.\. |\$ |\| |\* |- |"
    r"\d+[.)] |```|\$\$"
)
_RULE = re.compile(r"[-=~]{3,}")
# A heading whose section is prose all the same.
_PROSE = "explanation"
_ROLE = re.compile(r":[\w:+.-]+:`([^`<]*?)\s*(?:<[^`>]*>)?`")
_BRACED = re.compile(r"\b[LCBIFPM]\{([^{}<]*?)\s*(?:<[^{}]*>)?\}")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")

# In words: the bounds of a first line, and of a body.
FEWEST_WORDS, MOST_WORDS = 3, 20
FEWEST_BELOW, MOST_BELOW = 8, 60


def functions(source: bytes) -> Iterator[tuple[str, str]]:
    """Reads the functions of a module, which is parsed and never run.

    Args:
        source: The module's source.

    Yields:
        Name and docstring of each function or method that has one, outer ones first.

    Raises:
        SyntaxError: If this Python cannot parse it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on backslashes in strings that are not ours
        tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            said = ast.get_docstring(node)
            if said:
                yield node.name, said


def first_and_rest(docstring: str) -> tuple[str, str] | None:
    """Splits a docstring into its first line and what it says below, or says that it has no such.

    The first line is the first paragraph, should it have been wrapped. The body is the prose up to
    the first section, list or example, cut after the last sentence that ends within 60 words;
    indented blocks are passed over.

    Args:
        docstring: A docstring, its indentation taken off.

    Returns:
        First line and body, each without markup and line breaks. None if the first paragraph has
        fewer than 3 or more than 20 words, or a second sentence, if the body has fewer than 8
        words, or a first sentence of more than 60, or if either is not ASCII.
    """
    paragraphs = list(_paragraphs(docstring))
    if not paragraphs or _SECTION.match(paragraphs[0]):
        return None
    first, body = plain_text(paragraphs[0]), shortened(plain_text(" ".join(paragraphs[1:])))
    if not FEWEST_WORDS <= len(first.split()) <= MOST_WORDS or len(sentences(first)) > 1:
        return None
    if len(body.split()) < FEWEST_BELOW or not (first + body).isascii():
        return None
    return first, body


def _paragraphs(docstring: str) -> Iterator[str]:
    for number, paragraph in enumerate(re.split(r"\n\s*\n", docstring)):
        lines = paragraph.split("\n")
        if number and len(lines) > 1 and _RULE.fullmatch(lines[1].strip()):
            if lines[0].strip().lower() != _PROSE:
                return
            lines = lines[2:]
        if not lines or lines[0].startswith((" ", "\t")):
            continue
        kept = []
        for line in map(str.strip, lines):
            if _SECTION.match(line):
                break
            kept.append(line)
        if kept:
            yield " ".join(kept)
        if len(kept) < len(lines):
            return


def sentences(text: str) -> list[str]:
    """Returns the sentences of a text: where a full stop, space and a capital meet, one ends.

    Args:
        text: A text.

    Returns:
        Its sentences, in order; "e.g. X" is taken for two.
    """
    return _BETWEEN_SENTENCES.split(text)


def shortened(text: str, most: int = MOST_BELOW) -> str:
    """Returns a text up to the last sentence that ends within so many words.

    Args:
        text: A text.
        most: Words.

    Returns:
        The text's beginning; empty if the first sentence is longer.
    """
    kept, words = [], 0
    for sentence in sentences(text):
        words += len(sentence.split())
        if words > most:
            break
        kept.append(sentence)
    return " ".join(kept)


def plain_text(marked: str) -> str:
    """Returns a text without the markup of docstrings, each stretch of space one space.

    Args:
        marked: A text with reStructuredText's roles and quotes, or epytext's braces.
    """
    text = _ROLE.sub(lambda found: _target(found[1]), marked)
    text = re.sub(r"`+([^`]*)`+_{0,2}", r"\1", text)
    text = re.sub(r"\s*\[#?\w+\]_", "", text)  # a note below
    text = _BRACED.sub(r"\1", text).replace("**", "").replace("::", ":")
    return " ".join(text.split())


def _target(name: str) -> str:
    # "~a.b.c" is shown as "c"; SQLAlchemy writes "_orm.Session" for a "Session" of a known place.
    return name.rpartition(".")[2] if name.startswith(("~", "_", ".")) else name.lstrip("!")
