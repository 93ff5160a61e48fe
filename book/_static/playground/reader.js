// A pronouncing model with its vocabularies: from what somebody typed to what the model says, as
// `seqtut.pretrained.Transducer` does it.
import { searched } from "./beam.js";
import { Seq2Seq } from "./seq2seq.js";

const [PAD, BEGIN, END, UNKNOWN] = [0, 1, 2, 3];
const SILENT = [PAD, BEGIN, UNKNOWN]; // never said

/** A word as the model reads it: lower case, without accents and outer spaces. */
export const normal = (text) =>
  text.trim().toLowerCase().replaceAll("\u2019", "'").normalize("NFKD").replace(/\p{M}/gu, "");

export class Reader {
  /** Takes what `weights.load` returned. */
  constructor(loaded) {
    this.facts = loaded.facts;
    this.model = new Seq2Seq(loaded);
    this.ids = new Map(loaded.facts.source.map((letter, id) => [letter, id]).slice(SILENT.length + 1));
  }

  /** Says why a word cannot be read: `{reason, ...}`, or null if it can. */
  refusal(word) {
    const letters = [...word];
    if (!letters.length) return { reason: "empty" };
    if (letters.length > this.facts.longest) {
      return { reason: "long", longest: this.facts.longest, length: letters.length };
    }
    const letter = letters.find((one) => !this.ids.has(one));
    return letter ? { reason: "strange", letter, known: [...this.ids.keys()].sort().join(" ") } : null;
  }

  /** Searches for what a word becomes. Returns the `steps` and `hypotheses` of `beam.searched`. */
  read(word, { width = 5, keep = width, alpha = 0 } = {}) {
    const memory = this.model.encode([...word].map((letter) => this.ids.get(letter) ?? UNKNOWN));
    return searched(this.model, this.model.start(memory), {
      begin: BEGIN, end: END, maxSteps: this.facts.max_steps, width, keep, alpha, forbidden: SILENT,
    });
  }
}
