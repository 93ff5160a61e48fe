// Reads words apart from the page, which stays free to scroll and type meanwhile.
import { Reader, normal } from "./reader.js";
import { load } from "./weights.js";

let reader;

onmessage = async ({ data: { id, load: wanted, text, settings } }) => {
  try {
    if (wanted) {
      reader = new Reader(await load(wanted.name, wanted.folder));
      postMessage({ id, facts: reader.facts });
      return;
    }
    const word = normal(text);
    const refusal = reader.refusal(word);
    const began = performance.now();
    const found = refusal ? { refusal } : reader.read(word, settings);
    postMessage({ id, word, ...found, milliseconds: performance.now() - began });
  } catch (error) {
    postMessage({ id, error: error.message });
  }
};
