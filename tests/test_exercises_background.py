import numpy as np
import pytest

from seqtut.equations import conditional_entropy, entropy
from seqtut.exercises import judge


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def components_needed(singular, share):
    kept = np.cumsum(np.square(singular)) / np.sum(np.square(singular))
    return int(np.searchsorted(kept, share)) + 1


def worth(table):
    return entropy(table.sum(axis=0)) - conditional_entropy(table)


def test_counting_components_by_their_variance_is_right():
    assert judge("background-1", components_needed).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda s, share: components_needed(np.sqrt(s), share), "a variance is a square"),
        (lambda s, share: components_needed(s, share) - 1, "off by one"),
        (lambda s, share: components_needed(s, share) + 1, "off by one"),
        (lambda s, share: 2, "Received: 2"),
        (lambda s, share: components_needed(s, share + 1e-9), "at least this share"),
        (lambda s, share: 1.5, "Received: 1.5"),
        (lambda s, share: np.nan, "Received: nan"),
        (lambda s, share: None, "one number. Received: NoneType"),
        (3, "Pass the function itself"),
    ],
)
def test_a_wrong_count_of_components_is_told_its_reason(answer, hint):
    assert hint in hint_of("background-1", answer)


def test_the_bits_that_a_context_saves_are_right():
    assert judge("background-2", worth).right


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda t: entropy(t.ravel()) - conditional_entropy(t), "naming the context as well"),
        (lambda t: -worth(t), "the sign is wrong"),
        (lambda t: worth(t) * np.log(2), "nats"),
        (conditional_entropy, "worth 0 bits"),
        (lambda t: worth(t) ** 2, "Received: "),
        (lambda t: t, "one number. Received: ndarray"),
        (0.5, "Pass the function itself"),
    ],
)
def test_a_wrong_worth_of_a_context_is_told_its_reason(answer, hint):
    assert hint in hint_of("background-2", answer)


@pytest.mark.parametrize("name", ["background-1", "background-2"])
def test_a_function_that_fails_is_a_wrong_answer_and_no_error(name):
    def broken(*_):
        raise RuntimeError("unfinished")

    assert "the function stopped with RuntimeError: unfinished" in hint_of(name, broken)
