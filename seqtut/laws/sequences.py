"""Laws 1, 2, 3 and 6 of sequence models: padding, the future, steps, and counting tokens.

They take any model with `encode`, `decode`, `start` and `step` as `seqtut.models.Seq2Seq` has
them, and a batch `(source, source_mask, decoder_input)`, or one that goes on with
`(target, target_mask)`. Pads come after the tokens, and no source is empty, unless the model reads
empty ones, as a language model does an empty prompt. What is read or written
may also be vectors, `(B, S, F)`, as in `seqtut.models.RecurrentAutoencoder`, and what is attended
to may have fewer steps than the source, as in `seqtut.models.ListenAttendSpell`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqtut.laws.finding import Finding


def _logits(model: Any, source: Any, mask: Any, decoder_input: Any) -> np.ndarray:
    return np.asarray(model.decode(model.encode(source, mask), decoder_input))


def _gap(found: np.ndarray, wanted: np.ndarray) -> float:
    """The largest difference as a share of `max(1, |wanted|)`; infinite where one is not finite."""
    gaps = np.abs(found.astype(np.float64) - wanted) / np.maximum(1, np.abs(wanted))
    return float(np.max(np.nan_to_num(gaps, nan=np.inf), initial=0))


def _steps(model: Any, batch: tuple) -> tuple[np.ndarray, list[np.ndarray]]:
    """Takes one step for each decoder input; returns the logits and the attention, if any."""
    source, mask, decoder_input = batch[:3]
    state = model.start(model.encode(source, mask), decoder_input.shape[1])
    logits, attention = [], []
    for tokens in np.moveaxis(decoder_input, 1, 0):
        step, state = model.step(tokens, state)
        logits.append(np.asarray(step))
        attention += [np.asarray(state["attention"])] if "attention" in state else []
    return np.stack(logits, axis=1), attention


def padding_changes_nothing(
    model: Any, batch: tuple, pads: int = 3, tolerance: float = 1e-5
) -> Finding:
    """Law 1: neither pads nor a longer neighbour in the batch move a logit or draw attention.

    The pads added hold other tokens in turn, since what stands behind a mask must not matter.

    Args:
        model: The sequence model; one without `start` and `step` cannot be asked for its attention.
        batch: `(source, source_mask, decoder_input, ...)`.
        pads: How many more pads each source gets.
        tolerance: The largest difference allowed, as a share of `max(1, |logit|)`; 1e-5 for
            float32, 1e-10 for float64.

    Returns:
        A `Finding` with the largest differences and the largest weight on a pad.
    """
    source, mask, decoder_input = (np.asarray(array) for array in batch[:3])
    base = _logits(model, source, mask, decoder_input)
    extra = np.resize(source, (len(source), pads, *source.shape[2:]))
    padded = np.concatenate([source, extra], axis=1)
    longer = np.concatenate([mask, np.zeros(extra.shape[:2], bool)], axis=1)
    by_pads = _gap(_logits(model, padded, longer, decoder_input), base)
    by_neighbours = 0.0
    for row, length in enumerate(np.maximum(1, mask.sum(axis=1))):
        one = slice(row, row + 1)
        alone = _logits(model, source[one, :length], mask[one, :length], decoder_input[one])
        by_neighbours = max(by_neighbours, _gap(base[one], alone))
    stepped = all(hasattr(model, name) for name in ("start", "step"))
    attention = _steps(model, (padded, longer, decoder_input))[1] if stepped else []
    if attention and attention[0].shape[1] != longer.shape[1]:  # what is attended to is shorter
        longer = np.asarray(model.encode(padded, longer)["mask"])
    on_pads = max((float(np.abs(step * ~longer).max()) for step in attention), default=0.0)
    seen = f"{on_pads:.0e} of the attention on a pad at most" if stepped else "no step, so no look"
    measured = (
        f"{pads} pads move a logit by {by_pads:.0e}, neighbours by {by_neighbours:.0e}; {seen}"
    )
    holds = max(by_pads, by_neighbours) <= tolerance and on_pads == 0
    return Finding("padding changes nothing", holds, measured)


def future_changes_nothing(model: Any, batch: tuple, tolerance: float = 0.0) -> Finding:
    """Law 2: another target token at step t changes no logit before t.

    Args:
        model: The sequence model.
        batch: `(source, source_mask, decoder_input, ...)`, with two target steps or more.
        tolerance: The largest difference allowed, as a share of `max(1, |logit|)`. A computation
            of the same shape gives the same bits, so none is needed on one device.

    Returns:
        A `Finding` with the largest difference over all t.
    """
    source, mask, decoder_input = (np.asarray(array) for array in batch[:3])
    memory = model.encode(source, mask)
    base = np.asarray(model.decode(memory, decoder_input))
    moved = 0.0
    for t in range(1, decoder_input.shape[1]):
        changed = decoder_input.copy()
        changed[:, t] += 1
        if changed.ndim == 2:  # ids, of which there are only so many
            changed[:, t] %= base.shape[-1]
        found = np.asarray(model.decode(memory, changed))
        moved = max(moved, _gap(found[:, :t], base[:, :t]))
    measured = f"a later token moves a logit by {moved:.0e} at most"
    return Finding("future changes nothing", moved <= tolerance, measured)


def step_is_sequence(model: Any, batch: tuple, tolerance: float = 1e-5) -> Finding:
    """Law 3: one step at a time gives the logits of the whole target at once.

    Args:
        model: The sequence model.
        batch: `(source, source_mask, decoder_input, ...)`.
        tolerance: The largest difference allowed, as a share of `max(1, |logit|)`.

    Returns:
        A `Finding` with the largest difference.
    """
    whole = _logits(model, *batch[:3])
    stepped, _ = _steps(model, batch)
    gap = _gap(stepped, whole)
    return Finding("step = sequence", gap <= tolerance, f"differ by {gap:.0e} at most")


def loss_counts_tokens(
    model: Any, batch: tuple, loss: Callable, tolerance: float = 1e-5
) -> Finding:
    """Law 6: the loss is that of a loop over the real tokens, however they are batched.

    Args:
        model: The sequence model.
        batch: `(source, source_mask, decoder_input, target, target_mask)`.
        loss: Returns a sum and a count for a batch, as `seqtut.training.token_loss()` does.
        tolerance: The largest difference allowed, as a share of the sum.

    Returns:
        A `Finding` with the differences of the sum and of the count.
    """
    source, mask, decoder_input, target, target_mask = (np.asarray(array) for array in batch)
    logits = _logits(model, source, mask, decoder_input).astype(np.float64)
    wanted, count = 0.0, 0
    for row in range(len(target)):
        for t in range(target.shape[1]):
            if target_mask[row, t]:
                scores = logits[row, t] - logits[row, t].max()
                wanted -= scores[target[row, t]] - np.log(np.sum(np.exp(scores)))
                count += 1
    gap, miscounted = 0.0, 0.0
    for size in sorted({1, 2, len(source)}):
        total = counted = 0.0
        for start in range(0, len(source), size):
            part = _cut(tuple(np.asarray(a)[start : start + size] for a in batch))
            found = loss(model, part, False)
            total, counted = total + float(found[0]), counted + float(found[1])
        gap = max(gap, abs(total - wanted) / max(1.0, wanted))
        miscounted = max(miscounted, abs(counted - count))
    measured = f"sum off by {gap:.0e} of it, count by {miscounted:g} of {count}"
    return Finding("loss counts tokens", gap <= tolerance and miscounted == 0, measured)


def _cut(batch: tuple) -> tuple:
    """Takes off the pads that all examples of a batch share."""
    source, mask, decoder_input, target, target_mask = batch
    s, t = (max(1, int(m.sum(axis=1).max())) for m in (mask, target_mask))
    return source[:, :s], mask[:, :s], decoder_input[:, :t], target[:, :t], target_mask[:, :t]
