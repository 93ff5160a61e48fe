"""Runs the command as `python -m seqtut.cli`, where its script is not on the path."""

import sys

from seqtut.cli import main

if __name__ == "__main__":
    sys.exit(main())
