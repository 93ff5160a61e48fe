import numpy as np
import pytest

from seqtut import equations, metrics
from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def pairs(said, right):
    return zip(said, right, strict=True)


def fewest(said, right):
    return min((metrics.edit_distance(said, r), len(r)) for r in right)


def sums(said, right, pick=fewest):
    edits, tokens = np.sum([pick(s, r) for s, r in zip(said, right, strict=True)], axis=0)
    return edits / tokens


def at_a_tie(which):
    """Of references as near takes the longest (-1), or the first (0)."""
    return lambda s, refs: min(
        ((metrics.edit_distance(s, r), len(r)) for r in refs),
        key=lambda found: (found[0], which * found[1]),
    )


def mean_of_ratios(said, right):
    return np.mean([e / n for e, n in map(fewest, said, right)])


@pytest.mark.parametrize(
    "rate",
    [sums, equations.error_rate, lambda s, r: metrics.phoneme_error_rate(s, r).value],
)
def test_a_ratio_of_sums_over_the_nearest_references_is_right(rate):
    assert judge("evaluation-1", rate).right


def eats(said, right):
    rate = equations.error_rate(said, right)
    said.clear()
    right.clear()
    return rate


def test_a_function_that_empties_its_arguments_is_judged_by_what_it_returns():
    assert judge("evaluation-1", eats).right


@pytest.mark.parametrize(
    ("rate", "hint"),
    [
        (
            lambda s, r: np.mean(
                [min(metrics.edit_distance(h, k) / len(k) for k in refs) for h, refs in pairs(s, r)]
            ),
            "mean of ratios",
        ),
        (mean_of_ratios, "mean of ratios"),
        (lambda s, r: sums(s, [refs[:1] for refs in r]), "first reference"),
        (lambda s, r: sums(s, r, at_a_tie(-1)), "which flatters"),
        (lambda s, r: sums(s, r, at_a_tie(0)), "listed first"),
        (lambda s, r: sum(fewest(*p)[0] for p in pairs(s, r)) / sum(map(len, s)), "says more"),
        (lambda s, r: metrics.word_error_rate(s, r).value, "WER"),
        (lambda s, r: 0.5, "fewest edits"),
        (lambda s, r: None, "one finite number. Received: NoneType"),
        (lambda s, r: np.nan, "finite"),
        (lambda s, r: str(equations.error_rate(s, r)), "one finite number. Received: str"),
        (lambda s, r: [0.1, 0.2], "finite number. Received: list"),
        (lambda s, r: 1 / 0, "ZeroDivisionError"),
        (0.3, "function itself"),
    ],
)
def test_a_wrong_error_rate_is_named_with_its_reason(rate, hint):
    assert hint in hint_of("evaluation-1", rate)


def weighted(said, right, cost, first=None):
    table = np.zeros((len(said) + 1, len(right) + 1))
    table[:, 0] = np.arange(len(said) + 1)
    table[0] = np.arange(len(right) + 1)
    for i, s in enumerate(said, 1):
        for j, r in enumerate(right, 1):
            table[i, j] = min(
                table[i - 1, j - 1] + cost(s, r), table[i - 1, j] + 1, table[i, j - 1] + 1
            )
    return table[-1, -1]


def test_a_weighted_distance_is_right_and_is_plain_where_all_costs_are_one():
    assert judge("evaluation-2", weighted).right
    assert weighted("kitten", "sitting", lambda a, b: a != b) == equations.edit_distance(
        "kitten", "sitting"
    )


@pytest.mark.parametrize(
    ("distance", "hint"),
    [
        (lambda s, r, cost: equations.edit_distance(s, r), "plain distance"),
        (lambda s, r, cost: weighted(s, r, lambda a, b: cost(b, a)), "swapped"),
        (lambda s, r, cost: sum(map(cost, s, r)) + abs(len(s) - len(r)), "place by place"),
        (lambda s, r, cost: weighted(s, r, cost) if s and r else 0.0, "empty sequence"),
        (lambda s, r, cost: weighted(s, r, lambda a, b: min(cost(a, b), 1)), "least of three"),
        (lambda s, r, cost: "far", "one finite number. Received: str"),
        (lambda s, r, cost: cost("TH", None), "KeyError"),
        (lambda s, r: 1, "TypeError"),
        (None, "function itself"),
    ],
)
def test_a_wrong_weighted_distance_is_named_with_its_reason(distance, hint):
    assert hint in hint_of("evaluation-2", distance)


def nearest(n, lengths):
    return min((abs(m - n), m) for m in lengths)[1]


