/** What the tests of the watch list stand on: storage and IndexedDB in memory, and a played server. No tests. */

import "fake-indexeddb/auto";

const stored = {};
const local = {
  get: async (key) => (key in stored ? { [key]: structuredClone(stored[key]) } : {}),
  set: async (values) => void Object.assign(stored, structuredClone(values)),
};
globalThis.chrome = { storage: { local } };

const { Problem } = await import("../src/shared/api.js");
const watchList = await import("../src/background/watch_list.js");

let workers = 0;

/** A worker that has just been started: it remembers nothing. */
export const startedWorker = () => import(`../src/background/watch_list.js?worker=${++workers}`);

/** As after the installation. */
export async function emptied() {
  await watchList.forget();
  for (const key of Object.keys(stored)) delete stored[key];
}

/** What the pages would be told of the list. */
export const shown = () => stored.list;

/** Answers like the server's API what a publisher made; notes what was asked for. */
export class PlayedServer {
  constructor(publisher) {
    Object.assign(this, { publisher, asked: [], offline: false, spoilt: new Map(), envelope: null });
    this.ask = this.ask.bind(this);
    this.askBytes = this.askBytes.bind(this);
  }

  async ask(path, { headers = {} } = {}) {
    this.note(path);
    const { publisher } = this;
    const etag = `"${publisher.version}"`;
    if (path.endsWith("/key")) return { status: 200, headers: new Headers(), body: publisher.keys[0].named };
    if (headers["If-None-Match"] === etag) return { status: 304, headers: new Headers(), body: null };
    return { status: 200, headers: new Headers({ ETag: etag }), body: this.envelope ?? publisher.envelope };
  }

  async askBytes(path, { most }) {
    this.note(path);
    const sha256 = path.split("/").at(-1);
    const bytes = this.spoilt.get(sha256) ?? this.publisher.files.get(sha256);
    if (!bytes) throw new Problem("gone", "", 404);
    if (bytes.length > most) throw new Problem("server");
    return { status: 200, headers: new Headers(), bytes: new Uint8Array(bytes) };
  }

  note(path) {
    if (this.offline) throw new Problem("offline");
    this.asked.push(path.replace("/api/v1/watch-list", "").replace("/files/", ""));
  }

  /** The digests of the files that were fetched since the last time this was asked. */
  fetched() {
    const files = this.asked.filter((path) => path.length === 64);
    this.asked = [];
    return files;
  }
}
