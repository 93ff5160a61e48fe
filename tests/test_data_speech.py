"""Synthetic speech: the engine says the same each time, and the recordings are kept whole."""

import ctypes
import hashlib
import subprocess
import sys

import numpy as np
import pytest

from seqtut import data, equations
from seqtut.data import download, espeak, frames, speech

SAY = """
import hashlib, sys
from seqtut import data
data.speak("something else", "gb-f3", 200)
print(hashlib.sha256(data.speak("through", "us-f4").tobytes()).hexdigest())
"""

PLAN = [("through", "us-m3", 150), ("bough", "gb-f1", 120), ("ox", "sc-m4", 180)]


@pytest.fixture(scope="module")
def few():
    return data.record(PLAN)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SEQTUT_CACHE", str(tmp_path))
    return tmp_path


# The engine


def test_a_word_sounds_the_same_whatever_was_said_before():
    heard = {}
    rng = np.random.default_rng(0)
    for _ in range(60):
        word, voice = str(rng.choice(["ox", "see", "judge"])), str(rng.choice(["us-f4", "sc-m4"]))
        found = data.speak(word, voice).tobytes()
        assert heard.setdefault((word, voice), found) == found


def test_a_word_sounds_the_same_in_another_process():
    own = hashlib.sha256(data.speak("through", "us-f4").tobytes()).hexdigest()
    done = subprocess.run([sys.executable, "-c", SAY], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [own]


def test_a_sound_is_int16_and_has_no_silence_at_its_ends():
    found = data.speak("through", "us-m3")
    assert found.dtype == np.int16 and found.ndim == 1
    assert abs(int(found[0])) >= 64 and abs(int(found[-1])) >= 64
    assert len(data.speak("through", "us-m3", 100)) > len(found)


def test_phonemes_tell_homophones_and_accents():
    assert data.phonemes("see") == data.phonemes("sea") != data.phonemes("through")
    assert data.phonemes("car", "us") != data.phonemes("car", "gb")
    assert data.phonemes("good morning").count(" ") == 1


@pytest.mark.parametrize("voice", ["us-m9", "fr-m1", "", "us_m1", "us-m1/../x"])
def test_an_unknown_voice_is_refused_with_those_that_there_are(voice):
    with pytest.raises(data.DataError, match="us-m3.*sc.*m7"):
        data.speak("word", voice)


@pytest.mark.parametrize("text", ["", " ", "."])
def test_a_text_without_sound_is_refused(text):
    with pytest.raises(data.DataError, match="nothing to hear"):
        data.speak(text, "us-m3")


def test_a_damaged_file_of_the_engine_is_unpacked_again_from_the_verified_wheel(cache):
    pin = espeak.wheel()
    (cache / f"{pin.name}-{pin.version}.whl").write_bytes(WHEEL.read_bytes())
    folder = espeak._unpacked(pin)
    table = folder / "espeak-ng-data" / "phontab"
    whole = table.read_bytes()
    table.write_bytes(whole[:100])
    espeak._unpacked(pin)
    assert table.read_bytes() == whole
    assert not list(folder.rglob(".part-*"))
    assert not list(folder.rglob("*fr_dict"))


def test_an_engine_that_does_not_load_here_is_one_sentence(tmp_path):
    (tmp_path / "libespeak-ng.so").write_bytes(b"no library")
    with pytest.raises(data.DataError, match="does not run on this machine"):
        espeak._Engine(tmp_path)


def test_the_callback_of_the_engine_outlives_the_call_that_made_it():
    assert isinstance(espeak._engine()._callback, ctypes._CFuncPtr)


def test_a_platform_that_the_engine_has_no_wheel_for_is_one_sentence(tmp_path):
    said = "ERROR: No matching distribution found for espeakng-loader==0.2.4"
    message = download._explain(espeak.wheel(), tmp_path, said)
    assert "for this machine" in message and message.count(". ") == 2


# Frames


def test_frames_are_the_equation_frame_by_frame():
    samples = data.speak("ox", "us-m1")
    found = data.log_mel(samples)
    x = samples / 2**15
    for s in (0, 7, len(found) - 1):
        frame = x[s * data.HOP : s * data.HOP + data.WINDOW]
        np.testing.assert_allclose(found[s], equations.log_mel(frame, frames.filters()))
    assert len(found) == 1 + (len(samples) - data.WINDOW) // data.HOP


def test_a_sound_shorter_than_a_frame_is_one_frame():
    assert data.log_mel(np.ones(10, np.int16)).shape == (1, data.BANDS)


def test_bytes_keep_decibels_to_a_quarter():
    decibels = np.linspace(-60, 60, 1000)
    kept = frames.to_bytes(decibels)
    assert kept.dtype == np.uint8
    assert np.abs(frames.to_decibels(kept) - decibels).max() <= 0.25 + 1e-5


# Recordings


def test_recordings_are_what_was_planned(few):
    assert few.spellings == ("through", "bough", "ox")
    assert few.voices == ("us-m3", "gb-f1", "sc-m4") and few.rates == (150, 120, 180)
    for place, one in enumerate(PLAN):
        expected = data.scaled(data.log_mel(data.speak(*one)))
        assert few.frames(place).dtype == np.float32
        assert len(few.frames(place)) == few.lengths[place]
        np.testing.assert_allclose(few.frames(place), expected, atol=0.25 / 20 + 1e-6)


def test_some_recordings_can_be_chosen_in_any_order(few):
    turned = few.at([2, 0])
    assert turned.spellings == ("ox", "through")
    np.testing.assert_array_equal(turned.frames(1), few.frames(0))
    assert few.of_voices(["gb-f1"]).spellings == ("bough",)
    assert len(few.at([])) == 0


def test_what_was_said_is_kept_and_read_again(few, cache):
    path = cache / "kept.zip"
    speech._write(path, data.SpokenWords(few, few.at([1]), few.at([2])))
    found = speech._read(path)
    assert found.train.spellings == few.spellings and found.train.rates == few.rates
    np.testing.assert_array_equal(found.train.kept, few.kept)
    np.testing.assert_array_equal(found.dev.frames(0), few.frames(1))
    assert [one.name for one in cache.iterdir()] == ["kept.zip"]


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:300]])
def test_a_damaged_file_is_never_read(few, cache, damage):
    path = cache / "kept.zip"
    speech._write(path, data.SpokenWords(few, few, few))
    path.write_bytes(damage(path.read_bytes()))
    assert speech._read(path) is None


