/** In place of the watch list in tests of the background: the keys a test says are in it. */

const { fakeBrowser } = globalThis;

export async function lookUp(keys) {
  await fakeBrowser.beforeLookUp?.();
  return keys.map((key) => fakeBrowser.listed?.has(key) ?? false);
}

export async function update(options) {
  (fakeBrowser.listUpdates ??= []).push(options);
  return fakeBrowser.now + 3_600_000;
}

export async function rules() {
  return fakeBrowser.listRules ?? null;
}

export async function status() {
  return { version: 7, state: "fresh" };
}

export async function forget() {
  fakeBrowser.listForgotten = (fakeBrowser.listForgotten ?? 0) + 1;
}
