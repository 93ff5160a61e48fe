"""The loss of a network that says a label or nothing at each step: CTC."""

from typing import Any

from keras import ops

from seqtut.text import END, PAD


def ctc_loss(model: Any, batch: tuple, training: bool) -> tuple:
    """Negative log-likelihood of texts, in nats, over all alignments, summed, with the count.

    A recording with too few steps for its text has no alignment; it is left out of both.

    Args:
        model: Maps `(frames, mask)` to logits `(B, S', V)` and their mask `(B, S')`, id 0 being
            the blank.
        batch: `(frames, mask, decoder_input, target, target_mask)`, targets ending with END.
        training: Whether dropout acts.

    Returns:
        The sum, and how many characters the texts have, both float scalars.

    Equation: eq-ctc-forward

    Source: Graves et al. (2006).
    """
    target = ops.convert_to_tensor(batch[3])
    logits, mask = model(batch[:2], training=training)
    labels = ops.where(target == END, PAD, target)
    counts = ops.sum(ops.cast(labels != PAD, "int32"), axis=1)
    steps = ops.sum(ops.cast(mask, "int32"), axis=1)
    doubled = (labels[:, 1:] == labels[:, :-1]) & (labels[:, 1:] != PAD)
    needed = counts + ops.sum(ops.cast(doubled, "int32"), axis=1)
    possible = needed <= steps
    # What has no alignment is given an empty text, so that neither inf nor nan comes up.
    counts = ops.where(possible, counts, 0)
    labels = ops.where(possible[:, None], labels, PAD)
    nats = ops.ctc_loss(labels, logits, counts, steps, mask_index=PAD)
    nats = ops.where(possible, nats, 0.0)
    return ops.sum(nats), ops.cast(ops.sum(counts), nats.dtype)
