"""The room of data: what was known of a test before it was held."""

import zlib

import numpy as np
import tensorflow as tf

from seqtut import laws
from seqtut.museum.specimen import Specimen

# Two weeks of a value every five minutes, in windows of a day.
STEPS, WIDTH, HELD_OUT = 4032, 288, 0.1


def _windows(first, last):
    return np.arange(first, last - WIDTH + 1)[:, None] + np.arange(WIDTH)


def _windows_first(steps):
    windows = _windows(0, steps)
    cut = int(len(windows) * (1 - HELD_OUT))
    return windows[:cut], windows[cut:]


def _cut_first(steps):
    cut = int(steps * (1 - HELD_OUT))
    return _windows(0, cut), _windows(cut, steps)


def _steps_of(split) -> tuple[list, list]:
    return tuple(np.unique(windows).tolist() for windows in split(STEPS))


def _share_known(split) -> float:
    train, test = _steps_of(split)
    return float(np.mean(np.isin(test, train)))


_TEXTS = (
    "the road goes through the town and the river goes through the wood",
    "the path goes through a tunnel and over the bridge",
)
TRAIN, TEST = (text.split() for text in _TEXTS)


def _vocabulary_of_all(train, test):
    return set(train) | set(test)


def _vocabulary(train, test):
    return set(train)


def _unknown(build) -> float:
    return float(np.mean([word not in build(TRAIN, TEST) for word in TEST]))


# A file in which the short comes first, as files of sentence pairs often are.
FILE = sorted((f"{n:b}" for n in range(1, 1024)), key=len)


def _tail(examples):
    cut = int(len(examples) * 0.8)
    return examples[:cut], examples[cut:]


def _by_hash(examples):
    held = [zlib.crc32(example.encode()) % 5 == 0 for example in examples]
    parts = ([], [])
    for example, one in zip(examples, held, strict=True):
        parts[one].append(example)
    return parts


def _length_of_test(split) -> float:
    return float(np.mean([len(example) for example in split(FILE)[1]]))


def _shuffled_then_kept(data):
    return data.shuffle(20, seed=1).cache()


def _kept_then_shuffled(data):
    return data.cache().shuffle(20, seed=1)


def _epochs(pipeline) -> list[list[int]]:
    data = pipeline(tf.data.Dataset.range(20))
    return [[int(n) for n in data.as_numpy_iterator()] for _ in range(3)]


SPECIMENS = (
    Specimen(
        name="windows-first",
        room="data",
        mistake="overlapping windows, then the split",
        seen="Keras, time series",
        law="parts share nothing",
        quantity="share of test steps seen in training",
        spec=".2f",
        broken=_windows_first,
        repaired=_cut_first,
        test=lambda split: laws.parts_share_nothing(*_steps_of(split)),
        number=_share_known,
    ),
    Specimen(
        name="vocabulary-of-all",
        room="data",
        mistake="a vocabulary that has read the test part",
        seen="Annotated Transformer",
        law="test changes nothing",
        quantity="unknown among the test words",
        spec=".2f",
        broken=_vocabulary_of_all,
        repaired=_vocabulary,
        test=lambda build: laws.test_changes_nothing(build, TRAIN, TEST, TRAIN),
        number=_unknown,
    ),
    Specimen(
        name="sorted-tail",
        room="data",
        mistake="the last fifth of a sorted file is held out",
        seen="Keras, lstm_seq2seq",
        law="order changes nothing",
        quantity="mean length of a test example",
        spec=".1f",
        broken=_tail,
        repaired=_by_hash,
        test=lambda split: laws.order_changes_nothing(split, FILE),
        number=_length_of_test,
    ),
    Specimen(
        name="shuffled-once",
        room="data",
        mistake="cached after it was shuffled",
        seen="Keras, Transformer (2021)",
        law="epochs differ",
        quantity="orders in three epochs",
        spec=".0f",
        broken=_shuffled_then_kept,
        repaired=_kept_then_shuffled,
        test=lambda pipeline: laws.epochs_differ(_epochs(pipeline)),
        number=lambda pipeline: len({tuple(epoch) for epoch in _epochs(pipeline)}),
    ),
)
