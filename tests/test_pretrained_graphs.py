"""A pretrained model in ONNX and in LiteRT: the same answers and logits as Keras gives."""

import numpy as np
import pytest
import tensorflow as tf

from seqtut import pretrained
from seqtut.models import Seq2Seq, Transformer
from seqtut.text import BEGIN, Vocabulary

WORDS = ("through", "a", "autoencoder", "zzz")
RUN = {"onnx": pretrained.run_onnx, "litert": pretrained.run_litert}
MAKE = {"onnx": pretrained.to_onnx, "litert": pretrained.to_litert}


@pytest.fixture(scope="module")
def speaker():
    return pretrained.load("cmudict-small")


@pytest.fixture(scope="module")
def halves(speaker):
    return pretrained.traced(speaker)


def teacher_forced(model, word, said):
    source = tf.constant([model.source.encode(word)])
    logits = model.model((source, tf.ones_like(source, tf.bool), tf.constant([[BEGIN, *said]])))
    return logits[0].numpy()


@pytest.mark.parametrize("form", RUN)
def test_answers_and_logits_are_those_of_keras(speaker, halves, form):
    runners = [RUN[form](MAKE[form](half)) for half in halves]
    readings = speaker.read(WORDS, width=1)
    for word, reading in zip(WORDS, readings, strict=True):
        said, logits = pretrained.say(*runners, speaker.source.encode(word))
        assert tuple(speaker.target.decode(said)) == reading.tokens
        wanted = teacher_forced(speaker, word, said)
        assert np.abs(np.concatenate(logits) - wanted).max() < 1e-4


def test_fewer_bits_make_smaller_files_and_float16_loses_nothing_of_weights_kept_in_it(
    speaker, halves
):
    models = {n: pretrained.to_litert(halves[1], n) for n in ("float32", "float16", "int8")}
    whole, half, quarter = (len(models[name]) for name in models)
    assert 0.45 < half / whole < 0.6 and 0.2 < quarter / whole < 0.4
    state = {f"state_{n}": np.full((1, 160), 0.1, np.float32) for n in range(2)}
    state["state_2"] = np.full((1, 5, 160), 0.2, np.float32)
    token = np.array([BEGIN], np.int32)
    found = {n: pretrained.run_litert(model)(token=token, **state) for n, model in models.items()}
    assert np.abs(found["float16"][0] - found["float32"][0]).max() < 1e-5
    assert 1e-5 < np.abs(found["int8"][0] - found["float32"][0]).max() < 0.5


@pytest.mark.parametrize("shape", [
    {"attention": "additive", "cell": "gru", "layers": 2},
    {"attention": None},
])  # fmt: skip
def test_every_shape_of_a_recurrent_model_has_its_graphs(shape):
    letters = Vocabulary(tuple("abc"))
    net = Seq2Seq(len(letters), len(letters), width=8, **shape)
    model = pretrained.Transducer(net, letters, letters)
    read, step = pretrained.traced(model)
    runners = [pretrained.run_litert(pretrained.to_litert(half)) for half in (read, step)]
    said, logits = pretrained.say(*runners, letters.encode("abca"), max_steps=5)
    wanted = teacher_forced(model, "abca", said)[: len(logits)]
    assert np.abs(np.concatenate(logits) - wanted).max() < 1e-5


def test_files_are_written_for_either_form(speaker, tmp_path, monkeypatch):
    paths = pretrained.export_graphs(speaker, "small", tmp_path, "litert")
    assert [path.name for path in paths] == ["small-read.tflite", "small-step.tflite"]
    runners = [pretrained.run_litert(path.read_bytes()) for path in paths]
    said, _ = pretrained.say(*runners, speaker.source.encode("window"))
    assert speaker.target.decode(said) == ["W", "IH", "N", "D", "OW"]
    monkeypatch.setattr(
        "seqtut.pretrained.graphs.to_onnx", lambda half: half.python_function.__name__.encode()
    )
    paths = pretrained.export_graphs(speaker, "small", tmp_path / "new", "onnx")
    assert [path.name for path in paths] == ["small-read.onnx", "small-step.onnx"]
    assert [path.read_bytes() for path in paths] == [b"read", b"step"]
    assert len(list(tmp_path.iterdir())) == 3  # nothing half-written is left


def test_what_cannot_be_exported_is_refused(speaker, tmp_path):
    letters = Vocabulary(tuple("abc"))
    other = Transformer(len(letters), len(letters), width=8, layers=1, heads=2, hidden=8)
    with pytest.raises(pretrained.PretrainedError, match="Received: a Transformer"):
        pretrained.traced(pretrained.Transducer(other, letters, letters))
    with pytest.raises(pretrained.PretrainedError, match="Received: 'int4'"):
        pretrained.to_litert(None, "int4")
    with pytest.raises(pretrained.PretrainedError, match="Received: 'pt'"):
        pretrained.export_graphs(speaker, "small", tmp_path, "pt")
    (tmp_path / "file").touch()
    with pytest.raises(pretrained.PretrainedError, match="Choose another folder"):
        pretrained.export_graphs(speaker, "small", tmp_path / "file", "litert")