def penalty(said, right, pick=nearest, most=0.0):
    total = sum(pick(n, lengths) for n, lengths in zip(said, right, strict=True))
    return np.exp(min(most, 1 - total / sum(said)))


def test_the_brevity_penalty_is_right_and_is_what_bleu_multiplies_by():
    assert judge("evaluation-3", penalty).right
    assert penalty([6], [[8]]) == pytest.approx(equations.bleu(["aaaaaa"], [["aaaaaaaa"]]))


@pytest.mark.parametrize(
    ("brevity", "hint"),
    [
        (
            lambda s, r: np.mean([penalty([n], [k]) for n, k in pairs(s, r)]),
            "mean of the sentences",
        ),
        (lambda s, r: penalty(s, r, most=9.0), "never above 1"),
        (lambda s, r: penalty(s, r, lambda n, k: min(k)), "take the shortest"),
        (lambda s, r: penalty(s, r, lambda n, k: k[0]), "first reference"),
        (
            lambda s, r: penalty(s, r, lambda n, k: min(k, key=lambda m: (abs(m - n), -m))),
            "take the longer one",
        ),
        (
            lambda s, r: penalty(s, r, lambda n, k: min(k, key=lambda m: abs(m - n))),
            "listed first",
        ),
        (
            lambda s, r: np.exp(1 - sum(s) / sum(nearest(n, k) for n, k in pairs(s, r))),
            "wrong way up",
        ),
        (lambda s, r: 0.9, "nearest of its references"),
        (lambda s, r: {}, "one finite number"),
        (lambda s, r: s.index(99), "ValueError"),
        ([1.0], "function itself"),
    ],
)
def test_a_wrong_brevity_penalty_is_named_with_its_reason(brevity, hint):
    assert hint in hint_of("evaluation-3", brevity)


def drawn(a, b, draws):
    return (draws @ a[0]) / (draws @ a[1]) - (draws @ b[0]) / (draws @ b[1])


def two_sided(a, b, draws):
    differences = drawn(a, b, draws)
    rarer = min(np.sum(differences <= 0), np.sum(differences >= 0))
    return min(1, 2 * (1 + rarer) / (1 + len(draws)))


def test_the_two_sided_p_value_is_right():
    assert judge("evaluation-4", two_sided).right


def beyond(a, b, draws):
    here = a[0].sum() / a[1].sum() - b[0].sum() / b[1].sum()
    return np.mean(np.abs(drawn(a, b, draws)) >= abs(here))


def rarer(a, b, draws):
    differences = drawn(a, b, draws)
    return min(np.sum(differences <= 0), np.sum(differences >= 0))


@pytest.mark.parametrize(
    ("p", "hint"),
    [
        (beyond, "about half"),
        (lambda a, b, w: min(1, 2 * rarer(a, b, w) / len(w)), "never 0"),
        (lambda a, b, w: min(1, (1 + rarer(a, b, w)) / (1 + len(w))), "double it"),
        (lambda a, b, w: (1 + np.sum(drawn(a, b, w) >= 0)) / (1 + len(w)), "rarer side"),
        (lambda a, b, w: equations.p_value(w @ (a[0] / a[1] - b[0] / b[1])), "Divide the sums"),
        (lambda a, b, w: 0.01, "itself: then the p-value is 1"),
        (lambda a, b, w: 1.0, "for each draw"),
        (lambda a, b, w: w.mean(axis=1), "one finite number"),
        (lambda a, b: 0.5, "TypeError"),
        ("p", "function itself"),
    ],
)
def test_a_wrong_p_value_is_named_with_its_reason(p, hint):
    assert hint in hint_of("evaluation-4", p)


def test_a_p_value_that_ignores_a_systems_lengths_or_all_of_them_is_refused():
    def p_of(d):
        return min(1, 2 * (1 + min((d <= 0).sum(), (d >= 0).sum())) / (1 + len(d)))

    for wrong in (
        lambda a, b, w: p_of(w @ (a[0] - b[0])),
        lambda a, b, w: p_of((w @ (a[0] - b[0])) / (w @ a[1])),
    ):
        assert not judge("evaluation-4", wrong).right


def test_a_p_value_above_one_is_named():
    def uncapped(a, b, w):
        d = (w @ a[0]) / (w @ a[1]) - (w @ b[0]) / (w @ b[1])
        return 2 * (1 + min((d <= 0).sum(), (d >= 0).sum())) / (1 + len(d))

    assert "at most 1" in hint_of("evaluation-4", uncapped)
