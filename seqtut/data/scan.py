"""SCAN: commands and the actions they mean, made by their grammar, with nothing to download."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from seqtut.data.manifest import DataError

# The longest output in the training part of the split by length.
LONGEST = 22
# How often "jump" alone stands in the training part of its split: a tenth of the examples.
JUMPS = 1467

_VERBS = ("walk", "look", "run", "jump")
_TIMES = {"twice": 2, "thrice": 3}
_TURNS = {"left": "LTURN", "right": "RTURN"}

Actions = tuple[str, ...]


@dataclass(frozen=True)
class Commands:
    """Commands and what they mean.

    Attributes:
        commands: Such as "jump left twice".
        actions: For each the one right output, such as `("LTURN", "JUMP", "LTURN", "JUMP")`.
    """

    commands: tuple[str, ...]
    actions: tuple[Actions, ...]

    def __len__(self) -> int:
        """The number of commands, repetitions counted."""
        return len(self.commands)


@dataclass(frozen=True)
class CommandSplit:
    """One way to divide the commands.

    Attributes:
        train: Commands to learn from.
        test: Commands to report on; none of them is in `train`.
    """

    train: Commands
    test: Commands


@dataclass(frozen=True)
class Scan:
    """The three splits that most reports are on.

    Attributes:
        simple: Four fifths at random for training, and a fifth for the test.
        length: At most 22 actions in training, more in the test.
        jump: Training has everything without "jump", and "jump" alone 1,467 times; the test has
            every other command in which it stands.
    """

    simple: CommandSplit
    length: CommandSplit
    jump: CommandSplit


def interpret(command: str) -> Actions:
    """Returns the actions that a command of SCAN means.

    Args:
        command: Words with a space between them.

    Returns:
        Actions of `WALK`, `LOOK`, `RUN`, `JUMP`, `LTURN` and `RTURN`.

    Raises:
        DataError: If it is no command of the language.

    Source: Lake and Baroni (2018).
    """
    try:
        return _meaning(command.split())
    except (KeyError, ValueError):
        raise DataError(
            f"This is no command of SCAN. Received: {command!r}. "
            'Write one such as "jump around left twice and walk".'
        ) from None


def _meaning(words: list[str]) -> Actions:
    for joint, places in (("and", (0, 1)), ("after", (1, 0))):
        if joint in words:
            where = words.index(joint)
            parts = _phrase(words[:where]), _phrase(words[where + 1 :])
            return parts[places[0]] + parts[places[1]]
    return _phrase(words)


def _phrase(words: list[str]) -> Actions:
    if words and words[-1] in _TIMES:
        return _directed(words[:-1]) * _TIMES[words[-1]]
    return _directed(words)


def _directed(words: list[str]) -> Actions:
    verb, *where = words
    if verb not in _VERBS and (verb != "turn" or not where):
        raise ValueError
    act = () if verb == "turn" else (verb.upper(),)
    if not where:
        return act
    *how, side = where
    turn = (_TURNS[side],)
    return {"": turn + act, "opposite": turn * 2 + act, "around": (turn + act) * 4}[" ".join(how)]


def all_commands() -> list[str]:
    """Returns the 20,910 commands of the language, each once, always in the same order."""
    directed = list(_VERBS)
    for verb in (*_VERBS, "turn"):
        directed += [
            f"{verb}{how} {side}" for how in ("", " opposite", " around") for side in _TURNS
        ]
    phrases = [one + times for one in directed for times in ("", " twice", " thrice")]
    joined = [f"{x} {joint} {y}" for joint in ("and", "after") for x in phrases for y in phrases]
    return phrases + joined


def load_scan() -> Scan:
    """Makes all commands and divides them in three ways.

    The splits by length and by "jump" are those of the paper. Which fifth of the simple split is
    the test was drawn anew, so it is of the paper's size and not the paper's own.

    Returns:
        The splits.
    """
    commands = all_commands()
    actions = {command: interpret(command) for command in commands}

    def part(chosen: Iterable[str]) -> Commands:
        chosen = tuple(chosen)
        return Commands(chosen, tuple(actions[command] for command in chosen))

    order = np.random.default_rng(0).permutation(len(commands))
    cut = len(commands) * 4 // 5
    short = [command for command in commands if len(actions[command]) <= LONGEST]
    long = [command for command in commands if len(actions[command]) > LONGEST]
    without = [command for command in commands if "jump" not in command]
    jumping = [command for command in commands if "jump" in command and command != "jump"]
    return Scan(
        simple=CommandSplit(
            part(commands[i] for i in order[:cut]), part(commands[i] for i in order[cut:])
        ),
        length=CommandSplit(part(short), part(long)),
        jump=CommandSplit(part([*without, *["jump"] * JUMPS]), part(jumping)),
    )
