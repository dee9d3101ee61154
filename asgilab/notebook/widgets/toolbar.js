// The bar above the list: what to do with the connections, the filter, whether
// the list follows, and one chip for each connection.

import { button, h, set } from "./dom.js";
import { count } from "./format.js";
import { COLOURS } from "./lanes.js";

const MOST_CLOSED = 12;

const STATUS = { open: "●", paused: "❚❚", closed: "○", raised: "✕" };

export class Toolbar {
  /** on: step(), resume(), pause(), filter(text), live(), help(), target(name). */
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.target = null;
    this.drawnText = "";
    this.chipNodes = new Map();
    this.build();
  }

  build() {
    const { on } = this;
    this.buttons = h(
      "div",
      { class: "buttons", role: "group", "aria-label": "Run", hidden: true },
      button("Continue", "play", on.resume, { title: "Let it run", keys: "F8" }),
      button("Pause", "pause", on.pause, { title: "Hold at the next event", keys: "F8" }),
      button("Step", "step", on.step, { title: "Let one event through", keys: "F10" }),
    );
    this.filter = h("input", {
      type: "search",
      class: "filter",
      placeholder: "Filter: text or /regex/",
      "aria-label": "Filter events by connection, type and payload",
      "aria-keyshortcuts": "/",
      spellcheck: "false",
      oninput: () => this.typed(),
    });
    this.error = h("div", { class: "filter-error", role: "alert", hidden: true });
    this.shown = h("span", { class: "shown" });
    this.live = h("button", {
      type: "button",
      class: "live",
      title: "Follow new events",
      onclick: on.live,
    });
    this.help = h(
      "button",
      { type: "button", class: "help-button", title: "Keys (?)", onclick: on.help },
      h("span", { "aria-hidden": "true" }, "?"),
      h("span", { class: "hidden" }, "Keys"),
    );
    this.more = h("span", { class: "more" });
    const chips = { class: "chips", role: "group", "aria-label": "Connections" };
    this.chips = h("div", chips, this.more);
    this.element = h(
      "div",
      { class: "top" },
      h(
        "div",
        { class: "toolbar", role: "toolbar", "aria-label": "Timeline" },
        this.buttons,
        h("div", { class: "search" }, this.filter, this.error),
        this.shown,
        this.live,
        this.help,
      ),
      this.chips,
    );
  }

  typed() {
    clearTimeout(this.timer);
    this.shown.classList.add("busy");
    this.timer = setTimeout(() => this.on.filter(this.filter.value), 120);
  }

  /** Empties the filter; false if there was none. */
  clear() {
    if (!this.filter.value) return false;
    this.filter.value = "";
    this.typed();
    return true;
  }

  draw({ live, follow, unseen }) {
    const { filter, total, length } = this.store;
    const controllable = live && this.store.lanes.size > 0;
    this.buttons.hidden = !live;
    for (const node of this.buttons.children) node.disabled = !controllable;
    if (filter.text !== this.drawnText && document.activeElement !== this.filter) {
      this.filter.value = filter.text; // another view of this timeline has set it
    }
    this.drawnText = filter.text;
    this.error.hidden = !filter.error;
    this.error.textContent = filter.error ?? "";
    set(this.filter, "aria-invalid", filter.error ? "true" : null);
    const scanning = filter.active && filter.scanned < total;
    this.shown.classList.toggle("busy", scanning);
    const whole = count(total, "event");
    this.shown.textContent = filter.active
      ? `${length.toLocaleString("en")} of ${whole}`
      : whole;
    this.live.hidden = !live;
    set(this.live, "aria-pressed", String(follow));
    this.live.textContent = follow || !unseen ? "Live" : `Live · ${unseen} new`;
    this.drawChips();
  }

  drawChips() {
    const { lanes, stops } = this.store;
    this.chips.hidden = !lanes.size;
    if (this.target !== null && !lanes.has(this.target)) this.target = null;
    const held = new Set(stops.map((stop) => stop.connection));
    const shown = chosen(lanes, (lane) => held.has(lane.name) || lane.name === this.target);
    this.chip(null, "All connections", "", "", this.target === null);
    for (const lane of shown) {
      const status = held.has(lane.name) ? "paused" : lane.status;
      const colour = `lane-${lane.order % COLOURS}`;
      this.chip(lane.name, lane.name, status, colour, this.target === lane.name);
    }
    const names = new Set([null, ...shown.map((lane) => lane.name)]);
    for (const [name, node] of this.chipNodes) node.hidden = !names.has(name);
    const left = lanes.size - shown.length;
    this.more.hidden = !left;
    this.more.textContent = `and ${count(left, "closed connection")}`;
  }

  chip(key, name, status, colour, pressed) {
    let node = this.chipNodes.get(key);
    if (!node) {
      node = h(
        "button",
        { type: "button", onclick: () => this.choose(key) },
        h("span", { class: "sign", "aria-hidden": "true" }),
        h("span", { class: "name" }, name),
        h("span", { class: "status" }),
      );
      this.chipNodes.set(key, node);
      this.chips.append(node);
    }
    node.className = `chip ${status} ${colour}`;
    set(node, "aria-pressed", String(pressed));
    const [sign, , told] = node.children;
    sign.textContent = key === null ? "" : (STATUS[status] ?? "·");
    told.textContent = status;
  }

  choose(name) {
    this.target = name;
    this.drawChips();
    this.on.target(name);
  }
}

/** The connections to show chips of: those that live, and the last that closed. */
export function chosen(lanes, always) {
  const all = [...lanes.values()];
  const closed = all.filter((lane) => lane.status === "closed" && !always(lane));
  const hidden = new Set(closed.slice(0, -MOST_CLOSED));
  return all.filter((lane) => !hidden.has(lane));
}
