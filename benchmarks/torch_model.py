"""The same encoder-decoder in PyTorch, written as its tutorials write it."""

import numpy as np
import torch
from torch import nn

from benchmarks.work import WIDTH
from seqtut.text import BEGIN, END, PAD, UNKNOWN


class Seq2Seq(nn.Module):
    """An LSTM that reads, an LSTM that writes, and dot attention from the one to the other."""

    def __init__(self, source_size: int, target_size: int):
        super().__init__()
        self.source_embedding = nn.Embedding(source_size, WIDTH)
        self.encoder = nn.LSTM(WIDTH, WIDTH, batch_first=True)
        self.target_embedding = nn.Embedding(target_size, WIDTH)
        self.decoder = nn.LSTM(WIDTH, WIDTH, batch_first=True)
        self.combine = nn.Linear(2 * WIDTH, WIDTH)
        self.logits = nn.Linear(WIDTH, target_size)

    def encode(self, source):
        """Returns the states `(B, S, D)` and the last of them."""
        return self.encoder(self.source_embedding(source))

    def decode(self, tokens, last, states, mask):
        """Returns logits of what follows `tokens` `(B, T)`, and the last state."""
        output, last = self.decoder(self.target_embedding(tokens), last)
        scores = output @ states.transpose(1, 2)
        weights = scores.masked_fill(~mask[:, None], float("-inf")).softmax(-1)
        joined = torch.cat([output, weights @ states], dim=-1)
        return self.logits(torch.tanh(self.combine(joined))), last

    def step_by_step(self, source, mask, decoder_input):
        """Teacher forcing as the tutorials do it: a call of the decoder for every step."""
        states, last = self.encode(source)
        logits = []
        for step in range(decoder_input.shape[1]):
            output, last = self.decode(decoder_input[:, step : step + 1], last, states, mask)
            logits.append(output)
        return torch.cat(logits, dim=1)

    def at_once(self, source, mask, decoder_input):
        """Teacher forcing with the whole target in one call: PyTorch's fused LSTM."""
        states, last = self.encode(source)
        return self.decode(decoder_input, last, states, mask)[0]


def loss(logits, target, target_mask):
    """Returns the mean cross-entropy over the real tokens."""
    nats = nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten(), reduction="none")
    kept = target_mask.flatten()
    return (nats * kept).sum() / kept.sum()


def for_torch(model, values: list | None = None) -> dict[str, np.ndarray]:
    """Returns our model's weights under the names and in the layout of this module.

    Both keep an LSTM's gates in the order input, forget, cell, output. PyTorch adds two biases
    where ours adds one: the second is zero, and has the first one's gradient.

    Args:
        model: Our model.
        values: Something of each trainable weight's shape to take instead, such as gradients.
    """
    taken = dict(zip(map(id, model.trainable_variables), values or (), strict=bool(values)))

    def value(variable):
        return np.asarray(taken.get(id(variable), variable))

    encoder, decoder = model.encoder, model.decoder
    found = {
        "source_embedding.weight": value(encoder.embedding.embeddings),
        "target_embedding.weight": value(decoder.embedding.embeddings),
        "combine.weight": value(decoder.combine.kernel).T,
        "combine.bias": value(decoder.combine.bias),
        "logits.weight": value(decoder.logits.kernel).T,
        "logits.bias": value(decoder.logits.bias),
    }
    for name, layer in (("encoder", encoder.forwards[0]), ("decoder", decoder.layers[0])):
        bias = value(layer.cell.bias)
        found[f"{name}.weight_ih_l0"] = value(layer.cell.kernel).T
        found[f"{name}.weight_hh_l0"] = value(layer.cell.recurrent_kernel).T
        found[f"{name}.bias_ih_l0"] = bias
        found[f"{name}.bias_hh_l0"] = bias if values else np.zeros_like(bias)
    return {name: np.ascontiguousarray(array) for name, array in found.items()}


def load(weights: dict[str, np.ndarray]) -> Seq2Seq:
    """Returns a model with these weights."""
    model = Seq2Seq(
        len(weights["source_embedding.weight"]), len(weights["target_embedding.weight"])
    )
    model.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    return model


@torch.inference_mode()
def greedy(model: Seq2Seq, word: list[int], limit: int) -> list[int]:
    """Says one word: the most probable token at each step, as the tutorials decode."""
    states, last, mask = _read(model, word)
    said, token = [], BEGIN
    while len(said) < limit:
        logits, last = model.decode(torch.tensor([[token]]), last, states, mask)
        token = int(_permitted(logits[:, 0]).argmax())
        if token == END:
            break
        said.append(token)
    return said


@torch.inference_mode()
def beam(model: Seq2Seq, word: list[int], limit: int, width: int) -> list[int]:
    """Says one word with a beam kept in Python lists, all its prefixes in one call of the model."""
    states, last, mask = _read(model, word)
    prefixes, scores = [[BEGIN]], torch.zeros(1)
    best, said = float("-inf"), []
    while prefixes and scores[0] > best and len(prefixes[0]) <= limit:
        tokens = torch.tensor([[prefix[-1]] for prefix in prefixes])
        many = (states.expand(len(tokens), -1, -1), mask.expand(len(tokens), -1))
        logits, last = model.decode(tokens, last, *many)
        total = scores[:, None] + _permitted(logits[:, 0]).log_softmax(-1)
        found, places = total.flatten().topk(2 * width)
        going = []
        for rank, (score, place) in enumerate(zip(found.tolist(), places.tolist(), strict=True)):
            parent, token = divmod(place, total.shape[1])
            if token != END:
                going.append((score, parent, token))
            elif rank < width and score > best:
                best, said = score, prefixes[parent][1:]
        scores, parents, tokens = map(list, zip(*going[:width], strict=True))
        prefixes = [[*prefixes[p], token] for p, token in zip(parents, tokens, strict=True)]
        last = tuple(state[:, parents] for state in last)
        scores = torch.tensor(scores)
    return said


def _read(model: Seq2Seq, word: list[int]) -> tuple:
    source = torch.tensor([word])
    states, last = model.encode(source)
    return states, last, torch.ones_like(source, dtype=torch.bool)


def _permitted(logits):
    """Returns logits without the tokens that are never said."""
    logits[:, [PAD, BEGIN, UNKNOWN]] = float("-inf")
    return logits
