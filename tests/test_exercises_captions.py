import numpy as np
import pytest

from seqtut.exercises import judge
from seqtut.text import END, join_words, number_words


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def said(number):
    return join_words(number_words(number, "zh"))


def bare(number, zero=""):
    """Every digit with its place, whatever the digit."""
    places = ["千", "百", "十", ""][-len(str(number)) :]
    pairs = zip(map(int, str(number)), places, strict=True)
    return "".join("零一二三四五六七八九"[d] + p if d else zero for d, p in pairs) or "零"


def test_chinese_numbers_are_right_as_text_and_as_characters():
    assert judge("captions-1", said).right
    assert judge("captions-1", lambda n: list(said(n))).right
    assert judge("captions-1", lambda n: number_words(n, "zh")).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (bare, "between other digits is said, once"),
        (lambda n: bare(n, "零"), "one 零"),
        (lambda n: said(n) + "零" * (n % 10 == 0 and n > 0), "at the end are not said"),
        (lambda n: said(n).replace("百零", "百零十"), "no 十, 百 or 千 behind"),
        (lambda n: "一" * (10 <= n < 20) + said(n), "no 一"),
        (lambda n: said(n).replace("一十", "十"), "no 一"),
        (lambda n: said(n).replace("二百", "两百"), "always 二"),
        (lambda n: said(n)[::-1], "is 三百二十七"),
        (lambda n: said(n) if n else "", "and nothing else"),
        (lambda n: None, "returns text"),
        (lambda n: 3, "returns text"),
        (lambda n: [1, 2], "returns text"),
        (lambda n: 1 / 0, "stopped with ZeroDivisionError"),
        ("三", "is a function"),
    ],
)
def test_a_number_said_wrong_gets_its_hint(answer, hint):
    assert hint in hint_of("captions-1", answer)


def pooled(mask, r, kept=np.any):
    columns = -(-mask.shape[1] // r)
    whole = np.zeros((len(mask), columns * r), bool)
    whole[:, : mask.shape[1]] = mask
    return kept(whole.reshape(len(mask), columns, r), axis=2)


def test_a_mask_is_pooled_in_any_form():
    assert judge("captions-2", pooled).right
    assert judge("captions-2", lambda m, r: pooled(m, r).astype(int).tolist()).right
    assert judge("captions-2", lambda m, r: pooled(m, r).astype(np.uint8)).right
    assert judge("captions-2", lambda m, r: m[:, ::r]).right  # the kept steps come first


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda m, r: pooled(m, r, np.all), "with it"),
        (lambda m, r: pooled(m[:, : m.shape[1] // r * r], r), "the last few"),
        (lambda m, r: ~pooled(m, r), "other way round"),
        (lambda m, r: np.ones_like(pooled(m, r)), "becomes"),
        (lambda m, r: m[:, r - 1 :: r], "with it"),
        (lambda m, r: m, "shape"),
        (lambda m, r: [[True], [True, False]], "should return numbers"),
        (lambda m, r: None, "should return numbers"),
        (lambda m, r: "mask", "should return numbers"),
        (lambda m, r: np.full(pooled(m, r).shape, "x"), "made of bools"),
        (lambda m: m, "stopped with TypeError"),
        (None, "is a function"),
    ],
)
def test_a_mask_pooled_wrong_gets_its_hint(answer, hint):
    assert hint in hint_of("captions-2", answer)


def exact(said, wanted, lengths, hit=lambda s, w: s == w, mean=np.mean):
    found = np.array([hit(s, w) for s, w in zip(said, wanted, strict=True)], float)
    return {n: mean(found[lengths == n]) for n in np.unique(lengths)}


def same_as_far_as_both_go(said, wanted):
    return all(a == b for a, b in zip(said, wanted, strict=False))


def by_word(said, wanted, lengths):
    found = {}
    for n in np.unique(lengths):
        pairs = [(s, w) for s, w, m in zip(said, wanted, lengths, strict=True) if m == n]
        hits = sum(a == b for s, w in pairs for a, b in zip(s, w, strict=False))
        found[n] = hits / sum(len(w) for _, w in pairs)
    return found


def test_exact_match_by_length_is_right_with_any_numbers_as_keys():
    assert judge("captions-3", exact).right
    for kind in (float, np.float32, np.array):
        by_length = {"answer": lambda *a, k=kind: {int(n): k(x) for n, x in exact(*a).items()}}
        assert judge("captions-3", **by_length).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (by_word, "shares of words"),
        (lambda *a: exact(*a, hit=lambda s, w: w[: len(s)] == s), "ends too early"),
        (lambda *a: exact(*a, mean=np.sum), "counts"),
        (lambda *a: exact(*a, hit=same_as_far_as_both_go), "zip stops at the shorter"),
        (lambda *a: {n: 0.5 for n in (1, 2, 3, 5)}, "at length 1 the share that is right is 1.00"),
        (lambda *a: {**exact(*a), 5: 1.0}, "at length 5 the share that is right is 0.00"),
        (lambda *a: {**exact(*a), 2: np.nan}, "at length 2 the share that is right is 0.67"),
        (lambda *a: {**exact(*a), 4: 0.0}, "lengths that occur"),
        (lambda *a: {str(n): share for n, share in exact(*a).items()}, "dictionary"),
        (lambda *a: [1.0, 2.0], "dictionary"),
        (lambda *a: None, "dictionary"),
        (lambda *a: "ab", "dictionary"),
        (lambda *a: {}["x"], "stopped with KeyError"),
        (7, "is a function"),
    ],
)
def test_a_wrong_share_of_captions_gets_its_hint(answer, hint):
    assert hint in hint_of("captions-3", answer)


