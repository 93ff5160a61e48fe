// The recurrent encoder-decoder of `seqtut.models.Seq2Seq`, for one source at a time: no source is
// padded here, so nothing needs a mask. It knows LSTM cells, and dot attention or none.
import { activated, attend, dense, gathered, joined, lstm } from "./layers.js";

export class Seq2Seq {
  /** Takes what `weights.load` returned. */
  constructor({ facts, tensors }) {
    const settings = facts.settings;
    if (settings.cell !== "lstm" || settings.tied || settings.attend_after || settings.attention === "additive") {
      throw new Error(`seq2seq.js cannot do this model: ${JSON.stringify(settings)}`);
    }
    this.settings = settings;
    this.tensors = tensors;
  }

  /** Reads a source: its token ids, in order. Returns what the decoder will know of it. */
  encode(ids) {
    const { width, layers, decoder_layers: above, bidirectional } = this.settings;
    let states = this.#embedded(ids, "encoder");
    const finals = [];
    for (let layer = 0; layer < layers; layer++) {
      const part = bidirectional ? width / 2 : width;
      const forward = this.#read(states, ids.length, part, `encoder.forwards.${layer}`, false);
      finals.push(forward.final);
      states = forward.states;
      if (bidirectional) {
        const backward = this.#read(forward.inputs, ids.length, part, `encoder.backwards.${layer}`, true);
        states = joined(forward.states, backward.states, part, part);
        for (const name of ["h", "c"]) {
          finals[layer][name] = joined(forward.final[name], backward.final[name], part, part);
        }
      }
    }
    // Each layer of the decoder starts where the encoder's layer at its height stopped.
    return { states, initial: finals.slice(layers - above) };
  }

  /** Returns the state before the first step: one row, the empty prefix. */
  start(memory) {
    return { memory, cells: memory.initial };
  }

  /**
   * Takes one step from the last token of each row. Returns `logits`, `(rows, V)`, the new `state`,
   * and the `attention` on the source, `(rows, S)`, or null.
   */
  step(tokens, { memory, cells }) {
    let output = this.#embedded(tokens, "decoder");
    const after = cells.map((cell, layer) => {
      const now = lstm(output, cell, this.#cell(`decoder.layers.${layer}`));
      output = now.h;
      return now;
    });
    let attention = null;
    if (this.settings.attention) {
      const width = this.settings.width;
      const { context, weights } = attend(output, memory.states, width);
      const both = joined(output, context, width, width);
      output = activated(this.#dense(both, "decoder.combine"), "tanh");
      attention = weights;
    }
    return { logits: this.#dense(output, "decoder.logits"), attention, state: { memory, cells: after } };
  }

  /** Returns the state whose rows are copies of the given rows of this one. */
  follow({ memory, cells }, rows) {
    const width = this.settings.width;
    const moved = cells.map(({ h, c }) => ({ h: gathered(h, rows, width), c: gathered(c, rows, width) }));
    return { memory, cells: moved };
  }

  #embedded(ids, side) {
    const table = this.tensors[`${side}.embedding.embeddings`];
    return gathered(table.data, ids, table.shape[1]);
  }

  #dense(x, name) {
    return dense(x, this.tensors[`${name}.kernel`], this.tensors[`${name}.bias`]);
  }

  #cell(name) {
    return {
      kernel: this.tensors[`${name}.cell.kernel`],
      recurrent: this.tensors[`${name}.cell.recurrent_kernel`],
      bias: this.tensors[`${name}.cell.bias`],
    };
  }

  /** Runs one direction of one layer over all steps. */
  #read(inputs, steps, width, name, backwards) {
    const cell = this.#cell(name);
    const inputWidth = inputs.length / steps;
    const states = new Float32Array(steps * width);
    let final = { h: new Float32Array(width), c: new Float32Array(width) };
    for (let n = 0; n < steps; n++) {
      const step = backwards ? steps - 1 - n : n;
      final = lstm(inputs.subarray(step * inputWidth, (step + 1) * inputWidth), final, cell);
      states.set(final.h, step * width);
    }
    return { states, final, inputs };
  }
}
