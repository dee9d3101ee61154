// The bar between list and details: dragged, or moved by arrow keys.

import { h, set } from "./dom.js";

const STEP = 4;

export class Splitter {
  constructor(pane) {
    this.pane = pane;
    this.share = 42;
    this.element = h("div", {
      class: "splitter",
      role: "separator",
      tabindex: 0,
      "aria-label": "Size of the details",
      "aria-valuemin": 15,
      "aria-valuemax": 80,
      hidden: true,
      onpointerdown: (event) => this.grab(event),
      onkeydown: (event) => this.key(event),
    });
    this.resize(this.share);
  }

  /** Whether the details stand below the list, as in a narrow cell. */
  get below() {
    return getComputedStyle(this.element.parentElement).flexDirection === "column";
  }

  resize(share) {
    this.share = Math.max(15, Math.min(80, share));
    this.pane.style.flexBasis = `${this.share}%`;
    set(this.element, "aria-valuenow", Math.round(this.share));
  }

  grab(event) {
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    const move = ({ clientX, clientY }) => {
      const area = this.element.parentElement.getBoundingClientRect();
      const left = this.below
        ? (area.bottom - clientY) / area.height
        : (area.right - clientX) / area.width;
      this.resize(left * 100);
    };
    this.element.addEventListener("pointermove", move);
    const release = () => this.element.removeEventListener("pointermove", move);
    this.element.addEventListener("lostpointercapture", release, { once: true });
  }

  key(event) {
    const larger = this.below ? "ArrowUp" : "ArrowLeft";
    const smaller = this.below ? "ArrowDown" : "ArrowRight";
    if (event.key !== larger && event.key !== smaller) return;
    event.preventDefault();
    event.stopPropagation();
    this.resize(this.share + (event.key === larger ? STEP : -STEP));
  }
}
