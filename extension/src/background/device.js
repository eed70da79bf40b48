/** Pairing this browser with a server by a code, and parting from it. The token leaves storage in a header only. */

import { Problem, ask, server } from "../shared/api.js";
import { serverOf } from "../shared/settings.js";
import { change, changeAll, read } from "../shared/storage.js";
import { cancel, plan } from "./alarms.js";
import { showUnread } from "./badge.js";
import { resume } from "./outbox.js";
import * as watchList from "./watch_list.js";

const LONGEST_NAME = 80;
const PATIENCE = 5_000; // milliseconds for a good-bye

/**
 * Pair with a server. Throws `Problem`.
 * @param {{code: string, name: string, server?: string}} wanted
 */
export async function pair({ code, name, server: address }) {
  const base = serverOf(address || (await server()));
  if (!base) throw new Problem("address");
  const body = { code: code.trim().slice(0, 20), name: name.trim().slice(0, LONGEST_NAME) || "Browser" };
  const answer = await ask("/api/v1/devices", { method: "POST", body, server: base }).catch((error) => {
    const isWrong = error.code === "gone" || error.code === "refused";
    throw isWrong ? new Problem("code-wrong", error.words, error.status) : error;
  });
  const { id, name: told, token } = answer.body ?? {};
  if (!Number.isSafeInteger(id) || typeof token !== "string" || !/^[\x21-\x7e]{1,500}$/.test(token)) throw new Problem("server");
  const before = await server();
  await plan("alerts", Date.now(), { replace: true });
  await plan("list", Date.now());
  await changeAll(["device", "settings", "alerts"], (values) => {
    const isSame = values.device?.server === base;
    values.device = { server: base, id, name: String(told).slice(0, LONGEST_NAME), token, since: Date.now() };
    values.settings.server = base;
    if (!isSame) values.alerts = { after: 0, etag: "", items: [], read: [], untold: [], page: "", checkedAt: 0, problem: null };
  });
  if (base !== before) await watchList.forget();
  await resume();
  return state();
}

/** What the pages may know about it. */
export async function state() {
  const device = await read("device");
  const { problem } = await read("alerts");
  const { server: chosen } = await read("settings");
  if (!device) return { paired: false, server: chosen, revoked: false, offline: false };
  const { name, server: base, since, revoked = false } = device;
  return { paired: true, name, server: base, since, revoked, offline: ["offline", "server", "busy"].includes(problem?.code ?? "") };
}

/** Part from the server: tell it, if it can be told, and forget token and alerts. Reports go on without a name. */
export async function forget() {
  const device = await read("device");
  if (device && !device.revoked) {
    await ask("/api/v1/devices/me", { method: "DELETE", device: true, timeout: PATIENCE }).catch(() => null);
  }
  await change("device", () => null);
  await change("alerts", () => ({ after: 0, etag: "", items: [], read: [], untold: [], page: "", checkedAt: 0, problem: null }));
  await cancel("alerts");
  await showUnread(0);
  await resume();
  return state();
}
