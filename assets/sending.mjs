// Sends what waits on this device, in order, each under its own key until it is answered: never twice, never lost.
//
// States: "ready", "offline", "busy" (the server asks for patience), "signed out", "somebody else" (signed in meanwhile on
// this device), "closed" (whoever may no longer enter gets no key, with the reason), "impossible" (nothing can be kept).

import { Box, Memory, clear, clearOld, isPossible } from "./kept.js";

const PATIENCE_MS = 20000;
const FORM_PATIENCE_MS = 8000; // a form that was saved gives way then; it is sent all the same
const PAUSES_MS = [1000, 2000, 4000, 8000, 15000];
const LATER = [408, 425, 429, 502, 503, 504];

// Of a form that came back, what is wrong with it; of an error's fragment, its first sentence.
export function reasonIn(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const wrong = [...page.querySelectorAll(".govuk-error-summary__list li")].map((each) => each.textContent.trim());
  const said = page.querySelector(".govuk-error-summary__title") ?? page.querySelector("p");
  return wrong.length ? `${wrong.join(". ")}.` : (said?.textContent.trim() ?? "");
}

export class Sender extends EventTarget {
  state = "starting";
  reason = "";
  box = new Memory();
  #token = "";
  #asked = new Map(); // id -> those who wait for its answer
  #isThere = new Map(); // id -> whether its form still stands in its place
  #tries = 0;

  constructor({ keyUrl, whose, meeting }) {
    super();
    Object.assign(this, { keyUrl, whose, meeting });
  }

