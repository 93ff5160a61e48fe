// A pad to draw on: with a pointer, or with the arrow keys, which move a pen that the space bar
// lowers and lifts.
import { element } from "./frame.js";

export const PAD = 140; // pixels a side
const [PEN, STRIDE] = [5.5, 4];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Returns the pad's `canvas`, `clear()`, and `ink()`, 0 to 1 a pixel. `change` is called at each stroke,
 * and `told(down)` when a key lowers or lifts the pen.
 */
export function pad({ label, change, told }) {
  const canvas = element("canvas", {
    class: "play-picture play-pad-field", width: PAD, height: PAD, tabindex: 0, role: "application", "aria-label": label,
  });
  const paper = new OffscreenCanvas(PAD, PAD).getContext("2d", { willReadFrequently: true });
  Object.assign(paper, { lineCap: "round", lineJoin: "round", lineWidth: 2 * PEN });
  const screen = canvas.getContext("2d");
  const pen = { x: PAD / 2, y: PAD / 4, down: false, shown: false };

  function show() {
    screen.clearRect(0, 0, PAD, PAD);
    screen.drawImage(paper.canvas, 0, 0);
    if (!pen.shown) return;
    screen.beginPath();
    screen.arc(pen.x, pen.y, PEN + 2, 0, 2 * Math.PI);
    screen.setLineDash(pen.down ? [] : [3, 3]);
    screen.stroke();
  }
  function line(from, to) {
    paper.beginPath();
    paper.moveTo(from.x, from.y);
    paper.lineTo(to.x + 0.01, to.y); // a line of no length at all would leave no dot
    paper.stroke();
    show();
    change();
  }

  let last = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) * PAD) / box.width, y: ((event.clientY - box.top) * PAD) / box.height };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return; // only the first one draws
    canvas.setPointerCapture(event.pointerId);
    last = at(event);
    line(last, last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const now = at(event);
    line(last, now);
    last = now;
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (last = null));

  canvas.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
    if (!way && event.key !== " ") return;
    event.preventDefault();
    const before = { x: pen.x, y: pen.y };
    if (way) {
      const moved = (place, by) => Math.max(PEN, Math.min(PAD - PEN, place + by * STRIDE));
      [pen.x, pen.y] = [moved(pen.x, way[0]), moved(pen.y, way[1])];
    } else {
      pen.down = !pen.down;
      told(pen.down);
    }
    if (pen.down) line(before, pen);
    else show();
  });
  canvas.addEventListener("focus", () => { pen.shown = canvas.matches(":focus-visible"); show(); });
  canvas.addEventListener("blur", () => { Object.assign(pen, { shown: false, down: false }); show(); });

  return {
    canvas,
    clear() {
      paper.clearRect(0, 0, PAD, PAD);
      show();
      change();
    },
    ink() {
      const { data } = paper.getImageData(0, 0, PAD, PAD);
      return Float32Array.from({ length: PAD * PAD }, (_, place) => data[4 * place + 3] / 255);
    },
  };
}
