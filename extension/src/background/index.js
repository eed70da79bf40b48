/**
 * Where the background starts: a service worker in one browser, an event page in the other, stopped and started at any
 * time. All listeners are added here at once, as browsers want it; what they do is elsewhere, what they know in storage.
 */

import { openPage } from "../shared/browser.js";
import { on } from "../shared/browser_events.js";
import { runDue } from "./alarms.js";
import { getReady } from "./detect.js";
import { leaveTab } from "./findings.js";
import { permitted, reconcile } from "./hosts.js";
import { makeMenu, pointedAt } from "./menus.js";
import { opened } from "./opened.js";
import { onConnect, onMessage } from "./router.js";
import { planMissing, tasks } from "./tasks.js";

on.message(onMessage);
on.connect(onConnect);
on.alarm(() => void runDue(tasks));
on.startup(() => void reconcile());
on.installed((reason) => void installed(reason));
on.permitted((origins) => void permitted(origins));
on.forbidden(() => void reconcile());
on.tabClosed((tabId) => void leaveTab(tabId));
on.tabLoading((tabId, url) => void opened(tabId, url));
on.menu((click, tabId) => void pointedAt(click, tabId));
on.notification(() => void openPage("panel/panel.html#alerts"));
getReady(); // mostly a page woke it, and waits
void planMissing().then(() => runDue(tasks)); // what was due while nothing ran

/** @param {string} reason */
async function installed(reason) {
  await reconcile();
  await makeMenu();
  if (reason === "install") await openPage("welcome/welcome.html");
}
