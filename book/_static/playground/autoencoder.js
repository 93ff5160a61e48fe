// The dense autoencoders of `seqtut.models`, the plain and the variational one: a stack of dense
// layers down to the code, and another one up again.
import { activated, dense } from "./layers.js";

export class Autoencoder {
  /** Takes what `weights.load` returned. */
  constructor({ facts, tensors }) {
    this.facts = facts;
    this.tensors = tensors;
    this.variational = facts.class === "VariationalAutoencoder";
    if (!this.variational && (facts.class !== "Autoencoder" || facts.settings.tied)) {
      throw new Error(`autoencoder.js cannot do this model: ${facts.class}`);
    }
  }

  /** Returns the code of one example. A variational encoder gives a mean and a spread: the mean. */
  encode(x) {
    // Such a model knows ink and paper, and no grey.
    const read = this.variational ? x.map((grey) => (grey > 0.5 ? 1 : 0)) : x;
    return this.#stack(read, "encoder", "linear").slice(0, this.facts.settings.code_dim);
  }

  /** Returns what a code stands for. */
  decode(code) {
    const { output_activation: last } = this.facts.settings;
    return this.#stack(Float32Array.from(code), "decoder", this.variational ? "sigmoid" : last);
  }

  /** All layers but the last have the activation of the hidden ones. */
  #stack(x, side, last) {
    const { hidden, activation } = this.facts.settings;
    for (let layer = 0; layer <= hidden.length; layer++) {
      const name = `${side}.layers.${layer}`;
      const sums = dense(x, this.tensors[`${name}.kernel`], this.tensors[`${name}.bias`]);
      x = activated(sums, layer < hidden.length ? activation : last);
    }
    return x;
  }
}
