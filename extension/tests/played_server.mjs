/** The server's API as tests of the background play it: takes reports once per idempotency key, has alerts, can fail. */

export const SERVER = "https://watch.example";
const json = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });
const problem = (status, detail, headers = {}) => json({ type: "urn:x", title: "x", status, detail, errors: [] }, status, headers);

export class PlayedServer {
  constructor(browser) {
    Object.assign(this, { browser, taken: new Map(), posts: 0, alerts: [], states: {}, tokens: new Set(["good"]), faults: [] });
    browser.server = (url, options) => this.answer(new URL(url), options ?? {});
  }

  /** The next answers: a status, `"offline"`, a response, or a function. @param {...unknown} faults */
  next(...faults) {
    this.faults.push(...faults);
  }

  async answer({ pathname, searchParams }, { method = "GET", headers = {}, body }) {
    const fault = this.faults.shift();
    if (fault === "offline") throw new TypeError("Failed to fetch");
    if (fault === "lost") {
      await this.real(method, pathname, searchParams, headers, body);
      throw new TypeError("The answer got lost");
    }
    if (typeof fault === "number") return problem(fault, "In words.", fault === 429 || fault === 503 ? { "Retry-After": "120" } : {});
    if (typeof fault === "function") return fault(() => this.real(method, pathname, searchParams, headers, body));
    return fault ?? this.real(method, pathname, searchParams, headers, body);
  }

  async real(method, path, query, headers, body) {
    const token = headers.Authorization?.replace("Bearer ", "");
    if (token && !this.tokens.has(token)) return problem(401, "The token was revoked.");
    if (path === "/api/v1/reports") return this.takeReport(headers["Idempotency-Key"], body);
    if (path.startsWith("/api/v1/reports/")) return this.outcome(path.slice(16));
    if (path === "/api/v1/alerts") return this.tellAlerts(Number(query.get("after")), headers["If-None-Match"]);
    if (path === "/api/v1/devices") return this.pair(JSON.parse(body));
    if (path === "/api/v1/devices/me" && method === "DELETE") return this.tokens.delete(token), new Response(null, { status: 204 });
    return problem(404, "There is nothing here.");
  }

  takeReport(key, body) {
    this.posts += 1;
    const repeated = this.taken.has(key);
    if (!repeated) this.taken.set(key, { body, receipt: `receipt${this.taken.size + 1}` });
    return json({ receipt: this.taken.get(key).receipt, repeated }, 202);
  }

  outcome(receipt) {
    const state = this.states[receipt] ?? "received";
    return json({ receipt, state, words: "In words.", received_at: "2026-11-23T12:00:00Z", checked_at: null });
  }

  tellAlerts(after, known) {
    const alerts = this.alerts.filter(({ id }) => id > after).slice(0, 100);
    const etag = `"${after}-${alerts.length}"`;
    if (known === etag) return new Response(null, { status: 304 });
    return json({ alerts, after: alerts.at(-1)?.id ?? after, page: `${SERVER}/found` }, 200, { ETag: etag });
  }

  pair({ code, name }) {
    if (code !== "ABCD2345") return problem(404, "There is no such code.");
    this.tokens.add("good");
    return json({ id: 3, name, scopes: ["report:write", "alert:read"], token: "good" }, 201);
  }

  addAlerts(...ids) {
    for (const id of ids) this.alerts.push(alert(id));
  }
}

export function alert(id, more = {}) {
  const works = [{ id: 1, title: "A work", key: "flickr:photo:1", why: "key" }];
  const moments = { since: "2026-11-20T00:00:00Z", created_at: "2026-11-23T11:00:00Z" };
  return { id, url: `https://github.com/example/${id}`, site: "github.com", kind: "repository", state: "confirmed", ...moments, works, works_total: 3, ...more };
}

/** A browser with a page on which something was found, and a server. */
export async function found(browser, { works = ["53381630964"], text = "", links = [], url = "https://github.com/example/faces" } = {}) {
  browser.listed = new Set(works.map((id) => `flickr:photo:${id}`));
  browser.tabs.set(7, { id: 7, url });
  browser.granted.add("https://github.com/*").add("https://raw.githubusercontent.com/*").add(`${SERVER}/*`);
  await browser.say({ type: "hosts.set", id: "github", on: true });
  const port = await browser.connect({ url, tab: { id: 7, url } });
  const images = works.map((id, at) => ({ url: `https://live.staticflickr.com/65535/${id}_0123456789_b.jpg`, place: at, w: 99, h: 99 }));
  await port.send({ slice: { images, links } });
  await port.send({ done: { page: url, title: "Faces", text, mediaType: "text/markdown" } });
  await browser.settle();
}
