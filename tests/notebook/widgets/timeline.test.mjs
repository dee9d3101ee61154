// The pure parts of the timeline: formats, windows, the store, trees, lanes.
// Run: node --test timeline.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../../asgilab/notebook/widgets/", import.meta.url);
const urls = new Map();

// Links the modules as loader.js does, because node takes a .js file without a
// package.json for CommonJS in some versions.
function urlOf(path) {
  if (!urls.has(path)) {
    const text = readFileSync(new URL(path, FOLDER), "utf8");
    const linked = text.replace(/from "(\.\/[\w./-]+)"/g, (_, imported) => `from "${urlOf(imported)}"`);
    urls.set(path, `data:text/javascript;base64,${Buffer.from(linked).toString("base64")}`);
  }
  return urls.get(path);
}

const { clock, count, direction, duration, gapBefore, hexLines, pieces, size } = await import(
  urlOf("./format.js")
);
const { inSight, scrollTo, spaceOf } = await import(urlOf("./viewport.js"));
const { BATCH, Store } = await import(urlOf("./store.js"));
const { copyText, revive } = await import(urlOf("./tree.js"));
const { causePath, gutter, laneX } = await import(urlOf("./lanes.js"));
const { chosen } = await import(urlOf("./toolbar.js"));

test("times are written like a clock", () => {
  assert.deepEqual([0, 0.0004, 12.3456, 59.9996, 62.5, 3723.25, -1.5, NaN].map(clock), [
    "0.000", "0.000", "12.346", "1:00.000", "1:02.500", "1:02:03.250", "-1.500", "?",
  ]);
});

test("spans of time have the unit that suits them", () => {
  const spans = [0.0003, 0.0123, 0.4501, 0.9999, 12.44, 59.99, 200, 7500];
  assert.deepEqual(spans.map(duration), [
    "0.3 ms", "12 ms", "450 ms", "1.0 s", "12.4 s", "1 min 0 s", "3 min 20 s", "2 h 5 min",
  ]);
});

test("sizes and counts are readable", () => {
  assert.deepEqual([12, 1234, 999_999, 5_600_000].map(size), ["12 B", "1.2 kB", "1.0 MB", "5.6 MB"]);
  assert.deepEqual([count(1, "event"), count(12345, "event")], ["1 event", "12,345 events"]);
});

test("a silence of a second is a gap, less is not", () => {
  assert.equal(gapBefore(1, 1.9), null);
  assert.equal(gapBefore(1, 2), 1);
  assert.equal(gapBefore(0.5, 13), 12.5);
});

test("bytes become lines of a hex dump", () => {
  const lines = hexLines(new Uint8Array([0x41, 0x00, 0xff, ...new Array(14).fill(0x20)]));
  assert.equal(lines.length, 2);
  assert.deepEqual([lines[0][0], lines[1][0]], ["000000", "000010"]);
  assert.ok(lines[0][1].startsWith("41 00 ff 20"));
  assert.equal(lines[0][2], "A.." + " ".repeat(13));
  assert.equal(lines[0][1].length, lines[1][1].length);
});

test("what a filter looks for is marked, case aside", () => {
  assert.deepEqual(pieces("say Hi to hi", "hi"), [
    ["say ", false], ["Hi", true], [" to ", false], ["hi", true],
  ]);
  assert.deepEqual(pieces("a1b22", "/\\d+/"), [["a", false], ["1", true], ["b", false], ["22", true]]);
  assert.deepEqual(pieces("(a", "(a"), [["(a", true]]);
});

test("a filter that marks nothing leaves the text whole", () => {
  for (const filter of ["", "  ", "zz", "/(/", "/z*/"]) {
    assert.deepEqual(pieces("text", filter), [["text", false]], filter);
  }
  assert.deepEqual(pieces("", "a"), [["", false]]);
});

test("a direction is told in words", () => {
  assert.equal(direction("send"), "sent by the application");
  assert.equal(direction("log"), "");
});

