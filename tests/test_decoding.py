import gc
import itertools
import os
import subprocess
import sys
import weakref

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from seqtut import decoding, equations

PAD, BEGIN, END, A = range(4)
V = 4
IDS = {"begin": BEGIN, "end": END}
SEARCHES = {
    "greedy": decoding.greedy,
    "sample": lambda *a, **k: decoding.sample(*a, seed=0, **k),
    "beam": decoding.beam_search,
    "exact": decoding.exact_search,
}
each_search = pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)


# Steps whose answers are known


def remember(tokens, state):
    """Draws on the last two tokens; the table of a row's logits is part of its state.

    The attention is on the token that was fed, so that it can be told from the output.
    """
    table, before = state["table"], state["before"]
    rows = tf.range(tf.shape(tokens)[0])
    logits = tf.gather_nd(table, tf.stack([rows, before, tokens], axis=1))
    return logits, {"table": table, "before": tokens, "attention": tf.one_hot(tokens, V)}


def tables(rows, seed, scale=2.0):
    logits = np.random.default_rng(seed).normal(size=(rows, V, V, V)) * scale
    return logits.astype("float32")


def ageing(tokens, state):
    """As `remember`, but each step is surer than the last.

    With `remember`, prefixes of the same trigrams in another order have the same score, and which
    comes first is a matter of rounding.
    """
    logits, after = remember(tokens, state)
    age = state["age"]
    return logits * (1 + age[:, None] / 10), {**after, "age": age + 1}


def state_of(table):
    rows = len(table)
    return {
        "table": table,
        "before": np.zeros(rows, "int32"),
        "attention": np.zeros((rows, V), "float32"),
    }


def conditional(table):
    """The log-probabilities of `remember`, of a whole prefix and in float64."""

    def log_p(prefix):
        before, last = (PAD, BEGIN, *prefix)[-2:]
        return np.log(equations.softmax(table[before, last]))

    return log_p


class Tree:
    """A step whose distributions are written out by prefix; what is not ends at once."""

    def __init__(self, branches):
        prefixes = [*branches, None]
        size = 1 + max(token for branch in branches.values() for token in branch)
        p = np.zeros((len(prefixes), size))
        follow = np.full((len(prefixes), size), len(branches))
        for row, prefix in enumerate(branches):
            for token, probability in branches[prefix].items():
                p[row, token] = probability
                if (*prefix, token) in branches:
                    follow[row, token] = prefixes.index((*prefix, token))
        p[-1, END] = 1
        with np.errstate(divide="ignore"):
            self.logits = tf.constant(np.log(p), tf.float32)
        self.follow = tf.constant(follow, tf.int32)
        self.traced = 0

    def start(self, rows=1):
        return {"place": np.full(rows, -1, "int32")}

    def step(self, tokens, state):
        self.traced += 1
        follow = tf.gather_nd(
            self.follow, tf.stack([tf.maximum(state["place"], 0), tokens], axis=1)
        )
        place = tf.where(state["place"] < 0, 0, follow)
        return tf.gather(self.logits, place), {"place": place}


def said(tokens, length):
    return tuple(np.asarray(tokens)[: int(length)].tolist())


def everything(log_p, max_steps, forbidden=()):
    """All outputs of a model: (tokens, score, whether it ended)."""
    found = []

    def visit(prefix, score):
        if prefix and prefix[-1] == END:
            found.append((prefix, score, True))
        elif len(prefix) == max_steps:
            found.append((prefix, score, False))
        else:
            for token, gain in enumerate(log_p(prefix)):
                if token not in forbidden:
                    visit((*prefix, token), score + gain)

    visit((), 0.0)
    return found


def ranked(outputs, alpha):
    def key(output):
        tokens, score, ended = output
        return not ended, -score / equations.length_penalty(len(tokens), alpha)

    return sorted(outputs, key=key)


def plain_beam(log_p, width, max_steps, alpha, forbidden=()):
    """Beam search in ten lines: one example, no early stop."""
    live, ended = [((), 0.0)], []
    for _ in range(max_steps):
        grown = [
            ((*prefix, token), score + gain)
            for prefix, score in live
            for token, gain in enumerate(log_p(prefix))
            if token not in forbidden
        ]
        grown.sort(key=lambda pair: -pair[1])
        ended += [(*pair, True) for pair in grown[:width] if pair[0][-1] == END]
        live = [pair for pair in grown if pair[0][-1] != END][:width]
    return ranked(ended + [(*pair, False) for pair in live], alpha)


