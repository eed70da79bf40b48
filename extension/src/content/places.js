/**
 * Places, once they were told: found again, scrolled to and marked for four seconds; and the pixels of pictures.
 *
 * Only on the word of somebody who pressed a button. While a place is marked, an element without name or attribute but its
 * style stands in the page; then it is gone. How places are made: candidates.js.
 */
"use strict";

{
  const { natives, Reading, isText } = globalThis.commonswatch;
  const SHOWN = 4_000; // milliseconds
  const AT_ONCE = 8; // milliseconds
  const MOST_PLACES = 500;
  const LARGEST = 1_000_000; // pixels of a picture that are handed over
  const PLACE = /^([0-9]{1,7})\.([0-9]{1,8})$/;
  const COLOR = "rgb(176, 84, 0)";
  /** @type {Element | null} */
  let frame = null; // the mark that is shown

  /** Where places are now: what has the same sum, nearest to where it was. @param {string[]} places @returns {Promise<Map<string, Spot>>} */
  async function find(places) {
    /** @type {Map<string, {place: string, number: number, away: number}[]>} */
    const wanted = new Map();
    for (const place of places.slice(0, MOST_PLACES)) {
      const [, number, sum] = PLACE.exec(place) ?? [];
      if (sum) wanted.set(sum, [...(wanted.get(sum) ?? []), { place, number: Number(number), away: Infinity }]);
    }
    /** @type {Map<string, Spot>} */
    const found = new Map();
    const reading = new Reading(natives.root(document), isText, (place, spot) => {
      const [, number, sum] = /** @type {RegExpExecArray} */ (PLACE.exec(place));
      for (const one of wanted.get(sum) ?? []) {
        const away = Math.abs(Number(number) - one.number);
        if (away < one.away) found.set(one.place, spot);
        one.away = Math.min(one.away, away);
      }
    });
    while (!reading.isOver) {
      reading.step(performance.now() + AT_ONCE);
      await natives.later(0);
    }
    return found;
  }

  /** @param {string} place */
  async function mark(place) {
    const spot = (await find([place])).get(place);
    if (!spot) return { found: false };
    const element = shownAround(spot.node);
    if (!element) return { found: false };
    natives.scrollTo(element, { block: "center", inline: "nearest", behavior: "instant" });
    const lies = boxOf(spot, element);
    const isInView = lies.top >= 0 && lies.bottom <= innerHeight;
    if (!isInView && lies.height < innerHeight) scrollBy({ top: lies.top - innerHeight / 2, behavior: "instant" });
    const shown = show(boxOf(spot, element));
    await natives.later(SHOWN);
    natives.remove(shown);
    return { found: true };
  }

  /** The nearest element around that takes up room. @param {Node | null} node */
  function shownAround(node) {
    for (let one = node; one; one = natives.parent(one)) {
      if (!(one instanceof Element)) continue;
      const { width, height } = natives.box(one);
      if (width > 0 && height > 0) return one;
    }
    return null;
  }

  /** @param {Spot} spot @param {Element} element */
  function boxOf({ node, start, end }, element) {
    if (end <= start || !(node instanceof Text)) return natives.box(element);
    const range = new Range();
    range.setStart(node, Math.min(start, node.length));
    range.setEnd(node, Math.min(end, node.length));
    const box = range.getBoundingClientRect();
    return box.width > 0 ? box : natives.box(element);
  }

  /** A frame around a box, over everything, in a root that the page cannot open. @param {DOMRect} box */
  function show(box) {
    if (frame) natives.remove(frame);
    const host = natives.element(document, "div");
    const inside = natives.element(document, "div");
    const fixed = { all: "initial", position: "absolute", "pointer-events": "none", "z-index": "2147483647" };
    dress(host, { ...fixed, top: "0", left: "0", width: "0", height: "0" });
    natives.append(natives.shadow(host, { mode: "closed" }), inside);
    natives.append(/** @type {Element} */ (natives.root(document)), host);
    const from = natives.box(host);
    const edge = 4;
    dress(inside, {
      ...fixed,
      top: `${box.top - from.top - edge}px`,
      left: `${box.left - from.left - edge}px`,
      width: `${box.width}px`,
      height: `${box.height}px`,
      border: `${edge}px solid ${COLOR}`,
      "border-radius": "4px",
      "box-shadow": "0 0 0 2px white, 0 0 12px 4px rgb(0 0 0 / 40%)",
    });
    frame = host;
    return host;
  }

  /** @param {Element} element @param {Record<string, string>} rules */
  function dress(element, rules) {
    const style = natives.style(element);
    for (const [name, value] of Object.entries(rules)) style.setProperty(name, value, "important");
  }

  /** @param {string[]} places @returns {Promise<Pixels[]>} */
  async function pixels(places) {
    const found = await find(places);
    /** @type {Pixels[]} */
    const all = [];
    for (const place of places.slice(0, MOST_PLACES)) {
      all.push({ place, ...(await pixelsOf(found.get(place)?.node).catch(() => NONE)) });
      await natives.later(0);
    }
    return all;
  }

  const NONE = { width: 0, height: 0, data: null };

  /** @param {Node} [node] */
  async function pixelsOf(node) {
    if (!(node instanceof HTMLImageElement)) return NONE;
    const [width, height] = [natives.width(node), natives.height(node)];
    if (width * height === 0 || width * height > LARGEST) return { width, height, data: null };
    const picture = await createImageBitmap(node, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const drawing = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    drawing.fillStyle = "white";
    drawing.fillRect(0, 0, picture.width, picture.height);
    drawing.drawImage(picture, 0, 0);
    const size = { width: picture.width, height: picture.height };
    picture.close();
    try {
      return { ...size, data: await base64(drawing.getImageData(0, 0, size.width, size.height).data) };
    } catch {
      return { ...size, data: null }; // the browser keeps the pixels of other sites from us
    }
  }

  /** @param {Uint8ClampedArray<ArrayBuffer>} bytes @returns {Promise<string>} */
  function base64(bytes) {
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(new Blob([bytes]));
    });
  }

  globalThis.commonswatch.places = { mark, pixels };
}
