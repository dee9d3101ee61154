// The talk with the kernel: what a view asks, and what it does with the answers.

import { BATCH } from "./store.js";

const decoder = new TextDecoder();
const PATIENCE = 4000;

export class Link {
  /** on: changed(), hello(message), detail(event, bytes), problem(text). */
  constructor(model, store, on) {
    this.model = model;
    this.store = store;
    this.on = on;
    this.name = crypto.getRandomValues(new Uint32Array(2)).join("-");
    this.asked = null;
    this.near = 0;
    this.listen = (content, buffers) => this.heard(content, buffers);
  }

  open() {
    this.opened = performance.now();
    this.model.on("msg:custom", this.listen);
    this.send("ready", { view: this.name });
  }

  close() {
    this.model.off("msg:custom", this.listen);
    clearTimeout(this.timer);
    try {
      this.send("gone", { view: this.name });
    } catch {
      // The kernel is gone already.
    }
  }

  send(what, message = {}) {
    this.model.send({ do: what, ...message });
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
    if (message.rows) this.asked = null;
    this.on.changed();
  }

  /** Asks for the details of an event. */
  ask(index) {
    this.send("detail", { index });
  }

  /** Asks for the rows that are missing nearest to what is in sight. */
  fetch({ first, last }) {
    this.near = Math.floor((first + last) / 2);
    if (this.asked || !this.store.total) return;
    const run = this.store.missing(first) ?? this.store.missing(this.near);
    if (!run) return;
    this.asked = run;
    this.send("rows", { first: run.first, count: Math.min(run.count, BATCH) });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.asked = null;
      this.on.changed();
    }, PATIENCE);
  }
}

function bytesOf(buffer) {
  if (!buffer) return new Uint8Array();
  return new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength);
}
