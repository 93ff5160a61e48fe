// The layers that the models on the pages are made of. A batch is one Float32Array, its rows one
// after the other; how many rows it has follows from its length. Sums are kept in float64, which is
// what JavaScript adds in, and rounded to float32 where a layer ends.

/** `y = x W + b`: `x` has rows of as many numbers as `W` has rows. */
export function dense(x, kernel, bias) {
  const [inputs, outputs] = kernel.shape;
  const weights = kernel.data;
  const rows = x.length / inputs;
  const y = new Float32Array(rows * outputs);
  const sums = new Float64Array(outputs);
  for (let row = 0; row < rows; row++) {
    const first = row * inputs;
    sums.fill(0);
    if (bias) sums.set(bias.data);
    // Four rows of W at a time: a sum is then fetched and put back once for four products.
    let i = 0;
    for (; i + 3 < inputs; i += 4) {
      const [a, b, c, d] = [x[first + i], x[first + i + 1], x[first + i + 2], x[first + i + 3]];
      let place = i * outputs;
      for (let j = 0; j < outputs; j++, place++) {
        sums[j] += a * weights[place] + b * weights[place + outputs]
          + c * weights[place + 2 * outputs] + d * weights[place + 3 * outputs];
      }
    }
    for (; i < inputs; i++) {
      for (let j = 0; j < outputs; j++) sums[j] += x[first + i] * weights[i * outputs + j];
    }
    y.set(sums, row * outputs);
  }
  return y;
}

/** One step of an LSTM from the states `h` and `c`; gates in Keras's order: i, f, c, o. */
export function lstm(x, { h, c }, { kernel, recurrent, bias }) {
  const width = recurrent.shape[0];
  const fromInput = dense(x, kernel, bias);
  const fromState = dense(h, recurrent);
  const after = { h: new Float32Array(h.length), c: new Float32Array(c.length) };
  for (let place = 0; place < h.length; place++) {
    const row = Math.floor(place / width);
    const first = 4 * row * width + (place - row * width);
    const gate = (number) => fromInput[first + number * width] + fromState[first + number * width];
    const kept = sigmoid(gate(1)) * c[place] + sigmoid(gate(0)) * Math.tanh(gate(2));
    after.c[place] = kept;
    after.h[place] = sigmoid(gate(3)) * Math.tanh(kept);
  }
  return after;
}

/** Dot attention: each query looks at all states. Returns `context` and `weights`, a row a query. */
export function attend(queries, states, width) {
  const [rows, steps] = [queries.length / width, states.length / width];
  const weights = new Float32Array(rows * steps);
  const context = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const query = queries.subarray(row * width, (row + 1) * width);
    const scores = new Float32Array(steps);
    for (let step = 0; step < steps; step++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += query[k] * states[step * width + k];
      scores[step] = sum;
    }
    const shares = logSoftmax(scores).map(Math.exp);
    weights.set(shares, row * steps);
    for (let k = 0; k < width; k++) {
      let sum = 0;
      for (let step = 0; step < steps; step++) sum += shares[step] * states[step * width + k];
      context[row * width + k] = sum;
    }
  }
  return { context, weights };
}

/** Log-probabilities of one row of logits. The largest is taken off first: exp cannot overflow. */
export function logSoftmax(logits) {
  const largest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - largest);
  const total = Math.log(sum);
  return logits.map((value) => value - largest - total);
}

/** The rows of two batches, side by side. */
export function joined(left, right, leftWidth, rightWidth) {
  const rows = left.length / leftWidth;
  const width = leftWidth + rightWidth;
  const both = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    both.set(left.subarray(row * leftWidth, (row + 1) * leftWidth), row * width);
    both.set(right.subarray(row * rightWidth, (row + 1) * rightWidth), row * width + leftWidth);
  }
  return both;
}

/** The chosen rows of a batch, in the order in which they are asked for. */
export function gathered(x, places, width) {
  const found = new Float32Array(places.length * width);
  places.forEach((place, row) => found.set(x.subarray(place * width, (place + 1) * width), row * width));
  return found;
}

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const FUNCTIONS = { tanh: Math.tanh, sigmoid, relu: (x) => Math.max(0, x), linear: (x) => x };

/** Applies an activation, called as Keras calls it, to all numbers of a batch. */
export const activated = (x, name) => x.map(FUNCTIONS[name ?? "linear"]);
