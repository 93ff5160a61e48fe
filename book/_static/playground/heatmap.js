// Attention as a heat map. It is a table, so that a screen reader walks it cell by cell.
import { element } from "./frame.js";

/** Returns a table: `rows` and `columns` are headings, `weights[row][column]` shares from 0 to 1. */
export function heatmap({ rows, columns, weights, caption }) {
  const head = (text, scope) => element("th", { scope }, text);
  return element("table", { class: "play-heat" },
    element("caption", { class: "play-unseen" }, caption),
    element("thead", {}, element("tr", {}, element("td"), ...columns.map((text) => head(text, "col")))),
    element("tbody", {}, ...rows.map((text, row) => element("tr", {}, head(text, "row"),
      ...weights[row].map((weight) => cell(weight))))));
}

function cell(weight) {
  const share = Math.round(100 * weight);
  const made = element("td", { title: `${share} %` }, element("span", { class: "play-unseen" }, share));
  made.style.setProperty("--share", `${share}%`);
  return made;
}
