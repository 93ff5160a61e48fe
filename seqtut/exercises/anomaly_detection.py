"""Checkers of chapter 08_anomaly_detection."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut import equations
from seqtut.exercises.registry import Hint, call, exercise

# Numbers of scores and rates; the interpolated quantile is right for none of them, and place
# int(n (1 - rate)), which often is the right one, is wrong for 25.
_CHOICES = ((19, 0.05), (39, 0.05), (59, 0.05), (99, 0.1), (20, 0.25), (25, 0.1))
_NEAR = 1e-6  # float32 is right, too


def _judge(
    answer: Any, cases: list[tuple], right: Callable, mistakes: list[tuple], count: int = 1
) -> Hint | None:
    """Compares the reader's function with the right one, then with what is often done instead."""
    found = []
    for case in cases:
        value, failure = call(answer, *(np.copy(a) if np.ndim(a) else a for a in case))
        if failure:
            return failure
        try:
            numbers = np.asarray([] if value is None else value, np.float64).reshape(-1)
        except Exception:  # anything may have been returned, or nothing
            numbers = np.empty(0)
        if len(numbers) != count:
            return Hint(
                f"the function should return {count} number(s). Received: {type(value).__name__}.",
                f"函数应返回 {count} 个数。收到的是 {type(value).__name__}。",
            )
        found.append(numbers)

    def wanted(function: Callable) -> list[np.ndarray]:
        return [np.asarray(function(*case), np.float64).reshape(-1) for case in cases]

    due = wanted(right)
    if np.allclose(found, due, rtol=_NEAR):
        return None
    for function, en, zh in mistakes:
        if np.allclose(found, wanted(function), rtol=_NEAR):
            return Hint(en, zh)
    row = next(i for i in range(len(cases)) if not np.allclose(found[i], due[i], rtol=_NEAR))
    here, there = np.round(due[row], 4).tolist(), np.round(found[row], 4).tolist()
    return Hint(
        f"on a test case {here} was due. Received: {there}.",
        f"在一个测试样例上应为 {here}，收到的是 {there}。",
    )


@exercise("anomaly-detection-1")
def threshold(answer: Any) -> Hint | None:
    """Wants a function of scores and a rate that returns the threshold."""
    cases = [
        (np.random.default_rng(count).exponential(size=count), rate) for count, rate in _CHOICES
    ]
    mistakes = [
        (
            lambda s, r: np.quantile(s, 1 - r),
            "NumPy's quantile lies between two of the scores, so that on average a little more "
            "than the rate is above it. Take one of the sorted scores: which one?",
            "NumPy 的分位数落在两个得分之间，平均会有略多于给定比例的正常样本超过它。"
            "请取排好序的得分中的一个：是第几个？",
        ),
        (
            lambda s, r: np.quantile(s, r),
            "most normal examples are above it. The alarms are the high scores.",
            "大多数正常样本都超过了它。报警的应当是高分。",
        ),
        (
            lambda s, r: np.sort(s)[int(np.ceil(len(s) * (1 - r) - 1e-9)) - 1],
            "a new example can fall into any of the n + 1 gaps around n scores: count with n + 1.",
            "新样本可能落入 n 个得分隔出的 n + 1 个区间中的任何一个：请用 n + 1 来算。",
        ),
        (
            lambda s, r: np.mean(s) + np.std(s),
            "mean plus deviation says nothing of how many examples lie above. Use the rate.",
            "均值加标准差并不能说明有多少样本超过它。请用上给定的比例。",
        ),
        (
            lambda s, r: np.max(s),
            "the largest score is one unusual example; the rate asked for plays no part in it.",
            "最大的得分只取决于一个不寻常的样本，与要求的比例无关。",
        ),
    ]
    return _judge(answer, cases, equations.threshold, mistakes)


