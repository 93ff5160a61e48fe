"""The command `seqtut`: one module of this package for each of its verbs."""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import seqtut
from seqtut.cli import data, decode, evaluate, export, train

# Each verb adds its own parser, whose default `run` takes the arguments and returns the exit
# status. A verb imports what it runs only when it runs, so that help never waits for TensorFlow.
_VERBS = (train, evaluate, decode, export, data)

FAILED = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells count
CLOSED_PIPE = 141  # 128 + SIGPIPE


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, where argparse prints its usage as well."""

    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: The words after `seqtut`; None takes the process's own.

    Returns:
        The exit status: 0, 2 after an error, which is one line on standard error, 130 after an
        interruption, 141 when the reader of the output has gone.

    Raises:
        SystemExit: After help, the version, or arguments that argparse does not understand.
    """
    try:
        try:
            return _run(arguments)
        finally:
            if sys.stdout is not None:  # None if the shell closed it
                sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return CLOSED_PIPE
    except OSError as error:
        _forget_output()
        print(f"seqtut: the output could not be written: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("seqtut: interrupted", file=sys.stderr)
        return INTERRUPTED


def _forget_output() -> None:
    """Keeps the interpreter from flushing once more as it ends, and complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str] | None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.run(chosen)
    except BrokenPipeError:
        raise
    except Exception as error:  # whatever happens, a user of the command gets one line
        if chosen.debug:
            traceback.print_exc()
        said = " ".join(str(error).split()) or type(error).__name__
        if type(error).__name__ in ("MemoryError", "ResourceExhaustedError"):  # with pages of graph
            said = "the memory is not enough for this. Choose less: a smaller --width, say."
        print(f"seqtut: {said}", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="seqtut", description=seqtut.__doc__)
    parser.add_argument("--version", action="version", version=f"seqtut {seqtut.__version__}")
    parser.add_argument("--debug", action="store_true", help="show where an error comes from")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for verb in _VERBS:
        verb.add_to(verbs)
    return parser
