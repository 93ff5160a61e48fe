"""Checkers of chapter 16_translation."""

from typing import Any

import numpy as np

from seqtut.exercises.numbers import as_array, whole
from seqtut.exercises.registry import Hint, call, exercise


def _same(one: Any, other: Any) -> bool:
    return np.shape(one) == np.shape(other) and np.allclose(one, other)


@exercise("translation-1")
def responsibilities(answer: Any) -> Hint | None:
    """Wants a function of a message's part of the table that shares each token among the words."""
    rng = np.random.default_rng(0)
    for shape in ((4, 3), (2, 2), (6, 1), (1, 5), (3, 3)):
        t = rng.uniform(0.01, 1, shape)
        found, failure = call(answer, t.copy())
        if failure:
            return failure
        try:
            found = np.asarray(found, np.float64)
        except Exception:  # anything may have been returned, or nothing
            found = np.array(np.nan)
        if found.shape != shape:
            return Hint(
                f"the result has a number for each word and token, shape {shape}. "
                f"Received: {found.shape}.",
                f"结果应对每个词和每个词元各有一个数，形状为 {shape}。收到的是 {found.shape}。",
            )
        if _same(found, t / t.sum(axis=0)):
            continue
        if _same(found, t / t.sum(axis=1, keepdims=True)):
            return Hint(
                "the shares of each word add up to 1; those of each token should. It is the token "
                "that is there once and has to be divided.",
                "现在每个词的份额之和为 1；应当是每个词元的份额之和为 1。"
                "要分配的是只出现一次的词元。",
            )
        if _same(found, t / t.sum()):
            return Hint(
                "everything together adds up to 1. Each column, one token of the translation, has "
                "a whole of its own.",
                "现在所有数之和为 1。每一列（译文的一个词元）应各自成为一个整体。",
            )
        soft = np.exp(t) / np.exp(t).sum(axis=0)
        if _same(found, soft):
            return Hint(
                "the table holds probabilities, not logits: no exponential is wanted.",
                "表中是概率，不是 logit：不需要取指数。",
            )
        return Hint(
            "a word's share of a token is its t over the sum of all words' t for this token.",
            "一个词分到的份额，等于它的 t 除以所有词对该词元的 t 之和。",
        )
    return None


def _sums(similarity: np.ndarray, memory: np.ndarray, model: np.ndarray) -> dict[float, float]:
    """Returns for each threshold the sum of the scores that it leads to."""
    tried = [*np.unique(similarity).tolist(), np.inf]
    return {tau: float(np.where(similarity >= tau, memory, model).sum()) for tau in tried}


@exercise("translation-2")
def best_threshold(answer: Any) -> Hint | None:
    """Wants a function of similarities and scores that says from where on to ask the memory."""
    rng = np.random.default_rng(1)
    cases = []
    for scale in (10, 1000) * 3:  # no grid of fixed steps has the best of both
        similarity = rng.integers(2, 11, 40) / scale
        memory, model = rng.uniform(0, 100, (2, 40)) * np.array([1.0, 0.8])[:, None]
        cases.append((similarity, np.where(similarity < 7 / scale, 0.3 * memory, memory), model))
    n = np.full(5, 0.5), np.linspace(0, 50, 5), np.linspace(60, 99, 5)
    cases += [n, (n[0], n[2], n[1])]  # never the memory, always the memory
    for similarity, memory, model in cases:
        found, failure = call(answer, similarity.copy(), memory.copy(), model.copy())
        if failure:
            return failure
        try:
            tau = np.nan if isinstance(found, str) else float(found)
        except Exception:
            tau = np.nan
        if np.isnan(tau):
            return Hint(
                f"the threshold is one number. Received: {type(found).__name__}.",
                f"阈值是一个数。收到的是 {type(found).__name__}。",
            )
        sums = _sums(similarity, memory, model)
        best = max(sums.values())
        reached = float(np.where(similarity >= tau, memory, model).sum())
        if reached >= best - 1e-9:
            continue
        if np.all(memory < model):
            return Hint(
                "here the memory is worse for every message. The threshold has to be able to say "
                "never: np.inf, say.",
                "这里翻译记忆对每条消息都更差。阈值必须能表示“从不使用”，例如 np.inf。",
            )
        turned = {t: float(np.where(similarity >= t, model, memory).sum()) for t in sums}
        if tau in turned and turned[tau] >= max(turned.values()) - 1e-9:
            return Hint(
                "that is the best threshold with the two exchanged: at or above it the memory "
                "answers, below it the model.",
                "这是把两者对调后的最佳阈值：达到阈值时由翻译记忆回答，低于阈值时由模型回答。",
            )
        above = {t: float(np.where(similarity > t, memory, model).sum()) for t in sums}
        if tau in above and above[tau] >= best - 1e-9:
            return Hint(
                "a message that is exactly as similar as the threshold goes to the memory: "
                "compare with >=.",
                "相似度恰好等于阈值的消息也交给翻译记忆：请用 >= 比较。",
            )
        return Hint(
            f"with the threshold {tau:g} the scores sum to {reached:.1f}, and {best:.1f} can be "
            "had. Try every similarity that occurs.",
            f"取阈值 {tau:g} 时得分之和为 {reached:.1f}，而可以达到 {best:.1f}。"
            "请试遍所有出现过的相似度。",
        )
    return None


