// The timeline of a session: puts the parts together, talks with the kernel
// (see _publisher.py for the messages), and knows the keys.

import { Detail } from "./detail.js";
import { h } from "./dom.js";
import { count } from "./format.js";
import { Grid } from "./grid.js";
import { Help } from "./help.js";
import { Link } from "./link.js";
import { Splitter } from "./splitter.js";
import { Stops } from "./stops.js";
import { Store } from "./store.js";
import { Toolbar } from "./toolbar.js";

class Timeline {
  constructor(model, el) {
    this.store = new Store();
    this.live = false;
    this.seen = 0;
    this.link = new Link(model, this.store, {
      changed: () => this.changed(),
      hello: (message) => this.hello(message),
      detail: (event, bytes) => this.detail.show(event, bytes),
      problem: (text) => this.say(text),
    });
    this.build(model, el);
    this.link.open();
    this.patience = setTimeout(() => this.changed(), 2500);
  }

  build(model, el) {
    const { store, link } = this;
    const control = (what) => (name) =>
      link.send(what, { connection: typeof name === "string" ? name : this.toolbar.target });
    const [step, resume, pause] = ["step", "resume", "pause"].map(control);
    Object.assign(this, { step, resume, pause });
    this.toolbar = new Toolbar(store, {
      step,
      resume,
      pause,
      filter: (text) => link.send("filter", { text }),
      live: () => this.goLive(),
      help: () => this.help.show(),
      target: () => {},
    });
    this.grid = new Grid(store, {
      select: (index) => this.selected(index),
      open: () => this.detail.body.focus(),
      followed: () => this.changed(),
      wanted: () => link.fetch(this.grid?.sight ?? { first: 0, last: 0 }),
    });
    this.detail = new Detail(store, {
      close: () => this.grid.select(null),
      go: (index) => this.go(index),
    });
    this.stops = new Stops(store, {
      step,
      resume,
      left: () => this.grid.scroller.focus(),
    });
    this.help = new Help(() => this.closeHelp());
    this.message = h("div", { class: "problem", role: "alert", hidden: true });
    this.spoken = h("div", { class: "hidden", role: "status" });
    this.splitter = new Splitter(this.detail.element);
    const frame = h(
      "div",
      { class: "frame", onkeydown: (event) => this.key(event) },
      this.toolbar.element,
      this.message,
      this.spoken,
      this.stops.element,
      h("div", { class: "panes" }, this.grid.element, this.splitter.element, this.detail.element),
      this.help.element,
    );
    // The table for places without a kernel is not to be seen beside it.
    const table = `[data-asgilab-static="${model.get("_mark")}"]`;
    const hiding = h(
      "style",
      {},
      `${table} { display: none }\n.jp-OutputArea-child:has(${table}) { display: none }`,
    );
    this.element = h("div", { class: "asgilab-timeline" }, hiding, frame);
    el.append(this.element);
  }

  close() {
    for (const timer of [this.patience, this.silence, this.timer]) clearTimeout(timer);
    this.link.close();
    this.grid.close();
    this.element.remove();
  }

  hello(message) {
    clearTimeout(this.patience);
    const first = !this.greeted;
    this.greeted = true;
    this.live = message.live;
    this.grid.live = message.live;
    if (first) this.grid.follow = message.live;
  }

