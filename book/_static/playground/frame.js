// What all playgrounds share: their words, their place on the page, and how controls are made.

/** Returns an element with attributes and children; an attribute that is a function is a listener. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";
/** Returns an SVG element with attributes and children. */
export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Puts values where a text has their names in braces. */
export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** Writes a number with a real minus sign, and with none where it is rounded to zero. */
export const shown = (value, digits = 2) =>
  value.toFixed(digits).replace(/^-(?=0(\.0+)?$)/, "").replace("-", "−");

/**
 * Runs a playground in its place on the page. `build(words)` returns, once its model is there, the
 * element that takes the place of the still picture. Until then the picture stays.
 */
export async function mount(place, build) {
  const words = JSON.parse(place.querySelector("script").textContent);
  const still = place.querySelector(".play-still");
  const status = element("p", { class: "play-status", role: "status" });
  still.after(status);
  status.textContent = words.loading;
  try {
    const stage = await build(words, status);
    still.replaceWith(stage);
    status.textContent = "";
    place.dataset.ready = "";
  } catch (error) {
    status.textContent = words.failed;
    place.dataset.failed = error.message;
  }
}

/** A labelled slider. `tell` writes its value for people; `change` is called with the number. */
export function slider({ label, min, max, step = 1, value, tell = String, change }) {
  // The value stands beside the name for the eye; a screen reader is told it by the slider itself.
  const output = element("b", { "aria-hidden": "true" }, tell(Number(value)));
  const input = element("input", { type: "range", min, max, step, value, "aria-valuetext": tell(Number(value)) });
  const show = () => {
    output.textContent = tell(input.valueAsNumber);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    show();
    change(input.valueAsNumber);
  });
  const field = element("label", { class: "play-field" }, element("span", {}, `${label} `, output), input);
  const set = (number, most = input.max) => {
    input.max = most;
    input.value = number;
    show();
  };
  return { field, input, set };
}

/** A box that scrolls sideways inside itself, by keyboard too, as soon as its content is too wide. */
export function scroller(label, ...children) {
  const box = element("div", { class: "play-scroll" }, ...children);
  const look = () => {
    const wide = box.scrollWidth > box.clientWidth;
    for (const [name, value] of [["tabindex", 0], ["role", "region"], ["aria-label", label]]) {
      if (wide) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  };
  new ResizeObserver(look).observe(box);
  new MutationObserver(look).observe(box, { childList: true }); // its content may grow where it does not
  return box;
}

/** Whether the reader has asked that nothing moves. */
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Calls a function once its caller has been quiet for some milliseconds. */
export function settled(call, pause) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, pause);
  };
}
