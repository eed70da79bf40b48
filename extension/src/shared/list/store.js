/** Where the watch list lives: a few records in IndexedDB, replaced together or not at all. */

const DATABASE = "commonswatch";
const STORE = "watch-list";

/**
 * @typedef {object} Records
 * @property {{manifest: string, etag: string, publicKey: string}} about the manifest as it was signed, and by whom
 * @property {ArrayBuffer} keys decoded
 * @property {ArrayBuffer} pictures decoded
 * @property {{sha256: string, rules: ArrayBuffer | null}} rules as they came: read sooner than thousands of objects
 */

/**
 * One record; undefined when there is no list.
 * @template {keyof Records} Name
 * @param {Name} name
 * @returns {Promise<Records[Name] | undefined>}
 */
export function load(name) {
  return inTransaction("readonly", (store) => store.get(name));
}

/** Replace records: all of them or, whatever happens in between, none. @param {Partial<Records>} records */
export async function replace(records) {
  await inTransaction("readwrite", (store) => {
    for (const [name, value] of Object.entries(records)) store.put(value, name);
  });
}

/** Leave nothing. @returns {Promise<void>} */
export async function erase() {
  await answered(indexedDB.deleteDatabase(DATABASE));
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest | void} work
 * @returns {Promise<any>} what was asked for
 */
async function inTransaction(mode, work) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      transaction.onabort = () => reject(transaction.error);
      try {
        const request = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request?.result);
      } catch (error) {
        transaction.abort(); // or what was written up to here would stay
        reject(error);
      }
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return answered(request);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
