"""What a loss or a score cannot depend on: pads, batches, names, and who keeps silent."""

from collections.abc import Callable, Sequence

import numpy as np

from seqtut.laws.finding import Finding

Score = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def pads_change_no_score(
    score: Score, target: np.ndarray, mask: np.ndarray, found: np.ndarray, pads: int = 3
) -> Finding:
    """More pads behind the targets leave a score as it was.

    The network is taken to say pads where there are pads, since it learns that in no time.

    Args:
        score: Maps `(target, mask, found)` to a number.
        target: `(B, T)` ids, 0 where there is nothing.
        mask: `(B, T)` bool, True = keep.
        found: `(B, T)` the ids that a network gave.
        pads: How many more.

    Returns:
        A `Finding` with the score before and after.
    """
    before = float(score(target, mask, found))
    longer = [np.pad(array, ((0, 0), (0, pads))) for array in (target, mask, found)]
    after = float(score(*longer))
    measured = f"{before:.3f}, and {after:.3f} with {pads} more pads"
    return Finding("pads change no score", bool(abs(after - before) <= 1e-9), measured)


def batches_change_no_score(
    score: Callable[[list[np.ndarray]], float], sequences: Sequence[np.ndarray]
) -> Finding:
    """A score over a data set is the same however the data are cut into batches.

    Args:
        score: Maps a list of batches, each the numbers of its tokens one after the other, to one
            number.
        sequences: One array `(T,)` a sequence, the lengths unequal.

    Returns:
        A `Finding` with the lowest and the highest score over several sizes of batch.
    """
    scores = []
    for size in sorted({1, 2, 3, len(sequences)}):
        cuts = range(0, len(sequences), size)
        scores.append(float(score([np.concatenate(sequences[c : c + size]) for c in cuts])))
    low, high = min(scores), max(scores)
    measured = f"{low:.3f} to {high:.3f}, depending on the size of a batch"
    return Finding("batches change no score", bool(high - low <= 1e-9 * max(1, high)), measured)


def names_change_nothing(
    loss: Callable[[np.ndarray, np.ndarray], float],
    target: np.ndarray,
    found: np.ndarray,
    vocabulary: int,
) -> Finding:
    """Other ids for the same tokens leave a loss as it was: an id is a name, not a quantity.

    Args:
        loss: Maps `(target, found)` to a number.
        target: `(...)` ids in 0 ... V - 1.
        found: `(...)` ids, or `(..., V)` scores of all ids.
        vocabulary: `V`.

    Returns:
        A `Finding` with the loss under both sets of names.
    """
    new = np.random.default_rng(0).permutation(vocabulary)
    renamed = found[..., np.argsort(new)] if found.ndim > target.ndim else new[found]
    before, after = float(loss(target, found)), float(loss(new[target], renamed))
    measured = f"{before:.3f}, and {after:.3f} under other names"
    return Finding("names change nothing", bool(abs(after - before) <= 1e-9), measured)


def target_can_be_reached(
    output: Callable[[np.ndarray], np.ndarray], target: np.ndarray, steps: int = 400
) -> Finding:
    """With free logits, an output layer can come as near to its target as one likes.

    Args:
        output: Maps logits `(F,)` to an output `(F,)`.
        target: `(F,)` a small example of what has to be put out.
        steps: Steps of gradient descent on the squared error, with numerical gradients.

    Returns:
        A `Finding` with the mean squared error that is left.
    """
    logits = np.zeros_like(target, dtype=np.float64)

    def error(at: np.ndarray) -> float:
        return float(np.mean((output(at) - target) ** 2))

    nudges = 1e-5 * np.eye(len(logits))
    for _ in range(steps):
        slope = [(error(logits + n) - error(logits - n)) / 2e-5 for n in nudges]
        logits -= np.array(slope)
    left = error(logits)
    return Finding("target can be reached", left < 0.01, f"squared error {left:.3f} is left")


def silence_earns_nothing(
    score: Callable[[np.ndarray, np.ndarray], float], anomalous: np.ndarray
) -> Finding:
    """A detector that never sounds an alarm has found nothing, and scores 0.

    Args:
        score: Maps `(alarms, anomalous)`, both `(N,)` bool, to a number.
        anomalous: `(N,)` bool.

    Returns:
        A `Finding` with the score of silence.
    """
    earned = float(score(np.zeros(len(anomalous), bool), anomalous))
    return Finding("silence earns nothing", earned == 0, f"silence scores {earned:.3f}")


def one_wrong_sign_is_wrong(score: Score, target: np.ndarray, mask: np.ndarray) -> Finding:
    """Answers that are each wrong in one place are all wrong.

    Args:
        score: Maps `(target, mask, found)` to the share of right answers.
        target: `(B, T)` ids.
        mask: `(B, T)` bool, True = keep; no row is empty.

    Returns:
        A `Finding` with the score of answers that differ from the target in their first sign.
    """
    spoilt = target.copy()
    spoilt[:, 0] += 1
    earned = float(score(target, mask, spoilt))
    measured = f"answers with one wrong sign each score {earned:.3f}"
    return Finding("one wrong sign is wrong", earned == 0, measured)


def one_outlier_moves_little(
    threshold: Callable[[np.ndarray], float], scores: np.ndarray
) -> Finding:
    """One wild score among normal ones does not put a threshold out of reach.

    Args:
        threshold: Maps the scores of normal examples to a threshold.
        scores: `(N,)` such scores.

    Returns:
        A `Finding` with the threshold before and after a score 100 times as high as the highest.
    """
    wild = np.append(scores, 100 * scores.max())
    before, after = float(threshold(scores)), float(threshold(wild))
    measured = f"the threshold goes from {before:.2f} to {after:.2f}"
    return Finding("one outlier moves little", bool(after <= scores.max()), measured)
