import itertools
import math
import unicodedata

import numpy as np
import pytest

from seqtut import equations
from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def in_form(form):
    return lambda a, b: unicodedata.normalize(form, a) == unicodedata.normalize(form, b)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_comparing_in_either_canonical_form_is_right(form):
    assert judge("text-1", in_form(form)).right
    assert judge("text-1", lambda a, b: np.bool_(in_form(form)(a, b))).right


def without_accents(a, b):
    bare = ["".join(c for c in unicodedata.normalize("NFD", s) if ord(c) < 0x300) for s in (a, b)]
    return bare[0] == bare[1]


@pytest.mark.parametrize(
    ("same", "hint"),
    [
        (lambda a, b: a == b, "code points"),
        (in_form("NFKC"), "full-width comma"),
        (in_form("NFKD"), "full-width comma"),
        (without_accents, "one without"),
        (lambda a, b: in_form("NFC")(a.casefold(), b.casefold()), "capital"),
        (lambda a, b: in_form("NFC")(a.strip(), b.strip()), "different characters"),
        (lambda a, b: False, "the same characters"),
        (lambda a, b: unicodedata.normalize("NFC", a), "True or False"),
        (lambda a, b: None, "True or False"),
        (lambda a: True, "TypeError"),
        (True, "function itself"),
    ],
)
def test_a_wrong_comparison_is_named_with_its_reason(same, hint):
    assert hint in hint_of("text-1", same)


def summed(text, p, add=sum):
    v = [1.0]
    for j in range(1, len(text) + 1):
        v.append(add([v[i] * p.get(text[i:j], 0.0) for i in range(j)]))
    return v[-1]


def test_the_sum_over_all_cuts_is_right_and_is_what_listing_them_gives():
    assert judge("text-2", summed).right
    assert judge("text-2", lambda text, p: np.float64(summed(text, p))).right
    p = {"o": 0.2, "u": 0.1, "g": 0.1, "h": 0.2, "ou": 0.2, "ugh": 0.2}
    total = 0
    for cuts in itertools.product([0, 1], repeat=3):
        ends = [0, *(i + 1 for i in range(3) if cuts[i]), 4]
        pieces = ["ough"[a:b] for a, b in itertools.pairwise(ends)]
        total += equations.segmentation_probability(pieces, {k: math.log(q) for k, q in p.items()})
    assert summed("ough", p) == pytest.approx(total)


def emptying(text, p):
    found = summed(text, p)
    p.clear()
    return found


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (lambda text, p: summed(text, p, max), "best cut alone"),
        (lambda text, p: math.log(summed(text, p) or 1), "logarithm"),
        (lambda text, p: math.prod(p.get(c, 0.0) for c in text), "single letters"),
        (lambda text, p: summed(text, p) or 1.0, "cannot be cut"),
        (lambda text, p: 0.5, "sum over all cuts"),
        (lambda text, p: math.nan, "sum over all cuts"),
        (lambda text, p: [summed(text, p)], "one number"),
        (lambda text, p: "0.5", "one number"),
        (lambda text, p: None, "one number"),
        (lambda text, p: math.prod(p[c] for c in text), "single letters"),
        (lambda text, p: text + 1, "TypeError"),
        (0.5, "function itself"),
    ],
)
def test_a_wrong_probability_of_a_text_is_named_with_its_reason(function, hint):
    assert hint in hint_of("text-2", function)


def test_a_function_that_empties_its_dict_spoils_no_later_case():
    assert judge("text-2", emptying).right


def kept_mean(vectors, mask):
    total = np.where(mask[..., None], vectors, 0).sum(axis=1)
    return total / np.maximum(mask.sum(axis=1), 1)[:, None]


def test_means_over_the_kept_vectors_are_right():
    assert judge("text-3", kept_mean).right
    assert judge("text-3", lambda v, m: kept_mean(v, m).tolist()).right


def multiplied(vectors, mask):
    return (vectors * mask[..., None]).sum(1) / np.maximum(mask.sum(1), 1)[:, None]


def divided_by_none(vectors, mask):
    with np.errstate(all="ignore"):
        return np.where(mask[..., None], vectors, 0).sum(1) / mask.sum(1)[:, None]


@pytest.mark.parametrize(
    ("mean", "hint"),
    [
        (lambda v, m: (v * m[..., None]).mean(axis=1), "divided by"),
        (lambda v, m: v.mean(axis=1), "pads are in the mean"),
        (multiplied, "nan times 0"),
        (divided_by_none, "divided by zero"),
        (lambda v, m: np.where(m[..., None], v, 0).sum(1) / m.sum(), "of the batch"),
        (lambda v, m: np.where(m[..., None], v, 0).sum(1), "the sum"),
        (lambda v, m: kept_mean(v, ~m), "polarity"),
        (lambda v, m: kept_mean(v, m)[0], "shape (B, D)"),
        (lambda v, m: None, "shape (B, D)"),
        (lambda v, m: "means", "shape (B, D)"),
        (lambda v: v, "TypeError"),
        (np.zeros((4, 3)), "function itself"),
    ],
)
def test_a_wrong_mean_is_named_with_its_reason(mean, hint):
    assert hint in hint_of("text-3", mean)


