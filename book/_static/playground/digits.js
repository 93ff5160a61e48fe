// A code of two numbers is dragged and decoded; a digit is drawn, coded and rebuilt.
import { Autoencoder } from "./autoencoder.js";
import { element, filled, mount, settled, shown, slider } from "./frame.js";
import { centred, SIDE } from "./mnist.js";
import { PAD, pad } from "./pad.js";
import { picture } from "./picture.js";
import { plane, told } from "./plane.js";
import { load } from "./weights.js";

export const start = (place, folder) =>
  mount(place, async (words) => {
    const loaded = await load(place.dataset.model, new URL("models/", folder));
    return stage(new Autoencoder(loaded), loaded.facts, words);
  });

function stage(model, facts, words) {
  const decoded = picture(SIDE, words.decoded);
  const read = picture(SIDE, words.read);
  const rebuilt = picture(SIDE, words.rebuilt);
  const where = element("p", { class: "play-note" });
  const status = element("p", { class: "play-unseen", role: "status" });
  const error = element("p", { class: "play-note" });
  const announce = settled(() => (status.textContent = where.textContent), 600);

  function go(code) {
    map.place(code);
    sliders.forEach(({ set }, axis) => set(code[axis]));
    decoded.show(model.decode(code));
    where.textContent = filled(words.where, { code: told(code), digit: nearest(facts.codes, code) });
    announce();
  }
  const map = plane({ codes: facts.codes, label: words.plane, change: go });
  const sliders = map.extent.map(([low, high], axis) => slider({
    label: words.numbers[axis], min: low.toFixed(2), max: high.toFixed(2), step: 0.01, value: 0, tell: (value) => shown(value),
    change: () => go(sliders.map(({ input }) => input.valueAsNumber)),
  }));

  const drawing = pad({
    label: words.pad, change: settled(look, 30),
    told: (down) => (status.textContent = down ? words.pen_down : words.pen_up),
  });
  function look() {
    const seen = centred(drawing.ink(), PAD);
    const empty = seen.every((ink) => ink === 0);
    const code = model.encode(seen);
    const again = empty ? seen : model.decode(code);
    read.show(model.variational ? seen.map((grey) => (grey > 0.5 ? 1 : 0)) : seen);
    rebuilt.show(again);
    error.textContent = empty ? "" : filled(words.error, { error: shown(difference(seen, again), 3) });
    if (!empty) go(code);
  }

  go(facts.codes.find(([, , digit]) => digit === 3).slice(0, 2));
  const titled = (text, ...content) => element("div", { class: "play-tile" }, element("p", { class: "play-label" }, text), ...content);
  return element("div", { class: "play" },
    element("div", { class: "play-panel" }, element("p", { class: "play-title" }, words.drag),
      element("div", { class: "play-tiles" },
        element("div", {}, map.svg), titled(words.decoded, decoded.canvas),
        element("div", { class: "play-controls" }, ...sliders.map(({ field }) => field)), where)),
    element("div", { class: "play-panel" }, element("p", { class: "play-title" }, words.draw),
      element("div", { class: "play-tiles" },
        titled(words.pad_title, drawing.canvas), titled(words.read, read.canvas), titled(words.rebuilt, rebuilt.canvas)),
      element("div", { class: "play-controls" }, element("button", { type: "button", click: drawing.clear }, words.clear)), error),
    status);
}

/** What the test digit with the nearest code shows. */
export function nearest(codes, [x, y]) {
  const distance = ([a, b]) => (a - x) ** 2 + (b - y) ** 2;
  return codes.reduce((best, code) => (distance(code) < distance(best) ? code : best))[2];
}

/** The mean squared error a pixel. */
const difference = (one, other) => one.reduce((sum, grey, place) => sum + (grey - other[place]) ** 2, 0) / one.length;
