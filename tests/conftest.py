"""Settings for all tests."""

import os

from hypothesis import settings

# Machines are shared and differ in speed: how long an example takes proves nothing.
settings.register_profile("book", deadline=None)
settings.load_profile("book")

# Read by TensorFlow when a test imports it, directly or through seqtut.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")
