// Keeps the page of a meeting up to date while others write.
//
//   <div data-live-stream="/…/stream" data-live-poll="/…/now" data-live-number="57">
//   <p class="app-live-status" data-live-status role="status"></p>
//   <div hx-get="/…/item/12" hx-trigger="roundtable:item-12 from:body, roundtable:everything from:body" hx-swap="outerMorph">
//
// Both addresses give hints, {"number": 57, "parts": ["item-12"]}: the meeting's feed number and no personal data, the
// stream as messages, the other as JSON with an ETag. A number above the last one seen makes events on the body, and htmx
// fetches again what listens for them: `roundtable:<part>` for each part named, `roundtable:everything` when none is, and
// `roundtable:changed` in both cases. The stream sends the number on connecting and `event: beat` every few seconds; where
// it fails, or a proxy holds it back, the other address is asked every second and a half.
//
// A form fetched into such an element stays through a refetch in a place of its own: <div id="add" hx-morph-skip-children>.

import { unsaved } from "./app.js";

const POLL_MS = 1500;
const SILENCE_MS = 12000; // two beats missed

const SAID = {
  live: "Live: what others record appears here.",
  polling: "Live: what others record appears here within two seconds.",
  offline: "No connection. What others record will appear when it is back.",
  "signed out": "You are signed out. Sign in again in another tab, then come back: this page goes on.",
};

class Feed {
  constructor(root) {
    this.streamUrl = root.dataset.liveStream;
    this.pollUrl = root.dataset.livePoll;
    this.seen = Number(root.dataset.liveNumber);
    this.status = document.querySelector("[data-live-status]");
    this.connect();
    document.addEventListener("visibilitychange", () => (document.hidden ? this.rest() : this.connect()));
    window.addEventListener("pagehide", () => this.rest());
    window.addEventListener("offline", () => this.poll()); // a stream that was cut off looks like one that is silent
    window.addEventListener("online", () => document.hidden || this.connect());
  }

  connect() {
    this.rest();
    if (this.over) return;
    this.source = new EventSource(this.streamUrl);
    this.source.addEventListener("open", () => this.alive());
    this.source.addEventListener("beat", () => this.alive());
    this.source.addEventListener("message", (event) => {
      this.alive();
      this.hear(JSON.parse(event.data));
    });
    this.source.addEventListener("error", () => this.poll());
    this.watch();
  }

  // A tab that nobody looks at holds no stream open.
  rest() {
    this.source?.close();
    clearTimeout(this.silence);
    clearTimeout(this.next);
    this.next = undefined;
  }

  alive() {
    clearTimeout(this.next);
    this.next = undefined;
    this.say("live");
    this.watch();
    this.catchUp();
  }

  // A part that could not be fetched when the hint came is fetched once something is heard again.
  catchUp() {
    if (!this.missed) return;
    this.missed = false;
    for (const part of ["changed", "everything"]) document.body.dispatchEvent(new CustomEvent(`roundtable:${part}`));
  }

  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.poll(), SILENCE_MS);
  }

  // Asks until the stream is heard again.
  async poll() {
    if (this.next !== undefined || this.over) return;
    this.next = 0; // asking: `alive` and `rest` take it away
    let said;
    try {
      const headers = { "HX-Request": "true", ...(this.etag && { "If-None-Match": this.etag }) };
      const answer = await fetch(this.pollUrl, { headers, cache: "no-store" });
      if (answer.ok) {
        this.etag = answer.headers.get("ETag");
        this.hear(await answer.json());
      }
      if ([403, 404].includes(answer.status)) {
        leave(answer);
        return;
      }
      said = answer.ok || answer.status === 304 ? "polling" : "offline";
      if (answer.status === 401) said = "signed out";
      if (said === "polling") this.catchUp();
    } catch {
      said = "offline";
    }
    if (this.next !== 0) return;
    this.say(said);
    this.next = setTimeout(() => {
      this.next = undefined;
      this.poll();
    }, POLL_MS);
  }

  hear(hint) {
    if (hint.number <= this.seen) return;
    this.seen = hint.number;
    for (const part of ["changed", ...(hint.parts ?? ["everything"])]) {
      document.body.dispatchEvent(new CustomEvent(`roundtable:${part}`, { detail: hint }));
    }
  }

  // For good, and why.
  end(reason) {
    this.over = true;
    this.rest();
    this.say("over", reason);
  }

  say(state, words = SAID[state]) {
    if (!this.status || this.status.dataset.state === state) return;
    this.status.dataset.state = state;
    this.status.textContent = words;
    document.dispatchEvent(new CustomEvent("roundtable:connection", { detail: state }));
  }
}

// Marks what came in from somebody else: elements with an id whose data-revision rose, or that are new.
function revisions() {
  return new Map([...document.querySelectorAll("[id][data-revision]")].map((node) => [node.id, node.dataset.revision]));
}

function flash(before) {
  for (const node of document.querySelectorAll("[id][data-revision]")) {
    if (before.get(node.id) === node.dataset.revision) continue;
    node.classList.remove("app-flash");
    void node.offsetWidth; // restarts the animation of an element that flashed before
    node.classList.add("app-flash");
  }
}

// Minutes spent on an item against those allotted, on the server's clock.
//   <span class="app-timer" data-timer-started="2027-03-04T10:00:00Z" data-timer-now="…" data-timer-allotted="15"></span>
const offsets = new WeakMap();

