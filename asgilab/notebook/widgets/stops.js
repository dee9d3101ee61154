// The strip of what is held at a gate now: which event, and where the code stands.

import { button, h } from "./dom.js";
import { COLOURS } from "./lanes.js";

const LINGER = 300;

export class Stops {
  /** on: step(connection), resume(connection), left() when the focus has no place. */
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.open = new Set();
    this.drawn = null;
    this.element = h("div", {
      class: "stops",
      role: "region",
      "aria-label": "Paused",
      hidden: true,
    });
  }

  draw() {
    const { stops } = this.store;
    if (this.drawn === stops) return;
    this.drawn = stops;
    clearTimeout(this.hiding);
    const inside = this.element.contains(document.activeElement);
    const pressed = inside ? document.activeElement.dataset.does : null;
    this.element.classList.toggle("running", !stops.length);
    if (!stops.length) {
      // A step lets go of one event and is soon held at the next one: the list
      // must not jump up and down in between.
      this.hiding = setTimeout(() => this.hide(), LINGER);
      return;
    }
    this.element.replaceChildren(...stops.map((stop) => this.stop(stop)));
    this.element.hidden = false;
    if (inside) this.focus(pressed);
  }

  hide() {
    const inside = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.element.replaceChildren();
    if (inside) this.on.left();
  }

  /** Puts the focus back on what was pressed, or to where the keys still work. */
  focus(pressed) {
    const again = [...this.element.querySelectorAll("button")];
    const found = again.find((node) => node.dataset.does === pressed);
    if (found) found.focus();
    else this.on.left();
  }

  button(label, name, stop, act, title) {
    const node = button(label, name, () => act(stop.connection), { title });
    node.dataset.does = `${label} ${stop.connection}`;
    return node;
  }

  stop(stop) {
    const order = this.store.lanes.get(stop.connection)?.order ?? 0;
    const frame = stop.frames[0];
    const does = stop.direction.endsWith("send") ? "about to send" : "about to receive";
    return h(
      "div",
      { class: `stop lane-${order % COLOURS}` },
      h(
        "div",
        { class: "stop-line" },
        h("span", { class: "sign", "aria-hidden": "true" }, "❚❚"),
        h("b", {}, stop.connection),
        h("span", { class: "does" }, does),
        h("code", { class: "type" }, stop.type),
        h("code", { class: "payload", title: stop.preview }, stop.preview),
        h(
          "span",
          { class: "buttons" },
          this.button("Step", "step", stop, this.on.step, "Let this event through"),
          this.button("Continue", "play", stop, this.on.resume, "Let it run"),
        ),
      ),
      frame?.source ? this.frame(stop, frame) : this.idle(),
    );
  }

  idle() {
    return h("div", { class: "where" }, "No line of yours is waiting for it.");
  }

  frame(stop, { source, locals, attributes }) {
    const line = source.code.find(([number]) => number === source.line)?.[1];
    const kept = locals.filter(([name]) => name !== "self");
    const where = h(
      "summary",
      { class: "where" },
      h("span", { class: "place" }, source.place),
      h("span", { class: "function" }, source.function),
      line ? h("code", {}, line.trim()) : null,
    );
    const details = h(
      "details",
      { ontoggle: () => this.toggled(stop.id, details.open) },
      where,
      h(
        "div",
        { class: "stop-body" },
        codeBlock(source),
        h("div", { class: "values" }, pairs("Locals", kept), pairs("self", attributes)),
      ),
    );
    details.open = this.open.has(stop.id);
    return details;
  }

  toggled(id, open) {
    if (open) this.open.add(id);
    else this.open.delete(id);
  }
}

/** The code around a source line, that line marked; null if there is none. */
export function codeBlock({ code, line }) {
  if (!code.length) return null;
  return h(
    "pre",
    { class: "code", tabindex: 0, "aria-label": "Source" },
    code.map(([number, text]) =>
      h(
        "div",
        { class: number === line ? "here" : "", "aria-current": number === line || null },
        h("span", { class: "number" }, String(number)),
        text || " ",
      ),
    ),
  );
}

function pairs(title, values) {
  if (!values.length) return null;
  return h(
    "dl",
    { class: "pairs" },
    h("div", { class: "pairs-title" }, title),
    values.map(([name, text]) =>
      h("div", { class: "pair" }, h("dt", {}, name), h("dd", {}, h("code", {}, text))),
    ),
  );
}
