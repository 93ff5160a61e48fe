"""A vocabulary: tokens and their ids, four of which mean the same everywhere."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Self

PAD, BEGIN, END, UNKNOWN = range(4)
SPECIAL_NAMES = ("<pad>", "<begin>", "<end>", "<unknown>")


class TextError(Exception):
    """A vocabulary or subword model cannot be made or read; the message says why."""


class Vocabulary:
    """Numbers tokens from 4 on; 0 to 3 are PAD, BEGIN, END and UNKNOWN.

    No token stands for a special id, not even one that is spelt "<pad>": what is in a text can
    never end it. Two vocabularies are equal if they give the same ids to the same tokens.

    Args:
        tokens: The tokens in the order of their ids.

    Raises:
        TypeError: If a token is no string.
        ValueError: If a token occurs twice.
    """

    def __init__(self, tokens: Iterable[str]):
        self.tokens = tuple(tokens)
        for token in self.tokens:
            _refuse_other_types(token)
        first = len(SPECIAL_NAMES)
        self._ids = {token: first + index for index, token in enumerate(self.tokens)}
        if len(self._ids) < len(self.tokens):
            twice = [token for token, count in Counter(self.tokens).items() if count > 1]
            raise ValueError(f"Each token has one id. Received more than once: {twice[:5]}.")

    @classmethod
    def build(
        cls, sequences: Iterable[Iterable[str]], min_count: int = 1, max_size: int | None = None
    ) -> Self:
        """Makes the vocabulary of training sequences, the most frequent tokens first.

        Tokens of equal frequency are in the order of their code points, so the ids depend on
        what is in the sequences and not on how they are ordered. Build it from training data
        alone: a token that only the test data has is unknown to the model in any case.

        Args:
            sequences: The training sequences; a string is a sequence of characters.
            min_count: How often a token must occur to get an id.
            max_size: Largest size of the vocabulary, special ids included; None sets no limit.

        Returns:
            The vocabulary.

        Raises:
            TypeError: If `sequences` is one string, or a token is no string.
            ValueError: If `min_count` is below 1, or `max_size` has no room for a token.
        """
        if isinstance(sequences, str):
            raise TypeError(
                "Vocabulary.build needs several sequences. "
                f"Received: one string, {sequences[:20]!r}. Put it in a list."
            )
        first = len(SPECIAL_NAMES)
        if min_count < 1 or (max_size is not None and max_size <= first):
            raise ValueError(
                f"min_count is 1 or more and max_size more than the {first} special ids. "
                f"Received: min_count={min_count}, max_size={max_size}."
            )
        counts: Counter[str] = Counter()
        for sequence in sequences:
            counts.update(sequence)
        for token in counts:
            _refuse_other_types(token)
        kept = [(-count, token) for token, count in counts.items() if count >= min_count]
        room = None if max_size is None else max_size - first
        return cls(token for _, token in sorted(kept)[:room])

    def __len__(self) -> int:
        return len(SPECIAL_NAMES) + len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.tokens == other.tokens

    def __hash__(self) -> int:
        return hash(self.tokens)

    def __repr__(self) -> str:
        return f"<Vocabulary of {len(self)} ids, {self.content_hash[:8]}>"

    def encode(self, sequence: Iterable[str]) -> list[int]:
        """Returns the ids of a sequence's tokens, UNKNOWN for those that have none."""
        return [self._ids.get(token, UNKNOWN) for token in sequence]

    def decode(self, ids: Iterable[int], unknown: str = SPECIAL_NAMES[UNKNOWN]) -> list[str]:
        """Returns the tokens up to the first END, without PAD and BEGIN.

        Args:
            ids: Ids of this vocabulary, such as a row that a decoder wrote.
            unknown: What stands for an unknown token.

        Returns:
            The tokens; those that `encode` was given, if it knew them all.

        Raises:
            ValueError: If an id is not of this vocabulary.
        """
        first = len(SPECIAL_NAMES)
        return [
            unknown if index == UNKNOWN else self.tokens[index - first]
            for index in spoken_ids(ids, len(self))
        ]

    @property
    def content_hash(self) -> str:
        """SHA-256 of the tokens in their order, in hexadecimal."""
        return hashlib.sha256(json.dumps(self.tokens).encode()).hexdigest()

    def to_json(self) -> str:
        """Returns the vocabulary as JSON, with its hash; only ASCII is in it."""
        return json.dumps({"tokens": self.tokens, "sha256": self.content_hash})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` wrote.

        Args:
            text: The JSON.

        Returns:
            An equal vocabulary.

        Raises:
            TextError: If it is no vocabulary's JSON, or was altered.
        """
        try:
            written = json.loads(text)
            found = cls(written["tokens"])
            stated = written["sha256"]
        except (ValueError, TypeError, KeyError) as error:
            raise TextError(
                f"This is no vocabulary as to_json writes it. Received: {text[:40]!r} "
                f"({type(error).__name__}: {error}). Write it anew."
            ) from error
        if stated != found.content_hash:
            raise TextError(
                "This vocabulary was altered: its tokens do not match the hash it carries. "
                f"Received: {stated}; its tokens give {found.content_hash}. Write it anew."
            )
        return found


def spoken_ids(ids: Iterable[int], size: int) -> list[int]:
    """Returns the ids that stand for something said: up to END, without PAD and BEGIN.

    Args:
        ids: Ids, such as a row that a decoder wrote.
        size: Ids that there are.

    Returns:
        The ids that are left.

    Raises:
        ValueError: If an id before END is not in `[0, size)`.
    """
    kept = []
    for index in ids:
        if not 0 <= index < size:
            raise ValueError(f"Ids are in [0, {size}). Received: {index}. Is this its vocabulary?")
        if index == END:
            break
        if index not in (PAD, BEGIN):
            kept.append(int(index))
    return kept


def _refuse_other_types(token: object) -> None:
    if not isinstance(token, str):
        raise TypeError(f"A token is a string. Received: {token!r}. Convert it first.")
