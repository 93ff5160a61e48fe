"""Searching for a good output: greedy, sampling, beam and exact, over any one-step function.

Each search takes `step(tokens, state) -> (logits, state)` and knows no model: `tokens` is
`(B,)` int32, `logits` `(B, V)`, and `state` a nest of tensors whose leading axis is the batch. If
the state is a dict with an entry `"attention"` `(B, S)`, the attention at each token is returned.
Logits may be minus infinity, though not all of a row. A nan or plus infinity in a row that still
counts is an error that names the step: no search would notice it otherwise.

A whole batch is decoded in one compiled loop. The last searches are kept compiled by their step
and settings, so pass the same function or method each time, not a fresh lambda: equal shapes are
then traced once. After a second shape the sizes that differ are left open, and the step must
do with that.
"""

from seqtut.decoding.beam import History, Hypotheses, beam_search
from seqtut.decoding.common import Step, forget, repeat
from seqtut.decoding.ctc import Transcript, ctc_beam, ctc_greedy
from seqtut.decoding.exact import Exact, exact_search
from seqtut.decoding.sampling import Sequences, greedy, sample, truncate
from seqtut.decoding.scoring import score
from seqtut.decoding.settings import length_penalty

__all__ = [
    "Exact",
    "History",
    "Hypotheses",
    "Sequences",
    "Step",
    "Transcript",
    "beam_search",
    "ctc_beam",
    "ctc_greedy",
    "exact_search",
    "forget",
    "greedy",
    "length_penalty",
    "repeat",
    "sample",
    "score",
    "truncate",
]