def same(found, row, wanted, alpha=0.0):
    """Compares the hypotheses of a row with a ranked list, and its attention with its tokens."""
    for k in range(np.shape(found.tokens)[1]):
        length = int(found.lengths[row, k])
        if k >= len(wanted):
            assert (length, float(found.scores[row, k])) == (0, -np.inf)
            continue
        tokens, score, ended = wanted[k]
        assert said(found.tokens[row, k], length) == tokens
        assert bool(found.finished[row, k]) == ended
        assert float(found.scores[row, k]) == pytest.approx(score, abs=1e-4)
        penalised = score / equations.length_penalty(len(tokens), alpha)
        assert float(found.penalised[row, k]) == pytest.approx(penalised, abs=1e-4)
        attention = np.asarray(found.attention[row, k])
        assert np.array_equal(attention[:length], np.eye(V)[[BEGIN, *tokens[:-1]]])
        assert not attention[length:].any()
        assert not np.asarray(found.tokens[row, k])[length:].any()


seeds = st.integers(0, 2**31)
alphas = st.sampled_from([0.0, 0.6, 1.5, -0.5])
lengths = st.integers(1, 4)
widths = st.sampled_from([1, 2, 3, 5])
sets = st.sampled_from([(), (PAD, BEGIN)])
WHOLE = V**4


# Greedy


@given(seed=seeds, max_steps=lengths, forbidden=sets)
def test_greedy_takes_the_best_token_each_time(seed, max_steps, forbidden):
    table = tables(3, seed)
    found = decoding.greedy(
        remember, state_of(table), **IDS, max_steps=max_steps, forbidden=forbidden
    )
    assert found.tokens.shape == (3, max_steps)
    for row in range(3):
        log_p, prefix, score = conditional(table[row]), (), 0.0
        while len(prefix) < max_steps and prefix[-1:] != (END,):
            gains = log_p(prefix)
            gains[list(forbidden)] = -np.inf
            prefix, score = (*prefix, int(gains.argmax())), score + gains.max()
        assert said(found.tokens[row], found.lengths[row]) == prefix
        assert float(found.scores[row]) == pytest.approx(score, abs=1e-4)
        assert bool(found.finished[row]) == (prefix[-1] == END)
        assert not np.asarray(found.tokens[row, len(prefix) :]).any()
        fed = [BEGIN, *prefix[:-1]]
        assert np.array_equal(found.attention[row, : len(prefix)], np.eye(V)[fed])
        assert not np.asarray(found.attention[row, len(prefix) :]).any()


def count_steps(tokens, state):
    """Ends after as many steps as the row's state says, and counts its calls in Python."""

    def called():
        CALLS.append(1)
        return np.int32(0)

    zero = tf.ensure_shape(tf.numpy_function(called, [], tf.int32, stateful=True), [])
    left = state["left"] - 1 + zero
    return tf.one_hot(tf.where(left > 0, A, END), V) * 50.0, {"left": left}


CALLS = []


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
def test_a_batch_stops_when_its_last_row_has_ended(name):
    state = {"left": np.array([2, 5, 3], "int32")}
    extra = {"width": 1} if name == "beam" else {}
    CALLS.clear()
    found = SEARCHES[name](count_steps, state, **IDS, max_steps=40, **extra)
    assert len(CALLS) == 5
    assert np.ravel(found.lengths).tolist() == [2, 5, 3]


def test_of_equally_probable_tokens_the_lowest_id_is_taken():
    tree = Tree({(): {5: 0.5, 4: 0.5}})
    greedy = decoding.greedy(tree.step, tree.start(), **IDS, max_steps=2)
    beam = decoding.beam_search(tree.step, tree.start(), **IDS, max_steps=2, width=1)
    assert said(greedy.tokens[0], 2) == said(beam.tokens[0, 0], 2) == (4, END)


# Sampling


@pytest.mark.parametrize(
    ("cut", "kept"),
    [
        ({}, (0, 1, 2, 3, 4, 5)),
        ({"top_k": 3}, (1, 3, 5)),
        ({"top_p": 0.7}, (3, 5)),
        ({"temperature": 0.5}, (0, 1, 2, 3, 4, 5)),
        ({"temperature": 3.0, "top_k": 4, "top_p": 0.9}, (1, 3, 4, 5)),
        ({"forbidden": (3, 0)}, (1, 2, 4, 5)),
    ],
)
def test_tokens_are_drawn_as_often_as_the_softmax_says(cut, kept):
    p = np.array([0.02, 0.15, 0.03, 0.4, 0.08, 0.32])
    tree = Tree({(): dict(enumerate(p))})
    n = 20_000
    found = decoding.sample(tree.step, tree.start(n), **IDS, max_steps=1, seed=7, **cut)
    wanted = np.zeros(6)
    wanted[list(kept)] = p[list(kept)] ** (1 / cut.get("temperature", 1.0))
    drawn = np.bincount(np.ravel(found.tokens), minlength=6)
    assert not drawn[wanted == 0].any()
    expected = wanted / wanted.sum() * n
    assert stats.chisquare(drawn[wanted > 0], expected[wanted > 0]).pvalue > 0.001
    model = np.log(p)[np.ravel(found.tokens)]
    assert np.allclose(found.scores, model, atol=1e-5), "Scores are the model's own."


