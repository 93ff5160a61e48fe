"""The task of saying the number that a strip of digits shows, in either of two languages."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqtut import data, metrics, models, training
from seqtut.pretrained.narrator import Narrator, pad_strips, tag
from seqtut.pretrained.recipes import Recipe
from seqtut.text import LANGUAGES, NUMBER_WORDS, Vocabulary, number_words, pad, shift_target

UNIT = "captions"
EXAMPLE = "327:zh"

PROTOCOL = (
    "Every test strip is said in both languages; a caption is right if each of its words is. No "
    "test picture, and no test number of three digits or more, is in a training strip. A picture "
    "is in one test strip of each length. Shares are of one language and of strips of one number "
    "of digits. Intervals: 95 %, Wilson's."
)

# Strips that are sorted by width together, in batches.
_POOL = 20


class Captions(NamedTuple):
    """Strips, and the ids of what each is called in each language.

    Attributes:
        strips: The strips.
        ids: For each language, and in it for each strip, the tag's id and those of the words.
    """

    strips: data.StripPart
    ids: dict[str, list[list[int]]]


class StripBatches:
    """Batches of strips of like width with their captions, in an order that seed and epoch decide.

    In training each strip comes in one language an epoch, and in the other in the next; where no
    seed is given, in both.

    Args:
        captions: The strips with their captions.
        size: Strips in a batch.
        seed: Of the order and of the languages; None for what is only measured.
    """

    def __init__(self, captions: Captions, size: int, seed: int | None = None):
        self.captions, self.size, self.seed = captions, size, seed
        strips = captions.strips
        self._strips = [strips.strip(i) for i in range(len(strips))]
        self._widths = np.array([strip.shape[1] for strip in self._strips])

    @property
    def settings(self) -> dict[str, Any]:
        """All that the order depends on besides the strips, for a training's record."""
        return {"examples": len(self._strips), "size": self.size, "seed": self.seed}

    def fingerprint(self) -> str:
        """Returns a hash of strips and captions, by which a resumed training knows its data."""
        digest = hashlib.sha256(self._widths.tobytes())
        for strip in self._strips:
            digest.update(strip.tobytes())
        digest.update(repr(self.captions.ids).encode())
        return digest.hexdigest()

    def __len__(self) -> int:
        """Batches of an epoch."""
        return -(-len(self._strips) // self.size) * (1 if self.seed is not None else 2)

    def epoch(self, number: int) -> Iterator[tuple[np.ndarray, ...]]:
        """Yields the batches of an epoch.

        Args:
            number: The epoch, from 0.

        Yields:
            The strips `(B, S, 28)` float32 and their mask `(B, S)`, the decoder's input `(B, T)`,
            which begins with a tag, the target `(B, T)` and its mask; masks are bool, True = keep.
        """
        if self.seed is None:
            every = np.arange(len(self._strips))
            for language in LANGUAGES:
                spoken = [language] * len(every)
                for start in range(0, len(every), self.size):
                    yield self.batch(every[start : start + self.size], spoken)
            return
        # Half of the strips, always the same, are said in English in even epochs.
        english = np.random.default_rng(self.seed).permutation(len(self._strips)) % 2
        spoken = [LANGUAGES[(half + number) % 2] for half in english]
        rng = np.random.default_rng((self.seed, number))
        order, batches = rng.permutation(len(self._strips)), []
        for start in range(0, len(order), _POOL * self.size):
            pool = order[start : start + _POOL * self.size]
            pool = pool[np.argsort(self._widths[pool], kind="stable")]
            batches += [pool[i : i + self.size] for i in range(0, len(pool), self.size)]
        for place in rng.permutation(len(batches)):
            yield self.batch(batches[place], spoken)

    def batch(self, chosen: Sequence[int], spoken: Sequence[str]) -> tuple[np.ndarray, ...]:
        """Returns one batch.

        Args:
            chosen: Which strips.
            spoken: The language of each strip, of all that there are.
        """
        strips, mask = pad_strips([self._strips[i] for i in chosen])
        rows = [self.captions.ids[spoken[i]][i] for i in chosen]
        decoder_input, _ = pad(rows)
        target, target_mask = pad([shift_target(row[1:])[1] for row in rows])
        return strips, mask, decoder_input, target, target_mask


def vocabularies(strips: data.StripPart) -> tuple[Vocabulary, Vocabulary]:
    """Makes the vocabularies, which no data decides.

    Args:
        strips: The training part of the data.

    Returns:
        The digits; and the tags and words of both languages.
    """
    words = [word for language in LANGUAGES for word in NUMBER_WORDS[language]]
    return Vocabulary("0123456789"), Vocabulary([*map(tag, LANGUAGES), *words])


def encoded(part: data.StripPart, source: Vocabulary, target: Vocabulary) -> Captions:
    """Returns the strips with the ids of each one's tag and words, in each language.

    Args:
        part: A part of the data.
        source: The digits.
        target: What numbers the outputs.
    """
    return Captions(
        part,
        {
            language: [
                target.encode([tag(language), *number_words(number, language)])
                for number in part.numbers
            ]
            for language in LANGUAGES
        },
    )


def batches(captions: Captions, chosen: Recipe, seed: int | None = None) -> StripBatches:
    """Returns strips in batches of like width.

    Args:
        captions: What `encoded` returned.
        chosen: The recipe, which tells the size of a batch.
        seed: Of the order in training; None for what is only measured.
    """
    return StripBatches(captions, chosen.size, seed)


def network(chosen: Recipe, source: Vocabulary, target: Vocabulary) -> models.Captioner:
    """Makes the network of a recipe, its weights random.

    Args:
        chosen: The recipe.
        source: The digits, which do not matter to it: it sees pictures.
        target: What numbers its outputs.

    Returns:
        A `Captioner`.
    """
    return models.Captioner(len(target), **chosen.shape)


def loss(chosen: Recipe) -> Callable[[Any, tuple, bool], tuple]:
    """Returns what is minimised: cross-entropy over the real words, smoothed as the recipe says.

    Args:
        chosen: The recipe.
    """
    return training.token_loss(chosen.label_smoothing)


def model(network: models.Captioner, source: Vocabulary, target: Vocabulary) -> Narrator:
    """Returns a network with its vocabularies.

    Args:
        network: The model.
        source: The digits.
        target: What numbers its outputs.
    """
    return Narrator(network, source, target)


def chosen_by(found: Narrator, dev: data.StripPart) -> float:
    """Returns what the best epoch is chosen by: the share of dev captions that are wrong, greedily.

    Args:
        found: The model.
        dev: What to measure it on.
    """
    return 1 - np.mean(list(right(found, dev, 1).values()))


def plain_part(part: data.StripPart) -> data.StripPart:
    """Returns the strips that a model is measured on: all of them."""
    return part


def right(found: Narrator, strips: data.StripPart, width: int = 5) -> dict[str, np.ndarray]:
    """Says every strip in every language, and tells which captions are right.

    Args:
        found: The model.
        strips: What to say.
        width: Prefixes on the beam; 1 decodes greedily.

    Returns:
        For each language `(N,)` bool, True where every word is right.
    """
    pictures = [strips.strip(i) for i in range(len(strips))]
    return {
        language: np.array(
            [
                list(reading.tokens) == number_words(number, language)
                for number, reading in zip(
                    strips.numbers, found.caption(pictures, language, width), strict=True
                )
            ]
        )
        for language in LANGUAGES
    }


def measure(
    found: Narrator, strips: data.StripPart, width: int = 5
) -> dict[str, dict[str, np.ndarray]]:
    """Measures a model by the length of the strips.

    Args:
        found: The model.
        strips: What to measure it on.
        width: Prefixes on the beam; 1 decodes greedily.

    Returns:
        "right": what the function of this name returns, for each language.
    """
    return {"right": right(found, strips, width)}


def summary(found: dict[str, dict[str, np.ndarray]], strips: data.StripPart) -> dict[str, Any]:
    """Returns how many captions are right, with intervals, as a card states them.

    Args:
        found: What `measure` returned.
        strips: What it was measured on.

    Returns:
        The number of captions; "en 1" to "zh 5", for each language the share of right captions of
        strips of so many digits, with the ends of its 95 % interval and the number of strips.
    """
    described: dict[str, Any] = {UNIT: sum(map(len, found["right"].values()))}
    for language, hits in found["right"].items():
        for length in np.unique(strips.lengths):
            inside = hits[strips.lengths == length]
            share, low, high = metrics.share_interval(int(inside.sum()), len(inside))
            ends = {"value": round(share, 4), "low": round(low, 4), "high": round(high, 4)}
            described[f"{language} {length}"] = {**ends, "strips": len(inside)}
    return described


def figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Returns of a summary each share's name, its value and the ends of its interval, as text."""
    return [
        (name, *(f"{share[end]:.1%}" for end in ("value", "low", "high")))
        for name, share in found.items()
        if isinstance(share, dict)
    ]
