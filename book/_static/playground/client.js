// Asks the worker, and hands each answer to whoever asked.

/** Starts a worker with a model. Returns `facts`, and `ask(message)`, which promises the answer. */
export async function connect(name, folder) {
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  const waiting = new Map();
  let count = 0;
  const ask = (message) =>
    new Promise((resolve, reject) => {
      waiting.set(++count, { resolve, reject });
      worker.postMessage({ id: count, ...message });
    });
  worker.onmessage = ({ data }) => {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) reject(new Error(data.error));
    else resolve(data);
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message ?? "worker"));
    waiting.clear();
  };
  const { facts } = await ask({ load: { name, folder: String(folder) } });
  return { facts, ask };
}
