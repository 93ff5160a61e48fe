"""What becomes of one batch inside a model: every tensor's shape, mask and numbers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from keras import ops

from seqtut.pretrained.recipes import PretrainedError
from seqtut.pretrained.store import load
from seqtut.text import BEGIN, END, Subwords, pad

# Of a wide tensor as many features are kept: enough to see that there is something, and where.
_SHOWN = 16


def trace(
    name: str, pairs: Sequence[tuple[str, Sequence[str]]], path: Path | str | None = None
) -> dict[str, Any]:
    """Puts one batch of pairs through a recurrent pronouncer and notes each tensor on the way.

    Args:
        name: One of `RECIPES`, whose model is a `Seq2Seq` with attention.
        pairs: Words and their phonemes.
        path: The weights; None takes those that come with the package.

    Returns:
        "name", "words" and "sounds", the "masks" of "source" `(B, S)` and "target" `(B, T)`, True =
        keep, and "tensors" in order: each with its "name", its "shape", the "mask" that holds for
        its steps ("source", "target", or None where it has none), and its "values", rounded, of
        wide ones the first 16 features. "weights" `(B, T, S)` has all.

    Raises:
        PretrainedError: If the model cannot be loaded or is of another kind, or a pair holds what
            it does not know.
    """
    model = load(name, path)
    network = model.model
    if (
        getattr(getattr(network, "decoder", None), "attention", None) is None
        or not hasattr(network.encoder, "forwards")
        or isinstance(model.source, Subwords)
    ):
        raise PretrainedError(
            f"Only a recurrent pronouncer with attention is followed. Received: {name!r}. "
            "Choose another, such as 'cmudict-small'."
        )
    source, source_mask = pad([_known(model.source, word) for word, _ in pairs])
    ids = [_known(model.target, said) for _, said in pairs]
    target, target_mask = pad([[*one, END] for one in ids])
    read, _ = pad([[BEGIN, *one] for one in ids])
    tensors = [
        {"name": part, "shape": list(np.shape(x)), "mask": mask, "values": _shown(part, x)}
        for part, mask, x in _flow(network, source, source_mask, read, target, target_mask)
    ]
    return {
        "name": name,
        "words": [word for word, _ in pairs],
        "sounds": [list(said) for _, said in pairs],
        "masks": {"source": source_mask.tolist(), "target": target_mask.tolist()},
        "tensors": tensors,
    }


def _known(vocabulary: Any, tokens: Sequence[str]) -> list[int]:
    strange = [token for token in tokens if token not in vocabulary]
    if strange or not tokens:
        raise PretrainedError(
            "A batch is of words and sounds that the model knows. "
            f"Received: {strange or tokens!r}. It knows: {' '.join(sorted(vocabulary.tokens))}."
        )
    return vocabulary.encode(tokens)


def _flow(
    network: Any,
    source: np.ndarray,
    source_mask: np.ndarray,
    read: np.ndarray,
    target: np.ndarray,
    target_mask: np.ndarray,
) -> Iterator[tuple[str, str | None, Any]]:
    """Yields each tensor's name, whose steps it has, and the tensor, as `Seq2Seq.call` makes it."""
    encoder, decoder = network.encoder, network.decoder
    yield "source", "source", source
    states = encoder.embedding(source)
    yield "source embedding", "source", states
    for number, pair in enumerate(zip(encoder.forwards, encoder.backwards, strict=True), start=1):
        inputs = states
        states = pair[0](inputs, mask=source_mask)[0]
        yield f"forwards {number}", "source", states
        if pair[1] is not None:
            reverse = ops.flip(pair[1](inputs, mask=source_mask)[0], axis=1)
            yield f"backwards {number}", "source", reverse
            states = ops.concatenate([states, reverse], axis=-1)
            yield f"joined {number}", "source", states
    memory = network.encode(source, source_mask)
    yield "first state", None, memory["initial"]["0"]["h"]
    yield "target", "target", read
    states = decoder.embedding(read)
    yield "target embedding", "target", states
    for number, layer in enumerate(decoder.layers, start=1):
        initial = [memory["initial"][str(number - 1)][name] for name in decoder.names]
        states = layer(states, initial_state=initial)[0]
        yield f"decoder {number}", "target", states
    context, weights = decoder.attention(
        states, memory["states"], memory["mask"], memory.get("keys")
    )
    yield "weights", "target", weights
    yield "context", "target", context
    combined, _ = decoder.attend(states, memory)
    yield "combined", "target", combined
    logits = network((source, source_mask, read))
    yield "logits", "target", logits
    log_p = ops.take_along_axis(ops.log_softmax(logits), target[..., None], axis=-1)[..., 0]
    yield "loss", "target", np.where(target_mask, -np.asarray(log_p), 0)


def _shown(name: str, x: Any) -> list:
    x = np.asarray(x)
    if np.issubdtype(x.dtype, np.integer):
        return x.tolist()
    narrow = x if name in ("weights", "loss") else x[..., :_SHOWN]
    return np.round(narrow.astype(np.float64), 2).tolist()
