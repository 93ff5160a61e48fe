from collections import Counter
from itertools import product

import numpy as np
import pytest

from seqtut.exercises import judge
from seqtut.exercises.encoder_decoder import _decoders
from seqtut.text import BEGIN, END


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def counting(kinds=3, biases=2, recurrent=2, spoken=1):
    def weights(letters, sounds, e, d):
        cell = kinds * (e * d + d * d + biases * d)
        return (letters + spoken * sounds) * e + recurrent * cell + (d + 1) * sounds

    return weights


@pytest.mark.parametrize("kind", [int, float, np.int64, np.array])
def test_the_number_of_weights_is_right_whatever_number_it_is(kind):
    assert judge("encoder-decoder-1", lambda *sizes: kind(counting()(*sizes))).right


def test_the_number_of_weights_is_that_of_the_package_s_model():
    from seqtut import runtime

    runtime.import_quietly()
    from seqtut.models import Seq2Seq

    model = Seq2Seq(9, 11, width=6, embedding_dim=5, cell="gru", attention=None)
    assert model.count_params() == counting()(9, 11, 5, 6)


@pytest.mark.parametrize(
    ("weights", "hint"),
    [
        (counting(biases=1), "paper's GRU"),
        (counting(kinds=4, biases=1), "LSTMs"),
        (counting(recurrent=1), "one GRU only"),
        (counting(spoken=0), "each sound has a vector"),
        (lambda *sizes: 81_387, "no others"),
        (lambda *sizes: sum(sizes), "add up"),
        (lambda *sizes: float("nan"), "add up"),
        (lambda *sizes: None, "one number"),
        (lambda *sizes: "many", "one number"),
        (lambda *sizes: sizes, "one number"),
        (lambda a, b: a, "TypeError"),
        (81_387, "function itself"),
    ],
)
def test_a_wrong_number_of_weights_is_named_with_its_reason(weights, hint):
    assert hint in hint_of("encoder-decoder-1", weights)


def differing(first, second):
    return sum(a != b for a, b in zip(first, second, strict=True))


def by_listing(first, second):
    said = list(product(*zip(first, second, strict=True)))
    return np.mean([way not in (first, second) for way in said])


def test_what_nobody_says_is_right_by_formula_and_by_listing():
    def by_formula(first, second):
        k = differing(first, second)
        return 1 - 2.0 ** (1 - k) if k else 0

    assert judge("encoder-decoder-2", by_formula).right
    assert judge("encoder-decoder-2", by_listing).right


@pytest.mark.parametrize(
    ("share", "hint"),
    [
        (lambda a, b: 1 - 2 / 2 ** len(a), "every place was counted"),
        (lambda a, b: 1 - 1 / 2 ** differing(a, b), "two are right"),
        (lambda a, b: 2 / 2 ** differing(a, b), "how often neither"),
        (lambda a, b: 1 - 2 / 2 ** differing(a, b), "the two ways are the same"),
        (lambda a, b: 0.5, "6 of the 8"),
        (lambda a, b: float("nan"), "2 of the 4"),
        (lambda a, b: None, "one number"),
        (lambda a, b: [0.5, 0.5], "one number"),
        (lambda a: 0.5, "TypeError"),
        (None, "function itself"),
    ],
)
def test_a_wrong_share_of_what_nobody_says_is_named_with_its_reason(share, hint):
    assert hint in hint_of("encoder-decoder-2", share)


def speaking(begin=BEGIN, feeds=True, keeps=True, stops=True, ends=False, kind=list):
    def speak(step, state, max_steps):
        said, token = [], begin
        for _ in range(max_steps):
            logits, after = step(np.array([token]), state)
            state = after if keeps else state
            best = int(np.argmax(logits[0]))
            token = best if feeds else token
            if best == END and stops:
                return kind([*said, END] if ends else said)
            said.append(best)
        return kind(said)

    return speak


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_greedy_speech_is_right_as_any_kind_of_list(kind):
    assert judge("encoder-decoder-3", speaking(kind=kind)).right


def test_the_decoders_of_the_check_end_soon_and_at_once_and_never():
    assert len(_decoders()) == 7


def endless(step, state, max_steps):
    token = BEGIN
    while True:
        logits, state = step(np.array([token]), state)
        token = int(np.argmax(logits[0]))


