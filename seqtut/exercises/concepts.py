"""Checkers of chapter 02_concepts."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from seqtut.equations import negative_log_likelihood
from seqtut.exercises.registry import Hint, call, exercise

# What the chapter's exercise cells set up, in the same order.
SPELLING = {
    "through": ("TH", "R", "UW"),
    "minute": ("M", "IH", "N", "AH", "T"),
    "tea": ("T", "IY"),
    "use": ("Y", "UW", "S"),
}
FEATURES, WIDTH = 8, 16
NAMES = ("<pad>", "<begin>", "<end>", *sorted({s for word in SPELLING.values() for s in word}))
PAD, BEGIN, END = range(3)


def _array(value: Any) -> np.ndarray | None:
    """Reads numbers or truth values from any object; None where there are none to read."""
    try:
        array = np.asarray(value)
    except Exception:  # an answer may be any object, with any `__array__`
        return None
    return array if array.dtype.kind in "biuf" else None


def _lengths() -> np.ndarray:
    return np.array([len(word) for word in SPELLING])


@exercise("concepts-1")
def shapes(answer: Any) -> Hint | None:
    """Wants {"letters": (B, S, F), "states": (B, S, D), "code": (B, D)} of the four words."""
    batch, steps = len(SPELLING), int(_lengths().max())
    wanted = {
        "letters": (batch, steps, FEATURES),
        "states": (batch, steps, WIDTH),
        "code": (batch, WIDTH),
    }
    if not isinstance(answer, Mapping) or not set(wanted) <= set(answer):
        return Hint(
            "the answer is a dictionary with the keys 'letters', 'states' and 'code'.",
            "答案应是一个字典，键为 'letters'、'states' 和 'code'。",
        )
    for name, shape in wanted.items():
        sizes = _array(answer[name])
        given = tuple(sizes.tolist()) if sizes is not None and sizes.ndim == 1 else None
        if given != shape:
            return _wrong_shape(name, given, shape, wanted["states"])
    return None


def _wrong_shape(name: str, given: tuple | None, shape: tuple, states: tuple) -> Hint:
    batch, steps, width = states
    if given is None:
        return Hint(
            f"the shape of {name!r} is not a tuple of whole numbers such as (2, 3).",
            f"{name!r} 的形状应是由整数组成的元组，例如 (2, 3)。",
        )
    if name == "code" and given in (states, (batch, steps * width)):
        return Hint(
            "the code keeps every state, so it grows with the word. The code of this encoder is "
            "the last state of each word.",
            "这里的编码留下了每一步的状态，会随单词变长。这个编码器的编码只是每个单词的最后一个状态。",
        )
    if given == shape[1:]:
        return Hint(
            f"{name!r} is right for one word. Put the batch B in front.",
            f"{name!r} 对单个单词是对的。请在最前面加上批量维 B。",
        )
    if len(given) == 3 == len(shape) and given[1] != steps and given[::2] == shape[::2]:
        return Hint(
            f"in {name!r} the number of steps S is off. All words of a batch are padded to one "
            "length: that of the longest, and the encoder reads letters, not sounds.",
            f"{name!r} 的步数 S 不对。同一批中的单词都填充到同一长度，即最长单词的长度；"
            "而且编码器读的是字母，不是音素。",
        )
    return Hint(
        f"the shape of {name!r} is not right. Received: {given}. Batch first, then steps if there "
        "are any, then the numbers that one step or one word has.",
        f"{name!r} 的形状不对。收到的是 {given}。先是批量，再是步数（如果有），"
        "最后是每一步或每个单词的数值个数。",
    )


@exercise("concepts-2")
def padding_mask(answer: Any) -> Hint | None:
    """Wants the (B, S) mask of the four words' letters, True = keep."""
    lengths = _lengths()
    steps = np.arange(lengths.max())
    wanted = steps < lengths[:, None]
    given = _array(answer)
    if given is None or given.shape not in (wanted.shape, wanted.T.shape):
        return Hint(
            f"the mask should be an array of shape (B, S) = {wanted.shape}, with one truth value "
            "for each letter or pad.",
            f"掩码应是形状为 (B, S) = {wanted.shape} 的数组，每个字母或填充位对应一个真假值。",
        )
    if given.shape == wanted.T.shape:
        return Hint(
            "steps come first in this mask. Batch first: one row a word.",
            "这个掩码把步数放在了最前面。应当批量在前：每个单词一行。",
        )
    if np.array_equal(given, wanted):
        return None
    if np.array_equal(given, ~wanted):
        return Hint(
            "the mask is the wrong way round: it keeps the pads and drops the letters. "
            "In this book True = keep.",
            "掩码的真假反了：它保留了填充位，丢掉了字母。本书约定 True 表示保留。",
        )
    for slip in (-1, 1):
        if np.array_equal(given, steps < lengths[:, None] + slip):
            return Hint(
                f"the words keep one step too {'few' if slip < 0 else 'many'}. "
                "Steps count from 0, so a word of n letters fills 0 ... n - 1.",
                f"有的单词{'少' if slip < 0 else '多'}保留了一步。"
                "步数从 0 数起，所以 n 个字母占据第 0 到第 n - 1 步。",
            )
    row = int(np.argmax((given != wanted).any(axis=1)))
    return Hint(
        f"row {row} is not right: {list(SPELLING)[row]!r} has {lengths[row]} letters, so that many "
        "values are True, from the left.",
        f"第 {row} 行不对：{list(SPELLING)[row]!r} 有 {lengths[row]} 个字母，"
        "所以从左数起应有这么多个 True。",
    )


