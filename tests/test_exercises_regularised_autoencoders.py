import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtut import equations, exercises

SLUG = "regularised-autoencoders"
NAMES = [name for name in exercises.names() if name.startswith(f"{SLUG}-")]


def spoil(x, level, rng, salt=0.5):
    hit = rng.random(x.shape) < level
    return np.where(hit, rng.random(x.shape) < salt, x)


def spoil_in_place(x, level, rng):
    x[:] = spoil(x, level, rng)
    return x


def keep_by_size(code, k):
    return np.where(np.abs(code) >= np.sort(np.abs(code), axis=1)[:, -k, None], code, 0)


def count_stamps(steps, kernel, stride):
    found = np.zeros((steps - 1) * stride + kernel)
    for step in range(steps):
        found[step * stride : step * stride + kernel] += 1
    return found


RIGHT = {
    f"{SLUG}-1": spoil,
    f"{SLUG}-2": lambda z, k: np.where(z >= np.sort(z, axis=1)[:, -k, None], z, 0),
    f"{SLUG}-3": lambda z: int(np.all(z == 0, axis=0).sum()),
    f"{SLUG}-4": count_stamps,
}
WRONG = [
    (1, lambda x, v, rng: spoil(x, 1 - v, rng), "True = hit"),
    (1, lambda x, v, rng: spoil(x, v / 2, rng), "of the pixels was hit"),
    (1, lambda x, v, rng: spoil(x, v, rng, salt=1), "became ink"),
    (1, lambda x, v, rng: spoil(x, v, rng, salt=0), "became ink"),
    (1, lambda x, v, rng: np.where(rng.random(x.shape[1]) < v, 1.0, x), "same places"),
    (1, lambda x, v, rng: np.where(rng.random((200, 1)) < v, spoil(x, 1, rng), x), "or in none"),
    (1, lambda x, v, rng: spoil(x, 0.3, rng), "Use `level`"),
    (1, lambda x, v, rng: spoil(x, v, np.random.default_rng()), "from `rng`"),
    (1, lambda x, v, rng: x + v * rng.normal(size=x.shape), "neither 0 nor 1"),
    (1, spoil_in_place, "Work on a copy"),
    (1, lambda x, v, rng: x[0], "the shape (200, 60)"),
    (1, lambda x: x, "the function stopped with"),
    (1, 0.3, "a function"),
    (2, keep_by_size, "without sign"),
    (2, lambda z, k: np.sort(z, axis=1)[:, -k:], "without their places"),
    (2, lambda z, k: z - equations.k_sparse(z, k), "silenced the largest"),
    (2, lambda z, k: -equations.k_sparse(-z, k), "k smallest"),
    (2, lambda z, k: equations.k_sparse(z.T, k).T, "each column"),
    (2, lambda z, k: np.where(z >= np.sort(z.ravel())[-k], z, 0), "whole batch"),
    (2, lambda z, k: np.maximum(equations.k_sparse(z, k), 0), "negative numbers"),
    (2, lambda z, k: z, "k-th largest"),
    (2, lambda z, k: z[0], "the shape (5, 8)"),
    (2, lambda z, k: z @ z, "the function stopped with"),
    (3, lambda z: int(np.any(z != 0, axis=0).sum()), "do speak"),
    (3, lambda z: int(np.all(z == 0, axis=1).sum()), "counts rows"),
    (3, lambda z: int(np.sum(z == 0)), "counts zeros"),
    (3, lambda z: int(np.any(z == 0, axis=0).sum()), "at least once"),
    (3, lambda z: int(np.sum(z.sum(axis=0) == 0)), "3 and -3"),
    (3, lambda z: int(np.sum(z.max(axis=0) <= 0)), "negative numbers"),
    (3, lambda z: int(np.sum(np.abs(z).max(axis=0) < 1e-3)), "rarely and low"),
    (3, lambda z: 0.5, "Received: 0.5"),
    (3, lambda z: z.nothing, "the function stopped with"),
    (4, lambda n, k, s: np.ones((n - 1) * s + k), "each place once"),
    (4, lambda n, k, s: count_stamps(n, k, s)[: n * s], "The last stamp starts at"),
    (4, lambda n, k, s: count_stamps(n, k, s)[::-1] + 1, "add up"),
    (4, lambda n, k, s: count_stamps(n, s, k), "the shape (9,)"),
    (4, lambda n: n, "the function stopped with"),
    (4, [1, 2], "a function"),
]


def test_every_exercise_has_a_right_answer_here():
    assert list(RIGHT) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_is_right(name):
    assert exercises.judge(name, RIGHT[name]).right


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_is_right_in_float32(name):
    assert exercises.judge(name, lambda *given: np.float32(RIGHT[name](*given))).right


@pytest.mark.parametrize(("number", "answer", "hint"), WRONG)
def test_a_typical_mistake_is_recognised(number, answer, hint):
    verdict = exercises.judge(f"{SLUG}-{number}", answer)
    assert not verdict.right
    assert hint in verdict.hint.en
    assert verdict.hint.zh


@pytest.mark.parametrize("name", NAMES)
@given(junk=st.one_of(st.none(), st.text(), st.floats(), st.lists(st.integers()), st.binary()))
def test_any_object_is_judged_without_raising(name, junk):
    assert not exercises.judge(name, junk).right


@pytest.mark.parametrize("name", NAMES)
@given(junk=st.one_of(st.none(), st.text(), st.floats(), st.lists(st.integers()), st.binary()))
def test_a_function_may_return_anything_at_all(name, junk):
    assert not exercises.judge(name, lambda *arguments: junk).right