def _alarms(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns alarms and anomalies `(60,)` bool in which every count differs from the others."""
    rng = np.random.default_rng(seed)
    anomalous = np.arange(60) < 17 + seed
    flagged = rng.random(60) < np.where(anomalous, 0.8, 0.2)
    order = rng.permutation(60)
    return flagged[order], anomalous[order]


@exercise("anomaly-detection-2")
def positive_class(answer: Any) -> Hint | None:
    """Wants a function of `said_normal` and `is_normal` that returns the anomalies' measures."""
    cases = [(~flagged, ~anomalous) for flagged, anomalous in map(_alarms, range(3))]

    def right(said: np.ndarray, true: np.ndarray) -> tuple[float, float]:
        return equations.precision_recall(~said, ~true)

    mistakes = [
        (
            equations.precision_recall,
            "these are precision and recall of the normal class. Turn both arrays round first.",
            "这是正常类的精确率和召回率。请先把两个数组都取反。",
        ),
        (
            lambda said, true: right(said, true)[::-1],
            "the two are swapped: precision first. It is the share of alarms that are right.",
            "两个数的顺序反了：精确率在前。它是报警中正确的比例。",
        ),
        (
            lambda said, true: equations.precision_recall(~said, true),
            "the alarms were turned round, the truth was not.",
            "只把报警取反了，真实标签没有取反。",
        ),
        (
            lambda said, true: equations.precision_recall(said, ~true),
            "the truth was turned round, what the detector said was not.",
            "只把真实标签取反了，检测器的判断没有取反。",
        ),
    ]
    return _judge(answer, cases, right, mistakes, count=2)


@exercise("anomaly-detection-3")
def average_precision(answer: Any) -> Hint | None:
    """Wants a function of scores and anomalies that returns the average precision."""
    cases = []
    for seed in range(3):
        _, anomalous = _alarms(seed)
        cases.append((np.random.default_rng(seed).normal(1.5 * anomalous), anomalous))

    def precisions(scores: np.ndarray, anomalous: np.ndarray, sign: int = -1) -> np.ndarray:
        hits = anomalous[np.argsort(sign * scores)]
        return np.stack([np.cumsum(hits) / np.arange(1, len(hits) + 1), hits])

    def over_anomalies(scores: np.ndarray, anomalous: np.ndarray, sign: int = -1) -> float:
        precision, hits = precisions(scores, anomalous, sign)
        return float(precision[hits == 1].mean())

    mistakes = [
        (
            lambda s, a: precisions(s, a)[0].mean(),
            "this is the mean over all thresholds. Only where recall grows does precision count: "
            "at the anomalies.",
            "这是对所有阈值取平均。只有召回率增加的地方才计入精确率，也就是在异常样本处。",
        ),
        (
            lambda s, a: over_anomalies(s, a, 1),
            "the lowest score was taken first. The threshold comes down from the highest.",
            "这里先取了最低的得分。阈值应从最高的得分往下移动。",
        ),
        (
            lambda s, a: equations.pair_order(s, a),
            "that is the area under the ROC curve.",
            "这是 ROC 曲线下的面积。",
        ),
        (
            lambda s, a: precisions(s, a)[0] @ precisions(s, a)[1] / len(s),
            "the sum is right, the division is not: recall grows by one share of the anomalies, "
            "not of all examples.",
            "求和对了，除数不对：召回率每次增加的是异常样本的一份，而不是全部样本的一份。",
        ),
    ]
    return _judge(answer, cases, equations.average_precision, mistakes)


@exercise("anomaly-detection-4")
def elsewhere(answer: Any) -> Hint | None:
    """Wants a function of alarms, anomalies and a base rate that returns the precision there."""
    cases = [(*_alarms(seed), rate) for seed, rate in enumerate((0.5, 0.01, 0.001))]

    def there(flagged: np.ndarray, anomalous: np.ndarray, rate: float, part: int = 0) -> float:
        recall, false_alarms = flagged[anomalous].mean(), flagged[~anomalous].mean()
        return equations.at_base_rate(recall, false_alarms, rate)[part]

    mistakes = [
        (
            lambda f, a, rate: equations.precision_recall(f, a)[0],
            "that is the precision here, whatever the base rate. Recall and false-alarm rate are "
            "what carries over to another base rate.",
            "这是在本数据上的精确率，没有用到基础比例。能搬到别处的是召回率和误报率。",
        ),
        (
            lambda f, a, rate: there(f, a, 1 - rate),
            "the base rate is the share of anomalies; you took it for that of normal examples.",
            "基础比例是异常样本的占比；这里把它当成了正常样本的占比。",
        ),
        (
            lambda f, a, rate: there(f, a, rate, 1),
            "that is the accuracy there. Precision looks at the alarms alone.",
            "这是那里的准确率。精确率只看报警。",
        ),
        (
            lambda f, a, rate: rate * equations.precision_recall(f, a)[0] / a.mean(),
            "precision does not scale with the base rate: the false alarms grow as well.",
            "精确率并不与基础比例成正比：误报的数量也会变化。",
        ),
    ]
    return _judge(answer, cases, there, mistakes)
