// The gutter beside the rows: one line for each connection while it is open, a
// glyph for each event on its connection's line, and arrows of cause.

import { svg } from "./dom.js";

export const COLOURS = 8;

const WIDEST = 176;

/** Widths in pixels for a number of columns: of one lane, and of the gutter. */
export function gutter(columns) {
  const lane = Math.max(8, Math.min(20, WIDEST / Math.max(columns, 1)));
  const shown = Math.min(Math.max(columns, 1), Math.floor(WIDEST / lane));
  return { lane, columns: shown, width: Math.ceil(shown * lane + 10) };
}

/** Where the lane of a column runs; columns beyond the last one share lanes. */
export function laneX(column, { lane, columns }) {
  return 5 + (column % columns) * lane + lane / 2;
}

/**
 * The path from a cause to an effect: down the cause's lane, then across. In
 * one lane it stays on that lane.
 */
export function causePath(from, to) {
  if (from.x === to.x) return `M${from.x},${from.y}V${to.y}`;
  const side = Math.sign(to.x - from.x);
  const down = Math.sign(to.y - from.y) || 1;
  const bend = Math.min(7, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  const corner = `${from.x},${to.y} ${from.x + side * bend},${to.y}`;
  return `M${from.x},${from.y}V${to.y - down * bend}Q${corner}H${to.x - side * 10}`;
}

/** Draws the gutter of the rows in sight into an SVG element. */
export class Lanes {
  constructor(store) {
    this.store = store;
    this.element = svg("svg", { class: "lanes", "aria-hidden": "true" });
  }

  /** Columns that the lanes take. */
  get columns() {
    let most = 0;
    for (const lane of this.store.lanes.values()) most = Math.max(most, lane.column + 1);
    return most;
  }

  draw({ first, last, row, selected }) {
    const shape = gutter(this.columns);
    const height = Math.max(0, last - first) * row;
    this.element.setAttribute("width", shape.width);
    this.element.setAttribute("height", height);
    const place = (position, column) => ({
      x: laneX(column, shape),
      y: (Math.max(first - 1, Math.min(position, last)) - first + 0.5) * row,
    });
    this.element.replaceChildren(
      ...this.lifelines(first, last, place),
      ...this.arrows(selected, place),
      ...this.glyphs(first, last, place, selected),
    );
    return shape.width;
  }

  lifelines(first, last, place) {
    const lines = [];
    for (const lane of this.store.lanes.values()) {
      const from = this.store.positionOf(lane.first);
      const to = lane.last < 0 ? last : this.store.positionOf(lane.last);
      if (to < first || from >= last) continue;
      const start = place(from, lane.column);
      const end = place(to, lane.column);
      const colour = `lane-${lane.order % COLOURS}`;
      const d = `M${start.x},${start.y}V${end.y}`;
      lines.push(svg("path", { class: `life ${colour}`, d }));
    }
    return lines;
  }

  arrows(selected, place) {
    const chosen = selected === null ? undefined : this.store.row(selected);
    if (!chosen) return [];
    const pairs = (this.store.effects.get(selected) ?? []).map((to) => [selected, to]);
    if (chosen.cause !== null) pairs.push([chosen.cause, selected]);
    return pairs.flatMap(([cause, effect]) => this.arrow(cause, effect, place));
  }

  arrow(cause, effect, place) {
    const ends = [cause, effect].map((index) => {
      const lane = this.store.lanes.get(this.store.row(index)?.connection);
      return lane && place(this.store.positionOf(index), lane.column);
    });
    if (!ends[0] || !ends[1] || !this.store.shows(effect)) return [];
    const drawn = [svg("path", { class: "cause", d: causePath(...ends) })];
    const side = Math.sign(ends[1].x - ends[0].x);
    if (side) {
      const tip = `${ends[1].x - side * 7},${ends[1].y}`;
      const d = `M${tip}l${-side * 5},-3.5v7z`;
      drawn.push(svg("path", { class: "cause-tip", d }));
    }
    return drawn;
  }

  glyphs(first, last, place, selected) {
    const drawn = [];
    for (let position = first; position < last; position += 1) {
      const row = this.store.row(this.store.indexAt(position));
      const lane = row && this.store.lanes.get(row.connection);
      if (!lane) continue;
      const { x, y } = place(position, lane.column);
      const colour = `lane-${lane.order % COLOURS}`;
      const chosen = row.index === selected ? " chosen" : "";
      const name = row.kind === "end" && row.type === "raised" ? "raised" : row.kind;
      const d = GLYPHS[name] ?? GLYPHS.log;
      const transform = `translate(${x},${y})`;
      drawn.push(svg("path", { class: `glyph ${name} ${colour}${chosen}`, d, transform }));
    }
    return drawn;
  }
}

const DOT = "M-2.2,0a2.2,2.2 0 1 0 4.4,0a2.2,2.2 0 1 0 -4.4,0z";

const GLYPHS = {
  open: "M-4.5,0a4.5,4.5 0 1 0 9,0a4.5,4.5 0 1 0 -9,0z",
  receive: "M-5,-6L6,0L-5,6z",
  send: "M5,-6L-6,0L5,6z",
  end: "M-4.5,-4.5h9v9h-9z",
  raised: "M-5,-5L5,5M5,-5L-5,5",
  layer: "M0,-5.5L5.5,0L0,5.5L-5.5,0z",
  log: DOT,
  sql: DOT,
};