test("only the rows in sight are drawn, and a few more", () => {
  const { first, last, shift } = inSight({ top: 2400, height: 480, total: 100_000, row: 24 });
  assert.deepEqual([first, last, shift], [98, 122, 0]);
  assert.deepEqual(inSight({ top: 0, height: 480, total: 3, row: 24 }), { first: 0, last: 3, shift: 0 });
  assert.deepEqual(inSight({ top: 0, height: 480, total: 0, row: 24 }), { first: 0, last: 0, shift: 0 });
});

test("a list too high for a browser scrolls faster and reaches its last row", () => {
  const total = 5_000_000;
  const space = spaceOf(total, 24);
  assert.equal(space, 10_000_000);
  const end = inSight({ top: space - 480, height: 480, total, row: 24 });
  assert.equal(end.last, total);
  const y = (total - 1) * 24 - end.shift;
  assert.ok(Math.abs(y - (space - 24)) < 1);
});

test("a row is brought just into sight, near ones without a jump", () => {
  const at = (position, top, total = 1000) => scrollTo(position, { top, height: 480, total, row: 24 });
  assert.equal(at(10, 0), 0);
  assert.equal(at(20, 0), 24);
  assert.equal(at(9, 240), 216);
  assert.equal(at(500, 0), 500 * 24 - 228);
  assert.equal(at(999, 0), 1000 * 24 - 480);
});

test("scrolling to a row of a very long list brings that row into sight", () => {
  const total = 5_000_000;
  for (const position of [0, 1234, 2_500_000, total - 1]) {
    const top = scrollTo(position, { top: 77, height: 480, total, row: 24 });
    const { first, last } = inSight({ top, height: 480, total, row: 24 });
    assert.ok(position >= first && position < last, `${position} in ${first}..${last}`);
  }
});

const run = (first, length, make = () => ({})) => ({
  first,
  words: ["alice", "websocket.send", "a.py:1", ""],
  rows: Array.from({ length }, (_, n) => {
    const { at = (first + n) / 10, cause = -1 } = make(first + n);
    return [at, 0, 2, 1, `row ${first + n}`, 2, cause, 3];
  }),
});

test("rows come in any order and are kept once", () => {
  const store = new Store();
  store.take({ total: 10, rows: [run(5, 5), run(0, 2), run(5, 5)] });
  assert.equal(store.row(6).preview, "row 6");
  assert.equal(store.row(6).kind, "send");
  assert.equal(store.row(6).cause, null);
  assert.equal(store.row(3), undefined);
  assert.equal(store.latest, 0.9);
  assert.deepEqual(store.gaps(0, 10), [[2, 3]]);
});

test("a total never shrinks: an answer may be older than the news", () => {
  const store = new Store();
  store.take({ total: 10 });
  store.take({ total: 8 });
  assert.equal(store.total, 10);
});

test("a lost message is noticed by its number", () => {
  const store = new Store();
  assert.deepEqual([4, 5, 7, 8].map((number) => store.follows(number)), [true, true, false, true]);
});

test("missing rows are asked for from the place in sight outwards", () => {
  const store = new Store();
  store.take({ total: 3 * BATCH + 10, rows: [run(BATCH, BATCH)] });
  assert.deepEqual(store.nearestGap(BATCH + 5), [0, BATCH]);
  assert.deepEqual(store.nearestGap(3 * BATCH + 1), [3 * BATCH, 10]);
  store.take({ rows: [run(0, BATCH), run(2 * BATCH, 400), run(2 * BATCH + 600, 400), run(3 * BATCH, 10)] });
  assert.deepEqual(store.nearestGap(0), [2 * BATCH + 400, 200]);
  store.take({ rows: [run(2 * BATCH + 400, 200)] });
  assert.equal(store.nearestGap(0), null);
  assert.equal(new Store().nearestGap(0), null);
});

