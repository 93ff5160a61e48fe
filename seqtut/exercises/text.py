"""Chapter 09: one word in two spellings, all cuts of a text, means without pads, new batches."""

import math
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.registry import Hint, call, exercise

_RING = "\u00c5"  # A with a ring; the sign of the angstrom is another code point for it

# Two strings, and whether they are the same characters.
_SPELLINGS = (
    ("caf\u00e9", "caf\u00e9", True),
    ("caf\u00e9", "cafe\u0301", True),
    ("cafe\u0301", "caf\u00e9", True),
    (_RING, "\u212b", True),
    ("q\u0323\u0307", "q\u0307\u0323", True),  # two accents, in either order
    ("\ud55c", "\u1112\u1161\u11ab", True),  # a Korean syllable and its letters
    ("", "", True),
    ("\u6253\u5f00", "\u6253\u5f00", True),
    ("caf\u00e9", "cafe", False),
    ("Through", "through", False),
    ("through", "through ", False),
    ("\u662f\uff0c", "\u662f,", False),  # a full-width comma and a plain one
    ("\ufb01", "fi", False),
    ("o\u0308", "o\u0301", False),
    ("a\u0301b", "ab\u0301", False),
    ("", "a", False),
    ("\u212b", "A\u030a", True),  # neither is in form C
)


@exercise("text-1")
def same_text(answer: Any) -> Hint | None:
    """Wants a function of two strings that compares characters and not code points."""
    found = []
    for one, other, _ in _SPELLINGS:
        said, failure = call(answer, one, other)
        if failure:
            return failure
        if not isinstance(said, bool | np.bool_):
            kind = type(said).__name__
            return Hint(
                f"the function answers True or False. Received: {kind}.",
                f"函数应返回 True 或 False。收到的是 {kind}。",
            )
        found.append(bool(said))
    wanted = [same for _, _, same in _SPELLINGS]
    if found == wanted:
        return None

    def as_by(key: Callable[[str], str]) -> bool:
        return found == [key(one) == key(other) for one, other, _ in _SPELLINGS]

    if as_by(str):
        return Hint(
            "that compares code points: an e with an accent may be one of them, or two.",
            "这样比较的是码点：带重音符的 e 可以是一个码点，也可以是两个。",
        )
    if as_by(lambda s: unicodedata.normalize("NFKC", s)):
        return Hint(
            "a full-width comma was taken for a plain one. The K in NFKC stands for compatible: "
            "it replaces signs that are not the same.",
            "全角逗号被当成了半角逗号。NFKC 中的 K 表示“兼容”：它会替换并不相同的符号。",
        )
    if found[8]:
        return Hint(
            "an e with an accent and one without are two different characters.",
            "带重音符的 e 和不带的 e 是两个不同的字符。",
        )
    if found[9]:
        return Hint(
            "capital and small letters are different characters.",
            "大写字母和小写字母是不同的字符。",
        )
    one, other, same = next(
        case for case, said in zip(_SPELLINGS, found, strict=True) if said != case[2]
    )
    return Hint(
        f"{ascii(one)} and {ascii(other)} are {'the same' if same else 'different'} characters.",
        f"{ascii(one)} 和 {ascii(other)} 是{'相同' if same else '不同'}的字符。",
    )


def _number(found: Any) -> float | None:
    try:
        value = np.asarray(found, np.float64)
        usable = value.shape == () and not isinstance(found, str | None)
        return float(value) if usable else None
    except Exception:  # anything may have been returned, or nothing
        return None


class _Counted(dict):
    """A dict that stops whoever looks up too much, before a notebook stands still."""

    left = 100_000

    def _count(self):
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("too many pieces were looked up")

    def __getitem__(self, piece):
        self._count()
        return super().__getitem__(piece)

    def __contains__(self, piece):
        self._count()
        return super().__contains__(piece)

    def get(self, piece, default=None):
        self._count()
        return super().get(piece, default)


def _sum_of_cuts(text: str, p: dict[str, float]) -> float:
    v = [1.0]
    for j in range(1, len(text) + 1):
        v.append(sum(v[i] * p.get(text[i:j], 0.0) for i in range(j)))
    return v[-1]


