"""The verbs that make and use models: train, evaluate, decode, export."""

import io
import json
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from seqtut import data, pretrained
from seqtut.cli import main
from seqtut.text import Vocabulary

TINY = pretrained.Recipe(data="tiny", model="Seq2Seq", shape={"width": 8}, epochs=1, size=16)


def spelt(words):
    return data.Words(tuple(words), tuple((tuple(word.upper()),) for word in words))


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """A recipe "tiny" on words of the letters a to e, in a folder of its own."""
    rng = np.random.default_rng(0)
    drawn = {"".join(rng.choice(list("abcde"), rng.integers(1, 6))) for _ in range(200)}
    drawn = sorted(drawn)
    found = data.CMUdict(spelt(drawn[20:]), spelt(drawn[:10]), spelt(drawn[10:20]))
    monkeypatch.setattr(data, "load", lambda name: {"tiny": found}[name])
    monkeypatch.setitem(pretrained.RECIPES, "tiny", TINY)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def weights(tiny, tmp_path):
    """Random weights with a card, as a file."""
    source, target = Vocabulary("abcde"), Vocabulary("ABCDE")
    model = pretrained.Transducer(pretrained.build(TINY, 9, 9), source, target, batch=4)
    path = tmp_path / "tiny.safetensors"
    pretrained.save(path, "tiny", model, {"recipe": {"data": "tiny", **_fields(TINY)}})
    return path


def _fields(recipe):
    return {name: getattr(recipe, name) for name in recipe.__dataclass_fields__}