def _loop(tokens: list) -> int:
    """The most times that a stretch of tokens stands in a row."""
    most = min(len(tokens), 1)
    for n in range(1, len(tokens) // 2 + 1):
        for start in range(len(tokens) - n + 1):
            times = 1
            while tokens[start : start + n] == tokens[start + times * n : start + (times + 1) * n]:
                times += 1
            most = max(most, times)
    return most


@exercise("translation-3")
def longest_loop(answer: Any) -> Hint | None:
    """Wants a function of tokens that says how often a stretch of them is said in a row."""
    rng = np.random.default_rng(2)
    texts = ["", "a", "aa", "ababab", "xababy", "abcabcab", "abacada", "aabbb", "abcabcabcabc"]
    cases = [list(text) for text in (*texts, "xabcdeabcdey")] + [["aa", "a"]]
    cases += [rng.choice(list("ab"), size).tolist() for size in (5, 9, 12, 16)]
    for tokens in cases:
        found, failure = call(answer, list(tokens))
        if failure:
            return failure
        times = whole(found)
        if times is None:
            return Hint(
                f"the answer is a whole number. Received: {type(found).__name__}.",
                f"答案应是一个整数。收到的是 {type(found).__name__}。",
            )
        if times != _loop(tokens):
            return _wrong_loop(tokens, times)
    return None


def _wrong_loop(tokens: list[str], found: int) -> Hint:
    wanted, shown = _loop(tokens), " ".join(tokens)
    if not tokens:
        return Hint(
            f"of no tokens at all none is said even once: 0. Received: {found}.",
            f"没有词元时一次也没有说，应为 0。收到的是 {found}。",
        )
    if len(tokens) == 1:
        return Hint(
            f"one token is said once: 1. Received: {found}.",
            f"只有一个词元时说了一次，应为 1。收到的是 {found}。",
        )
    if tokens == ["aa", "a"]:
        return Hint(
            "aa and a are two different tokens: compare tokens, do not join them.",
            "aa 和 a 是两个不同的词元：请比较词元，不要拼接。",
        )
    if tokens == list("ababab") and found == _runs(tokens):
        return Hint(
            f"in {shown} a stretch of more than one token stands {wanted} times in a row. Only "
            "single tokens were compared.",
            f"在 {shown} 中，有一段多于一个词元的内容连续出现了 {wanted} 次。"
            "目前只比较了单个词元。",
        )
    if found > wanted:
        return Hint(
            f"in {shown} no stretch stands {found} times in a row. Only what follows without a "
            "gap is a loop.",
            f"在 {shown} 中没有任何一段连续出现 {found} 次。只有首尾相接的重复才算循环。",
        )
    return Hint(
        f"in {shown} a stretch stands {wanted} times in a row. Received: {found}. A loop may "
        "begin anywhere and be of any length.",
        f"在 {shown} 中有一段连续出现了 {wanted} 次。收到的是 {found}。"
        "循环可以从任何位置开始，长度不限。",
    )


def _runs(tokens: list[str]) -> int:
    most = run = 0
    for i, token in enumerate(tokens):
        run = run + 1 if i and token == tokens[i - 1] else 1
        most = max(most, run)
    return most


def _related(train: list[str], test: list[str], family: Any) -> int:
    known = {family(message) for message in train}
    return sum(family(message) in known for message in test)


# Ways to miscount, each with what is said to it.
_MISCOUNTS = (
    (
        lambda train, test, family: len(set(train) & set(test)),
        Hint(
            "only the same strings were counted. A relative is any message of the same family.",
            "目前只统计了完全相同的字符串。同族的任何消息都算近亲。",
        ),
    ),
    (
        lambda train, test, family: sum(message in train for message in test),
        Hint(
            "only the same strings were counted. A relative is any message of the same family.",
            "目前只统计了完全相同的字符串。同族的任何消息都算近亲。",
        ),
    ),
    (
        lambda train, test, family: len(set(map(family, train)) & set(map(family, test))),
        Hint(
            "families were counted; count messages. One family may have several.",
            "目前统计的是族的个数；应统计消息的条数。一族可以有多条消息。",
        ),
    ),
    (
        lambda train, test, family: _related(test, train, family),
        Hint(
            "training messages were counted; count those of the test.",
            "目前统计的是训练消息；应统计测试消息。",
        ),
    ),
    (
        lambda train, test, family: _related(train, test, family) / len(test),
        Hint("that is the share. The number is wanted.", "这是占比。题目要的是条数。"),
    ),
)


@exercise("translation-4")
def leaked(answer: Any) -> Hint | None:
    """Wants a function that counts the test messages that have a relative in training."""
    rng = np.random.default_rng(3)
    words = ["open", "Open", "open.", "close", "Close!", "save", "SAVE", "print", "quit"]

    def letters(message: str) -> str:
        return "".join(c for c in message.lower() if c.isalpha())

    cases, results = [], []
    for size in (1, 2, 3, 4, 6):
        for family in (letters, len):
            train, test = (rng.choice(words, n, replace=False).tolist() for n in (size, 6))
            found, failure = call(answer, list(train), list(test), family)
            if failure:
                return failure
            count, wrong = as_array(found, ())
            if wrong or isinstance(found, bool | np.bool_):
                return Hint(
                    f"the answer is a number of messages. Received: {type(found).__name__}.",
                    f"答案应是消息的条数。收到的是 {type(found).__name__}。",
                )
            cases.append((train, test, family))
            results.append(float(count))
    wanted = [_related(*case) for case in cases]
    if results == wanted:
        return None
    for miscount, hint in _MISCOUNTS:
        if results == [miscount(*case) for case in cases]:
            return hint
    place = next(i for i, right in enumerate(wanted) if results[i] != right)
    train, test, family = cases[place]
    by = "by their letters" if family is letters else "by their length"
    return Hint(
        f"families being told {by}, of the test messages {test} there are {wanted[place]} with a "
        f"relative in {train}. Received: {results[place]:g}.",
        f"在测试消息 {test} 中，按 family 划分族，有 {wanted[place]} 条在 {train} 中有近亲。"
        f"收到的是 {results[place]:g}。",
    )