def test_rows_with_the_tag_first_are_right_in_any_form():
    assert judge("captions-4", lambda tag, words: ([tag, *words], [*words, END])).right
    assert judge("captions-4", lambda t, w: [np.array([t, *w]), np.array([*w, END])]).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda t, w: ([1, t, *w], [t, *w, END]), "given, not said"),
        (lambda t, w: ([1, *w], [*w, END]), "first id that the decoder reads"),
        (lambda t, w: ([t, *w, END], [*w, END]), "never read"),
        (lambda t, w: ([t, *w], w), "ends with END"),
        (lambda t, w: ([t, *w[::-1]], [*w, END]), "for the tag 4"),
        (lambda t, w: ([], []), "first id"),
        (lambda t, w: None, "two rows"),
        (lambda t, w: 5, "two rows"),
        (lambda t, w: ("a", "b"), "for the tag 4"),
        (lambda t, w: t["x"], "stopped with TypeError"),
        ("rows", "is a function"),
    ],
)
def test_wrong_rows_get_their_hint(answer, hint):
    assert hint in hint_of("captions-4", answer)


def looked(attention, spans, total=np.sum, last=0):
    sums = [total(attention[:, a : b + last], axis=1) for a, b in spans]
    return np.argmax(sums, axis=0)


def nearest_to_the_peak(attention, spans):
    best = attention.argmax(axis=1)
    return [int(np.argmin(np.abs(spans.mean(axis=1) - column))) for column in best]


def test_the_digit_with_most_weight_is_right_in_any_form():
    assert judge("captions-5", looked).right
    assert judge("captions-5", lambda a, s: looked(a, s).tolist()).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda a, s: looked(a, s, np.mean), "highest mean"),
        (lambda a, s: looked(a, s, np.max), "one high column"),
        (lambda a, s: looked(a, s) + 1, "from 0"),
        (lambda a, s: a.argmax(axis=1), "columns of pixels"),
        (nearest_to_the_peak, "nearest to the heaviest column"),
        (lambda a, s: np.zeros(len(a)), "add up"),
        (lambda a, s: a, "shape"),
        (lambda a, s: None, "should return numbers"),
        (lambda a, s: "012", "should return numbers"),
        (lambda a, s: a.nothing, "stopped with AttributeError"),
        (0, "is a function"),
    ],
)
def test_a_digit_that_was_not_looked_at_gets_its_hint(answer, hint):
    assert hint in hint_of("captions-5", answer)
