// Starts a widget whose modules travel as text. Python puts them, packed, in the
// place of `packed`: pairs of path and source, each after those that it imports.
// A module that comes as text has no folder, so its imports are pointed at the
// others. They are loaded once for a page, however many widgets it shows.

const name = Symbol.for("asgilab:{{name}}");
const packed = "{{packed}}";

async function unpack() {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream();
  const text = stream.pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(text).text());
}

async function load() {
  const urls = new Map();
  for (const [path, text] of await unpack()) {
    const linked = text.replace(
      /from "(\.\/[\w./-]+)"/g,
      (_, imported) => `from "${urls.get(imported)}"`,
    );
    const named = `${linked}\n//# sourceURL=asgilab/${path.slice(2)}`;
    const blob = new Blob([named], { type: "text/javascript" });
    urls.set(path, URL.createObjectURL(blob));
  }
  const entry = await import([...urls.values()].at(-1));
  for (const url of urls.values()) URL.revokeObjectURL(url);
  return entry.default;
}

globalThis[name] ??= load();
export default await globalThis[name];
