"""The benchmark on SCAN: how it counts, and that a run is made once and kept."""

import json

import numpy as np
import pytest

from benchmarks import scan
from seqtut import data
from seqtut.text import END, Vocabulary

SOURCE = Vocabulary(["jump", "run", "thrice", "twice"])
TARGET = Vocabulary(["JUMP", "RUN"])


class Runner:
    """Says RUN for ever, but for its end, which comes after two."""

    def start(self, memory, max_steps):
        return {"said": memory}

    def encode(self, ids, mask):
        import tensorflow as tf

        return tf.zeros(tf.shape(ids)[:1], tf.int32)

    def step(self, tokens, state):
        import tensorflow as tf

        run = tf.one_hot(TARGET.encode(["RUN"])[0], len(TARGET))
        end = tf.one_hot(END, len(TARGET))
        logits = tf.where(state["said"][:, None] < 2, run, 2 * end + run)
        return logits, {"said": state["said"] + 1}

    def __call__(self, inputs):
        import tensorflow as tf

        return tf.one_hot(tf.ones_like(inputs[2]) * TARGET.encode(["RUN"])[0], len(TARGET))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("LTURN JUMP JUMP", "right"),
        ("LTURN RUN RUN", "another verb for JUMP"),
        ("LTURN", "no JUMP at all"),
        ("LTURN RUN WALK", "no JUMP at all"),
        ("JUMP", "other"),
    ],
)
def test_answers_are_told_apart_by_how_they_are_wrong(said, kind):
    assert scan.kind_of(tuple(said.split()), ("LTURN", "JUMP", "JUMP")) == kind


def test_a_model_ends_by_itself_or_when_it_is_told():
    answers = scan.Answers(Runner(), SOURCE, TARGET)
    commands = ["run", "run twice", "run thrice"]
    assert answers.said(commands) == [("RUN",) * 2] * 3
    assert answers.said(commands, [1, 2, 3]) == [("RUN",) * n for n in (1, 2, 3)]
    part = data.Commands(tuple(commands), tuple(map(data.interpret, commands)))
    assert answers.exact(part) == pytest.approx(1 / 3, abs=1e-5)
    assert answers.exact(part, given_length=True) == 1


def test_tokens_are_counted_by_step_after_right_and_own_beginnings():
    answers = scan.Answers(Runner(), SOURCE, TARGET)
    part = data.Commands(("run", "run thrice"), (("RUN",), ("RUN",) * 3))
    found = answers.by_step(part, answers.said(part.commands))
    assert {name: steps[:5] for name, steps in found.items()} == {
        "steps": [2, 2, 1, 1, 0],
        "given": [2, 1, 1, 0, 0],
        "own": [2, 1, 0, 0, 0],
    }


def test_a_run_that_is_kept_is_not_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(scan, "RESULTS", tmp_path / "scan.json")
    made = []

    def one(kind, split, seed):
        made.append((kind, split, seed))
        return {"exact": np.float64(0.5)}

    monkeypatch.setattr(scan, "one", one)
    scan.write({"RNN/simple/0": {"exact": 1.0}})
    scan.main()
    assert len(made) == len(set(made)) == 26
    kept = json.loads(scan.RESULTS.read_text())["runs"]
    assert len(kept) == 27
    assert kept["RNN/simple/0"] == {"exact": 1.0}
    scan.main()
    assert len(made) == 26
    assert [path.name for path in tmp_path.iterdir()] == ["scan.json"]
