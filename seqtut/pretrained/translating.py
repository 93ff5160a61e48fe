"""The task of translating messages: subwords of both languages, BLEU and chrF."""

from typing import Any, NamedTuple

import numpy as np

from seqtut import data, metrics
from seqtut.metrics.bootstrap import Statistic
from seqtut.pretrained.pairs import batches as batches
from seqtut.pretrained.pairs import loss as loss
from seqtut.pretrained.pairs import network as network
from seqtut.pretrained.translator import Translator, plain
from seqtut.text import Subwords

# Share of the characters of Chinese training texts with a piece of their own; others are spelt as
# bytes.
_COVERAGE = 0.998

UNIT = "messages"
EXAMPLE = '"Save the file"'

PROTOCOL = (
    "BLEU with the tokenizer zh, and chrF, both by sacrebleu on all test messages, against every "
    "translation that a message has. Messages of up to 15 English words; no other part has one of "
    "the same family. Intervals: 95 %, bootstrap over families of messages."
)


class Overlap(NamedTuple):
    """A score of a corpus that is computed from sums over its examples.

    Attributes:
        parts: `(K, N)`, float64, what each example gives.
        statistic: From sums `(samples, K)` to scores `(samples,)`.
        signature: How it is computed, as sacrebleu says it.
    """

    parts: np.ndarray
    statistic: Statistic
    signature: str

    @property
    def value(self) -> float:
        """The score of the whole, from 0 to 100."""
        return float(self.statistic(self.parts.sum(axis=1)[None])[0])


def vocabularies(
    messages: data.Messages, source_size: int, target_size: int
) -> tuple[Subwords, Subwords]:
    """Learns the subwords of both languages from the training messages, each language's apart.

    Args:
        messages: The training part of the data.
        source_size: Ids of English.
        target_size: Ids of Chinese.

    Returns:
        Source and target subwords.
    """
    english, chinese = zip(*messages.pairs(), strict=True)
    source = Subwords.train(map(plain, english), source_size)
    return source, Subwords.train(chinese, target_size, coverage=_COVERAGE, leading_space=False)


def encoded(
    part: data.Messages, source: Subwords, target: Subwords
) -> list[tuple[list[int], list[int]]]:
    """Returns the ids of each message and of each of its translations, a pair for each.

    Args:
        part: A part of the data.
        source: What numbers the inputs.
        target: What numbers the outputs.
    """
    return [(source.encode(plain(one)), target.encode(other)) for one, other in part.pairs()]


def model(network: Any, source: Subwords, target: Subwords) -> Translator:
    """Returns a network with its subwords.

    Args:
        network: The model.
        source: What numbers its inputs.
        target: What numbers its outputs.
    """
    return Translator(network, source, target)


def chosen_by(found: Translator, dev: data.Messages) -> float:
    """Returns what the best epoch is chosen by: what chrF on dev lacks to 100, greedily.

    Args:
        found: The model.
        dev: What to measure it on.
    """
    return 100 - metrics.chrf(translate(found, dev, 1), dev.chinese).score


def plain_part(part: data.Messages) -> data.Messages:
    """Returns the messages that a model is measured on: all of them."""
    return part


def translate(found: Translator, messages: data.Messages, width: int = 5) -> list[str]:
    """Translates messages.

    Args:
        found: The model.
        messages: What to translate.
        width: Prefixes on the beam; 1 decodes greedily.

    Returns:
        A translation of each.
    """
    return [reading.said for reading in found.read(list(map(plain, messages.english)), width)]


def measure(found: Translator, messages: data.Messages, width: int = 5) -> dict[str, Overlap]:
    """Measures a translator against all translations of each message.

    Args:
        found: The model.
        messages: What to measure it on.
        width: Prefixes on the beam; 1 decodes greedily.

    Returns:
        "bleu" and "chrf".
    """
    return overlaps(translate(found, messages, width), messages)


def overlaps(said: list[str], messages: data.Messages) -> dict[str, Overlap]:
    """Measures given translations.

    Args:
        said: A translation of each message.
        messages: The messages.

    Returns:
        "bleu" and "chrf", as `measure` does.
    """
    right = messages.chinese
    return {
        "bleu": Overlap(
            metrics.bleu_parts(said, right, "zh"),
            metrics.bleu_of_sums,
            metrics.bleu(said, right, "zh").signature,
        ),
        "chrf": Overlap(
            metrics.chrf_parts(said, right),
            metrics.chrf_of_sums,
            metrics.chrf(said, right).signature,
        ),
    }


def by_message_family(parts: np.ndarray, messages: data.Messages) -> np.ndarray:
    """Sums the parts of the messages of each family, which stand or fall together.

    Args:
        parts: `(K, N)`, what each message gives.
        messages: The messages.

    Returns:
        `(K, families)`.
    """
    names = [data.message_family(message) for message in messages.english]
    names, places = np.unique(names, return_inverse=True)
    return np.stack([np.bincount(places, part, len(names)) for part in parts])


def summary(found: dict[str, Overlap], messages: data.Messages) -> dict[str, Any]:
    """Returns scores with their bootstrap intervals and signatures, as a card states them.

    Args:
        found: What `measure` returned.
        messages: What it was measured on.

    Returns:
        For each score its value, the ends of its 95 % interval and its signature, and the number
        of messages.
    """
    described: dict[str, Any] = {UNIT: len(messages)}
    for name, score in found.items():
        interval = metrics.bootstrap_interval(
            by_message_family(score.parts, messages), 2_000, statistic=score.statistic
        )
        low, high = round(interval.low, 3), round(interval.high, 3)
        described[name] = {"value": round(score.value, 3), "low": low, "high": high}
        described[name]["signature"] = score.signature
    return described


def figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Returns of a summary each score's name, its value and the ends of its interval, as text."""
    return [
        (label, *(f"{found[name][end]:.1f}" for end in ("value", "low", "high")))
        for label, name in (("BLEU", "bleu"), ("chrF", "chrf"))
    ]
