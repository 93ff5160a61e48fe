// A small grey picture on a canvas: black ink of many strengths on nothing. In the dark the page's
// style turns it round, as it does its other pictures.
import { element } from "./frame.js";

/** Returns a canvas for pictures of `side` by `side` pixels, and `show(pixels)`. */
export function picture(side, label) {
  const canvas = element("canvas", { class: "play-picture", width: side, height: side, role: "img", "aria-label": label });
  const context = canvas.getContext("2d", { willReadFrequently: true }); // small: no graphics card is needed
  const show = (pixels) => {
    const image = context.createImageData(side, side);
    pixels.forEach((ink, place) => (image.data[4 * place + 3] = Math.round(255 * Math.min(1, Math.max(0, ink)))));
    context.putImageData(image, 0, 0);
  };
  return { canvas, show };
}
