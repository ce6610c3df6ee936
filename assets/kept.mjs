// What this device keeps of a meeting until it is saved: rows of ciphertext in IndexedDB.
//
// In clear are only opaque ids (whose it is, of which meeting, under which key of its own the write is sent), the state and
// the day. All that was typed, and what it is about, is AES-GCM under a key that lives in the page's memory (ADR 10).

const NAME = "roundtable-kept";
const ROWS = "rows";
const A_DAY = 24 * 3600 * 1000;
const MOST_DAYS = 90; // no minutes take longer, and with their approval the key is gone

// Other pages of this device look again when something changed.
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAME) : null;

export function onChangeElsewhere(look) {
  channel?.addEventListener("message", look);
}

// Over plain HTTP, or in a browser without storage, nothing can be kept.
export function isPossible() {
  return globalThis.isSecureContext && "indexedDB" in globalThis && Boolean(globalThis.crypto?.subtle);
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let database;

function opened() {
  database ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const rows = request.result.createObjectStore(ROWS, { keyPath: "order", autoIncrement: true });
      rows.createIndex("id", "id", { unique: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return database;
}

// One transaction; `work` may only wait for what belongs to it. Resolves once it is on the disk.
async function within(mode, work) {
  const transaction = (await opened()).transaction(ROWS, mode, { durability: "strict" });
  const finished = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  const result = await work(transaction.objectStore(ROWS));
  await finished;
  if (mode === "readwrite") channel?.postMessage("");
  return result;
}

// How many there are: on the whole device, or somebody's of one meeting.
export async function count(whose, meeting) {
  if (!isPossible()) return 0;
  const rows = await within("readonly", (store) => answer(store.getAll()));
  return rows.filter((row) => whose === undefined || (row.whose === whose && row.meeting === meeting)).length;
}

async function removeWhere(isWanted) {
  const wanted = (await within("readonly", (store) => answer(store.getAll()))).filter(isWanted);
  if (wanted.length) {
    await within("readwrite", (store) => Promise.all(wanted.map((row) => answer(store.delete(row.order)))));
  }
}

// Nothing of it can be opened any more.
export function clear(whose, meeting) {
  return removeWhere((row) => row.whose === whose && row.meeting === meeting);
}

export function clearOld() {
  return removeWhere((row) => row.day < Math.floor(Date.now() / A_DAY) - MOST_DAYS);
}

// Until the key has come: the same in the page's memory, gone with the page.
export class Memory {
  isOnDevice = false;
  #rows = new Map();

  async put(row) {
    if (this.#rows.get(row.id)?.state !== row.state) this.#rows.delete(row.id);
    this.#rows.set(row.id, row);
  }

  async remove(id) {
    this.#rows.delete(id);
  }

  async all() {
    return [...this.#rows.values()];
  }
}

// Somebody's rows of one meeting. A row is { id, state, ...content }; its state is "typed", "waiting" or "refused".
export class Box {
  isOnDevice = true;
  #turn = Promise.resolve();

  constructor(whose, meeting, key) {
    Object.assign(this, { whose, meeting, key });
  }

  // What the ciphertext belongs to: moved elsewhere, it cannot be opened.
  #identity(id, state) {
    return new TextEncoder().encode(["roundtable-kept-1", this.whose, this.meeting, id, state].join("\0"));
  }

  // One after the other, as they were asked for.
  #inTurn(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  // Keeps a row in its place, or at the end when its state changes.
  put({ id, state, order: _order, ...content }) {
    return this.#inTurn(async () => {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const clear = new TextEncoder().encode(JSON.stringify(content));
      const algorithm = { name: "AES-GCM", iv, additionalData: this.#identity(id, state) };
      const box = await crypto.subtle.encrypt(algorithm, this.key, clear);
      const row = { id, whose: this.whose, meeting: this.meeting, state, day: Math.floor(Date.now() / A_DAY), iv, box };
      await within("readwrite", async (store) => {
        const old = await answer(store.index("id").get(id));
        if (old && (old.whose !== this.whose || old.meeting !== this.meeting)) throw new Error("another's row");
        if (old && old.state !== state) await answer(store.delete(old.order));
        await answer(store.put(old && old.state === state ? { ...row, order: old.order } : row));
      });
    });
  }

  remove(id) {
    return this.#inTurn(() => removeWhere((row) => row.id === id && row.whose === this.whose));
  }

  // In order. What cannot be opened is left where it is.
  all() {
    return this.#inTurn(async () => {
      const rows = await within("readonly", (store) => answer(store.getAll()));
      const own = rows.filter((row) => row.whose === this.whose && row.meeting === this.meeting);
      const all = await Promise.all(own.map((row) => this.#open(row).catch(() => null)));
      return all.filter((row) => row !== null);
    });
  }

  async #open({ id, state, order, iv, box }) {
    const algorithm = { name: "AES-GCM", iv, additionalData: this.#identity(id, state) };
    const clear = await crypto.subtle.decrypt(algorithm, this.key, box);
    return { ...JSON.parse(new TextDecoder().decode(clear)), id, state, order };
  }
}
