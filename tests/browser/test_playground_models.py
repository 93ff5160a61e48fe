"""The models on the pages compute what Keras computes, from the same float16 numbers."""

import json
import math

import numpy as np
import pytest

from book.layout import editions
from book.weights import FOLDER, binaries

EDITION = next(iter(editions()))
SAMPLE = 200
SEARCHES = [
    {"width": 5, "keep": 5, "alpha": 0.0},
    {"width": 5, "keep": 1, "alpha": 0.6},
    {"width": 1, "keep": 1, "alpha": 0.0},
    {"width": 3, "keep": 3, "alpha": 1.0},
    {"width": 8, "keep": 8, "alpha": -0.7},
]
READER = """
const folder = new URL("_static/playground/", location.href);
const module = (name) => import(new URL(name, folder));
const { load } = await module("weights.js");
const { Reader, normal } = await module("reader.js");
const reader = new Reader(await load("cmudict-small", new URL("models/", folder)));
"""


@pytest.fixture(scope="module")
def page(browser, address):
    page = browser.new_context().new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}{EDITION}/search.html")
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def pronouncer():
    from seqtut import pretrained

    return pretrained.load("cmudict-small")


@pytest.fixture(scope="module")
def words(pronouncer):
    """Words that the model never learned from, and some that are in no dictionary."""
    from seqtut import data

    known = data.load("cmudict").test.plain().spellings
    drawn = np.random.default_rng(0).choice(len(known), SAMPLE, replace=False)
    return ["through", "autoencoder", "blorptang", "a", "x" * 20, *(known[i] for i in drawn)]


def run(page, script, argument=None):
    return page.evaluate(f"async (given) => {{ {READER} {script} }}", argument)


def test_a_built_site_has_the_numbers_that_the_package_exports(html, tmp_path):
    from seqtut import pretrained

    for path in binaries():
        described, numbers = pretrained.export(path.stem, tmp_path)
        built = html / EDITION / path
        assert built.read_bytes() == numbers.read_bytes()
        assert json.loads(built.with_suffix(".json").read_text()) == json.loads(
            described.read_text()
        )


def test_no_model_on_a_page_is_larger_than_a_megabyte():
    assert {path.parent for path in binaries()} == {FOLDER}
    assert max(map(len, binaries().values())) <= 1_000_000


def test_every_float16_is_decoded_to_its_value(page):
    found = run(
        page,
        """
        const { decoded, half } = await module("weights.js");
        const all = decoded(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer);
        return [...all].map((x, i) => [String(x), String(half(i))]);
        """,
    )
    wanted = np.arange(65536, dtype="<u2").view("<f2").astype(float)
    for (one, other), value in zip(found, wanted, strict=True):
        assert one == other
        number = float(one.replace("Infinity", "inf"))
        assert number == value or (math.isnan(number) and math.isnan(value))


def test_logits_agree_with_keras_at_every_step(page, pronouncer, words):
    from seqtut.text import BEGIN, pad

    some = words[:40]
    answers = [pronouncer.target.encode(r.tokens) for r in pronouncer.read(some)]
    found = run(
        page,
        """
        return given.map(([word, tokens]) => {
          const ids = [...word].map((letter) => reader.ids.get(letter));
          let state = reader.model.start(reader.model.encode(ids));
          return tokens.map((token) => {
            const turn = reader.model.step([token], state);
            state = turn.state;
            return [Array.from(turn.logits), Array.from(turn.attention)];
          });
        });
        """,
        [[word, [BEGIN, *answer]] for word, answer in zip(some, answers, strict=True)],
    )
    worst = 0.0
    for word, answer, steps in zip(some, answers, found, strict=True):
        source, mask = pad([pronouncer.source.encode(word)])
        memory = pronouncer.model.encode(source, mask)
        wanted = np.asarray(pronouncer.model.decode(memory, np.array([[BEGIN, *answer]])))[0]
        logits = np.array([logits for logits, _ in steps])
        worst = max(worst, float(np.abs(logits - wanted).max()))
        assert np.allclose(np.array([a for _, a in steps]).sum(axis=1), 1, atol=1e-5)
    print(f"largest difference of a logit: {worst:.1e}")
    assert worst <= 1e-4


