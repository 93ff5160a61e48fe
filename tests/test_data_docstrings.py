"""Docstrings: what is read out of a source, what counts as the same, and the split by library."""

import gzip
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import data
from seqtut.data import docstrings, prose
from seqtut.data.docstrings import LIBRARIES, split

PARTS = ("train", "dev", "test")
SIZES = [7684, 508, 1781]
BODY = "It goes on for as long as there are words, and then it stops."


@pytest.fixture(scope="module")
def found():
    return data.load("docstrings")


SOURCE = b'''
def outer(a):
    """Return the sum of two numbers.

    The numbers are whole ones, and so is what is returned here.
    """
    def inner():
        "Short."

class Thing:
    async def wait(self):
        r"""Wait for \\the thing."""

def bare():
    raise SystemExit("a source is never run")

raise SystemExit
'''


def test_functions_are_read_with_their_docstrings_and_nothing_is_run():
    read = list(prose.functions(SOURCE))
    assert [name for name, _ in read] == ["outer", "inner", "wait"]
    assert read[0][1].startswith("Return the sum of two numbers.\n\nThe numbers")


def test_a_source_with_odd_backslashes_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(list(prose.functions(b'def f():\n    """Odd \\d."""\n'))) == 1


@pytest.mark.parametrize(
    ("docstring", "first"),
    [
        (f"Return a thing.\n\n{BODY}", "Return a thing."),
        (f"Return a thing that is\nwrapped.\n\n{BODY}", "Return a thing that is wrapped."),
        (
            f"Return a thing.\n\n{BODY}\n\nParameters\n----------\nx : int\n    It.",
            "Return a thing.",
        ),
        (f"Return a thing.\n\n{BODY}\n\nArgs:\n  x: It.", "Return a thing."),
        (f"Return a thing.\n\n{BODY}\n:param x: It.", "Return a thing."),
        (f"Return a thing.\n\n    >>> thing()\n\n{BODY}", "Return a thing."),
        (f"Return a thing.\n\nExplanation\n===========\n\n{BODY}", "Return a thing."),
        (f"Return ``a`` :class:`~x.y.Thing`.\n\n{BODY}", "Return a Thing."),
    ],
)
def test_a_docstring_is_a_first_line_and_the_prose_below(docstring, first):
    assert prose.first_and_rest(docstring) == (first, BODY)


@pytest.mark.parametrize(
    "docstring",
    [
        "Return a thing.",
        f"Return it.\n\n{BODY}",
        f"Return a thing. Then return another.\n\n{BODY}",
        "Return a thing.\n\nNot many words here.",
        f"Return a thing.\n\nArgs:\n  x: {BODY}",
        f"Return a caf\u00e9 now.\n\n{BODY}",
        f":param x: a thing to return\n\n{BODY}",
        f"{'Return ' * 21}\n\n{BODY}",
        f"Return a thing.\n\n{'word ' * 61}.",
        f"Return a thing.\nA list:\n* one\n\n{BODY}\n\n",
        "",
    ],
)
def test_a_docstring_that_has_no_such_two_parts_is_left_out(docstring):
    found = prose.first_and_rest(docstring)
    assert found is None or found[0] != "Return a thing."


def test_a_body_ends_with_a_whole_sentence_within_sixty_words():
    long = f"Return a thing.\n\n{BODY} {'One more word. ' * 30}"
    body = prose.first_and_rest(long)[1]
    assert len(body.split()) <= 60 and body.endswith("One more word.")


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        (":meth:`~a.b.join` and :func:`c.d`", "join and c.d"),
        (":class:`_orm.Session`", "Session"),
        (":ref:`the text <label>`", "the text"),
        ("L{Deferred} and C{None}", "Deferred and None"),
        ("``x`` or `y`_", "x or y"),
        ("a set {1, 2}\n  of **two**", "a set {1, 2} of two"),
        ("as in Knuth [1]_, say::", "as in Knuth, say:"),
    ],
)
def test_markup_is_taken_off(marked, plain):
    assert prose.plain_text(marked) == plain


@given(st.lists(st.sampled_from(["A b c.", "Why?", "No!", "D e"]), min_size=1, max_size=5))
def test_sentences_make_up_the_text(said):
    text = " ".join(said)
    assert " ".join(data.sentences(text)) == text


def entry(library, first, body=BODY, name="f"):
    return library, name, first, body


def test_what_is_tested_is_in_no_other_part_not_even_nearly():
    near = BODY.replace("stops", "ends")
    parts = split(
        [
            entry("sympy", "Return a thing.", "Other words than those below, and eight of them."),
            entry("sympy", "Return another.", BODY.upper()),
            entry("keras", "Give a thing back.", near),
            entry("keras", "Something else.", "Nothing that any other body of them has said."),
            entry("celery", "return A thing!", "One two three four five six seven eight."),
            entry("networkx", "Return a thing."),
        ]
    )
    assert parts.test.summaries == ("Return a thing.",)
    assert len(parts.dev) == 0
    assert parts.train.summaries == ("Something else.",)


def test_two_functions_of_one_part_may_say_the_same():
    parts = split([entry("networkx", "Return a thing."), entry("django", "Return a thing.")])
    assert parts.test.libraries == ("networkx", "django")


def test_the_parts_have_the_sizes_that_are_stated(found):
    sizes = [len(getattr(found, part)) for part in PARTS]
    assert f"{sum(sizes):,}" in data.describe("docstrings").about
    assert sizes == SIZES


def test_every_library_is_in_its_part_alone(found):
    for part in PARTS:
        assert set(getattr(found, part).libraries) == set(LIBRARIES[part])


def test_every_docstring_is_what_it_is_said_to_be(found):
    for part in PARTS:
        chosen = getattr(found, part)
        for first, body in zip(chosen.summaries, chosen.bodies, strict=True):
            assert 3 <= len(first.split()) <= 20 and 8 <= len(body.split()) <= 60
            assert (first + body).isascii() and "\n" not in first + body


def test_known_functions_say_what_they_say(found):
    place = found.test.names.index("is_forest")
    assert found.test.libraries[place] == "networkx"
    assert found.test.summaries[place] == "Returns True if G is a forest."
    assert found.test.bodies[place].startswith("A forest is a graph with no undirected cycles.")


def test_what_was_read_is_kept_and_read_anew_if_it_is_damaged(tmp_path):
    path = tmp_path / "kept.json.gz"
    entries = [entry("sympy", "Return a thing.")]
    assert docstrings._kept(path) is None
    docstrings._keep(path, entries)
    assert docstrings._kept(path) == entries
    assert [p.name for p in tmp_path.iterdir()] == ["kept.json.gz"]
    whole = path.read_bytes()
    for broken in (b"", whole[:40], gzip.compress(b"x\n[]"), b"{}"):
        path.write_bytes(broken)
        assert docstrings._kept(path) is None


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path):
    with pytest.raises(data.DataError, match="cannot be written. Received"):
        docstrings._keep(tmp_path / "missing" / "kept.json.gz", [])
