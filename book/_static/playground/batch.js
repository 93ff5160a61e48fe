// One batch on its way through a model, a layer at a time: what shape each tensor has, and which of
// its steps are pads. The numbers were written by `seqtut export NAME --batch ...`; nothing is
// computed here.
import { element, filled, mount, slider } from "./frame.js";
import { grid } from "./grid.js";

export const start = (place, folder) =>
  mount(place, async (words) => {
    const answer = await fetch(new URL("cmudict-small-batch.json", folder));
    if (!answer.ok) throw new Error(answer.status);
    return stage(await answer.json(), words);
  });

function stage(batch, words) {
  const { tensors } = batch;
  const name = element("p", { class: "play-title" });
  const text = element("p", { class: "play-text" });
  const status = element("p", { class: "play-unseen", role: "status" });
  const pictures = element("div", { class: "play-batch" });
  const layer = slider({
    label: words.layer, min: 1, max: tensors.length, value: 1,
    tell: (value) => `${value} / ${tensors.length}`,
    change: (value) => show(value - 1, true),
  });

  function show(number, announced) {
    const tensor = tensors[number];
    const told = words.layers[tensor.name];
    name.replaceChildren(told.title, element("span", { class: "play-shape" }, shape(tensor)));
    text.textContent = told.text;
    const examples = batch.words.map((_, row) => example(batch, tensor, row, words));
    pictures.replaceChildren(...examples.map(({ caption, drawing }) =>
      element("figure", {}, element("figcaption", {}, caption), drawing)));
    if (announced) status.textContent = `${told.title}, ${shape(tensor)}. ${told.text}`;
  }

  show(0, false);
  return element("div", { class: "play" },
    element("div", { class: "play-controls" }, layer.field), name, text, status, pictures,
    element("p", { class: "play-key" },
      key("positive", words.positive), key("negative", words.negative), key("pad", words.pad)));
}

const key = (kind, text) => element("span", {}, element("i", { class: `play-swatch play-${kind}` }), text);
const shape = ({ shape: sides }) => `(${sides.join(", ")})`;

/** One example's part of a tensor: what it is called, and its picture. */
export function example(batch, tensor, row, words) {
  const { masks } = batch;
  const sides = {
    source: masks.source[row].map((kept, step) => (kept ? batch.words[row][step] : words.blank)),
    target: masks.target[row].map((kept, step) => (kept ? targets(batch, tensor, row, words)[step] : words.blank)),
  };
  const values = tensor.values[row];
  const steps = tensor.mask ? masks[tensor.mask][row] : [true];
  const pads = steps.filter((kept) => !kept).length;
  const caption = filled(tensor.mask ? words.example : words.whole, {
    word: batch.words[row], steps: steps.length, pads,
  });
  const most = largest(tensor, masks);
  const narrow = tensor.shape.length < 3 && tensor.mask; // a number a step
  if (tensor.name === "weights") {
    // Here a row is a step of the target and a column one of the source: both may be pads.
    return {
      caption, drawing: grid({
        columns: sides.source, rows: sides.target, most, label: caption, high: 22,
        value: (column, line) => values[line][column],
        pad: (column, line) => !masks.source[row][column] || !masks.target[row][line],
      }),
    };
  }
  const features = narrow ? 1 : (tensor.mask ? values[0] : values).length;
  return {
    caption, drawing: grid({
      columns: tensor.mask ? sides[tensor.mask] : [""], rows: new Array(features).fill(""), most, label: caption,
      high: narrow ? 26 : 9, written: narrow,
      value: (column, line) => (narrow ? values[column] : tensor.mask ? values[column][line] : values[line]),
      pad: (column) => !steps[column],
    }),
  };
}

/** What stands above a target's steps: what is read there, or, from the logits on, what is wanted. */
function targets({ sounds }, { name }, row, words) {
  return ["logits", "loss"].includes(name) ? [...sounds[row], words.end] : [words.begin, ...sounds[row]];
}

/** The largest size of a number outside pads, which has the full colour. */
function largest({ mask, values }, masks) {
  const kept = mask ? values.map((rows, row) => rows.filter((_, step) => masks[mask][row][step])) : values;
  return Math.max(1e-6, ...kept.flat(2).map(Math.abs));
}