@pytest.mark.parametrize("settings", SEARCHES, ids=str)
def test_a_beam_is_that_of_the_package(page, pronouncer, words, settings):
    from seqtut import decoding
    from seqtut.text import BEGIN, END, PAD, UNKNOWN, pad

    source, mask = pad([pronouncer.source.encode(word) for word in words])
    model = pronouncer.model
    best = decoding.beam_search(
        model.step,
        model.start(model.encode(source, mask), pronouncer.max_steps),
        begin=BEGIN,
        end=END,
        max_steps=pronouncer.max_steps,
        forbidden=(PAD, BEGIN, UNKNOWN),
        **settings,
    )
    wanted = {name: np.asarray(getattr(best, name)) for name in best._fields if name != "history"}
    history = {name: np.asarray(part) for name, part in best.history._asdict().items()}
    found = run(
        page,
        "return given.words.map((word) => reader.read(word, given.settings));",
        {"words": words, "settings": settings},
    )
    for row, (word, searched) in enumerate(zip(words, found, strict=True)):
        for place, held in enumerate(searched["hypotheses"]):
            length = wanted["lengths"][row, place]
            kept = wanted["tokens"][row, place, :length]
            said = [*held["tokens"], *([END] if held["finished"] else [])]
            assert said == kept.tolist(), (word, place)
            assert held["length"] == length
            for name in ("score", "penalised"):
                theirs = wanted["scores" if name == "score" else name][row, place]
                assert held[name] == pytest.approx(theirs, abs=1e-4)
            looked = wanted["attention"][row, place, :length, : len(word)]
            assert np.allclose(held["attention"], looked, atol=1e-4)
        assert len(searched["hypotheses"]) == (wanted["lengths"][row] > 0).sum()
        for step, held in enumerate(searched["steps"]):
            theirs = history["scores"][row, step]
            count = len(held["tokens"])
            assert count == (theirs > -math.inf).sum(), (word, step)
            assert np.allclose(held["scores"], theirs[:count], atol=1e-4)


def test_a_beam_cut_at_the_longest_length_says_so(page):
    found = run(page, "reader.facts.max_steps = 3; return reader.read('autoencoder', {width: 2});")
    assert [held["finished"] for held in found["hypotheses"]] == [False, False]
    assert [len(held["tokens"]) for held in found["hypotheses"]] == [3, 3]


def test_words_are_brought_to_the_form_that_the_package_reads(page, pronouncer):
    typed = [" Through ", "Caf\u00e9", "don\u2019t", "na\u00efve", "\u017d", "\ufb01n"]
    found = run(page, "return given.map(normal);", typed)
    assert found == [pronouncer.normal(word) for word in typed]


def test_what_cannot_be_read_is_refused_for_the_same_reasons(page, pronouncer):
    typed = ["", "x" * 41, "\u6f22", "a b"]
    found = run(page, "return given.map((word) => reader.refusal(normal(word)));", typed)
    assert [one["reason"] for one in found] == ["empty", "long", "strange", "strange"]
    for word in typed:
        with pytest.raises(ValueError):
            pronouncer.normal(word)
    assert run(page, "return reader.refusal('through');") is None


# --- Autoencoders


@pytest.mark.parametrize("name", ["digits-autoencoder", "digits-variational", "heartbeats"])
def test_an_autoencoder_codes_and_rebuilds_as_keras_does(page, name):
    from seqtut import data, pretrained

    model = pretrained.load(name)
    test = data.load(pretrained.recipe(name).data).test
    some = (test.series if name == "heartbeats" else test.images)[:30]
    found = page.evaluate(
        """
        async ([name, examples]) => {
          const folder = new URL("_static/playground/", location.href);
          const { load } = await import(new URL("weights.js", folder));
          const { Autoencoder } = await import(new URL("autoencoder.js", folder));
          const model = new Autoencoder(await load(name, new URL("models/", folder)));
          return examples.map((x) => {
            const code = model.encode(Float32Array.from(x));
            return [Array.from(code), Array.from(model.decode(code))];
          });
        }
        """,
        [name, some.tolist()],
    )
    codes, rebuilt = (np.array(part) for part in zip(*found, strict=True))
    assert np.allclose(codes, model.encode(some), atol=1e-4)
    assert np.allclose(rebuilt, model.rebuild(some), atol=1e-4)


def test_a_beat_is_scored_as_the_package_scores_it(page):
    from seqtut import data, pretrained
    from seqtut.pretrained import beating

    model, beats = pretrained.load("heartbeats"), data.load("ecg5000").test.series[:40]
    found = page.evaluate(
        """
        async (beats) => {
          const folder = new URL("_static/playground/", location.href);
          const { load } = await import(new URL("weights.js", folder));
          const { Autoencoder } = await import(new URL("autoencoder.js", folder));
          const { judged } = await import(new URL("beat.js", folder));
          const model = new Autoencoder(await load("heartbeats", new URL("models/", folder)));
          // Beats at another scale: they are brought to the data's before they are scored.
          const score = (beat) => judged(model, Float32Array.from(beat, (v) => 3 * v + 1)).score;
          const start = judged(model, model.decode(model.facts.start)).score;
          return { scores: beats.map(score), start, threshold: model.facts.threshold };
        }
        """,
        beats.tolist(),
    )
    assert np.allclose(found["scores"], beating.scores(model, beats), rtol=1e-3, atol=1e-3)
    assert found["threshold"] == pytest.approx(beating.threshold(model), abs=1e-3)
    assert found["start"] < found["threshold"]