@exercise("concepts-3")
def teacher_forcing(answer: Any) -> Hint | None:
    """Wants (decoder_inputs, targets), both (B, T): the four pronunciations shifted by one."""
    words = [[NAMES.index(sound) for sound in sounds] for sounds in SPELLING.values()]
    longest = max(map(len, words)) + 1
    targets = _padded([[*word, END] for word in words], longest)
    inputs = _padded([[BEGIN, *word] for word in words], longest)
    pair = _pair(answer)
    if pair is None:
        return Hint(
            "the answer is a pair of arrays of token ids: (decoder_inputs, targets).",
            "答案应是一对词元编号数组：(decoder_inputs, targets)。",
        )
    if any(given.shape != targets.shape for given in pair):
        return Hint(
            f"both arrays should have the shape (B, T) = {targets.shape}: T has room for the "
            f"longest pronunciation and one more token. Received: {pair[0].shape} and "
            f"{pair[1].shape}.",
            f"两个数组的形状都应是 (B, T) = {targets.shape}：T 要容下最长的发音，外加一个词元。"
            f"收到的是 {pair[0].shape} 和 {pair[1].shape}。",
        )
    keep = targets != PAD  # what the decoder reads after its end token is never counted

    def reads(given: np.ndarray, expected: np.ndarray) -> bool:
        return bool(np.array_equal(given[keep], expected[keep]))

    given_inputs, given_targets = pair
    if np.array_equal(given_targets, targets) and reads(given_inputs, inputs):
        return None
    if reads(given_inputs, targets) and reads(given_targets, inputs):
        return Hint(
            "the two are swapped. Give the decoder's inputs first, then the targets.",
            "两者的顺序反了。先给解码器的输入，再给目标。",
        )
    return _wrong_targets(given_targets, words, targets) or _wrong_inputs(
        given_inputs, given_targets, words
    )


def _padded(rows: list[list[int]], length: int) -> np.ndarray:
    return np.array([row + [PAD] * (length - len(row)) for row in rows])


def _pair(answer: Any) -> tuple[np.ndarray, np.ndarray] | None:
    try:
        first, second = answer
    except Exception:  # not a pair, whatever it is
        return None
    arrays = _array(first), _array(second)
    return None if arrays[0] is None or arrays[1] is None else arrays


def _wrong_targets(given: np.ndarray, words: list[list[int]], right: np.ndarray) -> Hint | None:
    if np.array_equal(given, right):
        return None
    length = right.shape[1]
    if (given == BEGIN).any():
        return Hint(
            "the begin token stands among the targets. The decoder is given it and never has to "
            "predict it.",
            "目标中出现了开始词元。开始词元是交给解码器的，从不需要它预测。",
        )
    if np.array_equal(given, _padded(words, length)):
        return Hint(
            "the targets never end. Put the end token after the last sound of each word: "
            "without it the decoder cannot learn when to stop.",
            "目标没有结尾。请在每个单词的最后一个音素后面放结束词元，否则解码器学不会何时停止。",
        )
    if np.array_equal(given, [row[:-1] + [END] for row in _padded(words, length).tolist()]):
        return Hint(
            "the end token stands after the pads. It belongs right after the last sound; "
            "the pads follow it.",
            "结束词元放到了填充位之后。它应紧跟在最后一个音素后面，填充位在它之后。",
        )
    return Hint(
        "the targets are not right. A row is the sounds of its word, the end token, then pads.",
        "目标不对。每一行依次是该单词的音素、结束词元，然后是填充位。",
    )


