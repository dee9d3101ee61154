// Which rows of a long list are in sight. Pure arithmetic.
//
// A browser cannot make an element of any height (Firefox stops near 17.9
// million pixels), so a very long list scrolls in a shorter space and moves
// faster than the scroll bar does.

const HIGHEST = 10_000_000;

/** Height of the scrolled space in pixels. */
export function spaceOf(total, row) {
  return Math.min(total * row, HIGHEST);
}

/**
 * The rows in sight: positions from `first` up to, not including, `last`.
 * A row at a position is drawn at `position * row - shift` pixels.
 */
export function inSight({ top, height, total, row }) {
  const shift = virtualTop(top, height, total, row) - top;
  const first = Math.max(0, Math.floor((top + shift) / row) - 2);
  const last = Math.min(total, Math.ceil((top + shift + height) / row) + 2);
  return { first: Math.min(first, last), last, shift };
}

/** The scroll position that brings a row just into sight, or `top` if it is. */
export function scrollTo(position, { top, height, total, row }) {
  const from = virtualTop(top, height, total, row);
  const y = position * row;
  if (y >= from && y + row <= from + height) return top;
  const near = y < from + row && y > from - row * 3;
  const far = y + row > from + height - row && y < from + height + row * 3;
  let wanted = y - (height - row) / 2;
  if (near) wanted = y;
  else if (far) wanted = y + row - height;
  return realTop(wanted, height, total, row);
}

function virtualTop(top, height, total, row) {
  const full = total * row;
  const space = spaceOf(total, row);
  if (full === space) return top;
  return (top * (full - height)) / (space - height);
}

function realTop(wanted, height, total, row) {
  const full = total * row;
  const space = spaceOf(total, row);
  const bounded = Math.max(0, Math.min(wanted, full - height));
  if (full === space) return bounded;
  return (bounded * (space - height)) / (full - height);
}
