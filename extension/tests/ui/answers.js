/** What the background that stands in answers, by message. Made up; a scene of scenes.json answers some otherwise. */

(() => {
  const minute = 60_000;
  const now = Date.now();
  const at = (ago) => new Date(now - ago).toISOString();
  const page = "https://github.com/example/face-recognition";
  const work = (number) => ({
    key: `flickr:photo:${53381630900 + number}`,
    how: "key",
    place: `0:${number}`,
    text: `https://live.staticflickr.com/65535/${53381630900 + number}_0a1b2c3d4e_b.jpg`,
    url: "",
  });
  const copy = (fields) => ({
    url: "https://pan.baidu.com/s/1exampleExample",
    dataset: "ms-celeb-1m",
    name: "MS-Celeb-1M",
    state: "withdrawn",
    date: "2019-06",
    role: "data",
    reason: "the heading says “ms-celeb-1m”; the column head says “baidu”",
    place: "0:40",
    text: "Baidu",
    location: "baidu:1exampleExample",
    from: "baidu",
    hasCode: true,
    unlisted: true,
    ...fields,
  });
  const host = {
    id: "github",
    name: "GitHub",
    origins: ["https://github.com/*", "https://raw.githubusercontent.com/*"],
    on: true,
    granted: true,
  };
  const names = [
    "GitHub",
    "Hugging Face",
    "Kaggle",
    "Dropbox",
    "Google Drive",
    "Baidu Pan",
    "Zenodo",
    "Internet Archive",
  ];
  const found = {
    page,
    title: "Face recognition",
    at: now,
    state: "ready",
    works: Array.from({ length: 14 }, (_, n) => work(n)),
    copies: [
      copy({}),
      copy({
        dataset: "megaface",
        name: "MegaFace",
        date: "2020",
        from: "dropbox",
        place: "0:41",
        reason: "the link text says “megaface”",
      }),
    ],
    pictures: [],
    counts: { candidates: 2140, matched: 14 },
    frames: { 0: 2140 },
    capped: false,
  };
  const report = {
    version: 1,
    page,
    observed_at: "2026-11-23T13:00:00Z",
    media: [
      { url: "https://live.staticflickr.com/65535/53381630964_0a1b2c3d4e_b.jpg", key: "flickr:photo:53381630964" },
      { name: "53381630965_0a1b2c3d4e_o.jpg", key: "flickr:photo:53381630965" },
      { pdq: "f8".repeat(32), quality: 98, url: "https://pictures.example/faces/0001.jpg" },
    ],
    links: [
      {
        url: "https://pan.baidu.com/s/1exampleExample",
        text: "Baidu (提取码 …)",
        dataset: "ms-celeb-1m",
        role: "data",
      },
      { url: "https://www.dropbox.com/s/example/megaface.zip", text: "Dropbox", dataset: "megaface", role: "data" },
    ],
  };
  const server = "https://commonswatch.example";
  const sending = (id, fields) => ({
    id,
    createdAt: now - 60 * minute,
    sendAt: now + 12 * minute,
    tries: 0,
    state: "waiting",
    page,
    datasets: ["MS-Celeb-1M"],
    counts: { media: 14, links: 2 },
    ...fields,
  });
  const outbox = [
    sending("a", {}),
    sending("b", {
      tries: 2,
      problem: { code: "offline", words: "" },
      page: "https://www.kaggle.com/datasets/example/faces",
    }),
    sending("c", { state: "sending" }),
    sending("d", {
      state: "refused",
      problem: { code: "refused", words: "" },
      counts: { media: 0, links: 0 },
      datasets: [],
    }),
    sending("e", { state: "sent", receipt: "R7KQM2XPAB4TZ", server, outcome: "confirmed" }),
    sending("f", { state: "sent", receipt: "R8KQM2XPAB4TZ", server, outcome: "received" }),
    sending("g", {
      state: "sent",
      receipt: "R9KQM2XPAB4TZ",
      server,
      outcome: "rejected",
      words: "The page could not be opened.",
    }),
  ];
  const alert = (id, fields) => ({
    id,
    url: "https://huggingface.co/datasets/example/faces",
    site: "huggingface.co",
    kind: "dataset",
    state: "confirmed",
    since: at(9e8),
    created_at: at(3e8),
    works: [
      { id: 1, title: "Market day, Lisbon", key: "flickr:photo:53381630964", why: "key" },
      { id: 2, title: "Portrait of a neighbour", key: "wikimedia:commons:Neighbour.jpg", why: "pdq" },
    ],
    works_total: 5,
    read: false,
    ...fields,
  });
  const answers = {
    "findings.get": { tab: { id: 7, url: page }, state: "ready", host, findings: found },
    "findings.mark": { found: true },
    "pictures.compare": { looked: 12, matched: 2, unreadable: 1, capped: false },
    "report.draft": {
      report,
      removable: [
        "/observed_at",
        "/media/0",
        "/media/0/key",
        "/media/1",
        "/media/1/name",
        "/media/1/key",
        "/media/2",
        "/media/2/pdq",
        "/media/2/quality",
        "/links/0",
        "/links/0/text",
        "/links/0/dataset",
        "/links/0/role",
        "/links/1",
        "/links/1/text",
        "/links/1/dataset",
        "/links/1/role",
      ],
      warnings: [
        { code: "unlisted", path: "/links/0" },
        { code: "access-code", path: "/links/0" },
      ],
      sent: false,
      receipt: "",
    },
    "report.send": { id: "a", sendAt: now + 12 * minute },
    "outbox.list": { items: outbox, waiting: 3, refused: 1 },
    "outbox.remove": { ok: true },
    "outbox.retry": { ok: true },
    "outcomes.refresh": {},
    "alerts.list": {
      items: [
        alert(3, {}),
        alert(2, { read: true, site: "kaggle.com", works_total: 1 }),
        alert(1, { state: "dismissed", read: true }),
      ],
      unread: 1,
      page: "https://commonswatch.example/found",
      checkedAt: now - 5 * minute,
      problem: null,
    },
    "alerts.read": { ok: true },
    "alerts.check": {},
    "list.status": {
      version: 42,
      made_at: at(3 * 60 * minute),
      fetchedAt: now - 30 * minute,
      count: 1000000,
      bytes: 3690000,
      state: "fresh",
      publicKey: "9f86d081884c7d65 · mJqg3r0pZk2x9wq7cV1n5uYb8sT4dE6fH0jLkQwRtYo=",
    },
    "list.update": { state: "fresh" },
    "device.state": {
      paired: true,
      name: "Firefox on the laptop",
      server: "https://commonswatch.example",
      since: now - 9e8,
      revoked: false,
      offline: false,
    },
    "device.pair": { paired: true },
    "device.forget": { paired: false },
    "settings.get": {
      settings: {
        hosts: {},
        server: "https://commonswatch.example",
        language: "",
        delay: true,
        quiet: { from: "22:00", to: "07:00" },
        keepFindings: true,
      },
    },
    "settings.set": { settings: {} },
    "hosts.list": {
      hosts: names.map((name, n) => ({
        id: `host${n}`,
        name,
        origins: [`https://${name.toLowerCase().replace(" ", "")}.example/*`],
        on: n < 3,
        granted: n < 2,
      })),
    },
    "hosts.set": {},
    "page.ask": { ok: true },
    "data.view": {
      parts: [
        ["findings", 3, 18200],
        ["outbox", 7, 9100],
        ["receipts", 5, 610],
        ["alerts", 3, 2400],
        ["list", 1, 3690000],
        ["device", 1, 210],
        ["settings", 1, 380],
      ].map(([id, count, bytes]) => ({ id, count, bytes })),
    },
    "data.export": { text: JSON.stringify({ settings: { delay: true } }, null, 2) },
    "data.delete": { ok: true },
  };
  window.answers = answers;
})();