def _wrong_inputs(given: np.ndarray, targets: np.ndarray, words: list[list[int]]) -> Hint:
    unshifted = all(
        row[: len(word)].tolist() == word for row, word in zip(given, words, strict=True)
    )
    if np.array_equal(given, targets) or unshifted:
        return Hint(
            "the decoder reads the very token it has to predict, so it need only copy. "
            "Shift its inputs one step to the right and begin with the begin token.",
            "解码器读到的正是它要预测的词元，只要照抄就行了。请把输入右移一步，并以开始词元开头。",
        )
    if not (given[:, 0] == BEGIN).all():
        return Hint(
            "the inputs do not begin with the begin token. Before the first sound the decoder has "
            "seen nothing else.",
            "输入没有以开始词元开头。在第一个音素之前，解码器只见过开始词元。",
        )
    return Hint(
        "the inputs are not right. A row is the begin token and then the targets but for the last.",
        "输入不对。每一行先是开始词元，然后是去掉最后一个的目标。",
    )


@exercise("concepts-4")
def nats_per_token(answer: Any) -> Hint | None:
    """Wants a function (logits, targets, mask) that returns nats per kept token."""
    if not callable(answer):
        return Hint(
            "give the function itself: check('concepts-4', nats_per_token), without calling it.",
            "请传入函数本身：check('concepts-4', nats_per_token)，不要先调用它。",
        )
    for seed, lengths in enumerate([(6, 2, 1), (1, 4, 2, 6)]):
        logits, targets, mask = _random_batch(seed, lengths)
        wanted = negative_log_likelihood(logits, targets, mask)
        returned, failure = call(answer, logits.copy(), targets.copy(), mask.copy())
        if failure:
            return failure
        given = _array(returned)
        if given is None or given.size != 1:
            return Hint(
                "the function should return one number for the whole batch.",
                "函数应为整个批量返回一个数。",
            )
        if not np.isclose(given.item(), wanted, rtol=1e-4):
            return _wrong_loss(given.item(), wanted, logits, targets, mask)
    return None


def _random_batch(seed: int, lengths: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    steps, vocabulary = max(lengths), 7
    logits = rng.normal(scale=2.0, size=(len(lengths), steps, vocabulary))
    mask = np.arange(steps) < np.array(lengths)[:, None]
    targets = np.where(mask, rng.integers(1, vocabulary, size=mask.shape), PAD)
    return logits, targets, mask


def _wrong_loss(
    given: float, wanted: float, logits: np.ndarray, targets: np.ndarray, mask: np.ndarray
) -> Hint:
    """Finds the slip that explains the number, and names it."""
    kept = int(mask.sum())
    rows = [
        negative_log_likelihood(*(array[i : i + 1] for array in (logits, targets, mask)))
        for i in range(len(mask))
    ]
    picked = np.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    slips = [
        (
            wanted * kept / mask.size,
            "the pads add nothing to the sum but are still counted below it. Divide by the number "
            "of kept tokens, not by B times T.",
            "填充位虽然没有计入总和，却仍算在分母里。应除以保留的词元数，而不是 B 乘 T。",
        ),
        (
            negative_log_likelihood(logits, targets),
            "the pads are averaged in as if they were tokens. Use the mask.",
            "填充位被当作词元一起平均了。请使用掩码。",
        ),
        (
            float(np.mean(rows)),
            "each word is averaged first, then the words: a token of a short word weighs more "
            "than one of a long word. Sum all tokens, divide once.",
            "先对每个单词求平均，再对单词求平均：短单词的词元比长单词的分量更重。"
            "应把所有词元加起来，只除一次。",
        ),
        (
            wanted * kept / len(mask),
            "this is nats per word. Divide by the number of kept tokens.",
            "这是每个单词的奈特数。应除以保留的词元数。",
        ),
        (
            wanted * kept,
            "this is the sum over the batch. Divide by the number of kept tokens.",
            "这是整个批量的总和。应除以保留的词元数。",
        ),
        (
            -wanted,
            "the sign is missing: a log-probability is never positive, a loss is its negative.",
            "少了负号：对数概率不会为正，损失是它的相反数。",
        ),
        (
            wanted / np.log(2),
            "this is in bits, with the logarithm to base 2. Nats use the natural logarithm.",
            "这是以 2 为底的比特数。奈特用自然对数。",
        ),
        (
            negative_log_likelihood(logits, targets, ~mask),
            "only the pads are counted: the mask is the wrong way round. True = keep.",
            "只计入了填充位：掩码的真假反了。True 表示保留。",
        ),
        (
            float(-picked[mask].mean()),
            "the logits went in without a softmax. Subtract the log of the sum of their "
            "exponentials to get log-probabilities.",
            "logits 没有经过 softmax。减去它们指数之和的对数，才得到对数概率。",
        ),
    ]
    for value, en, zh in slips:
        if np.isclose(given, value, rtol=1e-4):
            return Hint(en, zh)
    return Hint(
        f"on a test batch the loss should be {wanted:.4f} nats per token. Received: {given:.4f}.",
        f"在一个测试批量上，损失应为每个词元 {wanted:.4f} 奈特。收到的是 {given:.4f}。",
    )