@exercise("text-2")
def text_probability(answer: Any) -> Hint | None:
    """Wants a function of a text and its pieces' probabilities that sums over all cuts."""
    rng = np.random.default_rng(4)
    pieces = ("o", "u", "g", "h", "ou", "gh", "ugh", "ough", "hou")
    cases = [("ough", dict(zip(pieces, rng.dirichlet(np.ones(9)).tolist(), strict=True)))]
    for length in (1, 2, 5, 9, 40):
        text = "".join(rng.choice(list("ough"), length))
        weights = rng.dirichlet(np.ones(9)).tolist()
        cases.append((text, dict(zip(pieces, weights, strict=True))))
    weights = rng.dirichlet(np.ones(9)).tolist()
    cases.append(("ough" * 10, dict(zip(pieces, weights, strict=True))))
    cases += [("tough", {"tou": 0.5, "ugh": 0.5}), ("gg", {"g": 1.0})]
    for text, p in cases:
        given = _Counted(p)
        found, failure = call(answer, text, given)
        if given.left < 0:
            return Hint(
                f"a text of {len(text)} letters has millions of cuts, and yours looks at them one "
                "by one. What stands before a piece is itself a shorter text: keep its sum.",
                f"{len(text)} 个字母的文本有上亿种切分，你的函数在逐一列举。"
                "一个子词之前的部分本身就是更短的文本：请保存它的和。",
            )
        if failure:
            return failure
        value = _number(found)
        if value is None:
            return Hint("the function returns one number.", "函数应返回一个数。")
        hint = _wrong_sum(value, text, p)
        if hint:
            return hint
    return None


def _wrong_sum(value: float, text: str, p: dict[str, float]) -> Hint | None:
    wanted = _sum_of_cuts(text, p)
    if math.isclose(value, wanted, rel_tol=1e-6, abs_tol=0):
        return None
    best = math.exp(equations.best_segmentation(text, {k: math.log(q) for k, q in p.items()})[1])
    if wanted and math.isclose(value, math.log(wanted), rel_tol=1e-6):
        return Hint(
            "that is the logarithm. The probability itself was asked for.",
            "这是对数。题目要的是概率本身。",
        )
    if math.isclose(value, best, rel_tol=1e-6):
        return Hint(
            "that is the probability of the best cut alone. All cuts can make the text.",
            "这只是最佳切分的概率。所有切分都能生成这段文本。",
        )
    if not wanted:
        return Hint(
            f"{text!r} cannot be cut into these pieces, so its probability is 0.",
            f"{text!r} 无法切成这些子词，所以它的概率是 0。",
        )
    if math.isclose(value, math.prod(p.get(c, 0.0) for c in text), rel_tol=1e-6):
        return Hint(
            "that is the cut into single letters alone. Longer pieces can make the text too.",
            "这只是切成单个字母的概率。更长的子词也能生成这段文本。",
        )
    return Hint(
        f"for {text!r} the sum over all cuts is {wanted:.3g}. Received: {value:.3g}.",
        f"{text!r} 的所有切分之和是 {wanted:.3g}。收到的是 {value:.3g}。",
    )


@exercise("text-3")
def word_means(answer: Any) -> Hint | None:
    """Wants a function of vectors and a mask that returns the means over what is kept."""
    rng = np.random.default_rng(5)
    for case in range(3):
        lengths = np.array([[5, 2, 1, 4], [3, 5, 0, 1], [5, 1, 2, 3]][case])
        mask = np.arange(5) < lengths[:, None]
        mask = mask[:, ::-1] if case == 1 else mask  # pads may stand before the letters
        vectors = rng.normal(size=(4, 5, 3))
        vectors[~mask] = np.nan if case == 2 else 7.0
        found, failure = call(answer, vectors.copy(), mask.copy())
        if failure:
            return failure
        try:
            given = np.asarray(found, np.float64)
        except Exception:  # anything may have been returned, or nothing
            given = np.zeros(0)
        if given.shape != (4, 3):
            return Hint(
                "the function returns an array of shape (B, D), here (4, 3). "
                f"Received: {given.shape}.",
                f"函数应返回形状为 (B, D) 的数组，此处为 (4, 3)。收到的是 {given.shape}。",
            )
        hint = _wrong_mean(given, vectors, mask)
        if hint:
            return hint
    return None


def _wrong_mean(given: np.ndarray, vectors: np.ndarray, mask: np.ndarray) -> Hint | None:
    total = np.where(mask[..., None], vectors, 0).sum(axis=1)
    wanted = total / np.maximum(mask.sum(axis=1), 1)[:, None]
    if np.allclose(given, wanted):
        return None
    if np.isnan(vectors).any() and not np.isfinite(given).all():
        return Hint(
            "a pad that is not a number has spoiled the mean: nan times 0 is nan. Choose what is "
            "kept with where, do not multiply.",
            "填充处的 nan 破坏了均值：nan 乘以 0 仍是 nan。请用 where 选取保留的部分，不要用乘法。",
        )
    if not np.isfinite(given[~mask.any(axis=1)]).all():
        return Hint(
            "a word without letters was divided by zero. Its mean should be zeros.",
            "没有字母的词除以了零。它的均值应全为 0。",
        )
    if np.allclose(given, total / mask.shape[1]):
        return Hint(
            "the pads are not in the sum, but they are in the number that it was divided by.",
            "填充没有计入总和，却计入了除数。",
        )
    if np.allclose(given, vectors.mean(axis=1)):
        return Hint("the pads are in the mean. Use the mask.", "填充计入了均值。请使用掩码。")
    if np.allclose(given, total / max(mask.sum(), 1)) or np.allclose(given, total / mask.sum() * 4):
        return Hint(
            "each word is divided by its own number of letters, not by that of the batch.",
            "每个词应除以它自己的字母数，而不是整个批量的字母数。",
        )
    if np.allclose(given, total):
        return Hint("that is the sum, not the mean.", "这是总和，不是均值。")
    return Hint(
        "row 0 should be the mean of its "
        f"{int(mask[0].sum())} kept vectors. Mind the polarity: True = keep.",
        f"第 0 行应是其中 {int(mask[0].sum())} 个被保留向量的均值。注意掩码的含义：True 表示保留。",
    )


