/**
 * Stands in for the browser and the background, so that pages can be looked at in any state. For trying only: what the
 * real background answers is tested with the real one.
 */

(() => {
  const page = "https://github.com/example/face-recognition";
  const never = { addListener: () => undefined };
  window.asked = [];
  window.browser = {
    runtime: {
      id: "stand-in",
      getURL: (path) => `${location.origin}/${path}`,
      getManifest: () => ({ version: "0" }),
      async sendMessage({ type, ...fields }) {
        window.asked.push({ type, ...fields });
        const scene = window.scene ?? {};
        if (scene.forever?.includes(type)) return new Promise(() => undefined);
        const own = scene.answers?.[type];
        return structuredClone(
          typeof own === "object" ? { ...(own.error ? {} : window.answers[type]), ...own } : window.answers[type],
        );
      },
    },
    i18n: { getUILanguage: () => window.scene?.language ?? "en" },
    storage: { onChanged: never, local: {} },
    tabs: {
      query: async () => [{ id: 7, url: page, windowId: 1 }],
      create: async ({ url }) => {
        window.opened = url;
      },
      update: async () => undefined,
      onActivated: never,
      onUpdated: never,
    },
    permissions: {
      request: async (wanted) => {
        window.permitted = wanted;
        return window.scene?.permit ?? true;
      },
    },
    sidePanel: {
      open: async () => {
        window.opened = "panel";
      },
    },
  };
  window.close = () => {
    window.closed_ = true;
  };
})();
