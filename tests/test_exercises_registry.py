import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut.exercises import registry
from seqtut.exercises.registry import Hint, call, check, exercise, judge, names


@pytest.fixture(autouse=True)
def checkers(monkeypatch):
    """Two exercises of our own: one wants 42, the other trips over everything."""
    monkeypatch.setattr(registry, "_CHECKERS", {})

    @exercise("made-up-1")
    def wants_42(answer):
        return None if answer == 42 else Hint("try 42.", "试试 42。")

    @exercise("made-up-2")
    def trips(answer):
        raise LookupError("lost")


def test_a_right_answer_has_no_hint_and_a_wrong_one_has_it_in_both_languages():
    assert judge("made-up-1", 42) == ("made-up-1", True, None)
    assert judge("made-up-1", 41) == ("made-up-1", False, Hint("try 42.", "试试 42。"))


def test_the_verdict_is_printed_in_both_languages(capsys):
    check("made-up-1", 42)
    check("made-up-1", None)
    assert capsys.readouterr().out.splitlines() == [
        "✓ made-up-1: right.",
        "✓ made-up-1：正确。",
        "✗ made-up-1: not yet: try 42.",
        "✗ made-up-1：还不对：试试 42。",
    ]


def test_a_checker_that_fails_is_a_wrong_answer_that_names_its_type_and_the_error(capsys):
    check("made-up-2", {"a": 1})
    english, chinese = capsys.readouterr().out.splitlines()
    assert "could not be read. Received: dict (LookupError: lost)" in english
    assert "收到的是 dict（LookupError: lost）" in chinese


@given(answer=st.one_of(st.none(), st.integers(), st.text(), st.lists(st.floats())))
def test_no_answer_raises(answer):
    for name in ("made-up-1", "made-up-2", "unknown"):
        assert judge(name, answer).right == (name == "made-up-1" and answer == 42)


def test_an_unknown_exercise_is_answered_with_the_known_ones():
    verdict = judge("made-up-9", 42)
    assert not verdict.right
    assert "The exercises are: made-up-1, made-up-2." in verdict.hint.en
    assert "made-up-1" in verdict.hint.zh


def test_a_readers_function_gives_its_result_or_a_hint_that_names_its_error():
    assert call(divmod, 7, 2) == ((3, 1), None)
    result, hint = call(divmod, 7, 0)
    assert result is None
    assert hint.en.startswith("the function stopped with ZeroDivisionError: ")
    assert "ZeroDivisionError" in hint.zh
    assert hint.zh.endswith("。")


def test_names_keep_the_order_in_which_chapters_register_them():
    assert names() == ["made-up-1", "made-up-2"]


def test_two_checkers_of_one_name_are_refused():
    with pytest.raises(ValueError, match="Received: 'made-up-1' twice"):
        exercise("made-up-1")(lambda answer: None)


class MuteError(Exception):
    """Fails even when it is asked what went wrong."""

    def __str__(self):
        raise RuntimeError


class Exits:
    """Ends the program when it is compared or read."""

    def __eq__(self, other):
        raise SystemExit

    def __array__(self, *_, **__):
        raise MuteError


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    "answer", [Exits(), lambda *_: sys.exit(), "x" * 10**6], ids=["object", "function", "text"]
)
def test_no_answer_ends_the_readers_notebook_or_floods_it(name, answer, capsys):
    check(name, answer)
    printed = capsys.readouterr().out
    assert printed.startswith("✗")
    assert len(printed) < 2000


def test_a_name_that_is_no_name_is_answered(capsys):
    check([1], 2)
    assert "no exercise of that name" in capsys.readouterr().out