def test_altered_bytes_inside_the_file_are_found(few, cache):
    path = cache / "kept.zip"
    speech._write(path, data.SpokenWords(few, few, few))
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 3] ^= 0xFF
    path.write_bytes(bytes(whole))
    found = speech._read(path)
    assert found is None or all(
        np.array_equal(part.kept, few.kept) for part in (found.train, found.dev, found.test)
    )


def test_a_cache_that_cannot_be_written_is_one_sentence(few, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(data.DataError, match="cannot be kept"):
        speech._write(blocked / "kept.zip", data.SpokenWords(few, few, few))


# The plan, which is made without saying anything


@pytest.fixture(scope="module")
def plans():
    data.fetch("speech")
    return speech._plans()


def test_no_part_has_a_word_or_its_plural_of_another(plans):
    families = {name: {data.family(word) for word, *_ in plan} for name, plan in plans.items()}
    assert not families["train"] & families["test"]
    assert not families["train"] & families["dev"]
    assert not families["dev"] & families["test"]


def test_a_training_word_is_said_by_an_american_and_a_british_voice(plans):
    voices = {}
    for word, voice, rate in plans["train"]:
        voices.setdefault(word, []).append(voice[:2])
        assert rate in speech.RATES
    assert set(map(tuple, voices.values())) == {("us", "gb")}
    counts = np.unique([voice for _, voice, _ in plans["train"]], return_counts=True)[1]
    assert len(counts) == 8 and counts.min() > 0.9 * counts.max()


def test_a_test_word_is_said_by_three_voices_of_which_training_hears_one(plans):
    heard = {voice for _, voice, _ in plans["train"] + plans["dev"]}
    assert [voice in heard for voice in data.TEST_VOICES] == [True, False, False]
    assert not any(voice.startswith("sc") for voice in heard)
    assert [voice for _, voice, _ in plans["test"][:3]] == list(data.TEST_VOICES)


def test_the_words_are_common_short_and_can_be_said(plans):
    words = {word for plan in plans.values() for word, *_ in plan}
    assert {"through", "water", "people"} <= words
    assert all(3 <= len(word) <= 8 and word.isalpha() and word.islower() for word in words)
    about = data.describe("speech").about
    assert f"{len(words):,}" in about and f"{len(plans['train']):,}" in about


WHEEL = data.archive_path(espeak.wheel())
