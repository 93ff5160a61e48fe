"""A pretrained model as two graphs that run without Keras: one reads a word, one says a token."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from seqtut import runtime
from seqtut.models import PointerGenerator, Seq2Seq
from seqtut.pretrained.recipes import PretrainedError
from seqtut.pretrained.transducer import Transducer
from seqtut.text import BEGIN, END, PAD, UNKNOWN

# How LiteRT keeps weights; with int8 it rounds what they are multiplied with as well.
NUMBERS = ("float32", "float16", "int8")
_SILENT = [PAD, BEGIN, UNKNOWN]
_SPEC = tf.TensorSpec


def traced(model: Transducer) -> tuple[Any, Any]:
    """Traces the two halves of saying one word.

    The first takes `source`, ids `(1, S)` int32, and returns the state: what the decoder carries
    from step to step, `(1, D)` each, then what it attends to, `(1, S, D)` each. The second takes
    `token`, ids `(1,)` int32, and `state_0`, `state_1` ..., and returns logits `(1, V)` and what is
    carried on.

    Args:
        model: A transducer whose model is a `Seq2Seq`, and no `PointerGenerator`.

    Returns:
        The two functions, both with a signature.

    Raises:
        PretrainedError: If it is another model.
    """
    net = model.model
    if not isinstance(net, Seq2Seq) or isinstance(net, PointerGenerator):
        raise PretrainedError(
            "Only recurrent models of texts that copy nothing have these graphs. "
            f"Received: a {type(net).__name__}. "
            "Choose one, such as cmudict-small."
        )
    cells = [(str(n), name) for n in range(len(net.decoder.layers)) for name in net.decoder.names]
    kept = [] if net.decoder.attention is None else ["states"]
    kept += ["keys"] if net.get_config()["attention"] == "additive" else []
    width = net.get_config()["width"]
    shapes = [(1, width)] * len(cells) + [(1, None, width)] * len(kept)

    @tf.function(input_signature=[_SPEC((1, None), tf.int32, "source")], autograph=False)
    def read(source: Any) -> tuple:
        state = net.start(net.encode(source, tf.ones_like(source, tf.bool)), 1)
        carried = (state["cells"][number][name] for number, name in cells)
        return (*carried, *(state[name] for name in kept))

    specs = [_SPEC(shape, tf.float32, f"state_{n}") for n, shape in enumerate(shapes)]

    @tf.function(input_signature=[_SPEC((1,), tf.int32, "token"), *specs], autograph=False)
    def step(token: Any, *state: Any) -> tuple:
        given: dict[str, Any] = {"cells": {number: {} for number, _ in cells}}
        for (number, name), value in zip(cells, state, strict=False):
            given["cells"][number][name] = value
        given |= dict(zip(kept, state[len(cells) :], strict=True))
        if kept:
            given["attention"] = tf.zeros_like(given["states"][:, :, 0])
            given["mask"] = tf.ones_like(given["attention"], tf.bool)
        logits, after = net.step(token, given)
        return (logits, *(after["cells"][number][name] for number, name in cells))

    return read, step


def to_onnx(function: Any) -> bytes:
    """Returns a traced half as an ONNX model.

    Args:
        function: One of `traced`.
    """
    import tf2onnx

    signature = function.input_signature
    model, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=17)
    return model.SerializeToString()


def to_litert(function: Any, numbers: str = "float32") -> bytes:
    """Returns a traced half as a LiteRT model.

    The weights are made constants first: the converter leaves variables that are read inside a
    loop, as an LSTM's are, empty, and says nothing.

    Args:
        function: One of `traced`.
        numbers: How the weights are kept, one of `NUMBERS`.

    Raises:
        PretrainedError: If they cannot be kept so.
    """
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    if numbers not in NUMBERS:
        raise PretrainedError(
            f"Weights are kept as one of {', '.join(NUMBERS)}. Received: {numbers!r}. Choose one."
        )
    frozen = convert_variables_to_constants_v2(function.get_concrete_function())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen], tf.Module())
    if numbers != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if numbers == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return converter.convert()


def run_onnx(model: bytes, threads: int = 1) -> Callable[..., list[np.ndarray]]:
    """Returns a function that runs an ONNX model.

    Args:
        model: What `to_onnx` returned.
        threads: How many threads may compute.

    Returns:
        From arrays by name to the list of outputs.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda **inputs: session.run(None, inputs)


def run_litert(model: bytes, threads: int = 1) -> Callable[..., list[np.ndarray]]:
    """Returns a function that runs a LiteRT model.

    Args:
        model: What `to_litert` returned.
        threads: How many threads may compute.

    Returns:
        From arrays by name to the list of outputs.
    """
    from ai_edge_litert.interpreter import Interpreter

    with runtime.quiet():  # it says which delegate it made
        interpreter = Interpreter(model_content=model, num_threads=threads)
        interpreter.allocate_tensors()
    runner = interpreter.get_signature_runner()
    count = len(runner.get_output_details())

    def run(**inputs: np.ndarray) -> list[np.ndarray]:
        found = runner(**inputs)
        return [found[f"output_{number}"] for number in range(count)]

    return run


def say(
    read: Callable[..., list], step: Callable[..., list], source: list[int], max_steps: int = 48
) -> tuple[list[int], list[np.ndarray]]:
    """Decodes one word greedily, in NumPy, around the two halves.

    Args:
        read: Runs the first half.
        step: Runs the second half.
        source: Ids of the word's letters.
        max_steps: The longest answer, the end counted.

    Returns:
        The ids of its tokens, and the logits `(1, V)` of every step, the end's included.
    """
    state = list(read(source=np.array([source], np.int32)))
    token, said, seen = BEGIN, [], []
    for _ in range(max_steps):
        named = {f"state_{number}": part for number, part in enumerate(state)}
        logits, *carried = step(token=np.array([token], np.int32), **named)
        state[: len(carried)] = carried
        seen.append(logits)
        allowed = logits[0].copy()
        allowed[_SILENT] = -np.inf
        token = int(allowed.argmax())
        if token == END:
            break
        said.append(token)
    return said, seen


def export_graphs(
    model: Transducer, name: str, folder: Path | str, form: str, numbers: str = "float32"
) -> list[Path]:
    """Writes the two halves as NAME-read and NAME-step, ending in .onnx or .tflite.

    Args:
        model: The model.
        name: What the files are called.
        folder: Where to write; made if it is missing.
        form: "onnx" or "litert".
        numbers: How LiteRT keeps the weights.

    Returns:
        The two files.

    Raises:
        PretrainedError: If the form is another, the model has no such graphs, or a file cannot be
            written.
    """
    if form not in ("onnx", "litert"):
        raise PretrainedError(f"A form is onnx or litert. Received: {form!r}. Choose one of them.")
    ending, folder = {"onnx": "onnx", "litert": "tflite"}[form], Path(folder)
    made = {
        folder / f"{name}-{half}.{ending}": to_onnx(function)
        if form == "onnx"
        else to_litert(function, numbers)
        for half, function in zip(("read", "step"), traced(model), strict=True)
    }
    for path, content in made.items():
        scratch = folder / f"{path.name}.{os.getpid()}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            scratch.write_bytes(content)
            os.replace(scratch, path)
        except OSError as error:
            raise PretrainedError(
                f"The model could not be exported. Received: {error}. Choose another folder."
            ) from error
    return list(made)
