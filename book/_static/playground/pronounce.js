// A word is typed; the model says it, and shows its beam and where it looked.
import { connect } from "./client.js";
import { element, filled, mount, scroller, settled, shown, slider, still } from "./frame.js";
import { heatmap } from "./heatmap.js";
import { ipa } from "./ipa.js";
import { right, tree } from "./tree.js";
import { localVoice } from "./voice.js";

const PACE = 220; // milliseconds a step, while the beam grows

export const start = (place, folder) =>
  mount(place, async (words) => {
    const { facts, ask } = await connect("cmudict-small", new URL("models/", folder));
    return new Pronouncer(place, words, facts, ask).stage;
  });

class Pronouncer {
  constructor(place, words, facts, ask) {
    Object.assign(this, { words, facts, ask, settings: { width: Number(place.dataset.width ?? 5), alpha: 0 } });
    this.asked = 0; // questions so far: an answer to an older one is not shown
    this.waiting = false; // for an answer
    this.#build(place.dataset);
    this.#read();
  }

  #build({ word = "through", first }) {
    const { words, settings } = this;
    const soon = settled(() => this.#read(), 120);
    this.input = element("input", {
      type: "text", value: word, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
      input: soon,
    });
    const width = slider({
      label: words.beam_width, min: 1, max: 8, value: settings.width,
      change: (value) => { settings.width = value; soon(); },
    });
    const alpha = slider({
      label: words.alpha, min: -1, max: 2, step: 0.1, value: 0, tell: (value) => shown(value, 1),
      change: (value) => { settings.alpha = value; soon(); },
    });
    this.step = slider({ label: words.step, min: 1, max: 1, value: 1, tell: (value) => `${value} / ${this.step?.input.max ?? 1}`,
      change: (value) => { this.#stop(); this.#show(value); } });
    this.replay = element("button", { type: "button", click: () => this.#grow() }, words.replay);

    this.said = element("p", { class: "play-said" });
    this.status = element("p", { class: "play-unseen", role: "status" });
    this.problem = element("p", { class: "play-problem", id: unique("problem"), role: "alert" });
    this.input.setAttribute("aria-describedby", this.problem.id);
    this.tree = scroller(`${words.scroll}, ${words.beam}`);
    this.answers = scroller(`${words.scroll}, ${words.answers}`);
    this.answers.classList.add("play-answers");
    this.heat = scroller(`${words.scroll}, ${words.attention}`);

    const panel = (title, ...children) => element("div", { class: "play-panel" },
      element("p", { class: "play-title" }, title), ...children);
    const beam = panel(words.beam, element("div", { class: "play-controls" }, this.step.field, this.replay), this.tree);
    const rest = element("div", { class: "play-columns" },
      panel(words.answers, this.answers), panel(words.attention, this.heat));
    this.stage = element("div", { class: "play" },
      element("div", { class: "play-controls" },
        element("label", { class: "play-field" }, element("span", {}, words.word), this.input),
        width.field, alpha.field),
      this.problem, this.said, this.status, ...(first === "attention" ? [rest, beam] : [beam, rest]));
    localVoice((speak) => {
      this.hear = element("button", { type: "button", click: () => speak(this.input.value) }, words.hear);
      this.stage.querySelector(".play-controls").append(this.hear);
    });
  }

  async #read() {
    this.asked++;
    if (this.waiting) return; // one question at a time: of those that come meanwhile, the last is asked
    this.waiting = true;
    let number, settings, answer;
    try {
      do {
        [number, settings] = [this.asked, { ...this.settings }];
        answer = await this.ask({ text: this.input.value, settings });
      } while (number !== this.asked);
    } finally {
      this.waiting = false;
    }
    const { refusal } = answer;
    this.problem.textContent = refusal ? filled(this.words[refusal.reason], refusal) : "";
    this.input.setAttribute("aria-invalid", Boolean(refusal));
    // What an earlier word became is no answer to one that cannot be read.
    this.stage.classList.toggle("play-refused", Boolean(refusal));
    if (refusal) {
      this.#stop();
      this.status.textContent = "";
      return;
    }
    this.answer = { ...answer, width: settings.width };
    this.chosen = 0;
    this.#list();
    this.#grow();
    const [best] = answer.hypotheses;
    this.status.textContent = filled(this.words.said, {
      word: answer.word, sounds: this.#names(best.tokens).join(" "), probability: percent(best.score),
    });
  }

  #names(tokens) {
    return tokens.map((token) => this.facts.target[token]);
  }

  /** Shows the steps one after the other, or all at once to a reader who wants nothing to move. */
  #grow() {
    this.#stop();
    if (!this.answer) return; // the model is still at its first word
    const steps = this.answer.steps.length;
    if (still()) {
      this.#show(steps);
      return;
    }
    const next = (step) => {
      this.#show(step);
      if (step < steps) this.timer = setTimeout(next, PACE, step + 1);
    };
    next(1);
  }

  #stop() {
    clearTimeout(this.timer);
  }

  /** Shows what the beam held after some steps; after the last, the chosen answer. */
  #show(visible) {
    if (!this.answer) return;
    const { steps, hypotheses, width } = this.answer;
    const over = visible === steps.length;
    const chosen = hypotheses[this.chosen];
    this.step.set(visible, steps.length);

    // While the beam grows, what is marked and said is the best prefix so far.
    const path = over ? chosen.places : followed(steps, visible);
    const tokens = over ? chosen.tokens : path.map((place, step) => steps[step].tokens[place]);
    const names = this.#names(tokens);
    const prefixes = steps[visible - 1].tokens.map((token, place) =>
      `${this.facts.target[token]} ${shown(steps[visible - 1].scores[place])}`).join(", ");
    const { beam_alt: label } = this.words;
    const drawing = tree({
      steps, visible, path, finished: over && chosen.finished, names: this.facts.target, width, words: this.words,
      label: filled(label, { width, step: visible, steps: steps.length, prefixes }),
    });
    this.tree.replaceChildren(drawing);
    // On a narrow screen: the newest column, and in the end the end of the answer.
    this.tree.scrollLeft = right(over ? path.length - 1 : visible - 1) - this.tree.clientWidth;

    this.said.replaceChildren(
      element("span", { class: "play-ipa", lang: "en-fonipa" }, ipa(names)), " ",
      element("span", { class: "play-arpabet" }, names.join(" "), over && !chosen.finished ? ` ${this.words.cut}` : ""), " ",
      element("span", { class: "play-probability" }, over ? `${percent(chosen.score)} %` : ""),
    );
    this.said.classList.toggle("play-growing", !over);
    this.#look(tokens, over ? chosen : { finished: false, attention: looked(steps, path) });
  }

