// The pane with all about one event: payload, exception, source, cause, effects.

import { button, h, set } from "./dom.js";
import { clock, direction, duration, hexLines, size } from "./format.js";
import { COLOURS } from "./lanes.js";
import { codeBlock } from "./stops.js";
import { copyText, revive } from "./tree.js";
import Viewer from "./vendor/json-formatter.mjs";

const MOST_HEX = 4096;

export class Detail {
  /** on: close(), go(index). */
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.index = null;
    this.form = null;
    this.body = h("div", { class: "detail-body", tabindex: 0, "aria-label": "Event" });
    this.title = h("div", { class: "detail-title" });
    this.element = h(
      "section",
      { class: "detail", "aria-label": "Details", hidden: true },
      h(
        "header",
        {},
        this.title,
        button("Close", "close", on.close, { title: "Close the details", keys: "Esc" }),
      ),
      this.body,
    );
  }

  /** Shows that an event is being fetched; null closes the pane. */
  expect(index) {
    const anew = index !== this.index;
    this.index = index;
    this.element.hidden = index === null;
    if (anew && index !== null) this.head(this.store.row(index) ?? { index });
    if (anew) set(this.body, "aria-busy", "true");
  }

  /** Shows an event; one that is not expected any more is left alone. */
  show(event, bytes) {
    if (event.index !== this.index) return;
    set(this.body, "aria-busy", null);
    this.head(event);
    const sections = [
      this.exception(event),
      this.payload(event, bytes),
      this.source(event),
      this.links("Caused by", event.cause ? [event.cause] : []),
      this.links("Led to", event.effects, event.effects_total),
      this.links("Logs and queries", event.related),
    ];
    this.body.replaceChildren(...sections.filter(Boolean));
    this.body.scrollTop = 0;
  }

  head(event) {
    const lane = this.store.lanes.get(event.connection)?.order ?? 0;
    const time = event.at === undefined ? "" : `${clock(event.at)} s`;
    this.title.replaceChildren(
      h("span", { class: "number" }, `#${event.index}`),
      h("b", { class: `name lane-${lane % COLOURS}` }, event.connection ?? ""),
      h("code", {}, event.type ?? ""),
      h("span", { class: "does" }, event.kind ? direction(event.kind) : ""),
      h("span", { class: "time", title: this.wallTime(event.at ?? 0) }, time),
    );
    if (event.note) this.title.append(h("span", { class: "note" }, event.note));
  }

  wallTime(at) {
    const date = new Date(this.store.started + at * 1000);
    const options = { dateStyle: "medium", timeStyle: "medium" };
    const ms = String(date.getMilliseconds()).padStart(3, "0");
    return `${date.toLocaleString(undefined, options)} and ${ms} ms`;
  }

  exception(event) {
    if (!event.exception) return null;
    const text = h("pre", { class: "traceback", tabindex: 0 }, event.exception);
    return section("Exception", text, copier(() => event.exception));
  }

  payload(event, bytes) {
    const forms = this.forms(event, bytes);
    const names = Object.keys(forms);
    const chosen = names.includes(this.form) ? this.form : names[0];
    const holder = h("div", { class: "payload-view" });
    const tabs = names.map((name) =>
      h("button", { type: "button", onclick: () => choose(name) }, name),
    );
    const choose = (name, asked = true) => {
      if (asked) this.form = name;
      tabs.forEach((tab, n) => set(tab, "aria-pressed", String(names[n] === name)));
      holder.replaceChildren(forms[name].draw());
    };
    choose(chosen, false);
    const group = h("span", { class: "forms", role: "group", "aria-label": "Show as" }, tabs);
    group.hidden = names.length < 2;
    const { frame } = event;
    const told = frame.form ? size(frame.size) + (frame.cut ? ", cut here" : "") : "";
    const copy = copier(() => (this.formCopied(forms, tabs, names) ?? ""));
    return section("Payload", holder, h("span", { class: "told" }, told), group, copy);
  }

  formCopied(forms, tabs, names) {
    const chosen = tabs.findIndex((tab) => tab.getAttribute("aria-pressed") === "true");
    return forms[names[chosen]].copy();
  }

  /** The ways to look at a payload, the best one first. */
  forms({ frame, message }, bytes) {
    const forms = {};
    if (frame.form === "json") {
      forms.JSON = { draw: () => this.tree(frame.value), copy: () => frame.text };
    }
    if (frame.form === "json" || frame.form === "text") {
      forms.Text = { draw: () => textBlock(frame.text), copy: () => frame.text };
    }
    if (frame.form === "bytes") {
      forms.Hex = { draw: () => hexBlock(bytes), copy: () => hexText(bytes) };
    }
    const copy = () => copyText(revive(message));
    forms.Event = { draw: () => this.tree(message), copy };
    return forms;
  }

  tree(node) {
    const value = revive(node);
    if (value === null || typeof value !== "object") return textBlock(copyText(value));
    return drawTree(value);
  }

  source({ source }) {
    if (!source) return null;
    const place = `${source.file}:${source.line}`;
    const line = h(
      "div",
      { class: "where", title: place },
      h("span", { class: "place" }, source.place),
      h("span", { class: "function" }, source.function),
    );
    return section("Source", [line, codeBlock(source)], copier(() => place));
  }

  links(title, events, total = events.length) {
    if (!events.length) return null;
    const here = this.store.row(this.index)?.at;
    const items = events.map((event) => h("li", {}, this.link(event, here)));
    const more = total - events.length;
    if (more > 0) items.push(h("li", { class: "told" }, `and ${more} more`));
    return section(title, h("ul", { class: "links" }, items));
  }

  link(event, here) {
    const lane = this.store.lanes.get(event.connection)?.order ?? 0;
    const apart = here === undefined ? "" : duration(Math.abs(event.at - here));
    const sign = event.at < here ? "−" : "+";
    return h(
      "button",
      { type: "button", class: "link", onclick: () => this.on.go(event.index) },
      h("span", { class: "number" }, `#${event.index}`),
      h("span", { class: `name lane-${lane % COLOURS}` }, event.connection),
      h("code", {}, event.type),
      h("code", { class: "payload" }, event.preview),
      h("span", { class: "time" }, apart && `${sign}${apart}`),
    );
  }
}

