import numpy as np
import pytest

from seqtut import equations
from seqtut.exercises import judge
from seqtut.models.blocks import Block


def hint_of(name, answer):
    verdict = judge(name, answer)
    assert not verdict.right
    assert "could not be read" not in verdict.hint.en
    assert verdict.hint.zh.endswith("。")
    return verdict.hint.en


def parts_of(segments):
    causal = np.tril(np.ones((segments.shape[1],) * 2, bool))
    same = segments[:, :, None] == segments[:, None, :]
    return causal, same, segments > 0


def packed(segments):
    causal, same, real = parts_of(segments)
    return causal & same & real[:, :, None]


def by_hand(segments):
    found = np.zeros((*segments.shape, segments.shape[1]), bool)
    for b, row in enumerate(segments):
        for t, word in enumerate(row):
            for s in range(t + 1):
                found[b, t, s] = word > 0 and row[s] == word
    return found


@pytest.mark.parametrize("mask", [packed, by_hand])
def test_a_packed_mask_is_right_however_it_is_made(mask):
    assert judge("transformer-1", mask).right


@pytest.mark.parametrize(
    ("mask", "hint"),
    [
        (lambda g: parts_of(g)[0] & (g > 0)[:, None, :], "another word"),
        (lambda g: parts_of(g)[0] & parts_of(g)[1], "sees the pad"),
        (lambda g: parts_of(g)[1] & (g > 0)[:, None, :], "future"),
        (lambda g: ~packed(g), "True means keep"),
        (lambda g: packed(g).swapaxes(1, 2), "swapped"),
        (lambda g: packed(g) & ~np.eye(g.shape[1], dtype=bool), "does not see"),
        (lambda g: packed(g) | (parts_of(g)[0] & (g == 0)[:, :, None] & (g > 0)[:, None]), "A pad"),
        (lambda g: packed(g).astype(int), "bool"),
        (lambda g: packed(g) * 0.5, "yes or no"),
        (lambda g: packed(g)[0], "shape"),
        (lambda g: None, "should return numbers"),
        (lambda g: "mask", "should return numbers"),
        (lambda g: 1 / 0, "ZeroDivisionError"),
        (None, "function itself"),
    ],
)
def test_a_wrong_packed_mask_is_named_with_its_reason(mask, hint):
    assert hint in hint_of("transformer-1", mask)


def heads_of(x, heads):
    b, s, d = x.shape
    return x.reshape(b, s, heads, d // heads).swapaxes(1, 2)


def test_heads_of_neighbouring_columns_are_right_and_are_those_of_the_equations():
    assert judge("transformer-2", heads_of).right
    assert judge("transformer-2", lambda x, h: np.stack(np.split(x, h, axis=-1), axis=1)).right
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 5, 12))
    same = np.eye(12), np.zeros(12)
    w = dict.fromkeys(("query", "key", "value", "output"), same)
    found, _ = equations.scaled_dot_attention(*[heads_of(x, 3)] * 3)
    wanted, _ = equations.multi_head_attention(x, x, w, 3)
    np.testing.assert_allclose(found.swapaxes(1, 2).reshape(x.shape), wanted)


def in_place(x, heads):
    x[:] = 0
    return heads_of(x, heads)


@pytest.mark.parametrize(
    ("split", "hint"),
    [
        (lambda x, h: x.reshape(len(x), h, x.shape[1], -1), "bare reshape"),
        (lambda x, h: np.moveaxis(x.reshape(*x.shape[:2], -1, h), -1, 1), "every H-th"),
        (lambda x, h: x.reshape(*x.shape[:2], h, -1), "shape"),
        (lambda x, h: heads_of(x, h)[:, ::-1], "head n at step s"),
        (in_place, "head n at step s"),
        (lambda x, h: heads_of(x, h) * np.nan, "head n at step s"),
        (lambda x: x, "TypeError"),
        (7, "function itself"),
    ],
)
def test_wrongly_split_heads_are_named_with_their_reason(split, hint):
    assert hint in hint_of("transformer-2", split)


def weights_of(d, m):
    return 8 * (d * d + d) + 2 * d * m + m + d + 6 * d


def test_the_weights_of_a_decoder_block_are_those_of_the_layer():
    assert judge("transformer-3", weights_of).right
    assert judge("transformer-3", lambda d, m: np.int64(weights_of(d, m))).right
    assert Block(24, 2, 40, 0.0, True).count_params() == weights_of(24, 40)


