"""Chapter 11: choosing a sequence step by step, and whether a model hears its input."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from seqtut.equations.sequences import negative_log_likelihood


def greedy(
    conditional: Callable[[tuple[int, ...]], np.ndarray], end: int, max_steps: int
) -> list[int]:
    """Returns the sequence whose every token is the likeliest after those before it.

    Args:
        conditional: Takes the tokens so far, y_1 ... y_{t-1}, and returns `(V,)`, the
            probabilities of the next one. What is decoded from, x, is its own affair.
        end: The token that ends a sequence.
        max_steps: The longest sequence, the end token counted.

    Returns:
        The tokens, the end token last if it was reached; of equally likely ones the lowest id.

    Raises:
        ValueError: If `max_steps` is below 1.

    Equation: eq-greedy
    """
    if max_steps < 1:
        raise ValueError(f"greedy takes one step or more. Received: max_steps={max_steps}.")
    tokens: list[int] = []
    while len(tokens) < max_steps and end not in tokens[-1:]:
        tokens.append(int(np.argmax(conditional(tuple(tokens)))))
    return tokens


def mutual_agreement(answers: Sequence[Hashable]) -> float:
    """Returns the chance that two different examples, drawn at random, get the same answer.

    Args:
        answers: `N` answers, two or more; sequences as tuples.

    Returns:
        0 if all answers differ, 1 if all are the same.

    Raises:
        ValueError: If there are fewer than two answers.

    Equation: eq-mutual-agreement
    """
    n = len(answers)
    if n < 2:
        raise ValueError(
            f"mutual_agreement compares examples with each other. Received: {n}. Give two or more."
        )
    return sum(count * (count - 1) for count in Counter(answers).values()) / (n * (n - 1))


def input_worth(
    own: np.ndarray, strange: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None
) -> float:
    """Returns by how much the loss rises when each target is scored from a stranger's input.

    Args:
        own: `(B, T, V)` logits of targets given their own inputs.
        strange: `(B, T, V)` logits of the same targets given other examples' inputs.
        targets: `(B, T)` integer ids of the right tokens.
        mask: `(B, T)` bool, True = keep. None keeps everything.

    Returns:
        Nats per kept token; 0 if the input says nothing to the model.

    Raises:
        ValueError: If the shapes do not fit or no token is kept.

    Equation: eq-input-worth
    """
    if np.shape(own) != np.shape(strange):
        raise ValueError(
            "input_worth compares logits of one shape (B, T, V). "
            f"Received: {np.shape(own)} and {np.shape(strange)}. Use one vocabulary for both."
        )
    return negative_log_likelihood(strange, targets, mask) - negative_log_likelihood(
        own, targets, mask
    )
