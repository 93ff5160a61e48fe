"""Checkers of chapter 10_seq2seq_math."""

from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.numbers import array_from
from seqtut.exercises.registry import Hint, exercise


@exercise("seq2seq-math-1")
def perplexity_of(answer: Any) -> Hint | None:
    """Wants a function of batches of nats and masks that returns the corpus's perplexity."""
    for seed in range(3):
        batches = _batches(seed)
        copies = [(nats.copy(), mask.copy()) for nats, mask in batches]
        found, failure = array_from(answer, copies, shape=())
        hint = failure or _wrong_perplexity(found, batches)
        if hint:
            return hint
    return None


def _batches(seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    batches = []
    for rows, steps in ((4, 6), (1, 3), (3, 9)):
        ends = rng.integers(1, steps, size=rows)[:, None]
        ends[0] = steps if rows > 1 else ends[0]  # the longest row has no pad
        nats = rng.gamma(1.0, rng.uniform(0.5, 2.0), size=(rows, steps))
        batches.append((nats, np.arange(steps) < ends))
    return batches


def _wrong_perplexity(found: np.ndarray, batches: list) -> Hint | None:
    kept = np.concatenate([nats[mask] for nats, mask in batches])
    if np.isclose(found, equations.perplexity(kept)):
        return None
    means = [nats[mask].mean() for nats, mask in batches]
    if np.isclose(found, np.mean(np.exp(means))):
        return Hint(
            "that is the mean of the batches' perplexities, which depends on how the data were "
            "cut. The exponential comes once, at the end.",
            "这是各批量困惑度的平均，它取决于数据怎么切分。指数只在最后取一次。",
        )
    if np.isclose(found, np.exp(np.mean(means))):
        return Hint(
            "each batch weighs the same, however many tokens it has. Add up nats and tokens over "
            "all batches first.",
            "每个批量不论有多少词元都占同样的权重。请先把所有批量的奈特数和词元数分别相加。",
        )
    if np.isclose(found, np.exp(np.concatenate([n.ravel() for n, _ in batches]).mean())):
        return Hint(
            "the pads were counted. Only tokens whose mask is True are real.",
            "填充也被算进去了。只有掩码为 True 的词元才是真实的。",
        )
    if np.isclose(found, kept.mean()):
        return Hint(
            "those are the nats a token. The perplexity is their exponential.",
            "这是每个词元的奈特数。困惑度是它的指数。",
        )
    if np.isclose(found, 2 ** kept.mean()):
        return Hint(
            "the costs are in nats, so the base is e. Two would be the base for bits.",
            "代价以奈特计，底数是 e。以比特计时底数才是 2。",
        )
    return Hint(
        "divide all kept nats by the number of kept tokens, over all batches together, and take "
        "the exponential.",
        "请把所有批量中保留的奈特数之和除以保留的词元总数，再取指数。",
    )


@exercise("seq2seq-math-2")
def lengths(answer: Any) -> Hint | None:
    """Wants a function of end probabilities that returns the distribution over lengths."""
    rng = np.random.default_rng(2)
    cases = [rng.uniform(0.1, 0.9, size=6), np.array([1.0, 0.5]), np.array([0.0, 0.3, 1.0, 0.2])]
    for ends in cases:
        found, failure = array_from(answer, ends.copy(), shape=ends.shape)
        hint = failure or _wrong_lengths(found, ends)
        if hint:
            return hint
    return None


def _wrong_lengths(found: np.ndarray, ends: np.ndarray) -> Hint | None:
    going = np.cumprod(1 - ends)
    before = np.concatenate([[1.0], going[:-1]])
    if np.allclose(found, ends * before):
        return None
    if np.allclose(found, ends * going):
        return Hint(
            "one factor too many: to end at a step, it must have gone on at the steps before, and "
            "not at that step as well.",
            "多乘了一个因子：要在某一步结束，只需之前各步都没有结束，不包括这一步本身。",
        )
    if np.allclose(found, ends):
        return Hint(
            "these are the probabilities of ending for those that get there. How many do?",
            "这是走到那一步之后结束的概率。还要看有多少能走到那一步。",
        )
    if np.allclose(found, 1 - going):
        return Hint(
            "that is the probability of having ended by that step, not just there.",
            "这是到那一步为止已经结束的概率，而不是恰好在那一步结束的概率。",
        )
    if np.allclose(found, going) or np.allclose(found, before):
        return Hint(
            "that is the probability of still going. Multiply that of the steps before by the end "
            "token's.",
            "这是仍未结束的概率。请用之前各步都未结束的概率乘以这一步结束词元的概率。",
        )
    return Hint(
        "the probability of ending at a step is that of not ending at any step before, times the "
        "end token's there.",
        "恰好在某一步结束的概率，等于之前各步都未结束的概率乘以这一步结束词元的概率。",
    )


@exercise("seq2seq-math-3")
def by_logits(answer: Any) -> Hint | None:
    """Wants a function of logits, targets, mask and epsilon that returns the loss's gradient."""
    rng = np.random.default_rng(3)
    for epsilon, size in ((0.2, 4), (0.0, 4), (0.1, 7)):
        logits, targets = rng.normal(size=(3, 5, size)), rng.integers(size, size=(3, 5))
        mask = np.arange(5) < np.array([[5], [2], [3]])
        given = (logits.copy(), targets.copy(), mask.copy(), epsilon)
        found, failure = array_from(answer, *given, shape=logits.shape)
        hint = failure or _wrong_by_logits(found, logits, targets, mask, epsilon)
        if hint:
            return hint
    return None


def _wrong_by_logits(
    found: np.ndarray, logits: np.ndarray, targets: np.ndarray, mask: np.ndarray, epsilon: float
) -> Hint | None:
    smooth = equations.label_smoothing(targets, logits.shape[-1], epsilon)
    hard = equations.label_smoothing(targets, logits.shape[-1], 0)
    kept = mask.sum()

    def is_(q: np.ndarray, keep: np.ndarray, tokens: float) -> bool:
        wanted = keep[..., None] * (equations.softmax(logits) - q) / tokens
        return np.allclose(found, wanted)

    if is_(smooth, mask, kept):
        return None
    everywhere = np.ones_like(mask)
    if np.allclose(-found, equations.logit_gradient(smooth, logits, mask)):
        return Hint(
            "the sign is wrong: raising the logit of the right token must lower the loss.",
            "符号反了：提高正确词元的 logit 应使损失下降。",
        )
    for q in (smooth, hard):
        for tokens in (kept, mask.size):
            if is_(q, everywhere, tokens):
                return Hint(
                    "the pads have a gradient. They are not in the loss, so theirs is 0.",
                    "填充处也有梯度。它们不在损失里，因此梯度应为 0。",
                )
        if is_(q, mask, mask.size):
            return Hint(
                "it was divided by all steps, pads included. M counts the kept tokens.",
                "除以了包括填充在内的全部步数。M 只数保留的词元。",
            )
    if is_(hard, mask, kept):
        return Hint(
            "the targets are not smoothed. A share epsilon is spread over all V tokens.",
            "目标没有平滑。应有 epsilon 的份额均匀分给全部 V 个词元。",
        )
    if is_(smooth, mask, 1):
        return Hint(
            "that is the gradient of the sum. The loss is a mean over the kept tokens.",
            "这是总和的梯度。损失是对保留词元取的平均。",
        )
    return Hint(
        "the gradient at a kept token is (p - q) / M, q being the smoothed target.",
        "保留词元处的梯度是 (p - q) / M，其中 q 是平滑后的目标。",
    )


@exercise("seq2seq-math-4")
def by_code(answer: Any) -> Hint | None:
    """Wants a function that carries the gradient by the logits back to the code."""
    rng = np.random.default_rng(4)
    for steps, width in ((4, 2), (1, 2), (3, 4)):
        for_logits = rng.normal(size=(3, steps, 5))
        states = np.tanh(rng.normal(size=(3, steps + 1, width)))
        a, u = rng.normal(size=(width, 5)), rng.normal(size=(width, width))
        given = [v.copy() for v in (for_logits, states, a, u)]
        found, failure = array_from(answer, *given, shape=(3, width))
        hint = failure or _wrong_by_code(found, for_logits, states, a, u)
        if hint:
            return hint
    return None


def _wrong_by_code(
    found: np.ndarray, for_logits: np.ndarray, states: np.ndarray, a: np.ndarray, u: np.ndarray
) -> Hint | None:
    deltas, *_, wanted = equations.decoder_gradient(for_logits, states, a, u)
    if np.allclose(found, wanted):
        return None
    slope = 1 - states[:, 1] ** 2
    if np.allclose(found, (for_logits[:, 0] @ a.T * slope) @ u.T):
        return Hint(
            "only the first step's own loss was counted. The first state also serves all later "
            "steps.",
            "只算了第一步自身的损失。第一个状态还影响之后的所有步。",
        )
    if np.allclose(found, deltas[:, 0]):
        return Hint(
            "that is delta_1, the gradient inside the first tanh. The code went through U to get "
            "there.",
            "这是 delta_1，即第一个 tanh 内部的梯度。编码要经过 U 才到那里。",
        )
    if np.allclose(found, equations.decoder_gradient(for_logits, states, a, u.T)[3]):
        return Hint(
            "U is the wrong way round: forward a state is multiplied by U, backward by its "
            "transpose.",
            "U 的方向反了：前向时状态乘以 U，反向时乘以它的转置。",
        )
    shifted = np.concatenate([states[:, :1], states[:, :-1]], axis=1)
    if np.allclose(found, equations.decoder_gradient(for_logits, shifted, a, u)[3]):
        return Hint(
            "the slopes are those of the states one step too early: states[:, 0] is the code, and "
            "step t's own state is states[:, t + 1].",
            "斜率取自早一步的状态：states[:, 0] 是编码，第 t 步自己的状态是 states[:, t + 1]。",
        )
    if np.allclose(found, equations.decoder_gradient(for_logits, 0 * states, a, u)[3]):
        return Hint(
            "the slope of the tanh, 1 - s * s, is missing.",
            "缺少 tanh 的斜率 1 - s * s。",
        )
    return Hint(
        "go from the last step to the first: delta is what comes from the logits through the "
        "transpose of A, plus the later delta through that of U, times 1 - s * s; at the end once "
        "more through U.",
        "从最后一步走到第一步：delta 等于经 A 的转置来自 logits 的部分，加上后一步的 delta 经 U 的"
        "转置，再乘以 1 - s * s；最后再经过一次 U。",
    )