def test_later_tokens_are_drawn_independently_of_the_first():
    tree = Tree({(): {A: 0.5, 4: 0.5}, (A,): {A: 0.5, 4: 0.5}, (4,): {A: 0.5, 4: 0.5}})
    found = decoding.sample(tree.step, tree.start(8000), **IDS, max_steps=2, seed=1)
    pairs = np.bincount(np.asarray(found.tokens) @ [2, 1] - 9, minlength=4)
    assert stats.chisquare(pairs).pvalue > 0.001


def test_sampling_is_a_function_of_its_seed():
    state = state_of(tables(50, 0, scale=0.5))

    def draw(seed):
        return np.asarray(
            decoding.sample(remember, state, **IDS, max_steps=6, seed=seed, top_k=3).tokens
        )

    first = draw(5)
    tf.random.set_seed(99)
    assert np.array_equal(first, draw(5))
    assert not np.array_equal(first, draw(6))


DRAWING = """
import sys
from seqtut import runtime
runtime.setup(threads=int(sys.argv[1]))
import tensorflow as tf
from seqtut import decoding
step = lambda tokens, state: (tf.zeros((3000, 40)), state)
limits = {"begin": 1, "end": 2, "max_steps": 3, "seed": 4}
tokens = decoding.sample(step, tf.zeros((3000, 1)), **limits).tokens.numpy()
print(len(set(tokens[:, 0])), tokens.tobytes().hex())
"""


def test_the_number_of_threads_changes_no_draw():
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    one, three = (
        subprocess.check_output([sys.executable, "-c", DRAWING, threads], env=environment)
        for threads in ("1", "3")
    )
    assert one.startswith(b"40 ")
    assert one == three


@given(seed=seeds, draw=seeds, temperature=st.sampled_from([1e-9, 1e-12, 1e-300]))
def test_a_temperature_near_zero_is_greedy(seed, draw, temperature):
    state = state_of(tables(4, seed))
    cold = decoding.sample(remember, state, **IDS, max_steps=5, seed=draw, temperature=temperature)
    greedy = decoding.greedy(remember, state, **IDS, max_steps=5)
    assert all(np.array_equal(a, b) for a, b in zip(cold, greedy, strict=True))


@given(seed=seeds, draw=seeds)
def test_the_single_most_probable_token_is_greedy(seed, draw):
    state = state_of(tables(4, seed))
    greedy = decoding.greedy(remember, state, **IDS, max_steps=5)
    for cut in ({"top_k": 1}, {"top_p": 1e-9}):
        found = decoding.sample(remember, state, **IDS, max_steps=5, seed=draw, **cut)
        assert np.array_equal(found.tokens, greedy.tokens)


def kept_by(logits, **cut):
    rows = np.isfinite(decoding.truncate(np.asarray(logits, "float32"), **cut))
    return [np.flatnonzero(row).tolist() for row in rows]


def test_ties_are_cut_in_favour_of_the_lower_ids():
    assert kept_by([[1, 2, 2, 2, 0], [3, 3, 3, 3, 3]], top_k=2) == [[1, 2], [0, 1]]
    assert kept_by([[0, 0, 0, 0]], top_p=0.5) == [[0, 1]]
    assert kept_by([[0, 0, 0, 0]], top_p=0.51) == [[0, 1, 2]]
    assert kept_by([[0, 0, 0, 0]], top_k=3, top_p=0.5) == [[0, 1]]


@given(seed=seeds, top_k=st.none() | st.integers(1, 30), top_p=st.floats(1e-6, 1))
def test_what_is_kept_is_the_fewest_that_reach_the_share(seed, top_k, top_p):
    logits = np.random.default_rng(seed).normal(size=(3, 20)) * 3
    found = np.asarray(decoding.truncate(logits, top_k, top_p))
    for before, after in zip(logits, found, strict=True):
        order = np.argsort(-before)[: top_k or 20]
        p = equations.softmax(before[order])
        count = len(p)
        if top_p < 1:
            count = min(n for n in range(1, len(p) + 1) if n == len(p) or p[:n].sum() >= top_p)
        assert set(np.flatnonzero(np.isfinite(after))) == set(order[:count])
        assert np.array_equal(after[order[:count]], before[order[:count]])


def test_a_share_of_one_cuts_nothing_however_improbable():
    logits = np.array([[0.0, -80.0, -700.0, -np.inf]])
    assert kept_by(logits, top_p=1.0) == [[0, 1, 2]]
    assert kept_by(logits, top_k=9) == [[0, 1, 2]]


