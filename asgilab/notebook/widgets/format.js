// Values as short text. Pure functions only: nothing here touches a page.

/** Seconds without an event from which on a gap is marked. */
export const GAP = 1;

/** Time since the session began: 12.345, 1:02.345, 1:01:02.345. */
export function clock(seconds) {
  if (!Number.isFinite(seconds)) return "?";
  const sign = seconds < 0 ? "-" : "";
  const ms = Math.round(Math.abs(seconds) * 1000);
  const minutes = Math.floor(ms / 60000);
  const rest = ((ms % 60000) / 1000).toFixed(3);
  if (!minutes) return sign + rest;
  const padded = rest.padStart(6, "0");
  if (minutes < 60) return `${sign}${minutes}:${padded}`;
  const hours = Math.floor(minutes / 60);
  return `${sign}${hours}:${String(minutes % 60).padStart(2, "0")}:${padded}`;
}

/** A span of time: 0.3 ms, 450 ms, 12.4 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "?";
  const ms = seconds * 1000;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A number of bytes, 1 kB being 1000 B: 12 B, 1.2 kB, 3.4 MB. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_950) return `${(bytes / 1000).toFixed(1)} kB`;
  if (bytes < 999_950_000) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** 1 event, 2 events, 12,345 events. */
export function count(number, word) {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}

/** The idle time before an event if it is worth marking, or null. */
export function gapBefore(previous, at) {
  const gap = at - previous;
  return gap >= GAP ? gap : null;
}

/** Bytes as lines of a hex dump: [offset, hexadecimals, characters]. */
export function hexLines(bytes, width = 16) {
  const lines = [];
  for (let start = 0; start < bytes.length; start += width) {
    const some = [...bytes.subarray(start, start + width)];
    const hex = some.map((byte) => byte.toString(16).padStart(2, "0"));
    const shown = some.map((byte) =>
      byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".",
    );
    lines.push([
      start.toString(16).padStart(6, "0"),
      hex.join(" ").padEnd(width * 3 - 1),
      shown.join(""),
    ]);
  }
  return lines;
}

/** Splits a text where a filter text occurs: [[part, whether it is a hit], …]. */
export function pieces(text, filter) {
  const pattern = highlighter(filter);
  if (!pattern) return [[text, false]];
  const found = [];
  let end = 0;
  for (const hit of text.matchAll(pattern)) {
    if (!hit[0]) continue;
    if (hit.index > end) found.push([text.slice(end, hit.index), false]);
    found.push([hit[0], true]);
    end = hit.index + hit[0].length;
  }
  if (end < text.length || !found.length) found.push([text.slice(end), false]);
  return found;
}

// Only for colouring what the kernel has found: which events pass is decided
// there. Python's regular expressions are not quite JavaScript's; one that
// JavaScript does not know colours nothing.
function highlighter(filter) {
  const text = filter.trim();
  if (!text) return null;
  try {
    const regex = text.length > 2 && text.startsWith("/") && text.endsWith("/");
    const plain = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return new RegExp(regex ? text.slice(1, -1) : plain, "gi");
  } catch {
    return null;
  }
}

const DIRECTIONS = {
  open: "connection opened",
  receive: "received by the application",
  send: "sent by the application",
  end: "connection ended",
  log: "",
  sql: "",
  layer: "channel layer",
};

/** What a kind of event means, for tooltips and screen readers. */
export function direction(kind) {
  return DIRECTIONS[kind] ?? "";
}
