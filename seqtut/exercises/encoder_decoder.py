"""Checkers of chapter 11_encoder_decoder."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut.exercises.registry import Hint, call, exercise
from seqtut.text import BEGIN, END


def _number(function: Any, *arguments: Any) -> tuple[float, Hint | None]:
    """Returns the number that the reader's function gives, or what is wrong with it."""
    found, failure = call(function, *arguments)
    if failure:
        return 0.0, failure
    try:
        if found is None or isinstance(found, str):
            raise TypeError
        return float(np.asarray(found, np.float64).reshape(())), None
    except Exception:  # anything may have been returned, or nothing
        return 0.0, Hint(
            f"the function should return one number. Received: {type(found).__name__}.",
            f"函数应返回一个数。收到的是 {type(found).__name__}。",
        )


@exercise("encoder-decoder-1")
def weights(answer: Any) -> Hint | None:
    """Wants a function of four sizes that counts the weights of the chapter's model."""
    rng = np.random.default_rng(0)
    asked = [(30, 43, 32, 96), *(tuple(map(int, rng.integers(2, 60, 4))) for _ in range(4))]
    found = []
    for sizes in asked:
        number, failure = _number(answer, *sizes)
        if failure:
            return failure
        found.append(number)

    def matches(count: Callable[[int, int, int, int], int]) -> bool:
        return found == [count(*sizes) for sizes in asked]

    def counted(kinds: int, biases: int, recurrent: int = 2, spoken: int = 1) -> Callable:
        def count(letters: int, sounds: int, e: int, d: int) -> int:
            cell = kinds * (e * d + d * d + biases * d)
            return letters * e + spoken * sounds * e + recurrent * cell + d * sounds + sounds

        return count

    if matches(counted(3, 2)):
        return None
    if matches(counted(3, 1)):
        return Hint(
            "that is the paper's GRU. Keras's has two rows of bias, one on each side of the reset.",
            "这是论文中的 GRU。Keras 的 GRU 有两行偏置，重置门的两边各一行。",
        )
    if matches(counted(4, 1)):
        return Hint(
            "those are LSTMs. A GRU has three matrices of each kind, for z, r and the candidate.",
            "这是 LSTM。GRU 的每种矩阵有三个：z、r 和候选状态各一个。",
        )
    if matches(counted(3, 2, recurrent=1)):
        return Hint(
            "there is one GRU only. One reads and another writes, each with weights of its own.",
            "只算了一个 GRU。一个负责读，另一个负责写，各有各的权重。",
        )
    if matches(counted(3, 2, spoken=0)):
        return Hint(
            "the decoder reads sounds, so each sound has a vector too.",
            "解码器要读音素，所以每个音素也有一个向量。",
        )
    if found[0] == 81_387:
        return Hint(
            "it is right for the chapter's sizes and for no others. Compute it from the arguments.",
            "只对本章的尺寸正确，对别的尺寸不对。请用参数来计算。",
        )
    return Hint(
        "add up two tables of vectors, two GRUs with three matrices from the input, three from the "
        "state and two rows of bias each, and the dense layer with its bias.",
        "请把这些加起来：两张向量表；两个 GRU，各有三个输入矩阵、三个状态矩阵和两行偏置；"
        "以及带偏置的全连接层。",
    )


