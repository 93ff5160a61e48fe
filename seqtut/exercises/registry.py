"""How an answer is judged: a verdict in English and Chinese, never an exception."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Hint(NamedTuple):
    """What is wrong with an answer and where to look next, in both languages."""

    en: str
    zh: str


class Verdict(NamedTuple):
    """The outcome of a check; `hint` is None exactly when the answer is right."""

    name: str
    right: bool
    hint: Hint | None


Checker = Callable[[Any], Hint | None]

_CHECKERS: dict[str, Checker] = {}


def exercise(name: str) -> Callable[[Checker], Checker]:
    """Registers the decorated function as the checker of the exercise `name` ("slug-1")."""

    def register(checker: Checker) -> Checker:
        if name in _CHECKERS:
            raise ValueError(f"Two checkers claim one exercise. Received: {name!r} twice.")
        _CHECKERS[name] = checker
        return checker

    return register


def _reason(error: BaseException) -> str:
    """Says in one short line what went wrong, whatever the error does when it is asked."""
    try:
        said = " ".join(str(error).split())
    except Exception:  # an error of the reader's own class may fail at this as well
        said = ""
    return f"{type(error).__name__}: {said}"[:200].rstrip(": ")


def names() -> list[str]:
    """Returns the names of all exercises, in the order of their chapters."""
    return list(_CHECKERS)


def call(function: Any, *arguments: Any) -> tuple[Any, Hint | None]:
    """Calls a reader's function, which may fail in any way, or be none.

    Args:
        function: What the reader has given as the answer.
        *arguments: What it is called with. Pass copies of what is used afterwards.

    Returns:
        What the function returned and None, or None and a hint that names the error.
    """
    if not callable(function):
        kind = type(function).__name__
        return None, Hint(
            f"the answer is a function. Received: {kind}. Pass the function itself, uncalled.",
            f"答案应是一个函数。收到的是 {kind}。请传入函数本身，不要调用它。",
        )
    try:
        return function(*arguments), None
    except (Exception, SystemExit) as error:  # the reader's own code may fail in any way
        reason = _reason(error)
        return None, Hint(
            f"the function stopped with {reason}.",
            f"函数运行时出错（{reason}）。",
        )


def judge(name: str, answer: Any) -> Verdict:
    """Judges an answer and returns the verdict without printing it.

    Args:
        name: The exercise, such as "concepts-1".
        answer: Whatever the exercise asks for; any object at all is taken.

    Returns:
        A `Verdict`. An answer of the wrong kind is a wrong answer, not an error.
    """
    if not isinstance(name, str) or name not in _CHECKERS:
        known = ", ".join(_CHECKERS)
        hint = Hint(
            f"there is no exercise of that name. The exercises are: {known}.",
            f"没有这个名字的练习。现有的练习：{known}。",
        )
        return Verdict(name, False, hint)
    try:
        hint = _CHECKERS[name](answer)
    except (Exception, SystemExit) as error:  # an answer is any object, and may trip a checker
        reason = _reason(error)
        hint = Hint(
            f"the answer could not be read. Received: {type(answer).__name__} ({reason}).",
            f"无法读取这个答案。收到的是 {type(answer).__name__}（{reason}）。",
        )
    return Verdict(name, hint is None, hint)


def check(name: str, answer: Any) -> None:
    """Prints whether an answer is right, or what is wrong with it, in English and Chinese.

    Never raises: a reader's notebook goes on whatever the answer was.

    Args:
        name: The exercise, such as "concepts-1".
        answer: Whatever the exercise asks for.
    """
    verdict = judge(name, answer)
    if verdict.right:
        print(f"✓ {name}: right.")
        print(f"✓ {name}：正确。")
    else:
        print(f"✗ {name}: not yet: {verdict.hint.en}")
        print(f"✗ {name}：还不对：{verdict.hint.zh}")
