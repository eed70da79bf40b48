/** The rule for hosts nobody described: host and path, and the parameters that are not known noise. */

import { Form } from "./forms.js";
import { wholly } from "./patterns.js";
import { parted } from "./texts.js";

/**
 * @typedef {import("./address.js").Address} Address
 * @typedef {import("./patterns.js").Values} Values
 * @typedef {object} GenericEntry
 * @property {import("./forms.js").FormEntry} form
 * @property {import("./patterns.js").Fields} [fields]
 * @property {string} pictures
 * @property {string} scripts
 * @property {string} noise
 * @property {string} picture_noise
 * @property {string} secrets
 * @property {string} [opens]
 * @property {string} [hash]
 * @property {string} [beside]
 */

const WWW = "www.";
const NOTHING = Object.freeze({});

/** What the `generic` part of a rule file says. */
export class Generic {
  /** @param {GenericEntry} entry */
  constructor(entry) {
    this.form = new Form(entry.form, entry.fields ?? {});
    this._noise = wholly(entry.noise);
    this._pictureNoise = wholly(entry.picture_noise);
    this._pictures = wholly(entry.pictures);
    this._scripts = wholly(entry.scripts);
    this._secrets = wholly(entry.secrets);
  }

  /**
   * The fields of any address, with the parameters worth keeping and the secret ones apart.
   * @param {Address} address
   * @returns {Values | null}
   */
  read(address) {
    const values = this.form.read(address, NOTHING);
    if (values === null) return null;
    const { host, site } = sites(address);
    values.host = host;
    values.site = site;
    values.path = address.path;
    if (address.search !== "") this._readQuery(address, values);
    return values;
  }

  /** @param {Address} address @param {Values} values */
  _readQuery(address, values) {
    const isNoise = this._noiseOn(address.path);
    /** @type {string[]} */
    const kept = [];
    /** @type {string[]} */
    const secret = [];
    for (const pair of address.parameters) {
      const name = parted(pair)[0].toLowerCase();
      if (this._secrets.test(name)) secret.push(pair);
      else if (!isNoise(name)) kept.push(pair);
    }
    values.query = kept.length ? `?${kept.join("&")}` : "";
    values.secret = secret.join("&");
  }

  /** @param {string} path @returns {(name: string) => boolean} */
  _noiseOn(path) {
    if (this._scripts.test(path)) return () => false; // there, the query is what is shown
    const onPicture = this._pictures.test(path);
    return (name) => this._noise.test(name) || (onPicture && this._pictureNoise.test(name));
  }
}

/**
 * The host of an address with its port: without and with its `www.`, which `www.com` keeps.
 * @param {Address} address
 * @returns {Values}
 */
export function sites(address) {
  const site = address.host + address.port;
  const hasName = address.host.startsWith(WWW) && address.host.includes(".", WWW.length);
  return { host: hasName ? site.slice(WWW.length) : site, site };
}
