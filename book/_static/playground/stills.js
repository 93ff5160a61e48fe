// The pictures that stand in for the playgrounds, as SVG text by name. `python -m book.stills` calls
// this; no page does.
import { example } from "./batch.js";
import { drawn } from "./frame.js";
import { Reader } from "./reader.js";
import { tree } from "./tree.js";
import { load } from "./weights.js";

export async function stills(folder, words) {
  const models = new URL("models/", folder);
  const reader = new Reader(await load("cmudict-small", models));
  return {
    "play-pronounce": alone(beam(reader, "through", words.pronounce)),
    "play-batch": alone(padded(await (await fetch(new URL("cmudict-small-batch.json", folder))).json(), words.batch)),
  };
}

function beam(reader, word, words) {
  const { steps, hypotheses: [best] } = reader.read(word, { width: 5 });
  return tree({
    steps, visible: best.length, path: best.places, finished: true, names: reader.facts.target, width: 5, words,
    label: word,
  });
}

/** The states of the source of a batch, its words one below the other. */
function padded(batch, words) {
  const tensor = batch.tensors.find(({ name }) => name === "joined 2");
  const parts = batch.words.map((_, row) => example(batch, tensor, row, words).drawing);
  const [width, height] = ["width", "height"].map((side) => Number(parts[0].getAttribute(side)));
  parts.forEach((part, row) => part.setAttribute("y", row * (height + 14)));
  const size = [width, parts.length * (height + 14) - 14];
  return drawn("svg", { viewBox: `0 0 ${size.join(" ")}`, width: size[0], height: size[1] }, ...parts);
}

/** A drawing as a file of its own. */
function alone(svg) {
  svg.removeAttribute("aria-label");
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}
