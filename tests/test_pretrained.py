"""Pretrained models: making, keeping, refusing, measuring and exporting them."""

import dataclasses
import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import data, metrics, pretrained, runtime, training
from seqtut.pretrained import (
    beating,
    pronouncing,
    recipes,
    redrawing,
    summarising,
    translating,
    writing,
)
from seqtut.pretrained.exporting import named_weights
from seqtut.text import Vocabulary

TINY = pretrained.Recipe(
    data="tiny", model="Seq2Seq", shape={"width": 12, "bidirectional": True}, epochs=2, size=16
)
NAMES = [name for name in pretrained.RECIPES if pretrained.weights_path(name).exists()]
each_model = pytest.mark.parametrize("name", NAMES)
TASKS = {name: pretrained.task(pretrained.recipe(name)) for name in NAMES}
TRANSLATORS = [name for name in NAMES if TASKS[name] is translating]
PRONOUNCERS = [name for name in NAMES if TASKS[name] is pronouncing]
REBUILDERS = [name for name in NAMES if TASKS[name] in (redrawing, beating)]
WRITERS = [name for name in NAMES if TASKS[name] in (writing, summarising)]


def spelt(words):
    """Words that are said as they are spelt, letter by letter."""
    words = sorted(words)
    return data.Words(tuple(words), tuple((tuple(word.upper()),) for word in words))


@pytest.fixture
def tiny(monkeypatch):
    """A recipe named "tiny" on a data set of that name."""
    rng = np.random.default_rng(0)
    drawn = {"".join(rng.choice(list("abcde"), rng.integers(1, 6))) for _ in range(250)}
    drawn = sorted(drawn)
    found = data.CMUdict(spelt(drawn[30:]), spelt(drawn[:15]), spelt(drawn[15:30]))
    monkeypatch.setattr(data, "load", lambda name: {"tiny": found}[name])
    monkeypatch.setitem(pretrained.RECIPES, "tiny", TINY)
    return found


@pytest.fixture
def made(tiny, tmp_path):
    out = tmp_path / "tiny.safetensors"
    return out, pretrained.run("tiny", TINY, out)


# Making


def test_a_run_writes_weights_and_a_card_that_says_how_they_came_to_be(made, tiny):
    out, card = made
    assert card == json.loads(out.with_suffix(".json").read_text())
    assert card["recipe"]["shape"] == TINY.shape
    assert card["weights_sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert len(card["history"]["score"]) == TINY.epochs
    assert set(card["test"]) == {"greedy", "beam 5"}
    assert card["test"]["greedy"]["words"] == len(tiny.test)
    low, value, high = (card["test"]["greedy"]["per"][end] for end in ("low", "value", "high"))
    assert low <= value <= high
    assert {"code", "versions", "machine", "seed", "seconds", "protocol"} <= set(card)
    assert sorted(path.name for path in out.parent.iterdir()) == ["tiny.json", out.name]


def test_the_numbers_of_a_card_are_those_of_the_weights_as_they_were_written(made, tiny):
    out, card = made
    again = pretrained.measure(pretrained.load("tiny", out), tiny.test.plain(), 1)
    assert round(again["per"].value, 5) == card["test"]["greedy"]["per"]["value"]


def test_a_stopped_run_goes_on_to_the_same_weights(made, tiny, tmp_path, monkeypatch):
    whole = made[0]
    cut = tmp_path / "again" / "tiny.safetensors"

    class StopError(Exception):
        pass

    def stop(*_):
        raise StopError

    with monkeypatch.context() as patch:  # stopped after the training, before the writing
        patch.setattr("seqtut.pretrained.store.save", stop)
        with pytest.raises(StopError):
            pretrained.run("tiny", TINY, cut)
    assert cut.with_suffix(".checkpoint").exists()
    pretrained.run("tiny", TINY, cut)
    one, other = (training.load_checkpoint(path)[0] for path in (whole, cut))
    assert all(np.array_equal(one[key], other[key]) for key in one)


def test_a_pronouncer_learns(tiny):
    quick = dataclasses.replace(TINY, epochs=30, learning_rate=2e-2, label_smoothing=0.0)
    model, _ = pretrained.make(quick)
    assert pretrained.measure(model, tiny.dev, 1)["per"].value < 0.5


def test_vocabularies_come_from_the_training_words_alone():
    words = spelt(["ab"] * 1 + [f"a{'b' * n}" for n in range(2, 60)] + ["z"])
    source, target = pretrained.vocabularies(words)
    assert set(source.tokens) == {"a", "b"}  # z is too rare to be known
    assert set(target.tokens) == {"A", "B", "Z"}


@pytest.mark.parametrize(
    "name, message", [("cmudct", "mean 'cmudict"), ("tts", "Received: 'tts'. The models are")]
)
def test_a_model_that_does_not_exist_is_refused_by_name(name, message):
    with pytest.raises(pretrained.PretrainedError, match=message):
        pretrained.recipe(name)


def test_a_training_of_no_epochs_is_refused():
    with pytest.raises(pretrained.PretrainedError, match="Received: 0"):
        pretrained.recipe("cmudict", epochs=0)


# Keeping and refusing


def test_a_kept_model_says_the_same(made, tiny):
    out, _ = made
    one, other = (pretrained.load("tiny", out).read(tiny.test.spellings) for _ in range(2))
    assert [r.tokens for r in one] == [r.tokens for r in other]
    assert [r.score for r in one] == [r.score for r in other]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "missing"])