function tick() {
  for (const timer of document.querySelectorAll("[data-timer-started]")) {
    if (!offsets.has(timer)) offsets.set(timer, Date.parse(timer.dataset.timerNow) - Date.now());
    const now = Date.now() + offsets.get(timer);
    const spent = Math.max(0, Math.floor((now - Date.parse(timer.dataset.timerStarted)) / 60000));
    const allotted = Number(timer.dataset.timerAllotted);
    const text = `${spent} of ${allotted} minutes`;
    if (timer.textContent !== text) timer.textContent = text;
    timer.classList.toggle("app-timer--over", spent > allotted);
  }
}

// Says so where the meeting has gone on to another item than the one that somebody writes under.
function noteMovingOn() {
  const shown = document.getElementById("item");
  const form = document.querySelector("#writing [data-item]");
  form?.querySelector(".app-moved-on")?.remove();
  if (!form || !shown?.dataset.item || form.dataset.item === shown.dataset.item) return;
  const note = document.createElement("p");
  note.className = "govuk-body app-moved-on";
  note.setAttribute("role", "status");
  note.textContent = `The meeting has moved on to item ${shown.dataset.meetingAt}. What you write here is saved under item ${form.dataset.itemNumber}.`;
  form.prepend(note);
}

// The meeting is over, or the reader no longer in it: nothing of it stays, but what they have not saved.
async function leave(response) {
  if (feed.over) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  feed.end(page.querySelector("p")?.textContent.trim() ?? "");
  const writing = document.getElementById("writing");
  document.getElementById("quorum")?.remove();
  document.getElementById("running")?.remove();
  document.querySelector(".app-live")?.replaceWith(...(unsaved(writing) ? [writing] : []));
}

// Says politely what came in from the others: where the meeting is, and what was recorded. Who has just saved something
// has the focus on the line that says so, and is not told twice.
const voice = document.createElement("p");
voice.className = "govuk-visually-hidden";
voice.dataset.voice = "";
voice.setAttribute("role", "status");
document.querySelector("main")?.append(voice);

const whereItIs = () => document.getElementById("item")?.dataset.meetingAt;
let at = whereItIs();

function announce(before) {
  const said = [];
  if (whereItIs() !== at) {
    at = whereItIs();
    const title = document.querySelector("#item .app-elsewhere") ? at : document.getElementById("item-title")?.textContent.trim() || at;
    said.push(at ? `The meeting is at item ${title}.` : "No item is being heard.");
  } else if (!document.activeElement?.closest(".app-written")) {
    const lines = [...document.querySelectorAll("#item [id][data-revision]")];
    const changed = lines.filter((line) => before.get(line.id) !== line.dataset.revision);
    const words = (line) => (line.querySelector("strong, .app-text") ?? line).textContent.trim();
    if (changed.length === 1) said.push(`Recorded: ${words(changed[0])}`);
    else if (changed.length) said.push(`${changed.length} things were recorded.`);
  }
  if (said.length) voice.textContent = said.join(" ");
}

// What had the focus may be gone with what came in: then its part of the page has it, and nobody begins at the top again.
let focused;

document.addEventListener("htmx:before:swap", () => {
  const part = document.activeElement?.closest("#item, #agenda, #people");
  focused = part ? { id: part.id, element: document.activeElement } : undefined;
});

function keepFocus() {
  if (!focused || focused.element.isConnected || document.activeElement !== document.body) return;
  const heading = document.querySelector(`#${focused.id} h2`);
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

const PARTS = "#item, #agenda, #people";

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  if (!ctx.sourceElement.matches(PARTS) || ctx.response.status < 400) return;
  if ([403, 404].includes(ctx.response.status)) {
    event.preventDefault();
    leave(ctx.response.raw);
  } else {
    feed.missed = true;
  }
});

document.addEventListener("htmx:error", (event) => {
  if (feed && event.detail.ctx?.sourceElement.matches(PARTS)) feed.missed = true;
});

// Of a long agenda beside the item, the part where the meeting is.
let current;

function showCurrent() {
  const line = document.querySelector(".app-agenda__item--current");
  const list = line?.closest(".app-live__items");
  if (!list || current === line.id) return;
  current = line.id;
  const begin = list.getBoundingClientRect().top - list.scrollTop;
  const middle = line.getBoundingClientRect().top - begin - list.clientHeight / 2;
  const furthest = Math.min(middle, list.scrollHeight - list.clientHeight);
  // What stands at the top stands there whole: no heading and no line is cut through.
  const tops = [...list.querySelectorAll("h2, .app-agenda__item")].map((each) => each.getBoundingClientRect().top - begin);
  list.scrollTop = Math.max(0, ...tops.filter((top) => top <= furthest));
}

// A window of another size, or letters that have come, have moved it.
function showCurrentAgain() {
  current = undefined;
  showCurrent();
}

window.addEventListener("resize", showCurrentAgain);
document.fonts.ready.then(showCurrentAgain);

const root = document.querySelector("[data-live-stream]");
const feed = root ? new Feed(root) : null;

let known = revisions();
document.addEventListener("htmx:after:swap", () => {
  keepFocus();
  announce(known);
  flash(known);
  noteMovingOn();
  showCurrent();
  known = revisions();
  tick();
});
tick();
showCurrent();
setInterval(tick, 5000);