function section(title, content, ...beside) {
  const head = h("div", { class: "section-head" }, h("h4", {}, title), beside);
  return h("section", { class: "section" }, head, content);
}

function copier(read) {
  const node = button("Copy", "copy", async () => {
    try {
      await navigator.clipboard.writeText(read());
      node.classList.add("done");
      setTimeout(() => node.classList.remove("done"), 900);
    } catch {
      node.hidden = true; // A page that is not secure has no clipboard.
    }
  });
  return node;
}

function textBlock(text) {
  const empty = text === "";
  return h("pre", { class: `text${empty ? " told" : ""}`, tabindex: 0 }, empty ? "empty" : text);
}

function hexBlock(bytes) {
  const lines = hexLines(bytes.subarray(0, MOST_HEX)).map(([offset, hex, shown]) =>
    h("div", {}, h("span", { class: "number" }, offset), `${hex}  `, h("i", {}, shown)),
  );
  const left = bytes.length - MOST_HEX;
  if (left > 0) lines.push(h("div", { class: "told" }, `and ${size(left)} more`));
  return h("pre", { class: "hex", tabindex: 0, "aria-label": "Bytes" }, lines);
}

function hexText(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Draws a tree, makes its handles reachable by keys and its links harmless. */
function drawTree(value) {
  const viewer = new Viewer(value, 2, {
    animateOpen: false,
    animateClose: false,
    hoverPreviewEnabled: true,
    useToJSON: false,
  });
  const holder = h("div", { class: "tree" }, viewer.render());
  const prepare = () => {
    for (const handle of holder.querySelectorAll(".json-formatter-toggler-link")) {
      const open = handle.parentElement.classList.contains("json-formatter-open");
      set(handle, "role", "button");
      set(handle, "tabindex", "0");
      set(handle, "aria-expanded", String(open));
    }
    for (const link of holder.querySelectorAll("a.json-formatter-url")) {
      set(link, "target", "_blank");
      set(link, "rel", "noopener noreferrer");
    }
  };
  prepare();
  holder.addEventListener("click", prepare);
  holder.addEventListener("keydown", (event) => {
    const handle = event.target.closest(".json-formatter-toggler-link");
    if (!handle || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    handle.click();
  });
  return holder;
}
