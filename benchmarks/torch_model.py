"""The same encoder-decoder in PyTorch, written as its tutorials write it."""

import numpy as np
import torch
from torch import nn

from benchmarks.work import WIDTH


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
