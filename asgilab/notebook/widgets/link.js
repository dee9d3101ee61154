// The talk with the kernel: what a view asks, and what it does with the answers.

const decoder = new TextDecoder();
const PATIENCE = 4000;
const MARGIN = 30;
const REST = 250;

export class Link {
  /** on: changed(), hello(message), detail(event, bytes), problem(text). */
  constructor(model, store, on) {
    this.model = model;
    this.store = store;
    this.on = on;
    this.name = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.asked = false;
    this.urgent = null;
    this.rest = 0;
    this.listen = (content, buffers) => this.heard(content, buffers);
  }

  open() {
    this.opened = performance.now();
    this.rest = this.opened + 2 * REST;
    this.model.on("msg:custom", this.listen);
    this.send("ready", { view: this.name });
  }

  close() {
    this.model.off("msg:custom", this.listen);
    clearTimeout(this.timer);
    clearTimeout(this.resting);
    this.send("gone", { view: this.name });
  }

  send(what, message = {}) {
    try {
      this.model.send({ do: what, ...message });
    } catch {
      this.on.problem("The kernel is gone: nothing can be asked of it.");
    }
  }

  heard(content, buffers) {
    if (!content?.what) return;
    const [body, extra] = buffers;
    const inOrder = this.store.follows(content.number);
    const message = JSON.parse(decoder.decode(body));
    if (content.what === "problem") this.on.problem(message.text);
    else if (content.what === "detail") this.on.detail(message, bytesOf(extra));
    else this.takeNews(content.what, message);
    // A message was lost on the way: ask for everything anew.
    if (!inOrder && content.what !== "hello") this.send("ready", { view: this.name });
  }

  takeNews(what, message) {
    this.store.take(message);
    if (what === "hello") this.on.hello(message);
    if (what === "rows") this.asked = false;
    this.on.changed();
  }

  /** Asks for the details of an event. */
  ask(index) {
    this.send("detail", { index });
  }

  /**
   * Asks for rows that are missing: those in sight at once, and when the list
   * has come to rest, those nearest to them, one batch after another.
   */
  fetch({ first, last }) {
    const urgent = this.store.gaps(first - MARGIN, last + MARGIN);
    clearTimeout(this.resting);
    if (urgent.length) {
      if (String(urgent) !== this.urgent) this.askRows(urgent);
      this.urgent = String(urgent);
      this.rest = performance.now() + REST;
      return;
    }
    this.resting = setTimeout(() => {
      const near = this.store.nearestGap(Math.floor((first + last) / 2));
      if (near && !this.asked) this.askRows([near]);
    }, this.rest - performance.now());
  }

  askRows(ranges) {
    this.asked = true;
    this.send("rows", { ranges });
    clearTimeout(this.timer);
    // An answer that does not come was lost, or the kernel is busy: ask again.
    this.timer = setTimeout(() => this.forget(), PATIENCE);
  }

  forget() {
    this.asked = false;
    this.urgent = null;
    this.on.changed();
  }
}

function bytesOf(buffer) {
  if (!buffer) return new Uint8Array();
  return new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength);
}
