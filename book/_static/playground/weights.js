// A model's numbers, as `seqtut export` writes them: NAME.json says which tensors there are, and
// NAME.bin holds them one after the other as float16, little-endian.

// The value of every float16 there is: with only 65,536 of them, looking up is the fastest decoding.
const HALVES = new Float32Array(1 << 16).map((_, bits) => half(bits));

/** Returns the number that 16 bits stand for: a sign, 5 bits of exponent, 10 of fraction. */
export function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24; // so small that no leading 1 is implied
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Returns the float32 numbers of a file of float16 ones, whatever the machine's own byte order. */
export function decoded(buffer) {
  const bytes = new Uint8Array(buffer);
  const numbers = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < numbers.length; i++) numbers[i] = HALVES[bytes[2 * i] | (bytes[2 * i + 1] << 8)];
  return numbers;
}

/** Fetches a model. Returns what it is, `facts`, and `tensors` by name: each `{shape, data}`. */
export async function load(name, folder) {
  const [facts, numbers] = await Promise.all([
    fetched(new URL(`${name}.json`, folder)).then((answer) => answer.json()),
    fetched(new URL(`${name}.bin`, folder)).then(async (answer) => decoded(await answer.arrayBuffer())),
  ]);
  if (numbers.length !== facts.numbers) {
    throw new Error(`${name}.bin holds ${numbers.length} numbers, ${name}.json tells of ${facts.numbers}.`);
  }
  const tensors = {};
  for (const { name: tensor, shape, begin } of facts.tensors) {
    const size = shape.reduce((product, side) => product * side, 1);
    tensors[tensor] = { shape, data: numbers.subarray(begin, begin + size) };
  }
  return { facts, tensors };
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address.pathname}: ${answer.status}`);
  return answer;
}
