// A heartbeat is bent out of shape, until the model cannot rebuild it.
import { Autoencoder } from "./autoencoder.js";
import { bent, judged } from "./beat.js";
import { drawn, element, filled, mount, settled, shown, slider } from "./frame.js";
import { load } from "./weights.js";

const [HIGH, TOP] = [240, 4.2]; // pixels, and the largest voltage that is drawn
const [LEFT, RIGHT, BOTTOM] = [34, 6, 22];

export const start = (place, folder) =>
  mount(place, async (words) => {
    const loaded = await load("heartbeats", new URL("models/", folder));
    return new Heartbeat(new Autoencoder(loaded), loaded.facts, words).stage;
  });

const across = (step, steps, wide) => LEFT + (step / (steps - 1)) * (wide - LEFT - RIGHT);
const up = (voltage) => HIGH - BOTTOM - ((voltage + TOP) / (2 * TOP)) * (HIGH - BOTTOM - 4);

/**
 * Returns the picture of a beat and its reconstruction, `wide` pixels, with the gap between them
 * shaded. A handle stands at `step`.
 */
export function chart(series, rebuilt, { wide = 560, label = "", step, time, voltage }) {
  const x = (n) => across(n, series.length, wide).toFixed(1);
  const points = (values) => Array.from(values, (value, n) => `${x(n)} ${up(value).toFixed(1)}`);
  const text = (attributes, content) => drawn("text", attributes, content);
  const levels = [-4, -2, 0, 2, 4];
  const rules = levels.map((level) => drawn("path", { d: `M${LEFT} ${up(level)}H${wide - RIGHT}`, class: "play-rule" }));
  const marks = levels.map((level) => text({ x: LEFT - 6, y: up(level) + 4, "text-anchor": "end" }, shown(level, 0)));
  const last = series.length - 1;
  const ticks = [0, 35, 70, 105, last].map((n) =>
    text({ x: x(n), y: HIGH - 6, "text-anchor": n < last ? "middle" : "end" }, n));
  const titles = [
    text({ x: wide - RIGHT, y: up(4) + 16, "text-anchor": "end" }, voltage),
    text({ x: x(87), y: HIGH - 6, "text-anchor": "middle" }, time),
  ];
  const line = (values, kind) => drawn("path", { d: `M${points(values).join("L")}`, class: kind });
  return drawn("svg", {
    class: "play-chart", viewBox: `0 0 ${wide} ${HIGH}`, width: wide, height: HIGH, role: "img", "aria-label": label,
  },
  drawn("g", {}, ...rules), drawn("g", { class: "play-marks" }, ...marks, ...ticks, ...titles),
  drawn("path", { d: `M${points(series).join("L")}L${points(rebuilt).reverse().join("L")}Z`, class: "play-gap" }),
  line(rebuilt, "play-rebuilt"), line(series, "play-beat"),
  drawn("circle", { cx: x(step), cy: up(series[step]), r: 6, class: "play-handle" }));
}

class Heartbeat {
  constructor(model, facts, words) {
    Object.assign(this, { model, facts, words, step: 40, wide: 560 });
    this.#build();
    this.#restart();
  }

  #build() {
    const { words, facts } = this;
    this.field = element("div", { class: "play-beat-field" });
    this.place = slider({
      label: words.step, min: 0, max: facts.steps - 1, value: this.step, change: (step) => { this.step = step; this.#show(); },
    });
    this.voltage = slider({
      label: words.voltage, min: -TOP, max: TOP, step: 0.1, value: 0, tell: (value) => shown(value, 1),
      change: (value) => this.#bend(this.step, value),
    });
    const button = (text, click) => element("button", { type: "button", click }, text);
    this.verdict = element("p", { class: "play-verdict" });
    this.bar = element("div", { class: "play-bar", "aria-hidden": "true" }, element("i"), element("b"));
    this.status = element("p", { class: "play-unseen", role: "status" });
    this.announce = settled(() => (this.status.textContent = this.verdict.textContent), 500);
    this.stage = element("div", { class: "play" }, this.field, this.verdict, this.bar,
      element("div", { class: "play-controls" }, this.place.field, this.voltage.field),
      element("div", { class: "play-controls" },
        button(words.again, () => this.#restart()),
        button(words.flat, () => this.#set(this.series.map((value, n) => (n > 60 && n < 125 ? value / 4 : value)))),
        button(words.late, () => this.#set(this.series.map((_, n) => this.series[Math.max(0, n - 8)]))),
        button(words.over, () => this.#set(this.series.map((value) => -value)))),
      this.status);

    new ResizeObserver(([{ contentRect }]) => {
      const wide = Math.min(760, Math.floor(contentRect.width));
      if (!wide || wide === this.wide) return;
      this.wide = wide;
      this.#show();
    }).observe(this.field);

    // The pointer takes hold of the step that it is above, and lets go where it is lifted.
    let held = null;
    const at = (event) => {
      const box = this.field.firstChild.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const step = Math.round(((x - LEFT) / (this.wide - LEFT - RIGHT)) * (facts.steps - 1));
      const voltage = ((HIGH - BOTTOM - y) / (HIGH - BOTTOM - 4)) * 2 * TOP - TOP;
      return { step: Math.max(0, Math.min(facts.steps - 1, step)), voltage: Math.max(-TOP, Math.min(TOP, voltage)) };
    };
    this.field.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.field.setPointerCapture(event.pointerId);
      held = at(event).step;
      this.step = held;
      this.#bend(held, at(event).voltage);
    });
    this.field.addEventListener("pointermove", (event) => held != null && this.#bend(held, at(event).voltage));
    for (const name of ["pointerup", "pointercancel"]) this.field.addEventListener(name, () => (held = null));
  }

  /** The beat that the mean code of normal beats stands for: no beat of the data is on the page. */
  #restart() {
    this.#set(this.model.decode(this.facts.start));
  }

  #set(series) {
    this.series = series;
    this.#show();
  }

  #bend(step, voltage) {
    this.#set(bent(this.series, step, voltage));
  }

  #show() {
    const { series, words, facts } = this;
    const { rebuilt, score } = judged(this.model, series);
    const alarm = score > facts.threshold;
    this.verdict.textContent = filled(alarm ? words.alarm : words.normal, {
      score: shown(score, 1), threshold: shown(facts.threshold, 1),
    });
    this.verdict.classList.toggle("play-alarm", alarm);
    // The bar's whole length is four thresholds.
    const share = (value) => `${Math.min(100, (25 * value) / facts.threshold)}%`;
    this.bar.style.setProperty("--score", share(score));
    this.bar.classList.toggle("play-alarm", alarm);
    this.place.set(this.step);
    this.voltage.set(series[this.step]);
    const label = `${words.chart} ${this.verdict.textContent}`;
    const { step, wide } = this;
    this.field.replaceChildren(chart(series, rebuilt, { wide, label, step, time: words.time, voltage: words.volts }));
    this.announce();
  }
}