def test_damaged_weights_are_refused(made, damage):
    out, _ = made
    content = bytearray(out.read_bytes())
    if damage == "flip":
        content[-5] ^= 1
    out.write_bytes({"cut": content[:-40], "empty": b""}.get(damage, content))
    if damage == "missing":
        out.unlink()
    with pytest.raises(pretrained.PretrainedError, match="seqtut train tiny") as caught:
        pretrained.load("tiny", out)
    assert "\n" not in str(caught.value)


def test_another_models_weights_are_refused_by_name(made):
    with pytest.raises(pretrained.PretrainedError, match="Received: 'tiny'; wanted: 'cmudict'"):
        pretrained.load("cmudict", made[0])


@pytest.mark.parametrize("kind", ["source", "target"])
def test_another_vocabulary_is_refused_by_name(made, kind):
    model = pretrained.load("tiny", made[0])
    own = getattr(model, kind)
    pretrained.load("tiny", made[0], **{kind: Vocabulary(own.tokens)})
    with pytest.raises(pretrained.PretrainedError, match=f"another {kind} vocabulary"):
        pretrained.load("tiny", made[0], **{kind: Vocabulary(own.tokens[::-1])})


def test_a_checkpoint_of_a_training_is_no_pretrained_model(tiny, tmp_path):
    path = tmp_path / "c"
    pretrained.make(TINY, checkpoint=path)
    with pytest.raises(pretrained.PretrainedError, match="wanted: 'tiny'"):
        pretrained.load("tiny", path)


def test_a_model_that_cannot_be_written_leaves_the_one_before_it(made, tiny, tmp_path):
    out, card = made
    before = out.read_bytes()
    model = pretrained.load("tiny", out)
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(pretrained.PretrainedError, match="could not be written"):
        pretrained.save(blocked / "tiny.safetensors", "tiny", model, card)
    assert out.read_bytes() == before


def test_a_missing_card_is_one_sentence(made):
    out, _ = made
    out.with_suffix(".json").write_text("{")
    with pytest.raises(pretrained.PretrainedError, match="seqtut train tiny"):
        pretrained.card("tiny", out)


# Reading


