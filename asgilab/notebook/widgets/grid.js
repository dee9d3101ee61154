// The list of events: a grid of which only the rows in sight exist.
//
// Rows have one fixed height, so which of them are in sight is a division. A
// library for virtual lists would bring ten times the code, for rows whose
// height must be measured, and would still not go beyond the height that a
// browser allows (see viewport.js).

import { h, set } from "./dom.js";
import { clock, direction, duration, gapBefore, pieces } from "./format.js";
import { Lanes } from "./lanes.js";
import { inSight, scrollTo, spaceOf } from "./viewport.js";

export const ROW = 24;

const COLUMNS = ["index", "time", "connection", "type", "payload", "source"];
const TITLES = ["#", "Time", "Connection", "Type", "Payload", "Source"];

let grids = 0;

export class Grid {
  /** on: select(index), open(), followed(boolean), wanted(). */
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.selected = null;
    this.live = false;
    this.follow = false;
    this.lastTop = 0;
    this.pool = [];
    this.lanes = new Lanes(store);
    this.prefix = `asgilab-row-${(grids += 1)}`;
    this.sight = { first: 0, last: 0, shift: 0 };
    this.build();
  }

  build() {
    this.header = h(
      "div",
      { class: "row header", role: "row", "aria-rowindex": 1 },
      h("span", { class: "cell gutter", role: "presentation" }),
      TITLES.map((title, number) =>
        h("span", { class: `cell ${COLUMNS[number]}`, role: "columnheader" }, title),
      ),
    );
    this.space = h("div", { class: "space", role: "rowgroup" }, this.lanes.element);
    this.empty = h("div", { class: "empty" });
    this.scroller = h(
      "div",
      {
        class: "scroller",
        role: "grid",
        tabindex: 0,
        "aria-label": "Events",
        "aria-colcount": COLUMNS.length,
        onscroll: () => this.scrolled(),
        onclick: (event) => this.clicked(event),
        ondblclick: () => this.on.open(),
      },
      h("div", { role: "rowgroup", class: "head" }, this.header),
      this.space,
    );
    this.element = h("div", { class: "grid" }, this.scroller, this.empty);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.scroller);
  }

  close() {
    this.sizes.disconnect();
  }

  /** The measures of the list, as viewport.js wants them. */
  get measures() {
    return {
      top: this.scroller.scrollTop,
      height: Math.max(0, this.scroller.clientHeight - ROW),
      total: this.store.length,
      row: ROW,
    };
  }

  /** Draws what is in sight anew, and goes to the end if the list is followed. */
  draw() {
    const { length } = this.store;
    this.space.style.height = `${spaceOf(length, ROW)}px`;
    set(this.scroller, "aria-rowcount", length + 1);
    if (this.follow) this.toEnd();
    this.sight = inSight(this.measures);
    const { first, last, shift } = this.sight;
    for (let position = first; position < last; position += 1) {
      this.fill(this.pool[position - first] ?? this.addRow(), position, shift);
    }
    this.pool.forEach((node, number) => (node.hidden = number >= last - first));
    this.drawLanes();
    const active = this.inSight(this.selected) ? this.idOf(this.selected) : null;
    set(this.scroller, "aria-activedescendant", active);
    this.on.wanted();
  }

  drawLanes() {
    const { first, last, shift } = this.sight;
    const width = this.lanes.draw({ first, last, row: ROW, selected: this.selected });
    this.lanes.element.style.transform = `translateY(${first * ROW - shift}px)`;
    this.element.style.setProperty("--gutter", `${width}px`);
    const digits = Math.max(3, String(this.store.total).length);
    const clocks = Math.max(6, clock(this.store.latest).length);
    this.element.style.setProperty("--digits", `${digits}ch`);
    this.element.style.setProperty("--clock", `${clocks}ch`);
    this.element.style.setProperty("--place", `${Math.min(24, this.store.longest)}ch`);
  }

  addRow() {
    const cells = COLUMNS.map((name) =>
      h("span", { class: `cell ${name}`, role: "gridcell" }),
    );
    const node = h("div", { role: "row" }, h("span", { class: "cell gutter" }), cells);
    node.cells = cells;
    this.pool.push(node);
    this.space.append(node);
    return node;
  }

  fill(node, position, shift) {
    const index = this.store.indexAt(position);
    const row = this.store.row(index);
    node.position = position;
    node.id = this.idOf(index);
    node.style.transform = `translateY(${position * ROW - shift}px)`;
    set(node, "aria-rowindex", position + 2);
    set(node, "aria-selected", String(index === this.selected));
    node.className = row ? this.classOf(row) : "row pending";
    if (row) this.fillCells(node, row, position);
    else node.cells.forEach((cell, n) => (cell.textContent = n ? "" : index));
  }

  classOf(row) {
    const raised = row.kind === "end" && row.type === "raised" ? " raised" : "";
    const odd = row.index === this.selected ? " selected" : "";
    const lane = this.store.lanes.get(row.connection)?.order ?? 0;
    return `row ${row.kind}${raised}${odd} lane-${lane % 8}`;
  }

  fillCells(node, row, position) {
    const [index, time, connection, type, payload, source] = node.cells;
    index.textContent = row.index;
    time.textContent = clock(row.at);
    connection.textContent = row.connection;
    connection.title = `${row.connection} ${direction(row.kind)}`;
    const [, protocol, rest] = /^((?:websocket|http|lifespan)\.)?(.*)$/s.exec(row.type);
    const family = row.kind === "layer" ? "layer." : (protocol ?? "");
    type.replaceChildren(h("span", { class: "family" }, family), ...this.marked(rest));
    type.title = row.type;
    if (row.kind === "end" && row.type === "raised") {
      type.replaceChildren(h("span", { class: "badge" }, "raised"));
    }
    payload.replaceChildren(...this.marked(row.preview));
    if (row.note) payload.prepend(h("span", { class: "note" }, row.note));
    source.textContent = row.place;
    source.title = row.place;
    this.fillGap(node, payload, row, position);
  }

  fillGap(node, payload, row, position) {
    const before = position ? this.store.row(this.store.indexAt(position - 1)) : null;
    const gap = before && gapBefore(before.at, row.at);
    node.classList.toggle("after-gap", Boolean(gap));
    if (gap) payload.prepend(h("span", { class: "gap" }, `${duration(gap)} idle`));
  }

  marked(text) {
    const parts = pieces(text, this.store.filter.active ? this.store.filter.text : "");
    return parts.map(([part, hit]) => (hit ? h("mark", {}, part) : part));
  }

  idOf(index) {
    return `${this.prefix}-${index}`;
  }

  inSight(index) {
    if (index === null || !this.store.shows(index)) return false;
    const position = this.store.positionOf(index);
    return position >= this.sight.first && position < this.sight.last;
  }

  scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    const atEnd = scrollTop + clientHeight >= scrollHeight - 2;
    // Only going up ends the following: rows that arrive move the end away. And
    // only the user begins it again: a position that was set here says nothing.
    if (scrollTop < this.lastTop) this.setFollow(false);
    else if (scrollTop > this.lastTop && atEnd && this.live) this.setFollow(true);
    this.lastTop = scrollTop;
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  setFollow(follow) {
    if (follow === this.follow) return;
    this.follow = follow;
    this.on.followed(follow);
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.lastTop = this.scroller.scrollTop;
  }

  clicked(event) {
    const node = event.target.closest?.("[role=row]");
    if (node?.position === undefined) return;
    this.setFollow(false);
    this.select(this.store.indexAt(node.position));
  }

  /** Selects an event and brings it into sight; null selects nothing. */
  select(index) {
    this.selected = index;
    if (index !== null) this.reveal(index);
    this.draw();
    this.on.select(index);
  }

  reveal(index) {
    const position = this.store.positionOf(index);
    const top = scrollTo(position, this.measures);
    if (top < this.scroller.scrollTop) this.setFollow(false);
    this.scroller.scrollTop = top;
    this.lastTop = this.scroller.scrollTop;
  }

  /** Moves the selection by a number of rows, or to an end of the list. */
  move(by) {
    const last = this.store.length - 1;
    if (last < 0) return;
    const none = this.selected === null || !this.store.length;
    const from = none ? (by < 0 ? last + 1 : -1) : this.store.positionOf(this.selected);
    const to = Math.max(0, Math.min(last, from + by));
    if (to < last) this.setFollow(false);
    this.select(this.store.indexAt(to));
  }
}
