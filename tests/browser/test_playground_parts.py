"""The small parts that the pages' models are made of, each by itself."""

import numpy as np
import pytest

from book.layout import editions

EDITION = next(iter(editions()))


@pytest.fixture(scope="module")
def run(browser, address):
    """Runs a script with `module(name)` at hand, on a page that has no playground."""
    page = browser.new_context().new_page()
    page.goto(f"{address}{EDITION}/search.html")

    def evaluate(script, argument=None):
        begin = "const module = (n) => import(new URL(`_static/playground/${n}`, location.href));"
        return page.evaluate(f"async (given) => {{ {begin} {script} }}", argument)

    yield evaluate
    page.context.close()


def test_of_equal_values_the_earlier_place_comes_first(run):
    script = "const { largest } = await module('beam.js'); return largest(given, 4);"
    assert run(script, [1, 3, 3, 2, 3]) == [1, 2, 4, 3]


def test_a_length_penalty_is_that_of_the_package(run):
    from seqtut import decoding

    pairs = [(n, alpha) for n in (1, 2, 9, 48) for alpha in (-1.0, 0.0, 0.6, 2.0)]
    script = "const b = await module('beam.js'); return given.map((p) => b.lengthPenalty(...p));"
    wanted = [decoding.length_penalty(n, alpha) for n, alpha in pairs]
    assert np.allclose(run(script, pairs), wanted, rtol=1e-6)


def test_what_is_rounded_to_zero_has_no_sign(run):
    given = [[-0.004, 2], [-0.006, 2], [0.004, 2], [-0.04, 1], [-10, 0], [-0.5, 1], [-100, 2]]
    script = "const { shown } = await module('frame.js'); return given.map((n) => shown(...n));"
    wanted = ["0.00", "\u22120.01", "0.00", "0.0", "\u221210", "\u22120.5", "\u2212100.00"]
    assert run(script, given) == wanted


SEARCH = """
const { searched } = await module("beam.js");
// A model of three tokens whose log-probabilities depend on the step alone; 2 is the end.
const model = {
  step: (tokens, n) => {
    const logits = Float32Array.from(tokens.flatMap(() => given.rows[n]));
    return { logits, attention: null, state: n + 1 };
  },
  follow: (n) => n,
};
const options = { begin: 0, end: 2, maxSteps: given.rows.length, ...given.options };
return searched(model, 0, options).hypotheses;
"""


def test_two_ends_of_one_score_keep_their_order_and_a_tie_goes_to_the_lower_token(run):
    rows = [[0, 0, -50], [-50, -50, 0]]
    found = run(SEARCH, {"rows": rows, "options": {"width": 2}})
    assert [one["tokens"] for one in found] == [[0], [1]]
    assert found[0]["score"] == found[1]["score"]


def test_forbidden_tokens_are_never_put_out(run):
    rows = [[5, 0, -50], [5, 0, -50], [5, 0, 3]]
    found = run(SEARCH, {"rows": rows, "options": {"width": 3, "keep": 1, "forbidden": [0]}})
    assert found[0]["tokens"] == [1, 1] and found[0]["finished"]


def test_what_ended_comes_before_what_was_cut_whatever_the_scores(run):
    rows = [[3, 0, 0], [3, 0, -60]]
    found = run(SEARCH, {"rows": rows, "options": {"width": 3}})
    finished = [one["finished"] for one in found]
    assert finished == sorted(finished, reverse=True) and set(finished) == {True, False}
    assert found[0]["score"] < found[1]["score"]


def test_every_phoneme_of_the_model_has_a_sign_of_its_own(run, html):
    import json

    path = html / EDITION / "_static/playground/models/cmudict-small.json"
    sounds = json.loads(path.read_text())["target"][4:]
    script = "const { ipa } = await module('ipa.js'); return given.map((one) => ipa([one]));"
    signs = run(script, sounds)
    assert len(set(signs)) == len(sounds) == 39
    assert not any(sign == f"/{sound}/" for sign, sound in zip(signs, sounds, strict=True))
    assert run(script, ["TH"]) == ["/θ/"]


# --- Drawings in the form of MNIST


def centred(run, ink):
    script = """
    const { centred } = await module("mnist.js");
    return Array.from(centred(Float32Array.from(given.flat()), given.length));
    """
    return np.array(run(script, ink.tolist())).reshape(28, 28)


def test_an_empty_drawing_stays_empty(run):
    assert not centred(run, np.zeros((50, 50))).any()


@pytest.mark.parametrize("shape", [(120, 30), (30, 120), (60, 60), (6, 3)])
@pytest.mark.parametrize("corner", [(0, 0), (15, 10)])
def test_a_drawing_fits_a_box_of_20_and_lies_with_its_mass_in_the_middle(run, shape, corner):
    ink = np.zeros((140, 140))
    ink[corner[0] : corner[0] + shape[0], corner[1] : corner[1] + shape[1]] = 1
    field = centred(run, ink)
    rows, columns = np.nonzero(field > 0.01)
    tall, wide = (np.ptp(places) + 1 for places in (rows, columns))
    assert max(tall, wide) == 20
    assert tall / wide == pytest.approx(shape[0] / shape[1], rel=0.25)
    mass = [(field.sum(axis=1 - axis) * (np.arange(28) + 0.5)).sum() for axis in (0, 1)]
    assert np.allclose(np.array(mass) / field.sum(), 14.5, atol=0.51)
    assert field.max() == pytest.approx(1)


NEAR = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)]


def test_a_picture_of_the_data_is_left_as_it_is(run):
    from seqtut import data

    still = []
    for picture in data.load("digits").test.images[:10].reshape(-1, 28, 28):
        again = centred(run, picture)
        # Most come back as they were. A centre near half a pixel may be rounded the other way.
        moved = [np.abs(again - np.roll(picture, by, (0, 1))).max() for by in NEAR]
        assert min(moved) < 0.01
        still.append(moved[0] < 0.01)
    assert np.mean(still) > 0.6


# --- Heartbeats


def test_a_beat_is_bent_most_where_it_is_held(run):
    script = "const { bent } = await module('beat.js'); return bent(given, 5, 2);"
    found = np.array(run(script, [0.0] * 20))
    assert found[5] == 2 and found[4] == found[6] < 2
    assert (np.diff(found[5:]) <= 0).all() and found[19] < 0.01
