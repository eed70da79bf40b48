/**
 * Names that are the same in every language: of sharing hosts, and of works by their key.
 */

/** Names of the families of rules/sharing_hosts.json and of the first parts of location keys. */
const PLACES = new Map(
  Object.entries({
    "123pan": "123Pan",
    "123pan elsewhere": "123Pan",
    "archive.org": "Internet Archive",
    aliyun: "Aliyun Drive",
    azure: "Azure",
    baidu: "Baidu Pan",
    bitbucket: "Bitbucket",
    box: "Box",
    dataverse: "Dataverse",
    dropbox: "Dropbox",
    dryad: "Dryad",
    figshare: "figshare",
    "figshare elsewhere": "figshare",
    gcs: "Google Cloud Storage",
    gdrive: "Google Drive",
    "gdrive api": "Google Drive",
    gist: "GitHub Gist",
    gitee: "Gitee",
    github: "GitHub",
    "github readers": "GitHub",
    gitlab: "GitLab",
    "gitlab elsewhere": "GitLab",
    hf: "Hugging Face",
    huggingface: "Hugging Face",
    kaggle: "Kaggle",
    mediafire: "MediaFire",
    mega: "MEGA",
    mendeley: "Mendeley Data",
    onedrive: "OneDrive",
    osf: "OSF",
    pcloud: "pCloud",
    quark: "Quark",
    s3: "Amazon S3",
    sharepoint: "SharePoint",
    torrent: "BitTorrent",
    torrents: "BitTorrent",
    wetransfer: "WeTransfer",
    weiyun: "Weiyun",
    yandex: "Yandex Disk",
    zenodo: "Zenodo",
  }),
);
const WORKS = new Map(
  Object.entries({
    flickr: "Flickr",
    wikimedia: "Wikimedia Commons",
    youtube: "YouTube",
    vimeo: "Vimeo",
    unsplash: "Unsplash",
    pexels: "Pexels",
    pixabay: "Pixabay",
    openverse: "Openverse",
  }),
);
const LONGEST = 80; // characters of a name

/**
 * The host that a copy lies at: "Baidu Pan". By the family that was recognised, the location's key, the address.
 * @param {{from?: string, location?: string, url?: string}} copy
 */
export function placeName({ from = "", location = "", url = "" }) {
  return PLACES.get(from) ?? PLACES.get(location.split(":", 1)[0]) ?? hostOf(url);
}

/** The host of an address without `www.`; nothing where it has none. @param {string} url */
export function hostOf(url) {
  try {
    return new URL(url).hostname.replace(/^www\./, "");
  } catch {
    return "";
  }
}

/** The name of the file at an address; nothing where it has none. @param {string} url */
export function fileName(url) {
  try {
    return shorten(decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? ""));
  } catch {
    return "";
  }
}

/** A work key as people read it: `flickr:photo:1` → "Flickr · 1". @param {string} key */
export function workName(key) {
  const [family, ...rest] = key.split(":");
  const name = shorten((family === "url" ? rest.join(":") : rest.at(-1) || key).replaceAll("_", " "));
  if (family === "url") return shorten(rest.join(":"));
  return WORKS.has(family) ? `${WORKS.get(family)} · ${name}` : shorten(key);
}

/** Cut in the middle, where names of files differ least. @param {string} text @param {number} [longest] */
export function shorten(text, longest = LONGEST) {
  const letters = [...text];
  if (letters.length <= longest) return text;
  const half = Math.floor((longest - 1) / 2);
  return `${letters.slice(0, half).join("")}…${letters.slice(-half).join("")}`;
}