def test_samples_of_one_input_stand_side_by_side():
    state = decoding.repeat(state_of(tables(3, 0, scale=0.2)), 40)
    found = decoding.sample(remember, state, **IDS, max_steps=3, seed=0)
    tokens = np.asarray(found.tokens).reshape(3, 40, 3)
    assert not np.ptp(np.reshape(state["table"], (3, 40, -1)), axis=1).any()
    assert len(np.unique(tokens[0], axis=0)) > 5


# Beam search on trees that are known by heart


def test_a_beam_of_two_finds_what_greedy_misses():
    """Greedy takes A at 0.6 and is left with 0.6 x 0.5; 4 then 5 is 0.4 x 0.9 = 0.36."""
    tree = Tree({(): {A: 0.6, 4: 0.4}, (A,): {A: 0.5, 4: 0.5}, (4,): {5: 0.9, A: 0.1}})
    greedy = decoding.greedy(tree.step, tree.start(), **IDS, max_steps=4)
    beam = decoding.beam_search(tree.step, tree.start(), **IDS, max_steps=4, width=2)
    exact = decoding.exact_search(tree.step, tree.start(), **IDS, max_steps=4)
    assert said(greedy.tokens[0], greedy.lengths[0]) == (A, A, END)
    assert float(greedy.scores[0]) == pytest.approx(np.log(0.3), abs=1e-6)
    for found in (beam, exact):
        assert said(found.tokens[0, 0], found.lengths[0, 0]) == (4, 5, END)
        assert float(found.scores[0, 0]) == pytest.approx(np.log(0.36), abs=1e-6)


SHORT_OR_LONG = {
    (): {A: 0.3, 4: 0.25, 5: 0.45},
    (4,): {4: 1.0},
    (4, 4): {4: 1.0},
    (4, 4, 4): {4: 1.0},
    (5,): dict.fromkeys(range(10, 60), 0.02),
}


@pytest.mark.parametrize(("alpha", "winner"), [(0, 2), (0.38, 2), (0.41, 5), (1, 5), (-1, 2)])
@pytest.mark.parametrize("search", ["beam", "exact"])
def test_a_positive_length_penalty_favours_the_longer_output(search, alpha, winner):
    """ln 0.25 / ln 0.3 = 1.151 and (10 / 7) ** alpha is that at alpha = 0.395.

    When the short one has ended the other is behind, and wins by its last tokens alone.
    """
    tree = Tree(SHORT_OR_LONG)
    extra = {"width": 3, "keep": 1} if search == "beam" else {}
    found = SEARCHES[search](tree.step, tree.start(), **IDS, max_steps=8, alpha=alpha, **extra)
    assert int(found.lengths[0, 0]) == winner
    score = np.log(0.3 if winner == 2 else 0.25)
    wanted = score / equations.length_penalty(winner, alpha)
    assert float(found.penalised[0, 0]) == pytest.approx(wanted, abs=1e-6)


def test_a_wider_beam_can_find_a_worse_output_of_higher_score():
    """The beam curse: saying nothing, at 0.2, is the most probable single output."""
    spread = {token: 0.1 for token in range(10, 20)}
    tree = Tree({(): {A: 0.8, END: 0.2}, (A,): {4: 1.0}, (A, 4): spread})
    search = {
        width: decoding.beam_search(tree.step, tree.start(), **IDS, max_steps=6, width=width)
        for width in (1, 2)
    }
    assert int(search[1].lengths[0, 0]) == 4
    assert said(search[2].tokens[0, 0], search[2].lengths[0, 0]) == (END,)
    assert float(search[2].scores[0, 0]) > float(search[1].scores[0, 0])


def test_what_was_cut_comes_after_all_that_ended():
    tree = Tree({(): {A: 0.9, END: 0.1}, (A,): {A: 1.0}, (A, A): {A: 1.0}})
    for search in (decoding.exact_search, decoding.beam_search):
        extra = {"width": 2} if search is decoding.beam_search else {}
        found = search(tree.step, tree.start(), **IDS, max_steps=3, keep=2, **extra)
        assert np.asarray(found.finished).tolist() == [[True, False]]
        assert np.asarray(found.lengths).tolist() == [[1, 3]]
        assert np.allclose(np.exp(found.scores), [[0.1, 0.9]])


def test_places_for_which_there_is_no_hypothesis_are_empty():
    tree = Tree({(): {A: 0.7, END: 0.3}})
    beam = decoding.beam_search(tree.step, tree.start(), **IDS, max_steps=5, width=4)
    exact = decoding.exact_search(tree.step, tree.start(), **IDS, max_steps=5, keep=4)
    for found in (beam, exact):
        assert np.asarray(found.lengths).tolist() == [[2, 1, 0, 0]]
        assert np.isneginf(found.scores[0, 2:]).all()
        assert not np.asarray(found.finished[0, 2:]).any()
        assert not np.asarray(found.tokens[0, 2:]).any()


