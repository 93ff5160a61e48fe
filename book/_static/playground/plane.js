// A plane of codes: where the encoder puts the test digits, and a handle that can be dragged. The
// two sliders beside it do the same by keyboard.
import { drawn, shown } from "./frame.js";

const [SIZE, MARGIN] = [300, 10];

/** Returns the plane's `svg`, its `extent`, and `place(code)`; `change(code)` is called while dragging. */
export function plane({ codes, label, change }) {
  const extent = [0, 1].map((axis) => bounds(codes.map((code) => code[axis])));
  const scale = (value, [low, high]) => MARGIN + ((value - low) / (high - low)) * (SIZE - 2 * MARGIN);
  const unscale = (place, [low, high]) => low + ((place - MARGIN) / (SIZE - 2 * MARGIN)) * (high - low);
  const at = ([x, y]) => [scale(x, extent[0]), SIZE - scale(y, extent[1])];
  const inside = (value, [low, high]) => Math.max(low, Math.min(high, value));

  const digits = drawn("g", { class: "play-digits" });
  for (const code of codes) {
    const [x, y] = at(code);
    if (x < 0 || y < 0 || x > SIZE || y > SIZE) continue;
    digits.append(drawn("text", { x: x.toFixed(1), y: (y + 3.5).toFixed(1), class: `play-digit-${code[2]}` }, code[2]));
  }
  const handle = drawn("circle", { class: "play-handle", r: 8 });
  const svg = drawn("svg", {
    class: "play-plane", viewBox: `0 0 ${SIZE} ${SIZE}`, width: SIZE, height: SIZE, role: "img", "aria-label": label,
  }, digits, handle);
  const place = (code) => {
    const [x, y] = at(code);
    handle.setAttribute("cx", Math.max(0, Math.min(SIZE, x)));
    handle.setAttribute("cy", Math.max(0, Math.min(SIZE, y)));
  };

  const drag = (event) => {
    const box = svg.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE];
    const code = [inside(unscale(x, extent[0]), extent[0]), inside(unscale(SIZE - y, extent[1]), extent[1])];
    change(code);
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    svg.setPointerCapture(event.pointerId);
    drag(event);
  });
  svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && drag(event));
  return { svg, extent, place };
}

/** Where nearly all of some numbers lie, with a little room: single far ones would make the rest tiny. */
function bounds(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [low, high] = [0.01, 0.99].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  const room = 0.08 * (high - low);
  return [low - room, high + room];
}

/** Writes a code for people. */
export const told = (code) => `(${Array.from(code, (number) => shown(number)).join(", ")})`;
