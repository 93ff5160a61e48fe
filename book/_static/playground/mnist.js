// A drawing brought to the form of MNIST's digits, as those who made the data describe it: fitted
// into a box of 20 by 20 pixels with its proportions kept, and placed in a field of 28 by 28 so that
// its centre of mass is in the middle.
export const SIDE = 28;
const BOX = 20;
// The middle is that of pixel 14, counted from 0. Digits are moved there by whole pixels, so that
// their centres of mass lie around this point, up to half a pixel off, as those of the data do.
const MIDDLE = 14.5;

/**
 * Returns `(784)` pixels from 0, paper, to 1, ink; all paper if there is no ink. `ink` holds the
 * drawing row after row, `side` pixels each.
 */
export function centred(ink, side) {
  const field = new Float32Array(SIDE * SIDE);
  const found = extent(ink, side);
  if (!found) return field;
  const step = found.size / BOX; // so many pixels of the drawing make one of the picture
  const [firstRow, firstColumn] = [(found.y - found.top) / step, (found.x - found.left) / step]
    .map((centre) => Math.round(MIDDLE - centre)); // where the box begins
  for (let row = 0; row < SIDE; row++) {
    const top = found.top + (row - firstRow) * step;
    for (let column = 0; column < SIDE; column++) {
      const left = found.left + (column - firstColumn) * step;
      field[row * SIDE + column] = mean(ink, side, left, top, step);
    }
  }
  return field;
}

/** The ink's left and top edge, its longer side, and its centre of mass; null without ink. */
function extent(ink, side) {
  let [left, right, top, bottom, mass, x, y] = [side, 0, side, 0, 0, 0, 0];
  ink.forEach((grey, place) => {
    if (grey <= 0) return;
    const [row, column] = [Math.floor(place / side), place % side];
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    mass += grey;
    x += grey * (column + 0.5);
    y += grey * (row + 0.5);
  });
  return mass ? { left, top, size: Math.max(right - left, bottom - top), x: x / mass, y: y / mass } : null;
}

/** The mean of a square of the drawing: each pixel counts by the share of it that lies inside. */
function mean(ink, side, left, top, size) {
  let sum = 0;
  const [firstRow, lastRow] = [Math.max(0, Math.floor(top)), Math.min(side, Math.ceil(top + size))];
  const [first, last] = [Math.max(0, Math.floor(left)), Math.min(side, Math.ceil(left + size))];
  for (let row = firstRow; row < lastRow; row++) {
    const high = Math.min(row + 1, top + size) - Math.max(row, top);
    for (let column = first; column < last; column++) {
      const wide = Math.min(column + 1, left + size) - Math.max(column, left);
      sum += high * wide * ink[row * side + column];
    }
  }
  return sum / (size * size);
}
