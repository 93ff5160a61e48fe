"""The room of time: what a step knows too early, and what it has forgotten."""

from collections import Counter, defaultdict

import numpy as np

from seqtut import laws
from seqtut.museum.small import BATCH, BEGIN, INPUTS, Small, softmax
from seqtut.museum.specimen import Specimen

# Words for counting: what follows a letter in them.
_TEXT = """
through though thought tough rough bough cough dough enough trough thorough borough
drought brought bought fought sought nought ought wrought plough although
"""
WORDS = _TEXT.split()
TARGET = np.array([[4, 2, 6, 3], [3, 5, 2, 4], [6, 6, 3, 2]])


def _unshifted(target):
    return target


def _shifted(target):
    begin = np.full((len(target), 1), BEGIN)
    return np.concatenate([begin, target[:, :-1]], axis=1)


def _scores_of_tokens(inputs):
    """Maps a target to the logits of its tokens, through the way into the decoder that is given."""
    model = Small()
    memory = model.encode(*BATCH[:2])
    return lambda target: model.decode(memory, inputs(target))


def _counted_accuracy(inputs) -> float:
    """How often the most frequent companion of an input is the right letter, in the words."""
    table, pairs = defaultdict(Counter), []
    for word in WORDS:
        ids = np.array([[ord(letter) for letter in word]])
        pairs += zip(inputs(ids)[0].tolist(), ids[0].tolist(), strict=True)
    for given, right in pairs:
        table[given][right] += 1
    return float(np.mean([table[g].most_common(1)[0][0] == right for g, right in pairs]))


class _SelfAttention(Small):
    """Its decoder has no recurrence: each step attends to the target up to itself."""

    ahead = 0

    def decode(self, memory, decoder_input):
        y = self.sounds[decoder_input]
        past = np.tri(y.shape[1], k=self.ahead, dtype=bool)
        h = softmax(np.where(past, y @ y.swapaxes(1, 2), -1e9)) @ y
        return self.look(h, memory, np.arange(y.shape[1]))[0]


class _OneAhead(_SelfAttention):
    """Its triangle is one diagonal too large."""

    ahead = 1


def _weight_ahead(model: type) -> float:
    y = Small().sounds[INPUTS]
    past = np.tri(y.shape[1], k=model.ahead, dtype=bool)
    weights = softmax(np.where(past, y @ y.swapaxes(1, 2), -1e9))
    return float(np.triu(weights, k=1).sum(axis=-1)[:, :-1].mean())


class _Hears(Small):
    """Its decoder hears what was said."""

    def heard(self, decoder_input):
        return decoder_input

    def decode(self, memory, decoder_input):
        return super().decode(memory, self.heard(decoder_input))


class _Forgets(_Hears):
    """Its decoder is fed the begin token at each step, whatever was said."""

    def heard(self, decoder_input):
        return np.full_like(decoder_input, BEGIN)


def _nats_of_two_answers(model: type) -> float:
    """What an answer costs a decoder that has counted two, equally likely: "ab" and "ba"."""
    target = np.array([[4, 5], [5, 4]])
    heard = model().heard(_shifted(target))
    table: dict = defaultdict(Counter)
    for given, right in zip(heard.tolist(), target.tolist(), strict=True):
        for t in range(2):
            table[t, given[t]][right[t]] += 1
    nats = 0.0
    for given, right in zip(heard.tolist(), target.tolist(), strict=True):
        for t in range(2):
            counts = table[t, given[t]]
            nats -= np.log(counts[right[t]] / counts.total())
    return nats / len(target)


class _Context(Small):
    """Reads the source's last state again at each step."""

    def decode(self, memory, decoder_input):
        h, states = memory["final"], []
        for y in self.sounds[decoder_input].swapaxes(0, 1):
            h = np.tanh(y + h @ self.write + memory["final"])
            states.append(h)
        return self.look(np.stack(states, axis=1), memory, np.arange(len(states)))[0]

    def step(self, tokens, state):
        h = np.tanh(self.sounds[tokens] + state["h"] @ self.write + self.context(state))
        logits, _ = self.look(h[:, None], state["memory"], [state["place"]])
        return logits[:, 0], {**state, "h": h, "place": state["place"] + 1}

    def context(self, state):
        return state["memory"]["final"]


class _DriftingContext(_Context):
    """Takes the decoder's state for the source's as soon as it goes step by step."""

    def context(self, state):
        return state["h"]


def _same_answers(model: type) -> float:
    """The share of sources for which going step by step chooses the tokens of teacher forcing."""
    rng = np.random.default_rng(0)
    source, inputs = rng.integers(4, 9, (500, 4)), rng.integers(1, 7, (500, 5))
    one = model()
    memory = one.encode(source, np.ones(source.shape, bool))
    whole, state, same = one.decode(memory, inputs), one.start(memory, 5), True
    for t in range(inputs.shape[1]):
        logits, state = one.step(inputs[:, t], state)
        same = same & (logits.argmax(-1) == whole[:, t].argmax(-1))
    return float(np.mean(same))


SPECIMENS = (
    Specimen(
        name="own-answer",
        room="time",
        mistake="the decoder is fed the token that it has to predict",
        seen="first and third article",
        law="answer changes nothing",
        quantity="accuracy of counted letters",
        spec=".2f",
        broken=_unshifted,
        repaired=_shifted,
        test=lambda inputs: laws.answer_changes_nothing(_scores_of_tokens(inputs), TARGET, 7),
        number=_counted_accuracy,
    ),
    Specimen(
        name="one-ahead",
        room="time",
        mistake="a causal mask with one diagonal too many",
        seen="anywhere",
        law="future changes nothing",
        quantity="attention on the next token",
        spec=".2f",
        broken=_OneAhead,
        repaired=_SelfAttention,
        test=lambda model: laws.future_changes_nothing(model(), BATCH),
        number=_weight_ahead,
    ),
    Specimen(
        name="no-past",
        room="time",
        mistake="the decoder never hears what it said",
        seen="first and second article",
        law="past is heard",
        quantity="nats for one of two equal answers",
        spec=".2f",
        broken=_Forgets,
        repaired=_Hears,
        test=lambda model: laws.past_is_heard(model(), BATCH),
        number=_nats_of_two_answers,
    ),
    Specimen(
        name="drifting-context",
        room="time",
        mistake="at inference, the state stands in for the context",
        seen="Dive into DL, Chinese ed.",
        law="step = sequence",
        quantity="answers unchanged step by step",
        spec=".2f",
        broken=_DriftingContext,
        repaired=_Context,
        test=lambda model: laws.step_is_sequence(model(), BATCH),
        number=_same_answers,
    ),
)