@exercise("encoder-decoder-2")
def unsayable(answer: Any) -> Hint | None:
    """Wants a function of two sequences that says how often a mixture of them is neither."""
    rng = np.random.default_rng(1)
    cases = [(5, 2), (6, 3), (4, 4), (16, 4), (3, 1), (4, 0)]
    found = []
    for length, differ in cases:
        first = [f"S{n}" for n in rng.integers(0, 9, length)]
        second = list(first)
        for place in rng.permutation(length)[:differ]:
            second[place] = f"S{(int(first[place][1:]) + 1) % 9}"
        number, failure = _number(answer, tuple(first), tuple(second))
        if failure:
            return failure
        found.append(number)

    def matches(share: Callable[[int, int], float], first: int = 0, last: int = 4) -> bool:
        return np.allclose(found[first:last], [share(n, k) for n, k in cases][first:last])

    if matches(lambda n, k: 1 - 2 / 2**k if k else 0.0, last=6):
        return None
    if matches(lambda n, k: 1 - 2 / 2**n):
        return Hint(
            "every place was counted. Where both ways have the same sound there is nothing to "
            "choose.",
            "每个位置都算进去了。两种读法相同的地方没有什么可选。",
        )
    if matches(lambda n, k: 1 - 1 / 2**k):
        return Hint(
            "of all that can be said two are right, the first way and the second.",
            "在所有可能说出的结果中有两个是对的：第一种读法和第二种读法。",
        )
    if matches(lambda n, k: 2 / 2**k):
        return Hint(
            "that is how often it says one of the two. The question is how often neither.",
            "这是说出其中一种的比例。问的是两种都不是的比例。",
        )
    if matches(lambda n, k: 1 - 2 / 2**k):
        return Hint(
            "nearly: if the two ways are the same, whatever is said is right.",
            "差一点：如果两种读法相同，怎么说都是对的。",
        )
    wanted = [1 - 2 / 2**k if k else 0.0 for _, k in cases]
    i = next(i for i, right in enumerate(np.isclose(found, wanted)) if not right)
    (n, k), neither = cases[i], max(2 ** cases[i][1] - 2, 0)
    return Hint(
        f"for ways of {n} sounds that differ in {k} of them, place by place, {neither} of the "
        f"{2**k} mixtures are neither. Received: {found[i]:.4g}.",
        f"两种 {n} 个音素的读法逐位比较有 {k} 处不同时，{2**k} 种混合中有 {neither} 种两者都不是。"
        f"收到的是 {found[i]:.4g}。",
    )


class _Decoder:
    """A decoder of one example whose next token depends on the last one and on its state."""

    def __init__(self, seed: int, most: int):
        rng = np.random.default_rng(seed)
        self.by_token = rng.normal(size=(8, 8))
        self.by_state = rng.normal(size=(5, 8))
        self.by_token[:, :2] = self.by_state[:, :2] = -9.0  # neither a pad nor the begin token
        self.calls, self.most = 0, most

    def step(self, tokens: Any, state: Any) -> tuple[np.ndarray, int]:
        tokens = np.asarray(tokens)
        if tokens.shape != (1,):
            raise ValueError(f"step takes an array of one id, (1,). Received: {tokens.shape}")
        self.calls += 1
        if self.calls > self.most:
            raise RuntimeError(f"step was called more than max_steps = {self.most} times")
        token, number = int(tokens[0]), int(state)
        return (self.by_token[token] + self.by_state[number])[None], (number + 1) % 5

    def said(self, begin: int = BEGIN, feeds: bool = True, keeps: bool = True) -> list[int]:
        """Returns all that is said in as many steps as there may be, the end token included."""
        tokens, token, state = [], begin, 0
        for _ in range(self.most):
            best = int(np.argmax(self.by_token[token] + self.by_state[state]))
            tokens.append(best)
            token = best if feeds else begin
            state = (state + 1) % 5 if keeps else 0
        return tokens


def _until_end(tokens: list[int], counted: bool = False) -> list[int]:
    place = tokens.index(END) if END in tokens else len(tokens)
    return tokens[: place + counted]


@exercise("encoder-decoder-3")
def speak(answer: Any) -> Hint | None:
    """Wants a function of a step, a state and a limit that decodes one example greedily."""
    cases = _decoders()
    found = []
    for seed, most in cases:
        said, failure = call(answer, _Decoder(seed, most).step, 0, most)
        if failure:
            return failure
        try:
            ids = np.asarray(list(said)).reshape(-1)
            if len(ids) and ids.dtype.kind not in "iu":
                raise TypeError
            found.append(ids.astype(int).tolist())
        except Exception:  # anything may have been returned, or nothing
            return Hint(
                f"the function should return a list of ids. Received: {type(said).__name__}.",
                f"函数应返回一个编号列表。收到的是 {type(said).__name__}。",
            )

    def matches(**settings: Any) -> bool:
        counted = settings.pop("counted", False)
        return found == [
            _until_end(_Decoder(seed, most).said(**settings), counted) for seed, most in cases
        ]

    if matches():
        return None
    if matches(counted=True):
        return Hint(
            "the end token is among what is said. It says that all has been said.",
            "结果里有结束词元。它只表示话已说完。",
        )
    if found == [_Decoder(seed, most).said() for seed, most in cases]:
        return Hint(
            "it goes on after the end token. What the model says then means nothing.",
            "到了结束词元还在继续。此后模型说的内容没有意义。",
        )
    if matches(feeds=False):
        return Hint(
            "each step was given the begin token. A step reads what was said just before.",
            "每一步读的都是开始词元。一步应读刚刚说出的词元。",
        )
    if matches(keeps=False):
        return Hint(
            "each step was given the first state. The next step needs the state that the last one "
            "returned.",
            "每一步用的都是最初的状态。下一步需要上一步返回的状态。",
        )
    if matches(begin=0):
        return Hint(
            "the first step reads the begin token, BEGIN, which is not 0.",
            "第一步应读开始词元 BEGIN，它不是 0。",
        )
    rights = [_until_end(_Decoder(seed, most).said()) for seed, most in cases]
    wrong = next(said for said, right in zip(found, rights, strict=True) if said != right)
    return Hint(
        "start with BEGIN; at each step take the token with the largest logit, stop if it is END, "
        f"and feed it to the next step. Received for one example: {str(wrong)[:60]}.",
        "从 BEGIN 开始；每一步取 logit 最大的词元，若是 END 就停止，否则送入下一步。"
        f"其中一例收到的是 {str(wrong)[:60]}。",
    )


