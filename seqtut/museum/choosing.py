"""The room of search: answers that were chosen by another rule than the one in the text."""

import numpy as np

from seqtut import equations, laws
from seqtut.museum.small import BATCH, BEGIN, Small, softmax
from seqtut.museum.specimen import Specimen

END = 2
# Log-probabilities of three answers: silence, four tokens, twelve sounds and the end.
ANSWERS = (np.log([0.006]), np.log(np.full(4, 0.3)), np.log(np.full(13, 0.62)))


def _multiplied(logs, alpha):
    return logs.sum() * equations.length_penalty(len(logs), alpha)


def _divided(logs, alpha):
    return logs.sum() / equations.length_penalty(len(logs), alpha)


def _best_length(rank) -> float:
    return len(max(ANSWERS, key=lambda logs: rank(logs, 0.6)))


def _keep(state, parents):
    return state


def _follow(state, parents):
    return {**state, "h": state["h"][parents]}


def _beam(regroup, width=3, steps=4):
    """Searches for answers of `steps` tokens to the first source; the score of each with it."""
    model = Small()
    memory = model.encode(np.repeat(BATCH[0][:1], width, 0), np.repeat(BATCH[1][:1], width, 0))
    state = model.start(memory, steps)
    tokens, scores = np.full((width, 1), BEGIN), np.array([0.0] + [-np.inf] * (width - 1))
    for _ in range(steps):
        logits, state = model.step(tokens[:, -1], state)
        totals = (scores[:, None] + np.log(softmax(logits))).ravel()
        best = np.argsort(-totals, kind="stable")[:width]
        parents, chosen = np.divmod(best, logits.shape[1])
        tokens = np.column_stack([tokens[parents], chosen])
        scores, state = totals[best], regroup(state, parents)
    return [(row[1:], score) for row, score in zip(tokens.tolist(), scores.tolist(), strict=True)]


def _own_score(tokens) -> float:
    """What the model itself makes of an answer to the first source."""
    model = Small()
    given = np.array([[BEGIN, *tokens[:-1]]])
    logits = model.decode(model.encode(BATCH[0][:1], BATCH[1][:1]), given)[0]
    return float(np.sum(np.log(softmax(logits))[np.arange(len(tokens)), tokens]))


def _best_own_score(regroup) -> float:
    """The model's own score of the answer that comes out first."""
    return _own_score(_beam(regroup)[0][0])


def _likeliest(p, rng):
    return int(np.argmax(p))


def _drawn(p, rng):
    return int(rng.choice(len(p), p=p))


P = np.array([0.4, 0.3, 0.2, 0.1])


def _share_of_first(draw) -> float:
    rng = np.random.default_rng(1)
    return float(np.mean([draw(P, rng) == 0 for _ in range(2000)]))


SPECIMENS = (
    Specimen(
        name="turned-penalty",
        room="search",
        mistake="a length penalty that is taken to punish length",
        seen="Dive into Deep Learning",
        law="alpha shortens nothing",
        quantity="tokens of the best answer",
        spec=".0f",
        broken=_multiplied,
        repaired=_divided,
        test=lambda rank: laws.alpha_shortens_nothing(rank, ANSWERS),
        number=_best_length,
    ),
    Specimen(
        name="lost-parent",
        room="search",
        mistake="the beam moves on, the states stay",
        seen="anywhere",
        law="scores are the model's",
        quantity="log-probability of the first answer",
        spec=".2f",
        broken=_keep,
        repaired=_follow,
        test=lambda regroup: laws.scores_are_the_models(_beam(regroup), _own_score),
        number=_best_own_score,
    ),
    Specimen(
        name="likeliest-drawn",
        room="search",
        mistake="argmax under the name of sampling",
        seen="Keras, lstm_seq2seq",
        law="draws follow the model",
        quantity="share of a token with p = 0.4",
        spec=".1f",
        broken=_likeliest,
        repaired=_drawn,
        test=lambda draw: laws.draws_follow_the_model(draw, P),
        number=_share_of_first,
    ),
)
