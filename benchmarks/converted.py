"""Our Transformer as a model of CTranslate2, the fast C++ engine for such models."""

from pathlib import Path

import ctranslate2
import numpy as np
from ctranslate2.specs import TransformerSpec

from seqtut.text import BEGIN, END, UNKNOWN, Vocabulary
from seqtut.text.vocabulary import SPECIAL_NAMES


def convert(model, source: Vocabulary, target: Vocabulary, longest: int, folder: Path) -> None:
    """Writes a `Transformer` with sinusoidal positions that is not tied into a new folder."""
    settings = model.get_config()
    spec = TransformerSpec.from_config(settings["layers"], settings["heads"], pre_norm=True)
    halves = ((spec.encoder, model.encoder), (spec.decoder, model.decoder))
    for there, here in halves:
        embedding = there.embeddings[0] if here is model.encoder else there.embeddings
        embedding.weight = _array(here.tokens.embedding.embeddings)
        there.position_encodings.encodings = _array(here.tokens.positions(np.arange(longest)))
        _norm(there.layer_norm, here.norm)
        for layer, block in zip(there.layer, here.blocks, strict=True):
            _attention(layer.self_attention, block.attend, [("query", "key", "value"), ("output",)])
            _norm(layer.self_attention.layer_norm, block.norms[0])
            if block.cross is not None:
                parts = [("query",), ("key", "value"), ("output",)]
                _attention(layer.attention, block.cross, parts)
                _norm(layer.attention.layer_norm, block.norms[1])
            _norm(layer.ffn.layer_norm, block.norms[-1])
            _linear(layer.ffn.linear_0, [block.widen])
            _linear(layer.ffn.linear_1, [block.narrow])
    _linear(spec.decoder.projection, [model.decoder.logits])

    spec.config.layer_norm_epsilon = model.encoder.norm.epsilon
    spec.config.unk_token = SPECIAL_NAMES[UNKNOWN]
    spec.config.bos_token = spec.config.decoder_start_token = SPECIAL_NAMES[BEGIN]
    spec.config.eos_token = SPECIAL_NAMES[END]
    spec.register_source_vocabulary([*SPECIAL_NAMES, *source.tokens])
    spec.register_target_vocabulary([*SPECIAL_NAMES, *target.tokens])
    spec.validate()
    spec.optimize(quantization="float32")
    folder.mkdir()
    spec.save(str(folder))


class Engine:
    """CTranslate2 with a converted model; a batch in each thread is how it is fastest."""

    def __init__(self, folder: Path, threads: int):
        self.translator = ctranslate2.Translator(
            str(folder), inter_threads=threads, intra_threads=1, compute_type="float32"
        )

    def say(self, words: list[str], **settings) -> list[list[str]]:
        """Returns what the model says of words, searched as our beam search does."""
        found = self.translator.translate_batch(
            [list(word) for word in words], length_penalty=0, disable_unk=True, **settings
        )
        return [result.hypotheses[0] for result in found]


def _array(values) -> np.ndarray:
    return np.ascontiguousarray(np.asarray(values), np.float32)


def _norm(there, here) -> None:
    there.gamma, there.beta = _array(here.gamma), _array(here.beta)


def _linear(there, denses: list) -> None:
    """Stacks dense layers that read the same numbers; the engine multiplies them in one go."""
    there.weight = _array(np.concatenate([_array(dense.kernel).T for dense in denses]))
    there.bias = _array(np.concatenate([_array(dense.bias) for dense in denses]))


def _attention(there, here, parts: list[tuple[str, ...]]) -> None:
    for linear, names in zip(there.linear, parts, strict=True):
        _linear(linear, [here.denses[name] for name in names])
