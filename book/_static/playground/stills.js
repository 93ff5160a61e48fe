// The pictures that stand in for the playgrounds, as SVG text by name. `python -m book.stills` calls
// this; no page does.
import { Autoencoder } from "./autoencoder.js";
import { example } from "./batch.js";
import { bent, judged } from "./beat.js";
import { drawn } from "./frame.js";
import { chart } from "./heartbeat.js";
import { plane } from "./plane.js";
import { Reader } from "./reader.js";
import { tree } from "./tree.js";
import { load } from "./weights.js";

export async function stills(folder, words) {
  const models = new URL("models/", folder);
  const reader = new Reader(await load("cmudict-small", models));
  const [digits, cloud, beats] = await Promise.all(
    ["digits-autoencoder", "digits-variational", "heartbeats"].map((name) => load(name, models)));
  return {
    "play-digits": alone(map(digits)),
    "play-variational": alone(mosaic(cloud)),
    "play-heartbeat": alone(beat(beats, words.heartbeat)),
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

/** Where the test digits lie in the plane of codes, the handle on one of them. */
function map({ facts: { codes } }) {
  const { svg, place } = plane({ codes });
  place(codes.find(([, , digit]) => digit === 3).slice(0, 2));
  return svg;
}

/** What a square of codes decodes into, in as many tiles a side. */
function mosaic(loaded, tiles = 11, edge = 2.2) {
  const model = new Autoencoder(loaded);
  const { side } = loaded.facts;
  const canvas = new OffscreenCanvas(tiles * side, tiles * side);
  const context = canvas.getContext("2d");
  for (let row = 0; row < tiles; row++) {
    for (let column = 0; column < tiles; column++) {
      const at = (n) => edge * ((2 * n) / (tiles - 1) - 1);
      const image = context.createImageData(side, side);
      model.decode([at(column), -at(row)]).forEach((ink, place) => (image.data[4 * place + 3] = 255 * ink));
      context.putImageData(image, column * side, row * side);
    }
  }
  const size = 360;
  const still = document.createElement("canvas");
  [still.width, still.height] = [canvas.width, canvas.height];
  still.getContext("2d").drawImage(canvas, 0, 0);
  return drawn("svg", { viewBox: `0 0 ${size} ${size}`, width: size, height: size },
    drawn("image", { href: still.toDataURL("image/png"), width: size, height: size }));
}

/** A beat that is bent in one place, and what the model makes of it. */
function beat(loaded, words) {
  const model = new Autoencoder(loaded);
  const series = bent(model.decode(loaded.facts.start), 70, 2.2, 6);
  return chart(series, judged(model, series).rebuilt, { step: 70, time: words.time, voltage: words.volts });
}

/** A drawing as a file of its own. */
function alone(svg) {
  svg.removeAttribute("aria-label");
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return svg.outerHTML;
}