test("a filter shows its hits, and more as they are found", () => {
  const store = new Store();
  store.take({ total: 100, filter: { text: "x", active: true, hits: [3, 50], scanned: 60, anew: true } });
  store.take({ filter: { hits: [70], scanned: 100 } });
  assert.equal(store.length, 3);
  assert.deepEqual([0, 1, 2].map((position) => store.indexAt(position)), [3, 50, 70]);
  assert.deepEqual([3, 51, 99].map((index) => store.positionOf(index)), [0, 2, 3]);
  assert.deepEqual([50, 51].map((index) => store.shows(index)), [true, false]);
  assert.deepEqual(store.gaps(0, 3), [[3, 1], [50, 1], [70, 1]]);
});

test("the message of a broken filter stays until another filter is set", () => {
  const store = new Store();
  store.take({ total: 5, filter: { text: "x", active: true, hits: [1], scanned: 5, anew: true } });
  store.take({ filter: { text: "/(/", error: "broken" } });
  store.take({ filter: { hits: [4], scanned: 5 } });
  assert.equal(store.filter.error, "broken");
  assert.deepEqual(store.filter.hits, [1, 4]);
  store.take({ filter: { text: "", active: false, hits: [], scanned: 0, anew: true } });
  assert.equal(store.filter.error, null);
  assert.equal(store.length, 5);
});

test("an event knows what it led to, as far as rows have come", () => {
  const store = new Store();
  store.take({ total: 4, rows: [run(0, 4, (n) => ({ cause: n > 1 ? 0 : -1 }))] });
  assert.deepEqual(store.effects.get(0), [2, 3]);
});

test("marks of Python become values again", () => {
  const value = revive({
    big: { $number: "12345678901234567890" },
    nan: { $number: "nan" },
    raw: { $bytes: "00ff", size: 5 },
    user: { $other: "<User>" },
    odd: { $dict: [["$bytes", 1]] },
    list: [{ a: null }],
  });
  assert.deepEqual(value, {
    big: 12345678901234567890n,
    nan: "nan",
    raw: "bytes 5 B: 00 ff …",
    user: "<User>",
    odd: { $bytes: 1 },
    list: [{ a: null }],
  });
  assert.ok(copyText(value).includes('"12345678901234567890"'));
});

test("a payload cannot make the JSON viewer call what it holds", () => {
  const value = revive(JSON.parse('{"constructor": {"toString": 1}, "__proto__": {"x": 1}}'));
  assert.equal(value.constructor, Object);
  assert.equal(value.x, undefined);
  assert.deepEqual(Object.keys(value).map((key) => key.replace("\u2060", "")), ["constructor", "__proto__"]);
});

test("many lanes share a gutter of bounded width", () => {
  assert.equal(gutter(1).columns, 1);
  assert.equal(gutter(3).lane, 20);
  const many = gutter(500);
  assert.ok(many.width < 200);
  assert.ok(laneX(499, many) < many.width);
});

test("a cause is drawn down its own lane and across to the effect's", () => {
  assert.equal(causePath({ x: 10, y: 0 }, { x: 10, y: 48 }), "M10,0V48");
  const across = causePath({ x: 10, y: 0 }, { x: 50, y: 48 });
  assert.ok(across.startsWith("M10,0V41Q10,48 17,48H"));
  assert.ok(causePath({ x: 50, y: 0 }, { x: 10, y: 48 }).endsWith("H20"));
});

test("chips are for what lives, and for the last that closed", () => {
  const lanes = new Map();
  for (let n = 0; n < 100; n += 1) lanes.set(`c${n}`, { name: `c${n}`, status: n % 10 ? "closed" : "open" });
  const shown = chosen(lanes, (lane) => lane.name === "c1");
  assert.equal(shown.filter((lane) => lane.status === "open").length, 10);
  assert.equal(shown.length, 10 + 1 + 12);
  assert.equal(shown.at(-1).name, "c99");
});
