"""Messages of real programs in English and Chinese, split so that near-duplicates stay together."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seqtut.data.catalogues import read_mo, read_po
from seqtut.data.manifest import Pin, read_manifest
from seqtut.data.store import open_archive

# Of 1,000 hash values, how many are the test's and the development's.
TEST, DEV = 100, 50

# The packages that are read, in this order. Where two translate one string differently, the
# translation of the earlier package comes first. To add one, append it; no pair changes its part
# by that, for a part depends on the English string alone.
PACKAGES = ("jupyterlab-language-pack-zh-cn",)
MORE_PACKAGES = (*PACKAGES, "django", "indico", "horizon", "spyder", "wagtail", "django-cms")
# Of the larger collection, the longest message, in words of its English.
MOST_WORDS = 15

_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
# Tags, entities, marked keys, Markdown, addresses, and what a program puts its own values into.
_MARKUP = re.compile(r"[<>{}`\\|*_\[\]]|&[\w#]|%[-+#]*\.?[0-9A-Za-z(]|\$\w|://|www\.|@")


@dataclass(frozen=True)
class Messages:
    """English messages, each with every Chinese translation that was found for it.

    Attributes:
        english: The messages in alphabetical order, none twice.
        chinese: For each message one or more translations.
    """

    english: tuple[str, ...]
    chinese: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        """The number of English messages."""
        return len(self.english)

    def pairs(self) -> list[tuple[str, str]]:
        """Returns a pair of English and Chinese for each translation, for training."""
        return [
            (message, translation)
            for message, ways in zip(self.english, self.chinese, strict=True)
            for translation in ways
        ]


@dataclass(frozen=True)
class SoftwareMessages:
    """The messages in three parts that share no family of English messages.

    Attributes:
        train: Messages to learn from.
        dev: Messages to choose by.
        test: Messages to report on, once.
    """

    train: Messages
    dev: Messages
    test: Messages


def message_family(message: str) -> str:
    """Names the family of an English message: all that read the same but for their dress.

    Case, digits, compatibility forms and the `s` of a plural fall away, and punctuation counts as a
    space, so "Save File", "Save file…" and "Save files" are one family; "read-only" and "readonly"
    are not.

    Args:
        message: An English message.

    Returns:
        A string that all messages of the family have in common.
    """
    plain = unicodedata.normalize("NFKC", message).casefold()
    words = [word.rstrip("s") or word for word in re.findall(r"[^\W\d_]+", plain)]
    return " ".join(words) or plain


def load_messages() -> SoftwareMessages:
    """Reads the messages, split so that a family of English messages is in one part alone.

    Kept are pairs of one line each without markup, placeholders or addresses, whose English is in
    ASCII but for typographic signs and holds a letter, and whose Chinese holds a Chinese character;
    `clean` says it exactly. Plural forms are left out, for the file stores one Chinese text for
    two English ones. Text is not normalised, only stripped: full-width signs stay as translators
    wrote them.

    The part depends on the sha256 of the English message's `message_family` and on nothing else:
    of every 1,000 families 100 are for testing, 50 for development, the others for training. What
    parts may still share: longer messages that differ in one word, and Chinese translations, for
    two English messages may have one.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If an archive is missing or broken.
    """
    manifest = read_manifest()
    return split(pair for package in PACKAGES for pair in _catalogue(manifest[package]))


def load_translation() -> SoftwareMessages:
    """Reads the messages of seven programs, up to 15 English words each, split as `load_messages`.

    They come from JupyterLab, Django, Indico, OpenStack's Horizon, Spyder, Wagtail and django CMS,
    in this order. What is kept, and how it is split, is what `load_messages` says, so that each
    part holds what is short enough of the part of `load_messages`; a message that two programs
    have is there once, with the translations of both.

    Returns:
        The three parts of the data.

    Raises:
        DataError: If an archive is missing or broken.
    """
    manifest = read_manifest()
    pairs = (pair for package in MORE_PACKAGES for pair in _catalogue(manifest[package]))
    return split((english, chinese) for english, chinese in pairs if _short(english))


def _short(english: str) -> bool:
    return len(english.split()) <= MOST_WORDS


def _catalogue(pin: Pin) -> Iterator[tuple[str, str]]:
    """Yields all pairs of a package's catalogues, by the names of the files, each read once."""
    with open_archive(pin) as archive:
        names = set(archive.namelist())
        for member in sorted(names):
            if not re.search(r"/zh_(CN|Hans|Hans_CN)/LC_MESSAGES/[^/]+\.[mp]o$", member):
                continue
            if member.endswith(".po"):
                yield from read_po(archive.read(member).decode("utf-8"))
            elif f"{member[:-2]}po" not in names:  # else it holds what the .po does
                yield from read_mo(archive.read(member))


def clean(english: str, chinese: str) -> tuple[str, str] | None:
    """Strips a pair, or says that it is none to learn from.

    Args:
        english: A message.
        chinese: Its translation.

    Returns:
        The pair without spaces at its ends; None if one of the two has more than one line,
        control characters, markup, a key's mark as in "&Open", a placeholder or an address, if the
        English has no letter or
        a letter outside ASCII, or the Chinese no Chinese character.
    """
    english, chinese = english.strip(), chinese.strip()
    for text in (english, chinese):
        if _MARKUP.search(text) or any(unicodedata.category(c)[0] == "C" for c in text):
            return None
    letters = [c for c in english if c.isalpha()]
    if not letters or not all(c.isascii() for c in letters) or not _CHINESE.search(chinese):
        return None
    return english, chinese


def split(pairs: Iterable[tuple[str, str]]) -> SoftwareMessages:
    """Cleans pairs and puts each into the part of its English message's family.

    Args:
        pairs: Messages and translations, the same ones as often as they like.

    Returns:
        The three parts.
    """
    found: dict[str, list[str]] = {}
    for pair in pairs:
        kept = clean(*pair)
        if kept and kept[1] not in found.setdefault(kept[0], []):
            found[kept[0]].append(kept[1])
    parts: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    for message in sorted(found):
        digest = hashlib.sha256(message_family(message).encode()).digest()
        value = int.from_bytes(digest[:8]) % 1000
        parts["test" if value < TEST else "dev" if value < TEST + DEV else "train"].append(message)
    return SoftwareMessages(
        **{
            name: Messages(tuple(chosen), tuple(tuple(found[message]) for message in chosen))
            for name, chosen in parts.items()
        }
    )