@pytest.fixture(scope="module")
def reader():
    recipe = pretrained.Recipe(data="", model="Seq2Seq", shape={"width": 4})
    source, target = Vocabulary("abcdefgh'"), Vocabulary(["AH", "B"])
    model = recipes.build(recipe, len(source), len(target))
    return pretrained.Transducer(model, source, target, batch=4)


@pytest.mark.parametrize(
    "text, wanted", [("Bad", "bad"), (" café\n", "cafe"), ("d\u2019ac", "d'ac"), ("ABBÉ", "abbe")]
)
def test_a_text_is_read_in_plain_letters(reader, text, wanted):
    assert reader.normal(text) == wanted


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "empty"),
        (" \t ", "empty"),
        ("\u0301", "empty"),
        ("a" * 41, "41 characters"),
        ("中文", r"'\\u4e2d'"),
        ("a b", "' '"),
        ("a\x00b", r"'\\x00'"),
        ("a\nb", r"'\\n'"),
        ("\ud800", r"'\\ud800'"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_with_its_reason(reader, text, reason):
    with pytest.raises(pretrained.UnreadableError, match=reason):
        reader.normal(text)


@given(st.text())
def test_any_text_is_either_read_or_refused(reader, text):
    try:
        found = reader.normal(text)
    except pretrained.UnreadableError as error:
        assert "\n" not in str(error)
    else:
        assert reader.normal(found) == found
        assert all(letter in reader.source for letter in found)


def test_readings_come_in_the_order_of_the_texts_whatever_the_batches(reader):
    words = ["a", "bad", "face", "hedge", "b", "cab", "d", "egg", "fad"]
    together = reader.read(words)
    assert [reading.text for reading in together] == words
    for word, reading in zip(words, together, strict=True):
        [alone] = reader.read([word])
        assert alone.tokens == reading.tokens
        assert alone.score == pytest.approx(reading.score, abs=1e-4)


def test_a_reading_attends_to_its_own_letters_alone(reader):
    for reading in reader.read(["a", "badge", "cabbage"]):
        assert reading.attention.shape[1] == len(reading.text)
        np.testing.assert_allclose(reading.attention.sum(axis=1), 1, atol=1e-5)


def test_no_more_texts_are_taken_than_a_batch_a_thread_and_one_more(reader):
    taken = 0

    def texts():
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield "bad"

    next(reader.stream(texts()))
    assert taken <= reader.batch * (runtime.threads() + 1)


def test_a_stream_that_is_given_up_takes_no_more_texts(reader):
    found = reader.stream(texts := iter(["bad"] * 1000))
    next(found)
    found.close()
    taken = 1000 - len(list(texts))
    assert taken <= reader.batch * (runtime.threads() + 1)


def test_texts_that_break_off_are_said_as_far_as_they_came(reader):
    def texts():
        yield from ["bad"] * 21
        raise KeyError("gone")

    found = reader.stream(texts())
    assert [next(found).text for _ in range(20)] == ["bad"] * 20
    with pytest.raises(KeyError, match="gone"):
        next(found)


def test_an_empty_text_is_refused_before_anything_is_read(reader, monkeypatch):
    monkeypatch.setattr(reader, "_batch", lambda *_: pytest.fail("it was read"))
    with pytest.raises(ValueError, match="nothing to read in an empty text"):
        reader.read([*["bad"] * 20, ""])


def test_an_error_comes_after_the_readings_of_the_batches_before_it(reader):
    found = reader.stream([*["bad"] * 20, ""])
    assert [next(found).text for _ in range(20)] == ["bad"] * 20
    with pytest.raises(ValueError, match="nothing to read in an empty text"):
        next(found)


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("end", [-99.0, 9.0], ids=["outputs that go on", "outputs that end"])
def test_room_for_few_steps_is_tried_first_and_changes_no_reading(width, end):
    recipe = pretrained.Recipe(data="", model="Transformer", shape={"width": 4, "heads": 1})
    source, target = Vocabulary("abcdefgh"), Vocabulary(["AH", "B"])
    model = recipes.build(recipe, len(source), len(target))
    model.decoder.logits.bias.assign([0, 0, end, 0, 0, 0])
    reader = pretrained.Transducer(model, source, target)
    tried, start = [], reader._start
    reader._start = lambda *given: (tried.append(given[2]), start(*given))[1]
    found = reader.read(["bad", "face"], width)
    assert tried == ([16] if end > 0 else [16, 48])
    tried.clear()
    for reading in found:
        # Beside a long text the same word has room for all steps at once.
        other, _ = reader.read([reading.text, "a" * 20], width)
        assert other.tokens == reading.tokens
        assert other.score == pytest.approx(reading.score, abs=1e-4)
    assert tried == [48, 48]


# Measuring


def test_families_are_counted_together():
    words = spelt(["tree", "trees", "sea"])
    rate = metrics.Ratio(np.array([1.0, 0, 1]), np.array([2.0, 3, 4]))
    grouped = pretrained.by_family(rate, data.Words(("sea", "tree", "trees"), words.pronunciations))
    assert grouped.value == rate.value
    assert sorted(zip(*map(list, grouped), strict=True)) == [(1, 2), (1, 7)]


# Exporting


def test_an_export_holds_every_number_under_its_name(made, tmp_path):
    out, _ = made
    described, raw = pretrained.export("tiny", tmp_path / "site", out)
    facts, numbers = json.loads(described.read_text()), np.frombuffer(raw.read_bytes(), "<f2")
    assert facts["numbers"] == len(numbers)
    model = pretrained.load("tiny", out)
    by_name = {k: v.numpy() for k, v in named_weights(model.model).items()}
    assert len(facts["tensors"]) == len(by_name) == len(model.model.trainable_variables)
    assert "encoder.forwards.0.cell.recurrent_kernel" in by_name
    for tensor in facts["tensors"]:
        wanted = by_name[tensor["name"]]
        end = tensor["begin"] + wanted.size
        found = numbers[tensor["begin"] : end].reshape(tensor["shape"])
        assert np.array_equal(found, wanted.astype("<f2"))
    assert facts["source"][4:] == list(model.source.tokens)
    assert facts["target"][2] == "<end>"


@pytest.mark.parametrize("name", pretrained.RECIPES)
def test_every_weight_has_one_name_that_no_process_changes(name):
    chosen = pretrained.recipe(name)
    network, sizes = pretrained.task(chosen).network, (range(9), range(9))
    one, other = (named_weights(network(chosen, *sizes)) for _ in range(2))
    assert list(one) == list(other)
    model = network(chosen, *sizes)
    assert len(one) == len(model.trainable_variables)


# Those that come with the package


@each_model
def test_a_packaged_model_is_the_one_that_its_card_describes(name):
    path, card = pretrained.weights_path(name), pretrained.card(name)
    assert card["name"] == name
    assert card["weights_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.stat().st_size < 6e6
    model = pretrained.load(name)
    assert card["weights"] == sum(v.numpy().size for v in model.model.trainable_variables)
    assert pretrained.recipe(name).shape == card["recipe"]["shape"]


@pytest.mark.parametrize("name", [*PRONOUNCERS, *TRANSLATORS, *REBUILDERS])
def test_a_packaged_model_never_read_what_it_is_tested_on(name):
    card = pretrained.card(name)
    found = data.load(card["recipe"]["data"])
    parts = (found.train, found.test)
    if name in WRITERS:
        families = [{*part.libraries, *part.summaries, *part.bodies} for part in parts]
    elif name in TRANSLATORS:
        families = [set(map(data.message_family, part.english)) for part in parts]
    elif name in REBUILDERS:
        rows = [getattr(part, "images", getattr(part, "series", None)) for part in parts]
        families = [{row.tobytes() for row in part} for part in rows]
    else:
        families = [set(map(data.family, part.spellings)) for part in parts]
    assert not families[0] & families[1]


@pytest.mark.parametrize("name", PRONOUNCERS)
def test_a_packaged_pronouncer_does_as_well_as_its_card_says(name):
    """On a sample of the test words, within the sample's own doubt."""
    card = pretrained.card(name)
    words = data.load(card["recipe"]["data"]).test.plain()
    some = data.Words(words.spellings[::12], words.pronunciations[::12])
    found = pretrained.measure(pretrained.load(name), some, 5)["wer"]
    low, high = metrics.bootstrap_interval(found, level=0.999)[1:]
    assert low <= card["test"]["beam 5"]["wer"]["value"] <= high


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_packaged_translator_does_as_well_as_its_card_says(name):
    """On a sample of the test messages, within the sample's own doubt."""
    card, messages = pretrained.card(name), data.load("translation").test
    some = data.Messages(messages.english[::8], messages.chinese[::8])
    task = pretrained.task(pretrained.recipe(name))
    found = task.measure(pretrained.load(name), some, 5)["chrf"]
    low, high = metrics.bootstrap_interval(
        found.parts, 1000, level=0.999, statistic=found.statistic
    )[1:]
    assert low <= card["test"]["beam 5"]["chrf"]["value"] <= high


@pytest.mark.parametrize("name", REBUILDERS)
def test_a_packaged_rebuilder_does_as_well_as_its_card_says(name):
    card, task = pretrained.card(name), TASKS[name]
    test = data.load(card["recipe"]["data"]).test
    found = task.measure(pretrained.load(name), test)
    [told] = card["test"].values()
    for measure, ratio in found.items():
        assert ratio.value == pytest.approx(told[measure]["value"], abs=0.003)
        assert told[measure]["low"] <= told[measure]["value"] <= told[measure]["high"]
    for _, value, low, high in task.figures(told):
        assert value and low and high


@pytest.mark.parametrize("name", REBUILDERS)
def test_a_rebuilder_refuses_text_with_a_reason(name):
    model = pretrained.load(name)
    for refused in (lambda: model.normal("word"), lambda: model.read(["word"])):
        with pytest.raises(pretrained.UnreadableError, match="reads numbers"):
            refused()


def test_a_code_of_the_packaged_digits_says_more_than_chance_about_the_digit():
    test = data.load("digits").test
    for name in ("digits-autoencoder", "digits-variational"):
        facts = pretrained.load(name).facts()
        codes = np.array(facts["codes"])
        assert codes.shape == (500, 3) and (codes[:, 2] == test.labels).all()
        distances = ((codes[:, None, :2] - codes[None, :, :2]) ** 2).sum(axis=-1)
        np.fill_diagonal(distances, np.inf)
        assert np.mean(codes[distances.argmin(axis=1), 2] == test.labels) > 0.4


def test_the_beat_that_the_page_begins_with_raises_no_alarm():
    model = pretrained.load("heartbeats")
    facts = model.facts()
    start = np.asarray(model.model.decode(np.array([facts["start"]], np.float32)))
    start = (start - start.mean()) / start.std()
    assert beating.scores(model, start)[0] < facts["threshold"]
    # It is decoded: no beat of the data is given away with it.
    train = data.load("ecg5000").train.series
    assert np.sqrt(((train - start) ** 2).sum(axis=1)).min() > 0.5


# A batch inside a model

BATCH = [
    ("through", ["TH", "R", "UW"]),
    ("tea", ["T", "IY"]),
    ("boxes", ["B", "AA", "K", "S", "IH", "Z"]),
]


@pytest.fixture(scope="module")
def followed():
    return pretrained.trace("cmudict-small", BATCH)


def test_a_trace_tells_the_shapes_and_the_pads_of_a_batch(followed):
    assert followed["words"] == ["through", "tea", "boxes"]
    masks = {side: np.array(mask) for side, mask in followed["masks"].items()}
    assert masks["source"].sum(axis=1).tolist() == [7, 3, 5]
    assert masks["target"].sum(axis=1).tolist() == [4, 3, 7]
    for tensor in followed["tensors"]:
        assert tensor["shape"][0] == 3
        if tensor["mask"]:
            assert tensor["shape"][1] == masks[tensor["mask"]].shape[1]
        values = np.array(tensor["values"])
        assert values.shape[:2] == tuple(tensor["shape"][:2]) or tensor["mask"] is None
    by_name = {tensor["name"]: tensor for tensor in followed["tensors"]}
    weights = np.array(by_name["weights"]["values"])
    assert np.allclose(weights.sum(axis=-1), 1, atol=0.04)  # rounded to two digits
    assert not weights[np.broadcast_to(~masks["source"][:, None, :], weights.shape)].any()
    assert not np.array(by_name["loss"]["values"])[~masks["target"]].any()
    assert by_name["source"]["values"][1][3:] == [0, 0, 0, 0]


def test_a_trace_is_what_the_model_computes(followed):
    from seqtut.text import BEGIN, END, pad

    model = pretrained.load("cmudict-small")
    source, mask = pad([model.source.encode(word) for word, _ in BATCH])
    ids = [model.target.encode(said) for _, said in BATCH]
    read, _ = pad([[BEGIN, *one] for one in ids])
    target, kept = pad([[*one, END] for one in ids])
    logits = np.asarray(model.model((source, mask, read)))
    by_name = {tensor["name"]: np.array(tensor["values"]) for tensor in followed["tensors"]}
    assert np.allclose(by_name["logits"], logits[..., :16], atol=0.006)
    states = np.asarray(model.model.encode(source, mask)["states"])[..., :16]
    assert np.allclose(by_name["joined 2"][mask], states[mask], atol=0.006)
    combined = by_name["combined"]
    assert np.abs(combined).max() <= 1
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    right = -np.take_along_axis(log_p, target[..., None], axis=-1)[..., 0]
    assert np.allclose(by_name["loss"], np.where(kept, right, 0), atol=0.006)


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("cmudict-small", [("caf\u00e9", ["K"])]),
        ("cmudict-small", [("tea", ["TEA"])]),
        ("cmudict-small", [("", ["T"])]),
        ("cmudict-no-attention", BATCH),
        ("cmudict-transformer", BATCH),
        ("heartbeats", BATCH),
    ],
)
def test_a_batch_that_cannot_be_followed_is_refused(name, pairs):
    with pytest.raises(pretrained.PretrainedError, match="Received"):
        pretrained.trace(name, pairs)


@pytest.mark.parametrize("name", WRITERS)
def test_a_packaged_writer_does_as_well_as_its_card_says(name):
    """On a sample of the test functions, within the sample's own doubt."""
    card, part = pretrained.card(name), data.load("docstrings").test
    columns = (part.libraries, part.names, part.summaries, part.bodies)
    some = data.Docstrings(*(column[::12] for column in columns))
    how, told = next(iter(card["test"].items()))
    score = "bits" if TASKS[name] is writing else "rouge_l"
    found = TASKS[name].measure(pretrained.load(name), some, 1)[score]
    low, high = metrics.bootstrap_interval(
        found.parts, 1000, level=0.999, statistic=found.statistic
    )[1:]
    assert low <= told[score]["value"] <= high, how


def test_all_weights_together_stay_within_the_package_s_budget():
    folder = pretrained.weights_path("cmudict").parent
    assert sum(path.stat().st_size for path in folder.glob("*.safetensors")) < 30e6


def test_weights_and_cards_are_part_of_the_package():
    code = "import tomllib; print(tomllib.load(open('pyproject.toml','rb'))['tool']['setuptools'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pretrained/*.safetensors" in done.stdout
    assert "pretrained/*.json" in done.stdout