def _decoders() -> list[tuple[int, int]]:
    """Returns seeds and limits: some decoders end soon, some at once, some not in time."""
    chosen, wanted = [], {"soon": 3, "at once": 1, "never": 2}
    for seed in range(500):
        length = len(_until_end(_Decoder(seed, 9).said()))
        kind = "at once" if length == 0 else "never" if length == 9 else "soon"
        if wanted[kind] and (kind != "soon" or length > 1):
            wanted[kind] -= 1
            chosen.append((seed, 9))
    return [*chosen, (chosen[0][0], 1)]


@exercise("encoder-decoder-4")
def strangers(answer: Any) -> Hint | None:
    """Wants a function of lengths and a generator that gives everyone another of its length."""
    rng = np.random.default_rng(2)
    cases = [
        np.array([3, 3, 5, 3, 5, 7]),
        np.array([4, 4]),
        np.array([6]),
        np.array([28, 45, 28]),
        *(rng.integers(2, 9, size) for size in (12, 40, 200)),
    ]
    for lengths in cases:
        found, failure = call(answer, lengths.copy(), np.random.default_rng(len(lengths)))
        if failure:
            return failure
        try:
            places = np.asarray(found)
            with np.errstate(invalid="ignore"):  # nan has no whole number
                whole = places.shape == lengths.shape and np.all(places == places.astype(int))
        except Exception:  # anything may have been returned, or nothing
            whole = False
        if not whole:
            return Hint(
                f"the function should return {len(lengths)} places, whole numbers, one a word.",
                f"{len(lengths)} 个词应返回 {len(lengths)} 个位置，都是整数。",
            )
        hint = _wrong_places(places.astype(int), lengths)
        if hint:
            return hint
    return None


def _wrong_places(places: np.ndarray, lengths: np.ndarray) -> Hint | None:
    everyone = np.arange(len(lengths))
    if places.min() < 0 or places.max() >= len(lengths):
        return Hint(
            f"places run from 0 to {len(lengths) - 1}. Received: {places.min()} to {places.max()}.",
            f"位置应在 0 到 {len(lengths) - 1} 之间。收到的是 {places.min()} 到 {places.max()}。",
        )
    other = everyone[lengths[places] != lengths]
    if len(other):
        i = other[0]
        return Hint(
            f"word {i} has {lengths[i]} letters and got the letters of one with "
            f"{lengths[places[i]]}. Then the length alone would tell.",
            f"第 {i} 个词有 {lengths[i]} 个字母，却得到了一个有 {lengths[places[i]]} 个字母的词。"
            "这样单凭长度就能看出来。",
        )
    if len(set(places.tolist())) < len(places):
        return Hint(
            "one word serves twice, so another is never asked.",
            "有的词被用了两次，于是另一个词从未用到。",
        )
    company = np.sum(lengths == lengths[:, None], axis=1) > 1
    alone = everyone[(places == everyone) & company]
    if len(alone):
        return Hint(
            f"word {alone[0]} kept its own letters, though others have as many. It measures "
            "nothing.",
            f"第 {alone[0]} 个词保留了自己的字母，尽管有别的词一样长。这样什么也量不出来。",
        )
    return None