# Law 4: searches compared with each other and with brute force


@settings(max_examples=40)
@given(seed=seeds, max_steps=lengths, width=widths, alpha=alphas, forbidden=sets)
def test_beam_search_is_the_plain_one(seed, max_steps, width, alpha, forbidden):
    table = tables(3, seed)
    found = decoding.beam_search(
        remember,
        state_of(table),
        **IDS,
        max_steps=max_steps,
        width=width,
        alpha=alpha,
        forbidden=forbidden,
    )
    for row in range(3):
        log_p = conditional(table[row])
        same(found, row, plain_beam(log_p, width, max_steps, alpha, forbidden), alpha)


@settings(max_examples=20)
@given(seed=seeds, max_steps=lengths, alpha=alphas)
def test_a_beam_as_wide_as_the_space_is_exact_search_is_brute_force(seed, max_steps, alpha):
    table = tables(2, seed)
    limits = {**IDS, "max_steps": max_steps, "alpha": alpha}
    beam = decoding.beam_search(remember, state_of(table), **limits, width=WHOLE, keep=5)
    exact = decoding.exact_search(remember, state_of(table), **limits, keep=5)
    assert exact.optimal.all()
    for row in range(2):
        wanted = ranked(everything(conditional(table[row]), max_steps), alpha)
        same(exact, row, wanted, alpha)
        same(beam, row, wanted, alpha)


@given(seed=seeds, max_steps=st.integers(1, 8), forbidden=sets)
def test_a_beam_of_one_is_greedy(seed, max_steps, forbidden):
    state = state_of(tables(4, seed))
    limits = {**IDS, "max_steps": max_steps, "forbidden": forbidden}
    greedy = decoding.greedy(remember, state, **limits)
    beam = decoding.beam_search(remember, state, **limits, width=1)
    for name in ("tokens", "lengths", "finished", "attention", "scores"):
        assert np.array_equal(getattr(beam, name)[:, 0], getattr(greedy, name)), name


@given(seed=seeds, max_steps=lengths, width=widths, alpha=alphas)
def test_no_beam_scores_higher_than_exact_search(seed, max_steps, width, alpha):
    state = state_of(tables(3, seed))
    limits = {**IDS, "max_steps": max_steps, "alpha": alpha}
    exact = decoding.exact_search(remember, state, **limits)
    beam = decoding.beam_search(remember, state, **limits, width=width)
    ended = np.asarray(beam.finished)[:, 0]
    assert exact.finished.all()
    gain = np.asarray(beam.penalised)[:, 0] - exact.penalised[:, 0]
    assert np.all(gain[ended] <= 1e-5)


@given(seed=seeds, max_steps=st.integers(1, 7), width=widths, alpha=alphas)
def test_every_score_is_the_models_own(seed, max_steps, width, alpha):
    state = state_of(tables(3, seed))
    limits = {**IDS, "max_steps": max_steps}
    beam = decoding.beam_search(remember, state, **limits, width=width, alpha=alpha)
    again = decoding.score(
        remember,
        decoding.repeat(state, width),
        np.reshape(beam.tokens, (-1, max_steps)),
        np.reshape(beam.lengths, -1),
        begin=BEGIN,
    )
    there = np.reshape(beam.lengths, -1) > 0
    assert np.allclose(again[there], np.reshape(beam.scores, -1)[there], atol=1e-5)
    drawn = decoding.sample(remember, state, **limits, seed=seed, temperature=2.0, top_k=3)
    again = decoding.score(remember, state, drawn.tokens, drawn.lengths, begin=BEGIN)
    assert np.allclose(again, drawn.scores, atol=1e-5)


@settings(max_examples=15)
@example(seed=240, max_steps=5, alpha=0.0)
@given(seed=seeds, max_steps=st.integers(1, 6), alpha=alphas)
def test_a_batch_is_its_rows_one_by_one(seed, max_steps, alpha):
    """Rows end at different steps, so each is a neighbour that others must not notice."""
    table = tables(4, seed, scale=3.0)
    limits = {**IDS, "max_steps": max_steps}

    def start(table):
        return {**state_of(table), "age": np.zeros(len(table), "float32")}

    def fields(found, row):
        parts = [part for part in found if part is not None]
        return [np.asarray(leaf[row]) for leaf in tf.nest.flatten(parts)]

    for search, extra in (
        (decoding.greedy, {}),
        (decoding.beam_search, {"width": 3, "alpha": alpha}),
        (decoding.exact_search, {"keep": 2, "alpha": alpha}),
    ):
        together = search(ageing, start(table), **limits, **extra)
        for row in range(4):
            alone = search(ageing, start(table[row : row + 1]), **limits, **extra)
            for a, b in zip(fields(together, row), fields(alone, 0), strict=True):
                # Processors round a softmax differently at different places of a batch.
                assert np.allclose(a, b, rtol=0, atol=1e-5)