  /** The heat map of an answer, its end included if it ended. */
  #look(tokens, { finished, attention }) {
    if (!attention.length) return;
    const sounds = [...this.#names(tokens), ...(finished ? [this.words.end] : [])];
    this.heat.replaceChildren(heatmap({
      rows: sounds, columns: [...this.answer.word], weights: attention,
      caption: filled(this.words.attention_alt, { sounds: sounds.join(" ") }),
    }));
  }

  /** The answers as a table, the best first; the one that is picked is marked in the tree. */
  #list() {
    const { words } = this;
    const name = unique("answer");
    const heads = [words.answer, words.logp, words.length, words.score];
    const row = ({ tokens, score, length, penalised, finished }, place) => {
      const names = this.#names(tokens);
      const radio = element("input", {
        type: "radio", name, checked: place === this.chosen,
        change: () => { this.chosen = place; this.#stop(); this.#show(this.answer.steps.length); },
      });
      const said = `${names.join(" ")}${finished ? "" : ` ${words.cut}`}`;
      return element("tr", {},
        element("th", { scope: "row" }, element("label", {}, radio, " ", element("span", {}, said))),
        ...[shown(score), length, shown(penalised)].map((text) => element("td", {}, text)));
    };
    this.answers.replaceChildren(element("table", {},
      element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...this.answer.hypotheses.map(row))));
  }
}

let count = 0;
const unique = (name) => `play-${name}-${++count}`;

/** A probability in per cent. What is not nothing is not written as nothing, nor what is not all as all. */
function percent(score) {
  const value = 100 * Math.exp(score);
  if (value < 0.05) return "< 0.1";
  return value >= 99.95 ? "> 99.9" : shown(value, 1);
}

/** The places of the best prefix after some steps. */
function followed(steps, visible) {
  const path = [];
  if (!steps[visible - 1].tokens.length) return path;
  for (let step = visible - 1, place = 0; step >= 0; step--) {
    path.unshift(place);
    place = steps[step].parents[place];
  }
  return path;
}

/** What was looked at along a path: a prefix's newest token was put out from its parent's place. */
const looked = (steps, path) =>
  path.map((place, step) => steps[step].attention?.[steps[step].parents[place]]).filter(Boolean);
