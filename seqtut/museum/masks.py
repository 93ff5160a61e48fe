"""The room of masks: what is read that should not be, and what is not read that should."""

import numpy as np

from seqtut import laws
from seqtut.museum.small import BATCH, Small, attention_on_pads, moved_by_pads
from seqtut.museum.specimen import Specimen


class _ReadsOn(Small):
    """Its encoder runs on through the pads."""

    def encode(self, source, mask):
        return super().encode(source, np.ones_like(mask)) | {"mask": mask}


class _LooksAtPads(Small):
    """Its attention has no mask."""

    def visible(self, memory, places):
        return np.ones_like(super().visible(memory, places))


class _TurnedMask(Small):
    """Its attention takes True for "leave out"."""

    def visible(self, memory, places):
        return ~super().visible(memory, places)


class _AttentionAlone(Small):
    """Reads each token by itself, as a Transformer without blocks would."""

    def encode(self, source, mask):
        states = self.letters[source]
        return {"final": np.zeros_like(states[:, 0]), "states": states, "mask": mask}


class _SeesBitByBit(_AttentionAlone):
    """Its attention to the source is causal, which only attention to the target has to be."""

    def visible(self, memory, places):
        steps = np.arange(memory["mask"].shape[1])
        return super().visible(memory, places) & (steps <= np.asarray(places)[:, None])


def _padding(model: type) -> laws.Finding:
    return laws.padding_changes_nothing(model(), BATCH)


def _unseen_at_first(model: type) -> float:
    """The share of the real source tokens that the first step cannot see."""
    one = model()
    memory = one.encode(*BATCH[:2])
    return 1 - float(one.visible(memory, [0])[:, 0][BATCH[1]].mean())


SPECIMENS = (
    Specimen(
        name="reads-on",
        room="masks",
        mistake="the encoder's last state is read behind the pads",
        seen="Dive into Deep Learning",
        law="padding changes nothing",
        quantity="a probability moved by 3 pads",
        spec=".2f",
        broken=_ReadsOn,
        repaired=Small,
        test=_padding,
        number=lambda model: moved_by_pads(model()),
    ),
    Specimen(
        name="looks-at-pads",
        room="masks",
        mistake="attention without a mask",
        seen="pytorch-seq2seq, notebook 3",
        law="padding changes nothing",
        quantity="attention on pads",
        spec=".2f",
        broken=_LooksAtPads,
        repaired=Small,
        test=_padding,
        number=lambda model: attention_on_pads(model()),
    ),
    Specimen(
        name="turned-mask",
        room="masks",
        mistake="True means keep here and leave out there",
        seen="reported at TensorFlow Text",
        law="padding changes nothing",
        quantity="attention on pads",
        spec=".2f",
        broken=_TurnedMask,
        repaired=Small,
        test=_padding,
        number=lambda model: attention_on_pads(model()),
    ),
    Specimen(
        name="bit-by-bit",
        room="masks",
        mistake="step t sees the source up to t only",
        seen="Keras, Transformer (2021)",
        law="source is heard",
        quantity="source unseen at step 1",
        spec=".2f",
        broken=_SeesBitByBit,
        repaired=_AttentionAlone,
        test=lambda model: laws.source_is_heard(model(), BATCH),
        number=_unseen_at_first,
    ),
)
