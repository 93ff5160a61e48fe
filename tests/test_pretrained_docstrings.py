"""The tasks of writing on and of summing up: what they read, how they are made and measured."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import data, metrics, pretrained
from seqtut.cli import main
from seqtut.pretrained import summarising, writing
from seqtut.text import Subwords

SHAPES = {
    "writer": ("writing", "LanguageModel", {"width": 12, "heads": 2, "layers": 1}),
    "pointer": ("summarising", "PointerGenerator", {"width": 12, "bidirectional": True}),
    "plain": ("summarising", "Seq2Seq", {"width": 12, "bidirectional": True}),
}
TINY = {
    name: pretrained.Recipe(
        data="tiny", model=model, shape=shape, epochs=1, size=16, subwords=(290,), task=task
    )
    for name, (task, model, shape) in SHAPES.items()
}
THINGS = ("node", "edge", "graph", "path", "tree")


def documented(library, pairs):
    """Functions that get one thing of another, and say so."""
    return data.Docstrings(
        *zip(
            *(
                (
                    library,
                    f"get_{a}",
                    f"Return the {a} of a {b}.",
                    f"The {a} is one that a {b} has.",
                )
                for a, b in pairs
            ),
            strict=True,
        )
    )


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """Recipes on a data set named "tiny", in a folder of its own."""
    pairs = [(a, b) for a in THINGS for b in THINGS]
    np.random.default_rng(0).shuffle(pairs)
    found = data.LibraryDocstrings(
        documented("keras", pairs[10:]),
        documented("celery", pairs[:5]),
        documented("django", pairs[5:10]),
    )
    monkeypatch.setattr(data, "load", lambda name: {"tiny": found}[name])
    for name, recipe in TINY.items():
        monkeypatch.setitem(pretrained.RECIPES, name, recipe)
    monkeypatch.chdir(tmp_path)
    return found


@pytest.fixture(scope="module")
def subwords():
    return Subwords.train(["Return the node of a graph.\nThe node is one."] * 4, 290)


@pytest.fixture(scope="module")
def readers(subwords):
    return {
        name: pretrained.task(recipe).model(
            pretrained.task(recipe).network(recipe, subwords, subwords), subwords, subwords
        )
        for name, recipe in TINY.items()
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("get_angle", "get angle"),
        ("_private__thing", "private thing"),
        ("privilegedStartService", "privileged start service"),
        ("toURLPath", "to URL path"),
        ("conv2d", "conv 2 d"),
        ("__", ""),
    ],
)
def test_a_name_falls_into_its_words(name, words):
    assert pretrained.name_words(name) == words


def test_a_summariser_reads_a_name_and_a_description(readers):
    wanted = "get angle: The angle is in radians."
    for typed in (
        "get_angle:  The angle is\nin radians. ",
        "get_angle(): The angle is in radians.",
    ):
        assert readers["pointer"].normal(typed) == wanted
    assert readers["pointer"].normal(wanted) == wanted


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("writer", " \n", "empty"),
        ("writer", "a" * 601, "601 characters"),
        ("writer", "caf\u00e9", "never read"),
        ("writer", "a\x00b", "never read"),
        ("pointer", "", "empty"),
        ("pointer", "The angle is in radians.", "no 'name: what"),
        ("pointer", "__: It is in radians.", "no 'name: what"),
        ("plain", "get_angle:", "no 'name: what"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_clear_line(readers, name, text, reason):
    with pytest.raises(pretrained.UnreadableError, match=reason) as caught:
        readers[name].normal(text)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_any_text_is_either_read_or_refused(readers, text):
    for name in ("writer", "pointer"):
        try:
            found = readers[name].normal(text)
        except pretrained.UnreadableError as error:
            assert "\n" not in str(error)
        else:
            assert readers[name].normal(found) == found


def test_a_writer_goes_on_with_several_texts_at_once(readers):
    texts = ["Return the", "The", "Return the node of"]
    together = readers["writer"].read(texts, 1)
    alone = [readers["writer"].read([text], 1)[0] for text in texts]
    assert [r.said for r in together] == [r.said for r in alone]
    assert all(r.attention is None for r in together)


def test_the_cost_of_a_text_is_that_of_its_pieces_one_by_one(readers, subwords):
    texts = ["Return the node.", "The", "Return the node of a graph.\nThe node is one."]
    found = readers["writer"].nats(texts)
    for text, nats in zip(texts, found, strict=True):
        model, ids = readers["writer"].model, [*subwords.encode(text), 2]
        nothing = np.zeros((1, 1), "int32"), np.zeros((1, 1), bool)
        state, total = model.start(model.encode(*nothing), len(ids)), 0.0
        for read, wanted in zip([1, *ids], ids, strict=False):
            logits, state = model.step(np.array([read], "int32"), state)
            logits = np.asarray(logits[0], np.float64)
            total += math.log(np.exp(logits - logits.max()).sum()) + logits.max() - logits[wanted]
        assert nats == pytest.approx(total, rel=1e-4)


def test_uniform_logits_cost_the_vocabulary_s_bits(readers, subwords, monkeypatch):
    part = documented("keras", [("node", "graph"), ("tree", "path")])
    sizes = [len(text) + 1 for text in writing.texts(part)]
    tokens = [len(subwords.encode(text)) + 1 for text in writing.texts(part)]
    nats = np.array(tokens) * math.log(len(subwords))
    monkeypatch.setattr(readers["writer"], "nats", lambda texts: nats)
    found = writing.measure(readers["writer"], part)["bits"].value
    assert found == pytest.approx(sum(tokens) * math.log2(len(subwords)) / sum(sizes))


def test_the_scores_of_lines_are_those_of_the_metrics():
    part = documented("keras", [("node", "graph"), ("tree", "path")])
    said = ["return the NODE of a graph", "a tree"]
    found = summarising.scores(said, part)
    right = [[line] for line in part.summaries]
    assert found["chrf"].value == pytest.approx(metrics.chrf(said, right).score)
    assert found["rouge_l"].value == pytest.approx((1 + 2 / 8) / 2)
    assert found["rouge_1"].parts[0, 0] == found["rouge_2"].parts[0, 0] == 1


@pytest.mark.parametrize("name", ["writer", "pointer"])
def test_a_model_is_trained_measured_and_used_by_the_command(tiny, name, capsys):
    assert main(["train", name]) == 0
    out = capsys.readouterr().out
    assert f"on {len(tiny.test)} test functions" in out
    card = json.loads(Path(f"{name}.json").read_text())
    widths = ["teacher forcing"] if name == "writer" else ["greedy", "beam 5"]
    assert list(card["test"]) == widths
    for found in card["test"].values():
        assert found["functions"] == len(tiny.test)
        for score in (found[key] for key in found if key != "functions"):
            assert score["low"] <= score["value"] <= score["high"]
    weights = ["--weights", f"{name}.safetensors"]
    assert main(["evaluate", name, *weights, "--part", "dev"]) == 0
    how = "teacher forcing" if name == "writer" else "beam of 5"
    assert f"{len(tiny.dev)} functions of tiny dev, {how}" in capsys.readouterr().out
    text = "get_node: The node is one that a tree has."
    assert main(["decode", name, *weights, "--text", text, "--text", "\u00e9"]) == 2
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{text}\t") and "\t! the model never read" in second


def test_a_pointer_learns_to_sum_up(tiny):
    quick = dataclasses.replace(
        TINY["pointer"],
        shape={"width": 24, "bidirectional": True},
        epochs=40,
        size=4,
        learning_rate=1e-2,
        label_smoothing=0.0,
        average=0.9,
    )
    model, _ = pretrained.make(quick)
    assert summarising.measure(model, tiny.train, 1)["rouge_l"].value > 0.9
