// Beam search, as `seqtut.decoding.beam_search` does it, for one source. Scores are sums of natural
// log-probabilities, kept in float32 as there, so that ties and near ties fall the same way.
import { logSoftmax } from "./layers.js";

const f32 = Math.fround;

/** What a score is divided by: ((5 + length) / 6) ** alpha, the end token counted. */
export const lengthPenalty = (length, alpha) => f32(f32((5 + length) / 6) ** f32(alpha));

/** The places of the largest values, the largest first, of equal ones the earlier first. */
export function largest(values, count) {
  const places = Array.from(values.keys());
  return places.sort((a, b) => (values[a] === values[b] ? a - b : values[b] - values[a])).slice(0, count);
}

/**
 * Searches with `model.step` from `state`. Yields after each step what the beam holds, and returns
 * the hypotheses, the best first. A step is `tokens`, `parents` and `scores` by place on the beam,
 * `ends` by the place of the parent that ended, and `attention` by that place too. A hypothesis is
 * `tokens` (without the end), `length` (with it), `score`, `penalised`, `finished`, the `places` that
 * its tokens had on the beam, and `attention`, a row for each token and for the end.
 */
export function* beamSearch(model, state, options) {
  const { begin, end, maxSteps, width = 5, keep = width, alpha = 0, forbidden = [] } = options;
  const steps = [];
  let pool = Array.from({ length: keep }, () => ({ penalised: -Infinity, score: -Infinity }));
  let scores = new Float32Array(width).fill(-Infinity);
  scores[0] = 0; // the empty prefix, once: copies of it would be duplicates
  let tokens = [begin];

  for (let i = 0; i < maxSteps && scores.some((score) => score > -Infinity); i++) {
    // Only the places that hold a prefix are stepped; they always come first.
    const live = tokens.length;
    const { logits, attention, state: after } = model.step(tokens, state);
    const size = logits.length / live;
    const totals = new Float32Array(live * size);
    for (let place = 0; place < live; place++) {
      const row = logSoftmax(logits.subarray(place * size, (place + 1) * size));
      for (const token of forbidden) row[token] = -Infinity;
      row.forEach((value, token) => (totals[place * size + token] = scores[place] + value));
    }

    // Each prefix ends in one way, so of twice the width at least the width go on.
    const best = largest(totals, 2 * width)
      .filter((index) => totals[index] > -Infinity)
      .map((index) => ({ parent: Math.floor(index / size), token: index % size, score: totals[index] }));
    const ended = best.slice(0, width).filter(({ token }) => token === end);
    const going = best.filter(({ token }) => token !== end).slice(0, width);

    // A hypothesis that ended waits in the pool; of equal ones the older goes first.
    const fresh = ended.map(({ parent, score }) => ({
      penalised: f32(score / lengthPenalty(i + 1, alpha)), score, prefix: i, slot: parent, finished: true,
    }));
    pool = [...pool, ...fresh];
    pool = largest(Float32Array.from(pool, (held) => held.penalised), keep).map((place) => pool[place]);

    scores = new Float32Array(width).fill(-Infinity);
    going.forEach(({ score }, place) => (scores[place] = score));
    const ends = new Array(live).fill(-Infinity);
    for (const { parent, score } of ended) ends[parent] = score;
    const sources = attention ? attention.length / live : 0;
    steps.push({
      tokens: going.map(({ token }) => token),
      parents: going.map(({ parent }) => parent),
      scores: going.map(({ score }) => score),
      ends,
      attention: attention && Array.from({ length: live }, (_, place) =>
        Array.from(attention.subarray(place * sources, (place + 1) * sources))),
    });
    yield steps[i];

    // A score only falls. What the best prefix could become at most is its score over the kindest
    // penalty that is still to come; if that beats nothing that is kept, the search is over.
    const kindest = Math.max(lengthPenalty(i + 2, alpha), lengthPenalty(maxSteps, alpha));
    if (f32(scores[0] / kindest) <= pool[keep - 1].penalised) scores.fill(-Infinity);
    tokens = going.map(({ token }) => token);
    state = model.follow(after, going.map(({ parent }) => parent));
  }

  // What was cut at the longest length comes after all that ended.
  const cut = Array.from(scores).map((score, slot) => ({
    penalised: f32(score / lengthPenalty(steps.length, alpha)), score, prefix: steps.length, slot, finished: false,
  }));
  return [...pool, ...cut].filter(({ score }) => score > -Infinity).slice(0, keep).map((held) => traced(held, steps));
}

/** Follows a hypothesis back through its parents to its first token. */
function traced({ penalised, score, prefix, slot, finished }, steps) {
  const [tokens, places, attention] = [[], [], []];
  // What ended looked at the source from its own place, once more than it has tokens.
  if (finished && steps[prefix].attention) attention.unshift(steps[prefix].attention[slot]);
  for (let t = prefix - 1, place = slot; t >= 0; t--) {
    const { tokens: put, parents, attention: looked } = steps[t];
    tokens.unshift(put[place]);
    places.unshift(place);
    if (looked) attention.unshift(looked[parents[place]]);
    place = parents[place];
  }
  return { tokens, places, length: prefix + (finished ? 1 : 0), score, penalised, finished, attention };
}

/** Runs a search to its end. Returns its `steps` and its `hypotheses`. */
export function searched(model, state, options) {
  const search = beamSearch(model, state, options);
  const steps = [];
  let turn = search.next();
  for (; !turn.done; turn = search.next()) steps.push(turn.value);
  return { steps, hypotheses: turn.value };
}
