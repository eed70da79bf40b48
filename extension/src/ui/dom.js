/**
 * Building pages out of elements: text is only ever set as text. Knows nothing of what the pages say.
 */

/**
 * @typedef {Node | string | number | null | undefined | false} Leaf
 * @typedef {Leaf | Leaf[] | (Leaf | Leaf[])[]} Child
 */

const SVG = "http://www.w3.org/2000/svg";
/** Drawings of 24 × 24, as paths. */
const DRAWINGS = {
  brand:
    "M2 12C4.600 7.100 8 4.900 12 4.900S19.400 7.100 22 12C19.400 16.900 16 19.100 12 19.100S4.600 16.900 2 12Z" +
    "M14.700 9.700a3.500 3.500 0 1 0 0 4.600",
  panel: "M4 5h16v14H4ZM14 5v14",
  options: "M4 7h9m4 0h3M4 17h3m4 0h9M13 7a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
  done: "M4.500 12.500l5 5l10-11",
  never: "M6.500 6.500l11 11M17.500 6.500l-11 11",
};

/**
 * An element. `on…` are listeners, `true` stands for an attribute without value, null and false leave one out.
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function nodes(children) {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return nodes(child);
    if (child === null || child === undefined || child === false || child === "") return [];
    return [child instanceof Node ? child : String(child)];
  });
}

/** The element with this id; the pages are ours, so it is there. @param {string} id */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Fill an element anew. Who had the focus keeps it, if something with the same `data-key` is there afterwards.
 * @param {HTMLElement} element
 * @param {...Child} children
 */
export function fill(element, ...children) {
  const active = element.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
  const open = new Set([...element.querySelectorAll("details[open][data-key]")].map((one) => keyOf(one)));
  element.replaceChildren(...nodes(children));
  for (const details of element.querySelectorAll("details[data-key]")) {
    if (open.has(keyOf(details))) details.setAttribute("open", "");
  }
  if (!active) return;
  const key = keyOf(active);
  const again = key ? [...element.querySelectorAll("[data-key]")].find((one) => keyOf(one) === key) : null;
  if (!again && !element.hasAttribute("tabindex")) element.tabIndex = -1; // else it could not take the focus
  /** @type {HTMLElement} */ (again ?? element).focus({ preventScroll: true });
}

/** @param {Element} element */
function keyOf(element) {
  return /** @type {HTMLElement} */ (element).dataset.key;
}

/** A drawing that says nothing to a screen reader. @param {keyof typeof DRAWINGS} name @param {number} [size] */
export function drawing(name, size = 24) {
  const svg = document.createElementNS(SVG, "svg");
  const given = {
    viewBox: "0 0 24 24",
    width: size,
    height: size,
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
    focusable: "false",
  };
  for (const [key, value] of Object.entries(given)) svg.setAttribute(key, String(value));
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", DRAWINGS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button. While what it starts is under way it takes no second click.
 * @param {string} words
 * @param {() => unknown} start
 * @param {Record<string, any>} [attributes]
 */
export function button(words, start, attributes = {}) {
  const element = h("button", { type: "button", ...attributes, onclick: () => once(element, start) }, words);
  return element;
}

/** @param {HTMLElement} element @param {() => unknown} start */
async function once(element, start) {
  if (element.getAttribute("aria-disabled") === "true") return;
  element.setAttribute("aria-disabled", "true");
  try {
    await start();
  } finally {
    element.removeAttribute("aria-disabled");
  }
}

/** Say something to screen readers without moving the focus. @param {string} words */
export function announce(words) {
  const region = document.getElementById("announcements");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => {
    region.textContent = words;
  }, 50); // emptied first, so that the same words are said again
}

/**
 * The same, but once for many calls close together: storage changes often while a page is read.
 * @param {() => unknown} paint
 */
export function soon(paint) {
  let waiting = 0;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(paint, 80);
  };
}

/** A link of this kind leads out of the browser's own pages. @param {string} url */
export function isWebAddress(url) {
  return /^https?:\/\//i.test(url);
}

/**
 * A link to a page of the web, or its words alone where the address is none.
 * @param {string} url
 * @param {string} words
 * @param {string} opens "(opens another site)"
 */
export function webLink(url, words, opens) {
  if (!isWebAddress(url)) return h("span", {}, words);
  return h(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer" },
    words,
    h("span", { class: "visually-hidden" }, ` ${opens}`),
  );
}