  #become(state, reason = "") {
    const changed = this.state !== state || this.reason !== reason;
    Object.assign(this, { state, reason });
    if (changed) this.#tell("state");
    return state === "ready";
  }

  #tell(type, detail = {}) {
    this.dispatchEvent(Object.assign(new Event(type), detail));
  }

  async begin() {
    if (!isPossible()) return this.#become("impossible");
    try {
      await clearOld();
    } catch {
      return this.#become("impossible"); // a private window of some browsers
    }
    if (!(await this.#ask())) this.#later();
    return this.state === "ready";
  }

  // The key, once, and a token of the session as it is now. Says whether both are there.
  async #ask() {
    let given;
    try {
      const headers = { "HX-Request": "true" }; // asked to sign in with a 401, not with a page
      const options = { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) };
      const response = await fetch(this.keyUrl, options);
      if (response.status === 401) return this.#become("signed out");
      if (LATER.includes(response.status) || response.status >= 500) return this.#become("busy");
      if (!response.ok) {
        if (response.status === 409) await clear(this.whose, this.meeting); // approved: the key is gone for good
        return this.#become("closed", reasonIn(await response.text()));
      }
      given = await response.json();
    } catch {
      return this.#become("offline");
    }
    if (given.whose !== this.whose) return this.#become("somebody else");
    this.#token = given.token;
    if (!this.box.isOnDevice) {
      const bytes = Uint8Array.from(atob(given.key), (each) => each.charCodeAt(0));
      const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
      bytes.fill(0);
      const memory = this.box;
      this.box = new Box(this.whose, this.meeting, key);
      for (const row of await memory.all()) await this.box.put(row);
    }
    return this.#become("ready");
  }

  // Keeps a write and sends it in its turn. Its answer; nothing while it waits.
  async deliver(row, isThere) {
    this.#isThere.set(row.id, isThere);
    await this.box.put({ ...row, state: "waiting" });
    this.#tell("change");
    const answered = new Promise((resolve) => {
      this.#asked.set(row.id, [...(this.#asked.get(row.id) ?? []), resolve]);
      setTimeout(() => this.#giveWay(row.id, resolve), FORM_PATIENCE_MS);
    });
    this.flush();
    return answered;
  }

  #giveWay(id, resolve) {
    const others = this.#asked.get(id)?.filter((each) => each !== resolve) ?? [];
    others.length ? this.#asked.set(id, others) : this.#asked.delete(id);
    resolve(null); // nothing new to whoever was answered
  }

  // Sends whatever waits. Pages of one device take turns.
  async flush() {
    clearTimeout(this.timer);
    if (this.sending) {
      this.once_more = true;
      return;
    }
    this.sending = true;
    let all = false;
    try {
      do {
        this.once_more = false;
        all = await this.#sendAll();
      } while (this.once_more && all);
    } catch {
      all = false; // the device's storage failed: asked again
    }
    this.sending = false;
    if (!all) this.#later();
    await this.#release();
    this.#tell("change");
  }

  #later() {
    if (["closed", "impossible"].includes(this.state)) return;
    clearTimeout(this.timer);
    const pause = PAUSES_MS[Math.min(this.#tries++, PAUSES_MS.length - 1)];
    this.timer = setTimeout(() => this.flush(), pause);
  }

  // The network is back, or somebody looks at the page again.
  now() {
    this.#tries = 0;
    if (this.state !== "impossible") this.flush();
  }

  lost() {
    if (this.state !== "ready") return;
    this.#become("offline");
    this.#later();
  }

  async #sendAll() {
    if ((!this.box.isOnDevice || this.state !== "ready") && !(await this.#ask())) return false;
    return navigator.locks.request(`roundtable-send-${this.whose}-${this.meeting}`, async () => {
      for (;;) {
        const row = (await this.box.all()).find((each) => each.state === "waiting");
        if (!row) return this.#done();
        if (!(await this.#send(row))) return false;
      }
    });
  }

  #done() {
    this.#tries = 0;
    clearTimeout(this.timer);
    this.timer = undefined;
    return true;
  }

  // Whether it was answered, one way or the other.
  async #send(row, again = true) {
    // From now on it may have arrived, whatever the network says.
    if (!row.tried) await this.box.put({ ...row, tried: true });
    const body = new URLSearchParams(row.fields);
    body.set("csrf_token", this.#token);
    body.set("idempotency_key", row.id);
    let response, text;
    try {
      const headers = { "HX-Request": "true" };
      response = await fetch(row.path, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
      text = await response.text();
    } catch {
      return this.#become("offline");
    }
    if (response.status === 401) return this.#become("signed out");
    if (LATER.includes(response.status)) return this.#become("busy");
    // The token ran out, or belongs to another session: a new one, under the same key.
    if (response.status === 400 && again) return (await this.#ask()) && this.#send(row, false);
    await (response.status < 400 ? this.box.remove(row.id) : this.#refused(row, response, text));
    this.#answer(row, response, text);
    return true;
  }

  // What was refused is not sent again by itself. In its form it goes on as something typed.
  async #refused(row, response, text) {
    const inItsForm = this.#asked.has(row.id) && this.#isThere.get(row.id)();
    const saidBefore = response.status === 422 && !text.includes("<form");
    const reason = saidBefore
      ? "It had reached the server before you changed it, and was saved as it was then. Send it again only if what you changed is still missing."
      : reasonIn(text) || "The server did not take it.";
    const next = { ...row, tried: false, state: inItsForm ? "typed" : "refused", reason };
    if (saidBefore) {
      await this.box.remove(row.id);
      next.id = crypto.randomUUID(); // the old one stands for what was saved
    }
    await this.box.put(next);
  }

  #answer(row, response, text) {
    const waiting = this.#asked.get(row.id) ?? [];
    this.#asked.delete(row.id);
    this.#isThere.delete(row.id);
    const { status, headers } = response;
    for (const resolve of waiting) resolve(new Response(text || null, { status, headers }));
    if (!waiting.length) this.#tell("answer", { row, status, text });
  }

  // Whoever waits in vain goes on; what another page of this device has sent is saved.
  async #release() {
    if (!this.#asked.size) return;
    const left = new Set((await this.box.all()).map((row) => row.id));
    for (const [id, waiting] of this.#asked) {
      for (const resolve of waiting) resolve(left.has(id) ? null : new Response("", { status: 200 }));
    }
    this.#asked.clear();
  }
}
