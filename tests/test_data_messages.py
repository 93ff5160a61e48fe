"""The messages: how catalogues are read, what is left out, and that no family is split."""

import gettext
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import data
from seqtut.data.catalogues import read_mo, read_po
from seqtut.data.messages import MOST_WORDS, clean, message_family, split
from seqtut.data.store import open_archive

PARTS = ("train", "dev", "test")


@pytest.fixture(scope="module")
def messages():
    return data.load("messages")


@pytest.fixture(scope="module")
def translation():
    return data.load("translation")


def compiled(entries, order="<"):
    """A catalogue as gettext compiles it."""
    ids, texts = ([part.encode() for part in column] for column in zip(*entries, strict=True))
    head = 28 + 16 * len(entries)
    tables, body = [], b""
    for strings in (ids, texts):
        for string in strings:
            tables += [len(string), head + len(body)]
            body += string + b"\0"
    numbers = [0x950412DE, 0, len(entries), 28, 28 + 8 * len(entries), 0, 0, *tables]
    return struct.pack(f"{order}{len(numbers)}I", *numbers) + body


ENTRIES = [
    ("", "Content-Type: text/plain; charset=UTF-8\n"),
    ("Open", "打开"),
    ("menu\x04Close", "关闭"),
    ("%d file\0%d files", "%d 个文件"),
]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_catalogue_is_read_without_header_context_and_plurals(order):
    assert list(read_mo(compiled(ENTRIES, order))) == [("Open", "打开"), ("Close", "关闭")]


def test_a_catalogue_is_read_as_the_standard_library_reads_it():
    theirs = gettext.GNUTranslations(io.BytesIO(compiled(ENTRIES)))
    assert all(theirs.gettext(m) == t for m, t in read_mo(compiled(ENTRIES[:2])))
    assert theirs.pgettext("menu", "Close") == "关闭"


WRITTEN = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"

#. said by a button
#: here.py:7
msgid "Open"
msgstr "打开"

msgctxt "menu"
msgid "Close"
msgstr "关闭"

#, python-format, fuzzy
msgid "Save"
msgstr "打印"

#, python-format
msgid ""
"A long "
"message\twith \"signs\""
msgstr "长"
"消息"

msgid "%d file"
msgid_plural "%d files"
msgstr[0] "%d 个文件"

msgid "Print"
msgstr ""

#~ msgid "Quit"
#~ msgstr "退出"

