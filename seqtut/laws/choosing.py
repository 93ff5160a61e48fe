"""What a search or a sampler owes to its model, whoever wrote it."""

from collections.abc import Callable, Sequence

import numpy as np

from seqtut.laws.finding import Finding


def scores_are_the_models(
    answers: Sequence[tuple[Sequence[int], float]], score: Callable[[Sequence[int]], float]
) -> Finding:
    """Each answer costs what the search says, recomputed token by token.

    The part of law 4 that can be asked of any search, since it needs no more than its answers.

    Args:
        answers: Tokens and the score that the search gave them, in nats.
        score: Maps tokens to the model's own log-probability.

    Returns:
        A `Finding` with the largest difference, in nats.
    """
    gap = max(abs(claimed - score(tokens)) for tokens, claimed in answers)
    measured = f"a score differs from the model's by {gap:.2f} nats at most"
    return Finding("scores are the model's", bool(gap <= 1e-6), measured)


def alpha_shortens_nothing(
    rank: Callable[[np.ndarray, float], float], answers: Sequence[np.ndarray]
) -> Finding:
    """A higher exponent of the length penalty never makes the best answer shorter.

    Args:
        rank: Maps the log-probabilities of an answer's tokens `(T,)` and the exponent alpha to the
            score by which answers are ranked.
        answers: Log-probabilities of the tokens of several answers, the lengths unequal.

    Returns:
        A `Finding` with the length of the best answer for alpha from 0 to 1.

    Source: Wu et al. (2016).
    """
    alphas = np.linspace(0, 1, 11)
    lengths = [len(max(answers, key=lambda logs, a=a: rank(logs, float(a)))) for a in alphas]
    measured = f"the best has {lengths[0]} tokens at alpha 0 and {lengths[-1]} at 1"
    return Finding("alpha shortens nothing", sorted(lengths) == lengths, measured)


def draws_follow_the_model(
    draw: Callable[[np.ndarray, np.random.Generator], int], p: np.ndarray, draws: int = 2000
) -> Finding:
    """What is called a sample comes as often as the model says.

    Args:
        draw: Maps probabilities `(V,)` and a generator to a token.
        p: `(V,)` probabilities.
        draws: How many to take.

    Returns:
        A `Finding` with the largest difference of a frequency from its probability; four standard
        errors are allowed.
    """
    rng = np.random.default_rng(0)
    tokens = [draw(p, rng) for _ in range(draws)]
    gaps = np.abs(np.bincount(tokens, minlength=len(p)) / draws - p)
    measured = f"a frequency is off by {gaps.max():.2f} at most"
    return Finding(
        "draws follow the model", bool(np.all(gaps <= 4 * np.sqrt(p * (1 - p) / draws))), measured
    )
