// Starts a widget whose modules arrive as text. Python puts the pairs of path
// and source into `sources`, each module after those that it imports. A module
// that comes as text has no folder, so its imports are pointed at the others.

const sources = /* sources */ [];

const urls = new Map();
for (const [path, text] of sources) {
  const linked = text.replace(
    /from "(\.\/[\w-]+\.js)"/g,
    (_, imported) => `from "${urls.get(imported)}"`,
  );
  const named = `${linked}\n//# sourceURL=asgilab/${path.slice(2)}`;
  const blob = new Blob([named], { type: "text/javascript" });
  urls.set(path, URL.createObjectURL(blob));
}
const entry = await import([...urls.values()].at(-1));
for (const url of urls.values()) URL.revokeObjectURL(url);

export default entry.default;