@pytest.mark.parametrize(
    ("count", "hint"),
    [
        (lambda d, m: 4 * (d * d + d) + 2 * d * m + m + 5 * d, "block of the encoder"),
        (lambda d, m: 8 * d * d + 2 * d * m, "matrices alone"),
        (lambda d, m: 4 * d * d + 2 * d * m, "one attention"),
        (lambda d, m: weights_of(d, m) - 6 * d, "norms are missing"),
        (lambda d, m: weights_of(d, m) - 2 * d, "a norm is missing"),
        (lambda d, m: weights_of(d, m) - 3 * d, "two vectors"),
        (lambda d, m: weights_of(d, m) - m - d, "two dense layers"),
        (lambda d, m: weights_of(d, m) - 8 * d, "biases of the attentions"),
        (lambda d, m: weights_of(d, m) + 1, "fewer"),
        (lambda d, m: 0, "more"),
        (lambda d, m: float("nan"), "a finite number"),
        (lambda d, m: weights_of(96, 288), "fewer"),
        (lambda d, m: "many", "numbers"),
        (lambda d, m: [1, 2], "shape"),
        (9, "function itself"),
    ],
)
def test_a_wrong_count_is_named_with_its_reason(count, hint):
    assert hint in hint_of("transformer-3", count)


def appended(k, v, past):
    return tuple(np.concatenate(pair, axis=2) for pair in zip(past, (k, v), strict=True))


def look(q, keys, values, scaled=True):
    return equations.dot_attention(q, keys, values, scaled=scaled)[0]


def cached(q, k, v, past):
    now = appended(k, v, past)
    return look(q, *now), now


def test_a_cached_step_is_right_and_is_the_row_of_the_whole():
    assert judge("transformer-4", cached).right
    assert judge("transformer-4", lambda *a: [cached(*a)[0], list(cached(*a)[1])]).right
    rng = np.random.default_rng(0)
    q, k, v = rng.normal(size=(3, 1, 2, 6, 4))
    whole, _ = equations.scaled_dot_attention(q, k, v, np.tril(np.ones((6, 6), bool)))
    past = (k[:, :, :0], v[:, :, :0])
    for t in range(6):
        one = slice(t, t + 1)
        found, past = cached(q[:, :, one], k[:, :, one], v[:, :, one], past)
        np.testing.assert_allclose(found, whole[:, :, one])


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        (lambda q, k, v, p: (look(q, *p), appended(k, v, p)), "does not see itself"),
        (lambda q, k, v, p: (look(q, k, v), appended(k, v, p)), "itself alone"),
        (
            lambda q, k, v, p: (look(q, *appended(k, v, p), scaled=False), appended(k, v, p)),
            "square root",
        ),
        (lambda q, k, v, p: (0 * q, appended(k, v, p)), "weighted mean"),
        (lambda q, k, v, p: (cached(q, k, v, p)[0], p), "one step more"),
        (lambda q, k, v, p: (cached(q, k, v, p)[0], None), "a pair"),
        (lambda q, k, v, p: (cached(q, k, v, p)[0], appended(k, v, p)[::-1]), "swapped"),
        (
            lambda q, k, v, p: (
                cached(q, k, v, p)[0],
                [np.concatenate(pair, axis=2) for pair in zip((k, v), p, strict=True)],
            ),
            "come last",
        ),
        (lambda q, k, v, p: cached(q, k, v, p)[0], "two things"),
        (lambda q, k, v, p: None, "two things"),
        (lambda q, k, v, p: (q[:, :, 0], p), "shape"),
        (lambda q, k, v, p: cached(q, k, v, p) if p[0].shape[2] else 1 / 0, "empty"),
        ("step", "function itself"),
    ],
)
def test_a_wrong_cached_step_is_named_with_its_reason(step, hint):
    assert hint in hint_of("transformer-4", step)


def test_a_count_that_is_not_returned_or_a_string_is_asked_for_as_a_number():
    for answer in (lambda d, m: None, lambda d, m: "96"):
        assert "number" in hint_of("transformer-3", answer)


def test_halves_and_caches_in_float32_are_right():
    def split(x, heads):
        x = np.asarray(x, np.float32)
        return x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2)

    assert judge("transformer-2", split).right