_POSITIONS, _EXAMPLES = 160, 2000
_SPARE = 1.3  # times as many batches as would do if all were full


@exercise("text-4")
def make_batches(answer: Any) -> Hint | None:
    """Wants a function that makes the batches of an epoch, large and new every time."""
    rng = np.random.default_rng(6)
    lengths = rng.integers(3, 15, _EXAMPLES)
    for examples in (_EXAMPLES, 1990, 7):
        epochs = []
        for seed in (1, 2):
            generator = np.random.default_rng(seed)
            found, failure = call(answer, lengths[:examples].copy(), _POSITIONS, generator)
            if failure:
                return failure
            batches, hint = _indices(found, lengths[:examples])
            if hint:
                return hint
            epochs.append(batches)
        if examples == _EXAMPLES:
            hint = _wrong_batches(lengths, *epochs)
            if hint:
                return hint
    return None


def _indices(found: Any, lengths: np.ndarray) -> tuple[list[np.ndarray], Hint | None]:
    """Returns batches of whole numbers in which each example is once, or what is wrong."""
    try:
        batches = [np.asarray(batch) for batch in found]
        numbers = all(b.ndim == 1 and len(b) and b.dtype.kind in "iu" for b in batches)
    except Exception:  # anything may have been returned, or nothing
        numbers = False
    if not numbers:
        return [], Hint(
            "the function returns a list of arrays, each with the indices of its examples.",
            "函数应返回由数组组成的列表，每个数组是该批量中样本的下标。",
        )
    examples = len(lengths)
    everyone = np.sort(np.concatenate(batches)) if batches else np.zeros(0)
    if not np.array_equal(everyone, np.arange(examples)):
        return [], Hint(
            f"each of {examples} examples is in exactly one batch. Some are missing or twice.",
            f"{examples} 个样本应各在且只在一个批量中。现在有的缺失，有的重复。",
        )
    largest = max(len(batch) * int(lengths[batch].max()) for batch in batches)
    if largest > _POSITIONS:
        return [], Hint(
            f"a batch has {largest} positions, and {_POSITIONS} is the limit. Positions are "
            "examples times the longest of them, not the sum of the lengths.",
            f"有一个批量有 {largest} 个位置，上限是 {_POSITIONS}。"
            "位置数是样本数乘以其中最长的长度，不是长度之和。",
        )
    return batches, None


def _mates(batches: list[np.ndarray]) -> set[tuple[int, int]]:
    return {(a, b) for batch in batches for a in batch.tolist() for b in batch.tolist() if a < b}


def _wrong_batches(lengths: np.ndarray, one: list, other: list) -> Hint | None:
    if equations.padding_share(lengths, one) > 0.08:
        return Hint(
            f"{equations.padding_share(lengths, one):.0%} of the positions are padding. Sort by "
            "length before you cut batches, many batches' worth at a time.",
            f"{equations.padding_share(lengths, one):.0%} 的位置是填充。"
            "请在切分批量之前按长度排序，每次排序足够多个批量的样本。",
        )
    enough = int(_SPARE * lengths.sum() / _POSITIONS) + 1
    if len(one) > enough:
        return Hint(
            f"{len(one)} batches are too many, {enough} would do. Let a batch grow until one more "
            "example makes it too big.",
            f"{len(one)} 个批量太多了，{enough} 个就够。"
            "让批量不断增大，直到再加一个样本就会超过上限。",
        )
    first, second = _mates(one), _mates(other)
    if len(first & second) > len(first) / 4:
        return Hint(
            "the same examples share a batch in every epoch. Shuffling batches only changes their "
            "order: shuffle the examples before you sort.",
            "每一轮都是同样的样本在同一批量中。打乱批量只改变它们的先后：请在排序之前打乱样本。",
        )
    widths = [lengths[batch].max() for batch in one]
    # Shuffled batches have other widths at each place in each epoch; any order by length has not.
    again = [lengths[batch].max() for batch in other]
    places = np.linspace(0, 1, len(widths))  # an epoch may have a batch more than the other
    again = np.interp(places, np.linspace(0, 1, len(again)), again)
    if np.corrcoef(widths, again)[0, 1] > 0.5:
        return Hint(
            "the batches come in the order of their lengths. Shuffle the batches too.",
            "批量按长度的顺序排列。请把批量也打乱。",
        )
    return None
