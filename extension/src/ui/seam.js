/**
 * What pages need from the browser and the background, in one place. A page imports nothing else of shared/.
 */

export { askFor, askToSend, currentTab, onChanged, onTab, openPage, openPanel } from "../shared/browser.js";
export { load, plural, t } from "../shared/i18n.js";
export { send } from "../shared/messages.js";
export { bodyOf } from "../shared/api.js";
