/** The timed work there is: name → what is done, and when it is due again. The queue itself is in alarms.js. */

import { read } from "../shared/storage.js";
import { plan } from "./alarms.js";
import * as alerts from "./alerts.js";
import * as outbox from "./outbox.js";
import * as outcomes from "./outcomes.js";
import { forgetRulebooks } from "./rulebooks.js";
import * as watchList from "./watch_list.js";

/** @type {import("./alarms.js").Tasks} */
export const tasks = {
  outbox: () => outbox.sendDue(),
  alerts: () => alerts.check(),
  outcomes: () => outcomes.refresh(),
  list: async () => {
    const next = await watchList.update();
    forgetRulebooks(); // they may have come with it
    return next;
  },
};

/** Plan what should be planned and is not: a browser may lose alarms, an older version may not have known a task. */
export async function planMissing() {
  const queue = await read("queue");
  const device = await read("device");
  const { server, hosts } = await read("settings");
  const outgoing = await read("outbox");
  const wanted = {
    alerts: device !== null && !device.revoked,
    list: server !== "" && Object.values(hosts).includes(true),
    outbox: outgoing.some(({ state }) => state === "waiting" || state === "sending"),
    outcomes: outgoing.some(({ state }) => state === "sent"),
  };
  for (const [name, isWanted] of Object.entries(wanted)) if (isWanted && !(name in queue)) await plan(name, Date.now());
}
