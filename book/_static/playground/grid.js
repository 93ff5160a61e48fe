// Numbers as a grid of coloured cells: one colour above zero, one below, grey and hatched at pads.
import { drawn } from "./frame.js";

const WIDE = 38;
let count = 0;

/**
 * Returns a grid as SVG. `columns` and `rows` are headings; `value(column, row)` and
 * `pad(column, row)` tell of a cell; `most` is the size that has the full colour; `high` is a row's
 * height; with `written` the numbers stand in the cells.
 */
export function grid({ columns, rows, value, pad, most, high, label, written = false }) {
  const left = Math.max(0, ...rows.map((text) => text.length)) * 9 + 4;
  const top = columns.some(Boolean) ? 20 : 2;
  const size = [left + columns.length * WIDE, top + rows.length * high + 2];
  const hatch = `play-hatch-${++count}`;
  const cells = drawn("g");
  rows.forEach((_, row) => columns.forEach((_, column) => {
    const [x, y, number] = [left + column * WIDE, top + row * high, value(column, row)];
    const box = { x: x + 1, y: y + 0.5, width: WIDE - 2, height: high - 1 };
    const kind = pad(column, row) ? "pad" : number < 0 ? "negative" : "positive";
    const share = written ? 0.15 : Math.min(1, Math.abs(number) / most);
    cells.append(drawn("rect", { ...box, class: `play-${kind}`, style: `--share: ${share.toFixed(2)}` }));
    if (kind === "pad") cells.append(drawn("rect", { ...box, fill: `url(#${hatch})` }));
    if (written) cells.append(drawn("text", { x: x + WIDE / 2, y: y + high / 2 + 4 }, String(number)));
  }));
  const heads = drawn("g", { class: "play-heads" });
  columns.forEach((text, column) => heads.append(drawn("text", { x: left + (column + 0.5) * WIDE, y: 14 }, text)));
  rows.forEach((text, row) => heads.append(drawn("text", { x: left / 2, y: top + (row + 0.5) * high + 4 }, text)));
  const stripes = drawn("pattern", { id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse" },
    drawn("path", { d: "M0 6L6 0M-1 1L1 -1M5 7L7 5", class: "play-hatch" }));
  return drawn("svg", {
    class: "play-grid", viewBox: `0 0 ${size.join(" ")}`, width: size[0], height: size[1], role: "img", "aria-label": label,
  }, drawn("defs", {}, stripes), cells, heads);
}
