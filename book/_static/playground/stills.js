// The pictures that stand in for the playgrounds, as SVG text by name. `python -m book.stills` calls
// this; no page does.
import { Reader } from "./reader.js";
import { tree } from "./tree.js";
import { load } from "./weights.js";

export async function stills(folder, words) {
  const models = new URL("models/", folder);
  const reader = new Reader(await load("cmudict-small", models));
  return {
    "play-pronounce": alone(beam(reader, "through", words.pronounce)),
  };
}

function beam(reader, word, words) {
  const { steps, hypotheses: [best] } = reader.read(word, { width: 5 });
  return tree({
    steps, visible: best.length, path: best.places, finished: true, names: reader.facts.target, width: 5, words,
    label: word,
  });
}

/** A drawing as a file of its own. */
function alone(svg) {
  svg.removeAttribute("aria-label");
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}