@given(seed=seeds, max_steps=st.integers(1, 6), alpha=alphas)
def test_keeping_one_gives_the_best_of_keeping_all(seed, max_steps, alpha):
    state = {**state_of(tables(3, seed)), "age": np.zeros(3, "float32")}
    limits = {**IDS, "max_steps": max_steps, "alpha": alpha, "width": 5}
    one = decoding.beam_search(ageing, state, **limits, keep=1)
    every = decoding.beam_search(ageing, state, **limits)
    assert one.tokens.shape == (3, 1, max_steps)
    for name in ("tokens", "lengths", "finished", "attention"):
        assert np.array_equal(getattr(one, name)[:, 0], getattr(every, name)[:, 0]), name
    for name in ("scores", "penalised"):
        # Rows stop sooner where one is kept, and processors round a softmax by its place.
        a, b = getattr(one, name)[:, 0], getattr(every, name)[:, 0]
        assert np.allclose(a, b, rtol=0, atol=1e-5), name


@given(seed=seeds, max_steps=st.integers(1, 5))
def test_no_two_hypotheses_are_alike_and_nothing_forbidden_is_said(seed, max_steps):
    found = decoding.beam_search(
        remember,
        state_of(tables(3, seed)),
        **IDS,
        max_steps=max_steps,
        width=5,
        forbidden=(PAD, BEGIN),
    )
    for row in range(3):
        pairs = zip(found.tokens[row], found.lengths[row], strict=True)
        outputs = [said(*pair) for pair in pairs if pair[1] > 0]
        assert len(set(outputs)) == len(outputs) > 0
        assert not {PAD, BEGIN} & set(itertools.chain(*outputs))
        assert np.all(np.diff(found.penalised[row][found.finished[row]]) <= 0)


@given(seed=seeds, max_steps=st.integers(1, 6), alpha=alphas, keep=st.sampled_from([1, 3]))
def test_the_hypotheses_can_be_drawn_from_the_history(seed, max_steps, alpha, keep):
    found = decoding.beam_search(
        remember,
        state_of(tables(2, seed)),
        **IDS,
        max_steps=max_steps,
        width=3,
        keep=keep,
        alpha=alpha,
    )
    history = [np.asarray(part) for part in found.history]
    for row in range(2):
        tokens, parents, scores, ends = (part[row] for part in history)
        assert tokens.shape == parents.shape == scores.shape == ends.shape == (max_steps, 3)

        def prefix(t, place, tokens=tokens, parents=parents):
            before = () if t < 0 else prefix(t - 1, parents[t, place])
            return (*before, int(tokens[t, place])) if t >= 0 else before

        drawn = [
            ((*prefix(t - 1, place), END), ends[t, place], True)
            for t, place in np.argwhere(ends > -np.inf)
        ]
        if len(drawn) < keep:
            last = np.flatnonzero(scores[-1] > -np.inf)
            drawn += [(prefix(max_steps - 1, place), scores[-1, place], False) for place in last]
        assert len({output[0] for output in drawn}) == len(drawn)
        same(found, row, ranked(drawn, alpha)[:keep], alpha)


# Exact search


def test_exact_search_says_when_its_limit_stopped_it():
    table = tables(3, 1, scale=0.3)
    table[:, :, :, END] -= 3
    table[2] = -50
    table[2, :, :, END] = 50
    found = decoding.exact_search(remember, state_of(table), **IDS, max_steps=30, max_expansions=6)
    assert found.optimal.tolist() == [False, False, True]
    assert found.expansions.tolist() == [6, 6, 1]
    assert found.finished.all()
    whole = decoding.exact_search(remember, state_of(table), **IDS, max_steps=30)
    assert whole.optimal.all()
    assert np.all(whole.scores >= found.scores)
    assert np.all(whole.expansions[:2] > 6)


def test_exact_search_extends_only_what_could_still_win():
    """The start, A and A A: 4 and its followers are worse than the output that was found."""
    tree = Tree({(): {A: 0.9, 4: 0.1}, (A,): {A: 0.9, 4: 0.1}, (A, A): {END: 0.8, 4: 0.2}})
    found = decoding.exact_search(tree.step, tree.start(), **IDS, max_steps=9)
    assert found.expansions.tolist() == [3]
    assert said(found.tokens[0, 0], found.lengths[0, 0]) == (A, A, END)


def test_exact_search_without_any_end_gives_the_best_that_was_cut():
    table = tables(2, 3)
    table[..., END] = -np.inf
    found = decoding.exact_search(remember, state_of(table), **IDS, max_steps=3, keep=4)
    for row in range(2):
        log_p = conditional(table[row])
        with np.errstate(divide="ignore"):
            wanted = ranked(everything(log_p, 3, forbidden=(END,)), 0.0)
        same(found, row, wanted[:4])