def batches_of(lengths, most, rng, pool=400, shuffle=True, mix=True, kind=np.asarray):
    n, lengths = len(lengths), np.array(lengths)
    order = rng.permutation(n) if shuffle else np.arange(n)
    found = []
    for start in range(0, n, pool):
        chosen = order[start : start + pool]
        batch = []
        for i in chosen[np.argsort(lengths[chosen], kind="stable")]:
            if batch and (len(batch) + 1) * lengths[i] > most:  # the newest is the longest
                found.append(kind(batch))
                batch = []
            batch.append(i)
        found.append(kind(batch))
    return [found[i] for i in rng.permutation(len(found))] if mix else found


@pytest.mark.parametrize("pool", [200, 400, 1000])
def test_pools_of_several_sizes_are_right(pool):
    assert judge("text-4", lambda n, size, rng: batches_of(n, size, rng, pool)).right


def test_lists_of_indices_are_right_as_well():
    def as_lists(n, size, rng):
        return batches_of(n, size, rng, kind=lambda chosen: [int(i) for i in chosen])

    assert judge("text-4", as_lists).right


def one_by_one(lengths, most, rng):
    return [np.array([i]) for i in rng.permutation(len(lengths))]


def by_sum(lengths, most, rng):
    """Counts the tokens of a batch instead of its positions."""
    n, lengths = len(lengths), np.array(lengths)
    order = rng.permutation(n)
    homes = np.cumsum(lengths[order]) // most
    return [order[homes == home] for home in np.unique(homes)]


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (lambda n, size, rng: batches_of(n, size, rng, pool=60), "padding"),
        (lambda n, size, rng: batches_of(n, size, rng, 2000, shuffle=False), "same examples"),
        (lambda n, size, rng: batches_of(n, size, rng, 2000, mix=False), "order of their lengths"),
        (lambda n, size, rng: batches_of(n, size, rng, 400, mix=False), "order of their lengths"),
        (lambda n, size, rng: batches_of(n, size, rng)[1:], "missing or twice"),
        (lambda n, size, rng: batches_of(n, 2 * size, rng), "160 is the limit"),
        (by_sum, "not the sum of the lengths"),
        (one_by_one, "too many"),
        (lambda n, size, rng: batches_of(n, size // 2, rng), "too many"),
        (lambda n, size, rng: [], "missing or twice"),
        (lambda n, size, rng: None, "list of arrays"),
        (lambda n, size, rng: [np.array([0.5])], "list of arrays"),
        (lambda n, size, rng: ["ab"], "list of arrays"),
        (lambda n, size, rng: np.arange(len(n)), "list of arrays"),
        (lambda n, size: [], "TypeError"),
        ([], "function itself"),
    ],
)
def test_wrong_batches_are_named_with_their_reason(make, hint):
    assert hint in hint_of("text-4", make)


@pytest.mark.parametrize("pool", [200, 400, 2000])
@pytest.mark.parametrize("every", [1, 2])
def test_pools_in_order_are_seen_whichever_way_they_run(pool, every):
    def snake(lengths, most, rng):
        lengths, found = np.array(lengths), []
        order = rng.permutation(len(lengths))
        for turn, start in enumerate(range(0, len(order), pool)):
            chosen = order[start : start + pool]
            part = batches_of(lengths[chosen], most, rng, len(chosen), shuffle=False, mix=False)
            part = [chosen[batch] for batch in part]
            found += part[::-1] if turn % every == 0 else part
        return found

    assert "order of their lengths" in hint_of("text-4", snake)


def test_a_function_that_sorts_its_lengths_in_place_does_not_fool_the_check():
    def sorting(lengths, size, rng):
        found = batches_of(lengths, size, rng)
        lengths.sort()
        return found

    assert judge("text-4", sorting).right


def test_listing_all_cuts_is_stopped_and_named():
    def listing(text, p):
        if not text:
            return 1.0
        ends = range(1, len(text) + 1)
        return sum(p[text[:i]] * listing(text[i:], p) for i in ends if text[:i] in p)

    assert "millions of cuts" in hint_of("text-2", listing)


def test_normalising_one_side_alone_is_not_enough():
    def one_side(a, b):
        return unicodedata.normalize("NFC", a) == b or a == unicodedata.normalize("NFC", b)

    assert not judge("text-1", one_side).right


def test_a_mask_read_as_a_length_and_one_upside_down_are_told_apart():
    def prefix(vectors, mask):
        sums = [
            v[: m.sum()].sum(axis=0) / max(m.sum(), 1) for v, m in zip(vectors, mask, strict=True)
        ]
        return np.array(sums)

    def inverted(vectors, mask):
        kept = np.where(~mask[..., None], vectors, 0).sum(axis=1)
        with np.errstate(all="ignore"):
            return kept / (~mask).sum(axis=1)[:, None]

    assert not judge("text-3", prefix).right
    assert "polarity" in hint_of("text-3", inverted)
