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

const FILLED = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  step: "M2.5 5.5v-1A5 5 0 0 1 11 5l1.5-1.5v5h-5L9.3 6.7a2.9 2.9 0 0 0-4.8-.7zM8 10.5a2 2 0 1 0 .001 0z",
};

const OUTLINED = {
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3",
};

/** One of the widget's own icons, drawn in the colour of the text. */
export function icon(name) {
  const filled = { d: FILLED[name], fill: "currentColor" };
  const lines = { fill: "none", stroke: "currentColor", "stroke-width": 1.3 };
  const path = svg("path", FILLED[name] ? filled : { d: OUTLINED[name], ...lines });
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