msgid "End"
msgstr "结束"
"""


def test_a_written_catalogue_is_read_without_what_is_fuzzy_unused_plural_or_not_translated():
    assert list(read_po(WRITTEN)) == [
        ("Open", "打开"),
        ("Close", "关闭"),
        ('A long message\twith "signs"', "长消息"),
        ("End", "结束"),
    ]


def test_entries_need_no_empty_line_between_them():
    text = 'msgid "a"\nmsgstr "b"\nmsgid "c"\nmsgstr "d"\n# x\n#, fuzzy\nmsgid "e"\nmsgstr "f"'
    assert list(read_po(text)) == [("a", "b"), ("c", "d")]


def test_a_written_and_a_compiled_catalogue_hold_the_same():
    pin = data.pins("django")[0]
    with open_archive(pin) as archive:
        for folder in ("conf", "contrib/admin", "contrib/auth"):
            name = f"django/{folder}/locale/zh_Hans/LC_MESSAGES/django"
            written = read_po(archive.read(f"{name}.po").decode())
            assert sorted(written) == sorted(read_mo(archive.read(f"{name}.mo")))


def test_a_pair_is_stripped_and_otherwise_kept_as_it_is():
    assert clean(" Rename… ", "重命名… \n") == ("Rename…", "重命名…")
    assert clean("Are you sure?", "确定吗？") == ("Are you sure?", "确定吗？")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Two\nlines", "两行"),
        ("One line", "一\n行"),
        ("A tab\tinside", "制表符"),
        ("Open <b>it</b>", "打开"),
        ("Open %1", "打开 %1"),
        ("Open %(name)s", "打开 %(name)s"),
        ("Open {name}", "打开"),
        ("Run `ls`", "运行"),
        ("&Edit", "编辑"),
        ("Edit", "编辑(&E)"),
        ("See https://jupyter.org", "见网站"),
        ("Caf\u00e9", "咖啡馆"),
        ("123", "一二三"),
        ("JupyterLab", "JupyterLab"),
        ("Open", ""),
    ],
)
def test_a_pair_that_is_no_plain_line_in_each_language_is_left_out(english, chinese):
    assert clean(english, chinese) is None


def test_a_share_in_per_cent_is_no_placeholder():
    assert clean("Zoom to 50 %", "缩放到 50%") and clean("100% done", "完成 100%")


@pytest.mark.parametrize("message", ["Save File", "save file…", "Save files", "Save  File (2)"])
def test_messages_that_differ_in_their_dress_are_of_one_family(message):
    assert message_family(message) == "save file"


@given(st.text("aB -.1…", min_size=1, max_size=9))
def test_case_and_signs_never_change_the_family(message):
    if any(c.isalpha() for c in message):
        assert message_family(message.upper() + "…") == message_family(message)


def test_a_message_of_signs_alone_still_has_a_family():
    assert message_family("?!") == "?!" and message_family("s s") == "s s"


def test_translations_of_one_message_stand_together_the_first_one_first():
    parts = split([("Open", "打开"), ("Open", "开启"), ("Open", "打开"), ("Close", "关闭")])
    ways = {}
    for part in PARTS:
        chosen = getattr(parts, part)
        ways |= dict(zip(chosen.english, chosen.chinese, strict=True))
    assert ways == {"Close": ("关闭",), "Open": ("打开", "开启")}
    assert sum(len(getattr(parts, p).pairs()) for p in PARTS) == 3


def test_no_message_and_no_family_is_in_two_parts(messages):
    for key in (str, message_family):
        sets = [{key(m) for m in getattr(messages, part).english} for part in PARTS]
        assert not sets[0] & sets[1] | sets[0] & sets[2] | sets[1] & sets[2]


def test_the_parts_have_the_sizes_that_are_stated(messages):
    sizes = [len(getattr(messages, part)) for part in PARTS]
    assert sum(sizes) == 2642 and "2,642" in data.describe("messages").about
    assert sizes == [2234, 109, 299]


def test_a_part_depends_on_the_english_message_alone(messages):
    few = messages.test.english[:40]
    assert split((m, "别的") for m in few).test.english == few


def test_every_message_is_one_plain_line_in_each_language_and_in_order(messages):
    for part in PARTS:
        chosen = getattr(messages, part)
        assert list(chosen.english) == sorted(set(chosen.english))
        assert all(clean(*pair) == pair for pair in chosen.pairs())
        assert len(chosen.chinese) == len(chosen) and all(chosen.chinese)


def test_known_messages_have_their_translations(messages):
    ways = dict(zip(messages.train.english, messages.train.chinese, strict=True))
    assert "故障排查" in ways["Troubleshooting"]
    assert "语法错误" in ways["syntax error"]


def test_the_larger_collection_has_the_sizes_that_are_stated(translation):
    sizes = [len(getattr(translation, part)) for part in PARTS]
    assert sum(sizes) == 11768 and "11,768" in data.describe("translation").about
    assert sizes == [9995, 543, 1230]
    assert len(translation.train.pairs()) == 10313


def test_the_larger_collection_holds_what_is_short_of_the_smaller_part_by_part(
    messages, translation
):
    for part in PARTS:
        few, many = getattr(messages, part), getattr(translation, part)
        ways = dict(zip(many.english, many.chinese, strict=True))
        for message, found in zip(few.english, few.chinese, strict=True):
            if len(message.split()) <= MOST_WORDS:
                assert ways[message][: len(found)] == found
            else:
                assert message not in ways


def test_no_family_of_the_larger_collection_is_in_two_parts(translation):
    sets = [{message_family(m) for m in getattr(translation, part).english} for part in PARTS]
    assert not sets[0] & sets[1] | sets[0] & sets[2] | sets[1] & sets[2]


def test_every_program_gives_messages_of_its_own(translation):
    known = set(translation.train.english)
    wanted = {
        "jupyterlab": "Copied to clipboard",
        "django": "tomorrow",
        "indico": "Configure the book of abstracts",
        "horizon": "Number of Instances",
        "spyder": "Ignore Python libraries while debugging",
        "wagtail": "Add to collection",
    }
    assert set(wanted.values()) <= known


def test_the_mark_of_an_entry_out_of_use_does_not_fall_on_the_next():
    written = '#, fuzzy\n#~ msgid "Old"\n#~ msgstr "旧"\n\nmsgid "New"\nmsgstr "新"\n'
    assert list(read_po(written)) == [("New", "新")]


def test_a_compiled_catalogue_that_is_none_or_cut_short_is_refused():
    whole = compiled(ENTRIES)
    for broken in (b"", b"<html>", bytes(64), whole[:30], whole[: len(whole) // 2]):
        with pytest.raises(ValueError, match=r"\.mo file"):
            list(read_mo(broken))
