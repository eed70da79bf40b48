/**
 * The browser's own ways to read a page, taken once: elements named `firstChild` or `title` cannot stand in for them.
 *
 * No part of a page runs when it is read by these. Time is waited for without `setTimeout`: its numbers are counted for the
 * whole page, which could see the gaps. What is read, and when: reading.js, collect.js.
 */
"use strict";

{
  /** @template T @param {object} prototype @param {string} name @returns {(self: object) => T} */
  const get = (prototype, name) => {
    const getter = /** @type {() => T} */ (Object.getOwnPropertyDescriptor(prototype, name)?.get);
    return (self) => getter.call(self);
  };

  /** @template {unknown[]} A, T @param {object} prototype @param {string} name @returns {(self: object, ...all: A) => T} */
  const method = (prototype, name) => {
    const called = /** @type {(...all: A) => T} */ (Object.getOwnPropertyDescriptor(prototype, name)?.value);
    return (self, ...all) => called.call(self, ...all);
  };

  /** The getters every node is read by: called by their own functions, which is quicker. @param {object} prototype @param {string} name */
  const getter = (prototype, name) => /** @type {() => any} */ (Object.getOwnPropertyDescriptor(prototype, name)?.get);
  const firstChild = getter(Node.prototype, "firstChild");
  const nextSibling = getter(Node.prototype, "nextSibling");
  const nodeName = getter(Node.prototype, "nodeName");
  const textContent = getter(Node.prototype, "textContent");
  const firstElement = getter(Element.prototype, "firstElementChild");
  const nextElement = getter(Element.prototype, "nextElementSibling");
  const getAttribute = Element.prototype.getAttribute;
  const substringData = CharacterData.prototype.substringData;

  /** @type {Natives} */
  const natives = {
    firstChild: (node) => firstChild.call(node),
    nextSibling: (node) => nextSibling.call(node),
    nodeName: (node) => nodeName.call(node),
    words: (node) => textContent.call(node),
    firstElement: (element) => firstElement.call(element),
    nextElement: (element) => nextElement.call(element),
    parent: get(Node.prototype, "parentNode"),
    base: get(Node.prototype, "baseURI"),
    append: method(Node.prototype, "appendChild"),
    part: (text, start, count) => substringData.call(text, start, count),
    attribute: (element, name) => getAttribute.call(element, name),
    matches: method(Element.prototype, "matches"),
    shadow: method(Element.prototype, "attachShadow"),
    scrollTo: method(Element.prototype, "scrollIntoView"),
    box: method(Element.prototype, "getBoundingClientRect"),
    remove: method(Element.prototype, "remove"),
    style: get(HTMLElement.prototype, "style"),
    element: method(Document.prototype, "createElement"),
    root: get(Document.prototype, "documentElement"),
    title: get(Document.prototype, "title"),
    mediaType: get(Document.prototype, "contentType"),
    isPrerendered: Object.hasOwn(Document.prototype, "prerendering") ? get(Document.prototype, "prerendering") : () => false,
    href: get(HTMLAnchorElement.prototype, "href"),
    areaHref: get(HTMLAreaElement.prototype, "href"),
    source: get(HTMLImageElement.prototype, "src"),
    width: get(HTMLImageElement.prototype, "naturalWidth"),
    height: get(HTMLImageElement.prototype, "naturalHeight"),
    value: get(HTMLTextAreaElement.prototype, "value"),
    listen: method(EventTarget.prototype, "addEventListener"),
    unlisten: method(EventTarget.prototype, "removeEventListener"),
    later: (delay) => scheduler.postTask(() => undefined, { priority: "user-visible", delay }),
  };

  // Only what we left there ourselves: an element of the page may have the same name.
  const own = (/** @type {string} */ name) => Object.getOwnPropertyDescriptor(globalThis, name)?.value;
  own("commonswatch")?.stop();
  const isText = /^(?:text\/(?!html|xml)|application\/(?!xml|xhtml))/.test(natives.mediaType(document));
  globalThis.commonswatch = /** @type {CommonsWatch} */ ({ natives, isText, site: own("commonswatchSite") ?? {} });
}
