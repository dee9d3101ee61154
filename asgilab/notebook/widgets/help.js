// The overlay that lists the keys.

import { button, h } from "./dom.js";

const KEYS = [
  ["F8", "Continue, or pause"],
  ["F10", "Step: let one event through"],
  ["j  k  ↓  ↑", "Next, previous event"],
  ["PgDn  PgUp", "Ten events on, back"],
  ["Home  End", "First, last event"],
  ["Enter", "Details of the event"],
  ["/", "Filter"],
  ["Esc", "Back: clear the filter, close"],
  ["?", "This list"],
];

export class Help {
  constructor(onclose) {
    this.closer = button("Close", "close", onclose, { keys: "Esc" });
    const title = h("h4", {}, "Keys, while the timeline has the focus");
    this.element = h(
      "div",
      { class: "help", role: "dialog", "aria-label": "Keys", "aria-modal": "true", hidden: true },
      h(
        "div",
        { class: "help-card" },
        h("header", {}, title, this.closer),
        h(
          "dl",
          {},
          KEYS.map(([keys, does]) =>
            h(
              "div",
              {},
              h("dt", {}, keys.split("  ").map((key) => h("kbd", {}, key))),
              h("dd", {}, does),
            ),
          ),
        ),
      ),
    );
  }

  get open() {
    return !this.element.hidden;
  }

  show() {
    this.element.hidden = false;
    this.closer.focus();
  }

  hide() {
    this.element.hidden = true;
  }
}
