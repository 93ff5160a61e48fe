// What the heartbeat playground computes: bringing a beat to the data's scale, scoring it, bending it.

/** A series with mean 0 and deviation 1, as the data's beats were given: theirs divides by n - 1. */
export function standardised(series) {
  const mean = series.reduce((sum, value) => sum + value, 0) / series.length;
  const deviation = Math.sqrt(series.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (series.length - 1)) || 1;
  return { beat: series.map((value) => (value - mean) / deviation), mean, deviation };
}

/** Returns a beat's reconstruction, on the beat's own scale, and its score on the data's. */
export function judged(model, series) {
  const { beat, mean, deviation } = standardised(series);
  const again = model.decode(model.encode(beat));
  const score = beat.reduce((sum, value, step) => sum + (value - again[step]) ** 2, 0);
  return { rebuilt: again.map((value) => value * deviation + mean), score };
}

/** Returns a series that is bent at a step to a value; its neighbours go along, the less the farther. */
export function bent(series, step, value, reach = 3) {
  const change = value - series[step];
  return series.map((old, other) => old + change * Math.exp(-((other - step) ** 2) / (2 * reach ** 2)));
}