  /** Draws all that shows a part of the store, once for changes that come together. */
  changed() {
    if (this.timer) return;
    // A timer and not an animation frame: those stand still in a hidden tab.
    const wait = Math.max(0, (this.drawn ?? 0) + 16 - performance.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.drawn = performance.now();
      this.draw();
    }, wait);
  }

  draw() {
    const { store, grid } = this;
    if (grid.follow) this.seen = store.total;
    this.toolbar.draw({
      live: this.live,
      follow: grid.follow,
      unseen: store.total - this.seen,
    });
    this.stops.draw();
    this.drawEmpty();
    grid.draw();
    const news = announcement(store);
    if (this.spoken.textContent !== news) this.spoken.textContent = news;
  }

  drawEmpty() {
    const { empty } = this.grid;
    const text = this.emptyText();
    empty.hidden = !text;
    empty.textContent = text;
  }

  emptyText() {
    const { store } = this;
    if (!this.greeted) {
      return performance.now() - this.link.opened < 2400
        ? "Waiting for the kernel…"
        : "The kernel does not answer: it is busy with a cell, or it is gone.";
    }
    if (!store.total) return "No events yet. They appear here as connections open.";
    if (store.length) return "";
    if (store.filter.scanned < store.total) return "Searching…";
    return `No event matches “${store.filter.text}”.`;
  }

  selected(index) {
    this.detail.expect(index);
    this.splitter.element.hidden = index === null;
    if (index !== null) this.link.ask(index);
  }

  /** Selects an event, even one that the filter hides. */
  go(index) {
    if (!this.store.shows(index)) this.toolbar.clear();
    this.grid.setFollow(false);
    this.grid.select(index);
    this.grid.scroller.focus();
  }

  goLive() {
    this.grid.setFollow(!this.grid.follow);
    this.changed();
  }

  say(text) {
    this.message.textContent = text;
    this.message.hidden = false;
    clearTimeout(this.silence);
    this.silence = setTimeout(() => (this.message.hidden = true), 8000);
  }

  closeHelp() {
    this.help.hide();
    this.grid.scroller.focus();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Jupyter has one-letter commands of its own: two d's delete a cell.
    event.stopPropagation();
    const typing = event.target.matches("input, textarea");
    const act = KEYS[event.key];
    if (!act || (typing && !["F8", "F10", "Escape", "Enter", "ArrowDown"].includes(event.key))) {
      return;
    }
    if (event.target.matches("button, summary, a") && event.key === "Enter") return;
    if (event.target.closest(".detail-body, .stops") && SCROLLING.has(event.key)) return;
    event.preventDefault();
    act(this);
  }

  escape() {
    if (this.help.open) this.closeHelp();
    else if (this.element.contains(document.activeElement) && this.toolbar.clear()) return;
    else if (this.grid.selected !== null) this.grid.select(null);
    this.grid.scroller.focus();
  }

  continueOrPause() {
    const { target } = this.toolbar;
    const { lanes, stops } = this.store;
    const held = [...lanes.values()].filter((lane) => lane.status === "paused");
    const names = [...held.map((lane) => lane.name), ...stops.map((s) => s.connection)];
    if (target === null ? names.length : names.includes(target)) this.resume();
    else this.pause();
  }
}

/** What a screen reader should say: what is held, and what the filter found. */
function announcement({ stops, filter, total }) {
  if (stops.length) {
    const held = stops.map((stop) => `${stop.connection} at ${stop.direction} of ${stop.type}`);
    return `Paused: ${held.join(", ")}`;
  }
  if (!filter.active || filter.scanned < total) return "";
  return `${count(filter.hits.length, "event")} found`;
}

const move = (by) => (timeline) => {
  timeline.grid.move(by);
  timeline.grid.scroller.focus();
};

const KEYS = {
  j: move(1),
  ArrowDown: move(1),
  k: move(-1),
  ArrowUp: move(-1),
  PageDown: move(10),
  PageUp: move(-10),
  Home: move(-Infinity),
  End: move(Infinity),
  Enter: (timeline) =>
    (timeline.grid.selected === null ? timeline.grid.scroller : timeline.detail.body).focus(),
  F8: (timeline) => timeline.live && timeline.continueOrPause(),
  F10: (timeline) => timeline.live && timeline.step(),
  "/": (timeline) => timeline.toolbar.filter.select(),
  "?": (timeline) => timeline.help.show(),
  Escape: (timeline) => timeline.escape(),
};

// What the browser does with these is right where text is read.
const SCROLLING = new Set(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End", "Enter"]);

function render({ model, el }) {
  const timeline = new Timeline(model, el);
  return () => timeline.close();
}

export default { render };
