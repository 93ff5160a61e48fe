"""Subwords by SentencePiece: frequent words whole, rare ones in pieces, nothing unknown."""

import base64
import contextlib
import hashlib
import io
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self

import sentencepiece

from seqtut.text.vocabulary import BEGIN, END, PAD, UNKNOWN, TextError, spoken_ids

# SentencePiece writes a space as U+2581, and so would read a U+2581 of the text as a space. Both
# that and the sign used to escape it, one that Unicode sets aside for programs, are written as
# two characters.
_SPACE_SIGN, _ESCAPE = "\u2581", "\ufdd0"
_WRITTEN = {_SPACE_SIGN: f"{_ESCAPE}a", _ESCAPE: f"{_ESCAPE}b"}
_READ = {written: sign for sign, written in _WRITTEN.items()}


class Subwords:
    """A SentencePiece model with the special ids of `Vocabulary`; made by `train` or `load`.

    Text is taken as it is: `decode(encode(text)) == text` for any text that UTF-8 can hold,
    spaces at the ends and control characters included, since characters that were not seen in
    training are spelt as bytes. Where spellings of one character should be one, apply
    `unicodedata.normalize("NFC", text)` to all texts beforehand.

    Args:
        model: The bytes of a SentencePiece model.

    Raises:
        TextError: If they are no SentencePiece model, or one with other special ids.
    """

    def __init__(self, model: bytes):
        if not model:
            raise TextError("A SentencePiece model has at least one byte. Received: none.")
        try:
            self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise TextError(
                f"This is no SentencePiece model. Received: {len(model)} bytes, "
                f"{model[:8]!r}... Train it anew, or restore a copy."
            ) from error
        found = self._processor
        special = (found.pad_id(), found.bos_id(), found.eos_id(), found.unk_id())
        if special != (PAD, BEGIN, END, UNKNOWN):
            raise TextError(
                "The ids of pad, begin, end and unknown must be 0, 1, 2 and 3. "
                f"Received a model with {special}. Train it with Subwords.train."
            )
        self.model = model

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        size: int,
        kind: Literal["unigram", "bpe"] = "unigram",
        *,
        coverage: float = 1.0,
        byte_fallback: bool = True,
        leading_space: bool = True,
    ) -> Self:
        """Learns subwords from texts in memory; the same texts give the same bytes.

        Args:
            texts: Training texts, one sentence or message each; never the test data.
            size: Ids wanted, with the 4 special ones and, if used, the 256 bytes. Fewer are made
                if the texts do not hold enough pieces.
            kind: "unigram" (Kudo 2018), or "bpe", byte-pair encoding (Sennrich et al. 2016).
            coverage: Share of the texts' characters that must get an id of their own. Lower it
                for Chinese, so that rare characters are spelt as bytes.
            byte_fallback: Whether to spell other characters as bytes. Without it they become
                UNKNOWN, and are lost in decoding.
            leading_space: Whether to encode a text as if a space stood before it, so that a word
                has the same pieces at the start as inside. Choose False for Chinese.

        Returns:
            The subwords.

        Raises:
            TypeError: If `texts` is one string, or a text is no string.
            ValueError: If a text cannot be written as UTF-8 or an option is out of range.
            TextError: If nothing can be learned, or `size` is too small for the characters.
        """
        if isinstance(texts, str):
            raise TypeError(
                "Subwords.train needs several texts. "
                f"Received: one string, {texts[:20]!r}. Put it in a list."
            )
        if kind not in ("unigram", "bpe") or not 0 < coverage <= 1 or size < 1:
            raise ValueError(
                "Subwords.train needs the kind 'unigram' or 'bpe', a coverage above 0 and at most "
                f"1, and a positive size. Received: {kind!r}, {coverage} and {size}."
            )
        written = [_escape(text) for text in texts]
        model = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(written),
                model_writer=model,
                model_type=kind,
                vocab_size=size,
                hard_vocab_limit=False,
                character_coverage=coverage,
                byte_fallback=byte_fallback,
                add_dummy_prefix=leading_space,
                normalization_rule_name="identity",
                remove_extra_whitespaces=False,
                max_sentence_length=2**30,  # the most there is; longer texts are left out
                num_threads=1,  # the number is written into the model
                minloglevel=2,
                pad_id=PAD,
                bos_id=BEGIN,
                eos_id=END,
                unk_id=UNKNOWN,
            )
        except RuntimeError as error:
            raise TextError(
                f"Subwords could not be learned from {len(written)} texts with size={size}. "
                f"Received from SentencePiece: {str(error).rpartition('] ')[2] or 'no text'}. "
                "Give more text, or a size with room for the special ids and all characters."
            ) from error
        return cls(model.getvalue())

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Reads a model from a file.

        Args:
            path: A file written by `save`, or by SentencePiece with the same special ids.

        Returns:
            The subwords.

        Raises:
            TextError: If the file cannot be read or is no such model.
        """
        try:
            return cls(Path(path).read_bytes())
        except (OSError, TextError) as error:
            raise TextError(f"{path} cannot be loaded as subwords. {error}") from error

    def save(self, path: Path | str) -> None:
        """Writes the model, whole or not at all.

        Args:
            path: The file to write, in a folder that exists.

        Raises:
            TextError: If it cannot be written; a file of that name is left as it was.
        """
        path = Path(path)
        scratch = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            scratch.write_bytes(self.model)
            os.replace(scratch, path)
        except OSError as error:
            with contextlib.suppress(OSError):  # the folder itself may be what is unusable
                scratch.unlink(missing_ok=True)
            raise TextError(
                f"The subwords could not be written to {path}. Received: {error}. "
                "Choose a folder that exists and has room."
            ) from error

    def __len__(self) -> int:
        return self._processor.get_piece_size()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Subwords) and self.model == other.model

    def __hash__(self) -> int:
        return hash(self.model)

    def __repr__(self) -> str:
        return f"<Subwords of {len(self)} ids, {self.content_hash[:8]}>"

    @property
    def content_hash(self) -> str:
        """SHA-256 of the model's bytes, in hexadecimal."""
        return hashlib.sha256(self.model).hexdigest()

    @property
    def tokens(self) -> tuple[str, ...]:
        """The pieces by their ids, from 4 on: a space shown as U+2581, a byte like `<0x41>`."""
        return tuple(map(self._processor.id_to_piece, range(UNKNOWN + 1, len(self))))

    def to_json(self) -> str:
        """Returns the model as JSON, with its hash; only ASCII is in it."""
        written = base64.b64encode(self.model).decode("ascii")
        return json.dumps({"subwords": written, "sha256": self.content_hash})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what `to_json` wrote.

        Args:
            text: The JSON.

        Returns:
            Equal subwords.

        Raises:
            TextError: If it is no subwords' JSON, or was altered.
        """
        try:
            written = json.loads(text)
            model, stated = base64.b64decode(written["subwords"]), written["sha256"]
        except (ValueError, TypeError, KeyError) as error:
            raise TextError(
                f"These are no subwords. Received: {text[:40]!r}... "
                f"({type(error).__name__}: {error}). Write them anew."
            ) from error
        found = cls(model)
        if stated != found.content_hash:
            raise TextError(
                "These subwords were altered: they do not match the hash they carry. "
                f"Received: {stated}; theirs is {found.content_hash}. Write them anew."
            )
        return found

    def encode(self, text: str) -> list[int]:
        """Returns the ids of a text's pieces, without BEGIN and END.

        Args:
            text: Any text that UTF-8 can hold.

        Returns:
            The ids; none for an empty text.

        Raises:
            TypeError: If `text` is no string.
            ValueError: If it holds half a surrogate pair, which UTF-8 cannot hold.
        """
        return self._processor.encode(_escape(text))

    def pieces(self, text: str) -> list[str]:
        """Returns the pieces of a text for people to read, a space shown as U+2581.

        Args:
            text: Any text that UTF-8 can hold.

        Returns:
            One piece for each of `encode(text)`; a byte is shown like `<0x41>`.

        Raises:
            TypeError: If `text` is no string.
            ValueError: If it holds half a surrogate pair, which UTF-8 cannot hold.
        """
        return [self._processor.id_to_piece(index) for index in self.encode(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """Returns the text of ids up to the first END, without PAD and BEGIN.

        Args:
            ids: Ids of this model, such as a row that a decoder wrote. Bytes that are no UTF-8
                become U+FFFD.

        Returns:
            The text.

        Raises:
            ValueError: If an id is not of this model.
        """
        text = self._processor.decode(spoken_ids(ids, len(self)))
        return re.sub(f"{_ESCAPE}[ab]", lambda found: _READ[found[0]], text)


def _escape(text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"A text is a string. Received: {text!r}. Convert it first.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            "A text must be one that UTF-8 can hold. "
            f"Received half a surrogate pair at {error.start}: {text[error.start]!r}. Remove it."
        ) from error
    return re.sub(f"[{_SPACE_SIGN}{_ESCAPE}]", lambda found: _WRITTEN[found[0]], text)
