// Draws what a beam held, step by step, as a tree that grows to the right: a column is a step, and
// the best prefix of each step is at the top.
import { drawn, shown } from "./frame.js";

const [BOX, HIGH, PITCH, ROW, TOP] = [56, 40, 86, 60, 8];

/** Where the box of a place on the beam stands; step -1 is the empty prefix. */
const corner = (step, place) => [(step + 1) * PITCH + 2, TOP + place * ROW];

/** Where a step's column ends, with what is written below its boxes. */
export const right = (step) => corner(step, 0)[0] + BOX + 12;

/**
 * Returns the tree as SVG. `visible` steps are drawn, of which the last is as new; `path` holds the
 * places of the answer that is marked, a place a step; `names` are the target tokens.
 */
export function tree({ steps, visible, path, finished, names, width, words, label }) {
  const columns = Math.max(visible, 1) + 1;
  const size = [right(columns - 2), width * ROW + TOP];
  const lines = drawn("g", { class: "play-edges" });
  const boxes = drawn("g");
  const marked = (step, place) => step < 0 || path[step] === place;
  const lives = alive(steps, visible);

  const box = (step, place, text, score, end) => {
    const [x, y] = corner(step, place);
    const kind = marked(step, place) ? "play-marked" : lives[step + 1]?.has(place) || end != null ? "" : "play-dropped";
    const group = drawn("g", { class: `play-node ${kind}` });
    group.append(
      drawn("rect", { x, y, width: BOX, height: HIGH, rx: 4 }),
      drawn("text", { x: x + BOX / 2, y: y + (score ? 17 : 25), class: "play-token" }, text),
    );
    if (score) group.append(drawn("text", { x: x + BOX / 2, y: y + 32, class: "play-score" }, score));
    if (end != null) {
      const chosen = finished && path.length === step + 1 && marked(step, place);
      group.append(drawn("text", { x: x + BOX / 2, y: y + HIGH + 14, class: `play-end ${chosen ? "play-chosen" : ""}` },
        `${words.end} ${shown(end)}`));
    }
    boxes.append(group);
  };

  // A prefix may have ended in the step after the one in which it came on to the beam.
  const ended = (step, place) => {
    const score = step + 1 < visible ? steps[step + 1].ends[place] : -Infinity;
    return score > -Infinity ? score : null;
  };
  box(-1, 0, words.begin, "", ended(-1, 0));
  for (let step = 0; step < visible; step++) {
    const { tokens, parents, scores } = steps[step];
    tokens.forEach((token, place) => {
      const [[fromX, fromY], [toX, toY]] = [corner(step - 1, parents[place]), corner(step, place)];
      const middle = PITCH - BOX;
      const [x, y, endY] = [fromX + BOX, fromY + HIGH / 2, toY + HIGH / 2];
      const on = marked(step, place) && marked(step - 1, parents[place]);
      lines.append(drawn("path", {
        d: `M${x} ${y}C${x + middle / 2} ${y} ${toX - middle / 2} ${endY} ${toX} ${endY}`,
        class: on ? "play-marked" : lives[step + 1]?.has(place) || ended(step, place) != null ? "" : "play-dropped",
      }));
      box(step, place, names[token], shown(scores[place]), ended(step, place));
    });
  }
  return drawn("svg", {
    class: "play-tree", viewBox: `0 0 ${size.join(" ")}`, width: size[0], height: size[1],
    role: "img", "aria-label": label,
  }, lines, boxes);
}

/** For each column, the places whose prefixes have a continuation among the visible steps. */
function alive(steps, visible) {
  const found = [];
  for (let step = 0; step < visible; step++) found[step] = new Set(steps[step].parents);
  // The newest column is not dropped yet.
  found[visible] = new Set(steps[visible - 1]?.tokens.keys() ?? [0]);
  return found;
}