def says(weights, monkeypatch, raw, *words):
    """What `seqtut decode` prints for bytes on standard input, and how it ends."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    return main(["decode", "tiny", "--weights", str(weights), *words])


def only_line(text):
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text


# train


def test_train_writes_a_model_that_decode_and_evaluate_use(tiny, capsys, tmp_path):
    assert main(["train", "tiny", "--seed", "3"]) == 0
    out = capsys.readouterr().out
    assert "Wrote tiny.safetensors and tiny.json." in out
    assert json.loads((tmp_path / "tiny.json").read_text())["seed"] == 3
    assert main(["decode", "tiny", "--weights", "tiny.safetensors", "--text", "bad"]) == 0
    assert capsys.readouterr().out.startswith("bad\t")
    assert main(["evaluate", "tiny", "--weights", "tiny.safetensors", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    card = json.loads((tmp_path / "tiny.json").read_text())
    assert found["wer"] == card["test"]["beam 5"]["wer"]


def test_train_prints_the_card_as_json_and_nothing_else(tiny, capsys, tmp_path):
    assert main(["train", "tiny", "--epochs", "2", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert card["recipe"]["epochs"] == 2
    assert card == json.loads((tmp_path / "tiny.json").read_text())


@pytest.mark.parametrize("verb", ["train", "evaluate", "decode", "export"])
def test_a_model_that_does_not_exist_is_one_line_and_exit_code_2(verb, capsys):
    assert main([verb, "cmudct"]) == 2
    assert "Did you mean 'cmudict" in only_line(capsys.readouterr().err)


@pytest.mark.parametrize("words", [["--epochs", "0"], ["--seed", "-1"], ["--out", "no/such"]])
def test_a_training_that_cannot_be_is_one_line_and_exit_code_2(tiny, words, capsys, tmp_path):
    (tmp_path / "no").touch()
    assert main(["train", "tiny", *words]) == 2
    assert "Received" in only_line(capsys.readouterr().err.split("\n", 1)[-1] or "Received\n")


# evaluate


@pytest.mark.parametrize("out", [".", "tiny.json", "tiny.checkpoint"])
def test_weights_are_not_written_where_card_or_checkpoint_belong(tiny, out, capsys, tmp_path):
    assert main(["train", "tiny", "--out", out]) == 2
    assert "Weights need a file of their own" in only_line(capsys.readouterr().err)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["[]", "{}", '{"recipe": 3}', '{"recipe": {}}'])
def test_a_card_that_is_none_is_one_sentence(weights, text, capsys):
    weights.with_suffix(".json").write_text(text)
    assert main(["evaluate", "tiny", "--weights", str(weights)]) == 2
    assert "tells no recipe. Received: " in only_line(capsys.readouterr().err)


def test_evaluate_says_what_it_measured_and_by_which_protocol(weights, capsys):
    assert (
        main(["evaluate", "tiny", "--weights", str(weights), "--part", "dev", "--width", "1"]) == 0
    )
    out = capsys.readouterr().out
    assert "tiny on 10 words of tiny dev, greedy" in out
    assert "WER" in out
    assert "stress left out" in out


# decode


def test_decode_says_each_line_of_its_input_in_order(weights, monkeypatch, capsys):
    raw = b"a\nbad\r\nCAB\nabba\ncade\nbed"
    assert says(weights, monkeypatch, raw) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("\t")[0] for line in lines] == ["a", "bad", "CAB", "abba", "cade", "bed"]
    assert all(set(line.partition("\t")[2].split()) <= set("ABCDE") for line in lines)


@pytest.mark.parametrize(
    "line, reason",
    [
        (b"", "empty"),
        (b"   ", "empty"),
        (b"a" * 300, "300 characters"),
        ("\u4e2d\u6587".encode(), "never read '\\u4e2d'"),
        (b"a\x07b", "never read '\\x07'"),
        (b"a\x00b", "never read '\\x00'"),
        (b"\xff\xfe\x00bad", "no UTF-8"),
        (b"\x89PNG", "no UTF-8"),
        (b"xyz", "never read 'x'"),
    ],
)
def test_a_line_that_cannot_be_read_is_marked_and_the_others_are_said(
    weights, monkeypatch, capsys, line, reason
):
    assert says(weights, monkeypatch, b"bad\n" + line + b"\ncab\n") == 2
    out, err = capsys.readouterr()
    first, marked, last = out.splitlines()
    assert first.startswith("bad\t")
    assert last.startswith("cab\t")
    assert marked.partition("\t")[2].startswith("! ")
    assert reason in marked
    assert marked.isprintable() or marked.replace("\t", "").isprintable()
    assert "1 text could not be read" in only_line(err)


def test_a_line_without_end_is_refused_without_being_held(weights, monkeypatch, capsys):
    assert says(weights, monkeypatch, b"bad\n" + b"a" * 3_000_000 + b"\ncab\n") == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("\t")[0][:3] for line in lines] == ["bad", "aaa", "cab"]
    assert len(lines[1]) < 200


@pytest.mark.parametrize("line", ["\u4e2d".encode() * 2000, b"bad" + b" " * 5000 + b"cab"])
def test_a_line_is_read_whole_or_refused_for_its_length(weights, monkeypatch, capsys, line):
    assert says(weights, monkeypatch, line + b"\ncab\n") == 2
    refused, last = capsys.readouterr().out.splitlines()
    assert refused.endswith("\t! it has 4,096 bytes or more")
    assert last.startswith("cab\t")


def test_a_last_line_needs_no_end(weights, monkeypatch, capsys):
    assert says(weights, monkeypatch, b"bad\ncab" + b" " * 4092) == 0
    assert says(weights, monkeypatch, b"bad\ncab" + b" " * 4093) == 2
    assert "4,096 bytes" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_text_that_was_read_is_printed_whole(weights, monkeypatch, capsys, words):
    text = "bad" + " " * 500
    assert says(weights, monkeypatch, text.encode(), *words) == 0
    out = capsys.readouterr().out
    assert (json.loads(out)["text"] if words else out.partition("\t")[0]) == text


def test_what_is_said_in_several_lines_is_printed_in_one(weights, monkeypatch, capsys):
    reading = pretrained.Reading("bad", ("B",), -1.0, None, "one\ntwo\x1b")
    monkeypatch.setattr(pretrained.Transducer, "read", lambda *_: [reading])
    assert says(weights, monkeypatch, b"bad\n") == 0
    assert capsys.readouterr().out == "bad\tone\\ntwo\\x1b\n"
    assert says(weights, monkeypatch, b"bad\n", "--json") == 0
    assert json.loads(capsys.readouterr().out)["said"] == reading.said


def test_a_model_of_pictures_refuses_texts_one_by_one(capsys):
    assert main(["decode", "digits-variational", "--text", "3", "--text", "4"]) == 2
    out, err = capsys.readouterr()
    assert [line[:4] for line in out.splitlines()] == ["3\t! ", "4\t! "]
    assert "reads numbers" in out
    assert "2 texts could not be read" in only_line(err)


def test_a_closed_standard_input_is_named(weights, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["decode", "tiny", "--weights", str(weights)]) == 2
    assert "no standard input to read. Received: a closed one. Give --text" in only_line(
        capsys.readouterr().err
    )


def test_a_beam_that_no_memory_holds_is_one_short_line(weights, capsys):
    words = ["decode", "tiny", "--weights", str(weights), "--text", "bad", "--width", "400000"]
    assert main(words) == 2
    line = only_line(capsys.readouterr().err)
    assert "memory is not enough" in line
    assert len(line) < 200


def test_decode_prints_a_json_object_a_line(weights, monkeypatch, capsys):
    assert says(weights, monkeypatch, b"bad\n\n", "--json") == 2
    good, bad = map(json.loads, capsys.readouterr().out.splitlines())
    assert good["text"] == "bad"
    assert good["log_probability"] < 0
    assert bad == {"text": "", "error": "it is empty"}


def test_a_text_may_stand_on_the_command_line(weights, capsys):
    words = ["decode", "tiny", "--weights", str(weights), "--text", "Bad", "--text", "cab"]
    assert main(words) == 0
    assert [line[:4] for line in capsys.readouterr().out.splitlines()] == ["Bad\t", "cab\t"]


def test_no_input_at_all_is_no_output(weights, monkeypatch, capsys):
    assert says(weights, monkeypatch, b"") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("width", ["0", "-3"])
def test_a_beam_without_room_is_one_line_and_exit_code_2(weights, capsys, width):
    words = ["decode", "tiny", "--weights", str(weights), "--text", "bad", "--width", width]
    assert main(words) == 2
    assert "Received" in only_line(capsys.readouterr().err)


def test_decode_answers_while_its_input_goes_on(tmp_path):
    """A pipe is answered batch by batch: the first answers come before the last words are sent."""
    command = [sys.executable, "-m", "seqtut.cli", "decode", "cmudict-small", "--width", "1"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("PYTHONUNBUFFERED", None)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment) as child:
        killer = threading.Timer(100, child.kill)
        killer.start()
        child.stdin.write(b"through\n" * 600)
        child.stdin.flush()
        first = child.stdout.readline()
        child.stdin.close()
        rest = child.stdout.read().splitlines()
        killer.cancel()
    assert first.startswith(b"through\tTH R ")
    assert len(rest) == 599
    assert child.returncode == 0


class Echo:
    """Says each text itself, and keeps how many it was given at a time."""

    batch, at_once = 3, 4

    def __init__(self):
        self.given = []

    def normal(self, text):
        if text == "odd":
            raise pretrained.UnreadableError("it is odd")
        return text

    def read(self, words, width):
        self.given.append(len(words))
        return [pretrained.Reading(word, (word,), 0.0, None, word) for word in words]


def test_the_first_answers_come_after_a_batch_and_later_ones_after_several(monkeypatch, capsys):
    echo = Echo()
    monkeypatch.setattr(pretrained, "load", lambda *_: echo)
    words = ["odd" if number % 7 == 0 else str(number) for number in range(3 + 24 + 2)]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO("\n".join(words).encode())))
    assert main(["decode", "echo"]) == 2
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [text for text, _ in lines] == words
    assert all(said == ("! it is odd" if text == "odd" else text) for text, said in lines)
    # Lines that cannot be read fill places too.
    assert echo.given == [2, 10, 11, 1]


# export


def test_export_says_what_it_wrote(weights, capsys, tmp_path):
    words = ["export", "tiny", "--weights", str(weights), "--out", str(tmp_path / "site")]
    assert main([*words, "--json"]) == 0
    written = json.loads(capsys.readouterr().out)["files"]
    assert [os.path.basename(path) for path in written] == ["tiny.json", "tiny.bin"]
    assert all(os.path.getsize(path) for path in written)


def test_export_writes_what_becomes_of_a_batch(capsys, tmp_path):
    words = ["export", "cmudict-small", "--out", str(tmp_path), "--batch", "tea=T IY", "ax=AE K S"]
    assert main(words) == 0
    assert "cmudict-small-batch.json" in capsys.readouterr().out
    [path] = tmp_path.iterdir()
    followed = json.loads(path.read_text())
    assert followed["sounds"] == [["T", "IY"], ["AE", "K", "S"]]
    assert followed["tensors"][-1]["shape"] == [2, 4]


@pytest.mark.parametrize("pair", ["tea", "tea=", "=T IY"])
def test_export_asks_for_pairs(pair, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["export", "cmudict-small", "--batch", pair])
    assert stopped.value.code == 2
    assert "give WORD=SOUNDS" in capsys.readouterr().err


def test_export_writes_graphs_for_a_runtime_too(weights, capsys, tmp_path):
    words = ["export", "tiny", "--weights", str(weights), "--out", str(tmp_path), "--form"]
    assert main([*words, "litert", "--json"]) == 0
    written = json.loads(capsys.readouterr().out)["files"]
    endings = ["tiny.json", "tiny.bin", "tiny-read.tflite", "tiny-step.tflite"]
    assert [os.path.basename(path) for path in written] == endings


@pytest.mark.parametrize("name", ["summary", "captions"])
def test_a_model_without_graphs_is_refused_before_anything_is_written(name, capsys, tmp_path):
    assert main(["export", name, "--out", str(tmp_path), "--form", "onnx"]) == 2
    assert "Only recurrent models of texts that copy nothing" in only_line(capsys.readouterr().err)
    assert not list(tmp_path.iterdir())


def test_a_batch_is_followed_through_pronouncers_alone(capsys, tmp_path):
    assert main(["export", "summary", "--out", str(tmp_path), "--batch", "tea=T IY"]) == 2
    assert "Only a recurrent pronouncer" in only_line(capsys.readouterr().err)
    assert not list(tmp_path.iterdir())