# Compilation


def test_a_step_is_traced_once_for_equal_shapes_and_soon_for_all():
    tree = Tree({(): {A: 0.6, 4: 0.4}})
    for name, search in SEARCHES.items():
        extra = {"width": 3} if name == "beam" else {}
        tree.traced = 0
        for max_steps in (4, 4, 7):  # the longest output is no part of the graph
            search(tree.step, tree.start(8), **IDS, max_steps=max_steps, **extra)
        assert tree.traced == 1, name
        for rows in (8, 5, 7, 3, 2, 1, 8):
            search(tree.step, tree.start(rows), **IDS, max_steps=4, **extra)
        assert tree.traced <= 2, name


def test_numbers_among_the_settings_cost_no_trace():
    tree = Tree({(): {A: 0.6, 4: 0.4}})
    for alpha in (0.0, 0.5, 1.0):
        decoding.beam_search(tree.step, tree.start(), **IDS, max_steps=3, width=2, alpha=alpha)
    for seed in range(4):
        heat = {"temperature": 1 + seed, "top_k": 1 + seed, "top_p": 0.5 + seed / 10}
        decoding.sample(tree.step, tree.start(), **IDS, max_steps=3, seed=seed, **heat)
    assert tree.traced == 2


def test_weights_that_changed_are_seen_without_a_new_trace():
    bias = tf.Variable([0.0, 0.0, 0.0, 9.0])

    def step(tokens, state):
        return bias + tf.zeros([tf.shape(tokens)[0], 1]), state

    state = {"nothing": np.zeros((1, 1), "float32")}
    before = decoding.greedy(step, state, **IDS, max_steps=2)
    bias.assign([0.0, 0.0, 9.0, 0.0])
    after = decoding.greedy(step, state, **IDS, max_steps=2)
    assert (said(before.tokens[0], 2), said(after.tokens[0], 1)) == ((A, A), (END,))


def test_what_was_compiled_can_be_forgotten():
    tree = Tree({(): {A: 1.0}})
    decoding.greedy(tree.step, tree.start(), **IDS, max_steps=2)
    gone = weakref.ref(tree)
    del tree
    decoding.forget()
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
def test_a_search_can_be_part_of_a_larger_graph(name):
    table = tables(3, 0)

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, None])], autograph=False)
    def whole(table):
        rows = tf.shape(table)[0]
        state = {
            "table": table,
            "before": tf.zeros([rows], tf.int32),
            "attention": tf.zeros([rows, V]),
        }
        return SEARCHES[name](remember, state, **IDS, max_steps=5)

    inside = whole(table)
    outside = SEARCHES[name](remember, state_of(table), **IDS, max_steps=5)
    assert np.array_equal(inside.tokens, outside.tokens)


@each_search
def test_an_empty_batch_gives_an_empty_result(search):
    found = search(remember, state_of(tables(3, 0)[:0]), **IDS, max_steps=5)
    assert len(found.tokens) == len(found.scores) == 0
    assert found.tokens.shape[-1] == 5
    assert found.attention.shape[-2:] == (5, V)


@each_search
def test_a_state_without_attention_gives_none(search):
    tree = Tree({(): {A: 1.0}})
    assert search(tree.step, tree.start(), **IDS, max_steps=2).attention is None


# What is refused


@each_search
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"max_steps": 0}, "max_steps must be 1 or more. Received: 0"),
        ({"begin": -1}, "begin must be 0 or more. Received: -1"),
        ({"end": V}, "among the 4 that the step knows. Received: end=4"),
        ({"forbidden": (0, 9)}, r"Received: end=2, forbidden=\(0, 9\)"),
    ],
)
def test_settings_out_of_range_are_refused(search, wrong, message):
    with pytest.raises(ValueError, match=message):
        search(remember, state_of(tables(1, 0)), **{**IDS, "max_steps": 3, **wrong})


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("beam", {"width": 0}, "width must be 1 or more. Received: 0"),
        ("beam", {"width": 2, "keep": 3}, "Received: keep=3, width=2"),
        ("beam", {"keep": 0}, "keep must be 1 or more. Received: 0"),
        ("beam", {"alpha": np.nan}, "alpha must be a finite number. Received: nan"),
        ("exact", {"alpha": np.inf}, "alpha must be a finite number. Received: inf"),
        ("exact", {"max_expansions": 0}, "max_expansions must be 1 or more. Received: 0"),
        ("sample", {"temperature": 0}, "temperature must be above 0. Received: 0"),
        ("sample", {"temperature": -1.0}, "temperature must be above 0. Received: -1.0"),
        ("sample", {"temperature": np.inf}, "temperature must be a finite number"),
        ("sample", {"top_k": 0}, "top_k must be 1 or more. Received: 0"),
        ("sample", {"top_p": 0.0}, "top_p must be above 0 and at most 1. Received: 0.0"),
        ("sample", {"top_p": 1.1}, "top_p must be above 0 and at most 1. Received: 1.1"),
        ("sample", {"top_p": np.nan}, "top_p must be above 0 and at most 1. Received: nan"),
    ],
)
def test_settings_of_one_search_are_refused_out_of_range(name, wrong, message):
    with pytest.raises(ValueError, match=message):
        SEARCHES[name](remember, state_of(tables(1, 0)), **IDS, max_steps=3, **wrong)


