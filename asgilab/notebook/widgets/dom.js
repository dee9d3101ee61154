// Makes elements. All text goes in as text nodes: nothing in this widget ever
// parses recorded text as HTML.

/** An element: h("button", { class: "x", onclick: f, "aria-label": "…" }, child…). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(element, name, value);
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

/** Sets an attribute or a listener; null takes an attribute away. */
export function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (value === null || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

/** An SVG element with attributes. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const SHAPES = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  step: "M2.5 5.5v-1A5 5 0 0 1 11 5l1.5-1.5v5h-5L9.3 6.700a2.9 2.9 0 0 0-4.8-.7zM8 10.500a2 2 0 1 0 .001 0z",
  close: "M4 3l4 4 4-4 1 1-4 4 4 4-1 1-4-4-4 4-1-1 4-4-4-4z",
  copy: "M5 1.500h7.500v9.500H5zM3 4v9.500h7.500v1H2V4z",
  down: "M7.3 2.500h1.400v8l3-3 1 1L8 13.2 3.3 8.500l1-1 3 3z",
};

/** One of the widget's own icons, drawn in the colour of the text. */
export function icon(name) {
  const path = svg("path", { d: SHAPES[name], fill: "currentColor" });
  const attributes = { viewBox: "0 0 16 16", width: 14, height: 14 };
  return svg("svg", { ...attributes, "aria-hidden": "true" }, path);
}

/** A button with an icon and a label that a narrow toolbar hides. */
export function button(label, name, onclick, { title = label, keys = "" } = {}) {
  const shown = keys ? `${title} (${keys})` : title;
  const attributes = { type: "button", title: shown, "aria-label": label, onclick };
  if (keys) attributes["aria-keyshortcuts"] = keys;
  return h("button", attributes, icon(name), h("span", { class: "label" }, label));
}
