"""Synthetic speech: eSpeak NG, taken out of its verified wheel and called through ctypes.

The engine is a program of others under the GPL. It is fetched and run on the reader's machine; no
part of it is in this package.
"""

import ctypes
import functools
import os
import re
import tempfile
from pathlib import Path, PurePosixPath

import numpy as np

from seqtut import runtime
from seqtut.data.download import download
from seqtut.data.manifest import DataError, Pin, read_manifest
from seqtut.data.store import is_cached, open_archive

# Our names of the voices: an accent of the engine, and one of its variants, which says how high
# the voice is and where its formants are.
_ACCENTS = {"us": "gmw/en-US", "gb": "gmw/en", "sc": "gmw/en-GB-scotland"}
_VARIANTS = ("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m7")

_PACKAGE = "espeakng-loader"
_WANTED = re.compile(
    r"espeak-ng-data/(phon(data|index|tab)|intonations|en_dict|lang/gmw/en[^/]*)"
    rf"|espeak-ng-data/voices/!v/({'|'.join(_VARIANTS)})"
)
_LIBRARY = re.compile(r"(lib)?espeak-ng\.(so|dylib|dll)")
# What makes a voice less even, from one moment or one word to the next: left out, so that a word
# always sounds the same.
_UNEVEN = ("flutter", "roughness", "echo")

# Numbers of espeak-ng/speak_lib.h.
_SYNCHRONOUS, _DO_NOT_EXIT, _UTF8, _IPA = 2, 0x8000, 1, 2
_SPEED, _PITCH = 1, 3
# What is quieter, of 32,768, at the two ends of a word is cut off.
_SILENT = 64

_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def speak(text: str, voice: str, rate: int = 150) -> np.ndarray:
    """Says an English text.

    The same text, voice and rate give the same samples, whatever was said before.

    Args:
        text: What to say.
        voice: An accent, "us", "gb" or "sc", and a variant, such as "us-m3".
        rate: Words a minute, from 80 to 450.

    Returns:
        `(N,)` int16, 22,050 samples a second, without the silence before and after.

    Raises:
        DataError: If there is no such voice, the engine cannot be had on this machine, or it says
            nothing.
    """
    return _engine().speak(text, voice, rate)


def phonemes(text: str, accent: str = "us") -> str:
    """Returns how the engine will say a text, in the letters of the IPA.

    Args:
        text: What to say.
        accent: "us", "gb" or "sc".

    Returns:
        The phonemes with their stress marks.

    Raises:
        DataError: As `speak` does.
    """
    return _engine().phonemes(text, accent)


def wheel() -> Pin:
    """Returns the pin of the engine's package."""
    return read_manifest()[_PACKAGE]


@functools.cache
def _engine() -> "_Engine":
    pin = wheel()
    if not is_cached(pin):
        download(pin)
    return _Engine(_unpacked(pin))


class _Engine:
    """The one engine of this process; its library keeps its state in global variables."""

    def __init__(self, folder: Path):
        (library,) = (path for path in folder.iterdir() if _LIBRARY.fullmatch(path.name))
        try:
            self.library = ctypes.CDLL(str(library))
        except OSError as error:
            raise DataError(
                f"The speech engine does not run on this machine. Received: {error}. Its package "
                "has versions for Linux with glibc, for macOS and for Windows."
            ) from error
        self.heard: list[np.ndarray] = []
        self._callback = _CALLBACK(self._listen)  # kept, or it would be collected while called
        rate = self.library.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(folder), _DO_NOT_EXIT)
        if rate != 22050:
            raise DataError(
                f"The speech engine did not start. Received: {rate} instead of its sampling rate. "
                f"Delete {folder} and try again."
            )
        self.library.espeak_SetSynthCallback(self._callback)

    def _listen(self, samples, count, _events) -> int:
        if samples and count > 0:
            self.heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def _choose(self, voice: str) -> None:
        accent, _, variant = voice.partition("-")
        if accent not in _ACCENTS or (variant and variant not in _VARIANTS):
            raise DataError(
                f"A voice is an accent and a variant, such as 'us-m3'. Received: {voice!r}. The "
                f"accents are {', '.join(_ACCENTS)}, the variants {', '.join(_VARIANTS)}."
            )
        name = _ACCENTS[accent] + (f"+even-{variant}" if variant else "")
        if self.library.espeak_SetVoiceByName(name.encode()) != 0:
            raise DataError(
                f"The speech engine does not find its voice. Received: {voice!r}. Delete the "
                f"folder {_folder(wheel())} and try again."
            )

    def _say(self, text: str) -> np.ndarray:
        self.heard = []
        # Breath is random noise, which begins anew for each word.
        self.library.espeak_ng_SetRandSeed(ctypes.c_long(1))
        told = text.encode("utf-8") + b"\0"
        self.library.espeak_Synth(told, len(told), 0, 1, 0, _UTF8, None, None)
        self.library.espeak_Synchronize()
        return np.concatenate(self.heard) if self.heard else np.zeros(0, np.int16)

    def speak(self, text: str, voice: str, rate: int) -> np.ndarray:
        self._choose(voice)
        self.library.espeak_SetParameter(_SPEED, rate, 0)
        self.library.espeak_SetParameter(_PITCH, 50, 0)
        self._say("a")  # rings out in the filters, instead of whatever was said last
        samples = self._say(text)
        loud = np.nonzero(np.abs(samples.astype(np.int32)) >= _SILENT)[0]
        if not len(loud):
            raise DataError(
                f"There is nothing to hear in this text. Received: {text!r}. Give a word."
            )
        return samples[loud[0] : loud[-1] + 1]

    def phonemes(self, text: str, accent: str) -> str:
        self._choose(accent)
        function = self.library.espeak_TextToPhonemes
        function.restype = ctypes.c_char_p
        rest = ctypes.c_char_p(text.encode("utf-8"))
        found = []
        while rest.value:
            found.append(function(ctypes.byref(rest), _UTF8, _IPA).decode("utf-8"))
        return " ".join(found).strip()


def _folder(pin: Pin) -> Path:
    return runtime.cache_folder() / f"{pin.name}-{pin.version}"


def _unpacked(pin: Pin) -> Path:
    """Returns the folder with the engine's files, each of them as it is in the verified archive."""
    folder = _folder(pin)
    try:
        for place, content in _contents(pin).items():
            path = folder / place
            if not path.is_file() or path.read_bytes() != content:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, content)
    except OSError as error:
        raise DataError(
            f"The speech engine cannot be unpacked. Received: {folder} ({error.strerror}). Make it "
            "writable, or set SEQTUT_CACHE to a folder that is."
        ) from error
    return folder


def _contents(pin: Pin) -> dict[str, bytes]:
    """Returns the files that are needed, by their places in the folder."""
    with open_archive(pin) as archive:
        found = {}
        for member in archive.namelist():
            place = PurePosixPath(member).relative_to(PurePosixPath(member).parts[0]).as_posix()
            if _LIBRARY.fullmatch(place) or _WANTED.fullmatch(place):
                found[place] = archive.read(member)
    for place in [place for place in found if "/!v/" in place]:
        variant = PurePosixPath(place).name
        found[str(PurePosixPath(place).with_name(f"even-{variant}"))] = _even(found.pop(place))
    return found


def _even(variant: bytes) -> bytes:
    """Returns a variant's file without what makes its voice uneven."""
    lines = variant.decode("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(_UNEVEN)]
    return "\n".join([*kept, "flutter 0", "roughness 0", ""]).encode()


def _write(path: Path, content: bytes) -> None:
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(scratch, path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