@pytest.mark.parametrize(
    ("speak", "hint"),
    [
        (speaking(ends=True), "the end token is among"),
        (speaking(stops=False), "goes on after the end"),
        (speaking(feeds=False), "given the begin token"),
        (speaking(keeps=False), "given the first state"),
        (speaking(begin=0), "which is not 0"),
        (endless, "more than max_steps"),
        (lambda step, state, max_steps: [], "start with BEGIN"),
        (lambda step, state, max_steps: None, "list of ids"),
        (lambda step, state, max_steps: ["TH"], "list of ids"),
        (lambda step, state, max_steps: [float("nan")], "list of ids"),
        (lambda step: [], "TypeError"),
        ([5, 6], "function itself"),
    ],
)
def test_a_wrong_speaker_is_named_with_its_reason(speak, hint):
    assert hint in hint_of("encoder-decoder-3", speak)


def circle(lengths, rng):
    found = np.arange(len(lengths))
    for length in np.unique(lengths):
        there = rng.permutation(np.flatnonzero(lengths == length))
        found[there] = np.roll(there, 1)
    return found


def test_a_stranger_for_everyone_is_right_in_any_circle():
    assert judge("encoder-decoder-4", circle).right
    assert judge("encoder-decoder-4", lambda n, rng: circle(n, rng).tolist()).right
    assert judge("encoder-decoder-4", lambda n, rng: circle(n, rng).astype(float)).right


def neighbours(lengths, rng):
    order = np.argsort(lengths, kind="stable")
    found = np.empty(len(lengths), int)
    found[order] = np.roll(order, 1)
    return found


def shuffled(lengths, rng):
    found = np.arange(len(lengths))
    for length in np.unique(lengths):
        there = np.flatnonzero(lengths == length)
        found[there] = there[rng.permutation(len(there))]
    return found


def first_other(lengths, rng):
    return [
        next((j for j in range(len(lengths)) if j != i and lengths[j] == n), i)
        for i, n in enumerate(lengths)
    ]


@pytest.mark.parametrize(
    ("strangers", "hint"),
    [
        (neighbours, "the length alone would tell"),
        (lambda n, rng: np.roll(np.arange(len(n)), 1), "the length alone would tell"),
        (shuffled, "kept its own letters"),
        (lambda n, rng: np.arange(len(n)), "kept its own letters"),
        (first_other, "serves twice"),
        (lambda n, rng: circle(n, rng) - len(n), "places run from 0"),
        (lambda n, rng: circle(n, rng) + 1, "places run from 0"),
        (lambda n, rng: circle(n, rng)[:-1], "6 places, whole numbers"),
        (lambda n, rng: circle(n, rng) + 0.5, "6 places, whole numbers"),
        (lambda n, rng: np.full(len(n), np.nan), "6 places, whole numbers"),
        (lambda n, rng: None, "6 places, whole numbers"),
        (lambda n, rng: "abcdef", "6 places, whole numbers"),
        (lambda n: n, "TypeError"),
        (np.arange(6), "function itself"),
    ],
)
def test_a_wrong_choice_of_strangers_is_named_with_its_reason(strangers, hint):
    assert hint in hint_of("encoder-decoder-4", strangers)


def test_an_answer_that_spoils_its_arguments_is_judged_all_the_same():
    def spoiling(lengths, rng):
        found = circle(lengths, rng)
        lengths[:] = 0
        return found

    assert judge("encoder-decoder-4", spoiling).right


def test_comparing_bags_of_sounds_instead_of_places_is_refused():
    def bags(first, second):
        differ = sum((Counter(first) - Counter(second)).values())
        return 1 - 2 / 2**differ if differ else 0.0

    assert not judge("encoder-decoder-2", bags).right


def test_the_first_wrong_case_is_the_one_that_is_shown():
    def stops_early(step, state, max_steps):
        return speaking()(step, state, max_steps - 1)

    def short_only(first, second):
        differ = sum(a != b for a, b in zip(first, second, strict=True))
        return 1 - 2 / 2**differ if differ and len(first) < 10 else 0.0

    assert "Received: 0." in hint_of("encoder-decoder-2", short_only)
    assert not judge("encoder-decoder-3", stops_early).right


@pytest.mark.parametrize("shaped", [int, lambda token: np.array([[token]])])
def test_a_step_takes_an_array_of_one_id(shaped):
    def speak(step, state, max_steps):
        token, said = BEGIN, []
        for _ in range(max_steps):
            logits, state = step(shaped(token), state)
            token = int(np.argmax(np.ravel(logits)))
            if token == END:
                break
            said.append(token)
        return said

    assert "an array of one id" in hint_of("encoder-decoder-3", speak)


def test_ids_are_whole_numbers_and_max_steps_is_heeded():
    def nine(step, state, max_steps):
        return speaking()(step, state, 9)

    def floats(step, state, max_steps):
        return [token + 0.4 for token in speaking()(step, state, max_steps)]

    assert not judge("encoder-decoder-3", nine).right
    assert "list of ids" in hint_of("encoder-decoder-3", floats)
