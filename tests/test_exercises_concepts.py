import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqtut.equations import negative_log_likelihood, softmax
from seqtut.exercises import concepts, judge

WORDS = list(concepts.SPELLING)
LENGTHS = np.array([len(word) for word in WORDS])
MASK = np.arange(max(LENGTHS)) < LENGTHS[:, None]
STATES = (len(WORDS), max(LENGTHS), concepts.WIDTH)
SHAPES = {
    "letters": (len(WORDS), max(LENGTHS), concepts.FEATURES),
    "states": STATES,
    "code": (len(WORDS), concepts.WIDTH),
}


def rows(before=(), after=(), length=6):
    """The words' sound ids between the tokens given, padded at the right."""
    ids = [[concepts.NAMES.index(s) for s in sounds] for sounds in concepts.SPELLING.values()]
    filled = [[*before, *word, *after] for word in ids]
    return np.array([row + [concepts.PAD] * (length - len(row)) for row in filled])


INPUTS, TARGETS = rows(before=[concepts.BEGIN]), rows(after=[concepts.END])


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


@pytest.mark.parametrize("kind", [tuple, list, np.array])
def test_right_shapes_are_right_whatever_holds_them(kind):
    assert judge("concepts-1", {name: kind(shape) for name, shape in SHAPES.items()}).right


@pytest.mark.parametrize(
    ("name", "shape", "hint"),
    [
        ("code", STATES, "grows with the word"),
        ("code", (STATES[0], STATES[1] * STATES[2]), "grows with the word"),
        ("code", STATES[2:], "Put the batch"),
        ("states", STATES[1:], "Put the batch"),
        ("states", (STATES[0], 5, STATES[2]), "steps S is off"),
        ("letters", (STATES[0], sum(LENGTHS), concepts.FEATURES), "steps S is off"),
        ("letters", (concepts.FEATURES, 1, 1), "not right"),
        ("letters", "wide", "whole numbers"),
    ],
)
def test_a_wrong_shape_is_named_with_its_reason(name, shape, hint):
    assert hint in hint_of("concepts-1", {**SHAPES, name: shape})


@pytest.mark.parametrize("kind", [np.array, list, lambda m: m.tolist(), lambda m: m.astype(float)])
def test_the_right_mask_is_right_whatever_holds_it(kind):
    assert judge("concepts-2", kind(MASK)).right


@pytest.mark.parametrize(
    ("mask", "hint"),
    [
        (~MASK, "wrong way round"),
        (MASK.T, "Batch first"),
        (np.arange(max(LENGTHS)) <= LENGTHS[:, None], "too many"),
        (np.arange(max(LENGTHS)) + 1 < LENGTHS[:, None], "too few"),
        (LENGTHS, "shape (B, S)"),
        (np.ones_like(MASK), "row 1"),
    ],
)
def test_a_wrong_mask_is_named_with_its_reason(mask, hint):
    assert hint in hint_of("concepts-2", mask)


@pytest.mark.parametrize("kind", [np.array, lambda m: m.tolist(), lambda m: m.astype(np.int32)])
def test_the_right_shift_is_right_whatever_holds_it(kind):
    assert judge("concepts-3", (kind(INPUTS), kind(TARGETS))).right
    assert judge("concepts-3", [kind(INPUTS), kind(TARGETS)]).right


def test_what_the_decoder_reads_after_the_end_does_not_matter():
    begin = np.full((len(WORDS), 1), concepts.BEGIN)
    assert judge("concepts-3", (np.hstack([begin, TARGETS[:, :-1]]), TARGETS)).right


@pytest.mark.parametrize(
    ("inputs", "targets", "hint"),
    [
        (TARGETS, TARGETS, "need only copy"),
        (rows(), TARGETS, "need only copy"),
        (rows(after=[concepts.BEGIN]), TARGETS, "need only copy"),
        (rows(before=[concepts.END]), TARGETS, "begin token"),
        (INPUTS[::-1], TARGETS, "inputs are not right"),
        (TARGETS, INPUTS, "swapped"),
        (INPUTS, INPUTS, "among the targets"),
        (INPUTS, rows(), "never end"),
        (INPUTS, np.hstack([rows(length=5), np.full((4, 1), concepts.END)]), "after the pads"),
        (INPUTS, TARGETS[::-1], "targets are not right"),
        (INPUTS[:, :-1], TARGETS, "shape (B, T)"),
    ],
)
def test_a_wrong_shift_is_named_with_its_reason(inputs, targets, hint):
    assert hint in hint_of("concepts-3", (inputs, targets))


def log_p(logits, targets):
    return np.log(np.take_along_axis(softmax(logits), targets[..., None], -1)[..., 0])


@pytest.mark.parametrize("kind", [float, np.float32, lambda x: np.array([x])])
def test_the_right_loss_is_right_whatever_number_it_returns(kind):
    assert judge("concepts-4", lambda *batch: kind(negative_log_likelihood(*batch))).right


@pytest.mark.parametrize(
    ("loss", "hint"),
    [
        (lambda x, y, m: -(log_p(x, y) * m).mean(), "still counted below"),
        (lambda x, y, m: -log_p(x, y).mean(), "averaged in"),
        (lambda x, y, m: -((log_p(x, y) * m).sum(1) / m.sum(1)).mean(), "averaged first"),
        (lambda x, y, m: -(log_p(x, y) * m).sum() / len(m), "nats per word"),
        (lambda x, y, m: -(log_p(x, y) * m).sum(), "sum over the batch"),
        (lambda x, y, m: log_p(x, y)[m].mean(), "sign"),
        (lambda x, y, m: -log_p(x, y)[m].mean() / np.log(2), "bits"),
        (lambda x, y, m: -log_p(x, y)[~m].mean(), "wrong way round"),
        (lambda x, y, m: -np.take_along_axis(x, y[..., None], -1)[..., 0][m].mean(), "softmax"),
        (lambda x, y, m: 1.0, "on a test batch"),
        (lambda x, y, m: np.nan, "on a test batch"),
        (lambda x, y, m: -log_p(x, y)[m], "one number"),
        (lambda x, y, m: None, "one number"),
        (lambda x, y, m: 1 / 0, "ZeroDivisionError"),
        (lambda x: x, "TypeError"),
        (1.25, "function itself"),
    ],
)
def test_a_wrong_loss_is_named_with_its_reason(loss, hint):
    assert hint in hint_of("concepts-4", loss)


def test_a_loss_that_spoils_its_arguments_is_judged_by_what_it_returns():
    def spoils(logits, targets, mask):
        result = negative_log_likelihood(logits, targets, mask)
        logits[:], targets[:], mask[:] = 0, 0, False
        return result

    assert judge("concepts-4", spoils).right


class Hostile:
    """Fails whatever is asked of it."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __iter__(self):
        raise RuntimeError("no items")

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = object.__hash__


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(max_size=3)
)
junk = st.one_of(
    st.recursive(
        scalars | st.builds(Hostile) | st.builds(set),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.tuples(inner, inner)
            | st.dictionaries(st.sampled_from([*SHAPES, "x"]), inner, max_size=4)
        ),
        max_leaves=8,
    ),
    hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)),
    scalars.map(lambda value: lambda *batch: value),
)


@pytest.mark.parametrize("number", range(1, 5))
@settings(deadline=None)
@given(answer=junk)
def test_any_object_at_all_is_judged_without_an_exception(number, answer):
    verdict = judge(f"concepts-{number}", answer)
    assert not verdict.right
    assert verdict.hint.en
    assert verdict.hint.zh.endswith("。")
