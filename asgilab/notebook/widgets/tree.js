// Trees that Python wrote (see _tree.py) as values for the JSON viewer.

/**
 * Undoes the marks of Python, and takes the sting out of keys that the viewer
 * would call: it asks each object for its constructor.
 */
export function revive(node) {
  if (Array.isArray(node)) return node.map(revive);
  if (node === null || typeof node !== "object") return node;
  const keys = Object.keys(node);
  if (keys[0]?.startsWith("$")) return marked(node);
  return Object.fromEntries(keys.map((key) => [tame(key), revive(node[key])]));
}

/** A value as text to copy: JSON where it is JSON. */
export function copyText(value) {
  const written = (_, item) => (typeof item === "bigint" ? String(item) : item);
  return JSON.stringify(value, written, 2);
}

function marked(node) {
  if ("$dict" in node) {
    return Object.fromEntries(node.$dict.map(([k, v]) => [tame(k), revive(v)]));
  }
  if ("$number" in node) {
    return /^-?\d+$/.test(node.$number) ? BigInt(node.$number) : node.$number;
  }
  if ("$bytes" in node) return bytesText(node.$bytes, node.size);
  return String(node.$other);
}

function bytesText(hex, size) {
  const shown = hex.replace(/../g, "$& ").trim();
  return `bytes ${size} B: ${shown}${hex.length / 2 < size ? " …" : ""}`;
}

// A word joiner makes another key of it, and looks the same.
function tame(key) {
  return key === "constructor" || key === "__proto__" ? `${key}\u2060` : key;
}
