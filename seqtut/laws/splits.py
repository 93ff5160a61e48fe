"""What data owe to one another: parts that share nothing, and nothing learned from a test."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from seqtut.laws.finding import Finding


def parts_share_nothing(train: Iterable[Hashable], test: Iterable[Hashable]) -> Finding:
    """Nothing that is tested on was trained on.

    Args:
        train: What the training part is made of: words, families, or the steps of a series that
            its windows cover.
        test: The same of the test part.

    Returns:
        A `Finding` with the share of the test part that is in the training part too.
    """
    known, asked = set(train), list(test)
    shared = sum(one in known for one in asked)
    measured = f"{shared} of {len(asked)} are in both"
    return Finding("parts share nothing", shared == 0, measured)


def test_changes_nothing(
    prepare: Callable[[Any, Any], Any], train: Any, test: Any, other: Any
) -> Finding:
    """What is learned, counted or chosen before testing is the same whatever the test data are.

    Args:
        prepare: Maps `(train, test)` to what is used at testing: a vocabulary, a mean, weights. It
            is handed the test data because the pipeline has them, not because it should look.
        train: Training data.
        test: Test data.
        other: Other test data.

    Returns:
        A `Finding` that says whether anything came out differently.
    """
    same = _alike(prepare(train, test), prepare(train, other))
    measured = "it is the same" if same else "it is another one"
    return Finding("test changes nothing", same, f"with other test data {measured}")


# A law by this name is no test of pytest's, wherever it is imported.
test_changes_nothing.__test__ = False


def order_changes_nothing(
    split: Callable[[list], tuple[list, list]], examples: Sequence[Hashable]
) -> Finding:
    """Which examples are tested on does not depend on their order in a file.

    Args:
        split: Maps a list of examples to two parts, the second to test on.
        examples: Distinct examples.

    Returns:
        A `Finding` with the number of test examples that another order would have chosen too.
    """
    chosen = set(split(list(examples))[1])
    turned = set(split(list(examples)[::-1])[1])
    measured = f"{len(chosen & turned)} of {len(chosen)} are tested on in the reverse order too"
    return Finding("order changes nothing", chosen == turned, measured)


def epochs_differ(epochs: Sequence[Sequence[Hashable]]) -> Finding:
    """Each epoch has the same examples, in an order of its own.

    Args:
        epochs: The examples of each epoch, in the order in which they came.

    Returns:
        A `Finding` with the number of orders.
    """
    orders = {tuple(epoch) for epoch in epochs}
    same = len({tuple(sorted(order, key=repr)) for order in orders}) == 1
    measured = f"{len(orders)} orders in {len(epochs)} epochs"
    return Finding("epochs differ", same and len(orders) == len(epochs), measured)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    return bool(one == other)