@each_search
@pytest.mark.parametrize(
    "state", [{}, {"a": np.float32(1)}, {"a": np.zeros((2, 1)), "b": np.zeros((3, 1))}]
)
def test_a_state_without_a_common_batch_axis_is_refused(search, state):
    with pytest.raises(ValueError, match=r"batch as leading axis\. Received: shapes"):
        search(remember, state, **IDS, max_steps=3)


@each_search
@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda t, s: (tf.zeros([2, 1, V]), s), r"Received: logits of shape \(2, 1, 4\)"),
        (lambda t, s: (tf.zeros([tf.shape(t)[0], V]), {}), r"Received: \{\} after \{'a': '\("),
        (
            lambda t, s: (tf.zeros([tf.shape(t)[0], V]), {"a": s["a"][:, :1]}),
            r"1\) after float32 \(",
        ),
        (
            lambda t, s: (tf.zeros([tf.shape(t)[0], V]), {"a": tf.cast(s["a"], tf.int32)}),
            r"Received: int32 \(.*\) after float32 \(",
        ),
    ],
)
def test_a_step_that_breaks_its_contract_is_refused(search, step, message):
    with pytest.raises(ValueError, match=message):
        search(step, {"a": np.zeros((2, 3), "float32")}, **IDS, max_steps=3)


@pytest.mark.parametrize(("tokens", "lengths"), [([[A]], [1]), ([A, A], [1, 1]), ([[A]] * 2, [1])])
def test_a_score_needs_a_length_and_a_state_a_row(tokens, lengths):
    with pytest.raises(ValueError, match="score needs tokens"):
        decoding.score(remember, state_of(tables(2, 0)), tokens, lengths, begin=BEGIN)


def test_the_length_penalty_is_the_equation():
    n = np.arange(1.0, 9.0)
    for alpha in (0.0, 0.6, -1.0):
        found = decoding.length_penalty(n, alpha)
        assert np.allclose(found, equations.length_penalty(n, alpha))


# Logits that are none


def odd_from(odd, first):
    """A step that says A until a row's end, with odd logits in some rows from one step on."""

    def step(tokens, state):
        here = (state["at"] >= first) & state["odd"]
        usual = tf.one_hot(tf.where(state["at"] >= state["end"], END, A), V) * 50.0
        logits = tf.where(here[:, None], tf.constant(odd, tf.float32), usual)
        return logits, {**state, "at": state["at"] + 1}

    return step


def three_rows(*ends):
    """The second one is odd."""
    return {
        "at": np.zeros(3, "int32"),
        "end": np.array(ends, "int32"),
        "odd": np.array([False, True, False]),
    }


ODD = {
    "nan": [0.0, np.nan, 0.0, 0.0],
    "plus infinity": [0.0, 0.0, np.inf, 0.0],
    "only minus infinity": [-np.inf] * V,
}
each_odd = pytest.mark.parametrize("odd", ODD.values(), ids=ODD)


@each_odd
@each_search
def test_logits_that_are_no_distribution_are_refused_with_their_step(search, odd):
    with pytest.raises(ValueError, match=r"logits must be numbers.*first in step 2 \(from 0\)"):
        search(odd_from(odd, 2), three_rows(9, 9, 9), **IDS, max_steps=6)


@each_odd
def test_a_score_of_logits_that_are_no_distribution_is_refused(odd):
    step, tokens = odd_from(odd, 2), np.full((3, 4), A)
    with pytest.raises(ValueError, match=r"first in step 2 \(from 0\)"):
        decoding.score(step, three_rows(9, 9, 9), tokens, [4, 4, 4], begin=BEGIN)
    found = decoding.score(step, three_rows(9, 9, 9), tokens, [4, 2, 4], begin=BEGIN)
    assert np.isfinite(found).all(), "What comes after a row's length does not count."


@each_odd
@each_search
def test_odd_logits_after_a_row_has_ended_do_no_harm(search, odd):
    extra = {"width": 2, "keep": 1} if search is decoding.beam_search else {}
    found = search(odd_from(odd, 3), three_rows(5, 1, 5), **IDS, max_steps=7, **extra)
    best = np.reshape(found.tokens, (3, 7))
    assert [said(best[1], 2), said(best[2], 6)] == [(A, END), (A, A, A, A, A, END)]
