// The forms of the live page while the network is away: what is typed and not saved is kept on this device and shown again
// in its form; what was saved waits and is sent in order. Says honestly what is saved and what is not.
//
//   <div id="keeping" data-key="/…/key" data-whose="5" data-meeting="3" data-worker="/static/worker.….js">
//   <p data-kept-status role="status"></p> <ol data-kept-rows></ol> <template data-kept-form>…</template></div>
//
// It looks after the forms of <div id="writing"> and the one line that makes an action, and takes part in htmx's requests by
// giving them a fetch of its own. `data-approved`: the key is gone for good.

import { start, taken, unsaved, warn } from "./app.js";
import { clear, count, isPossible, onChangeElsewhere } from "./kept.js";
import { asAction, blankForm, filled, isUnknown, kept, known, remember } from "./kept-forms.js";
import { Rows, told } from "./kept-rows.js";
import { Sender } from "./sending.js";

const SOON_MS = 250;
const FORM_PATIENCE_MS = 8000;
const AHEAD_MS = 1000;
const AHEAD_SPREAD_MS = 3000; // sixty pages that open at once do not ask at once

const root = document.getElementById("keeping");
const status = root.querySelector("[data-kept-status]");
const writing = () => document.getElementById("writing");
const whose = Number(root.dataset.whose);
const meeting = Number(root.dataset.meeting);

const sender = new Sender({ keyUrl: root.dataset.key, whose, meeting });
const shown = new Rows(root.querySelector("[data-kept-rows]"), { sendNow, edit, throwAway, change });
let savedSomething = false;
let nowhereElse = false;
let unsavedNow = 0;

// What is said ---------------------------------------------------------------------------------------------------------

const things = (number) => (number === 1 ? "1 thing" : `${number} things`);

const AWAY = {
  offline: "No connection.",
  "signed out": "You are signed out.",
  "somebody else": "Somebody else is signed in on this device now. Yours is sent once you have signed in again.",
};

function sentence(rows, left) {
  const of = (state) => rows.filter((row) => row.state === state).length;
  const waiting = of("waiting");
  const wait = waiting ? `${things(waiting)} that you saved ${waiting === 1 ? "waits" : "wait"} ${sender.box.isOnDevice ? "on this device" : "in this page, nowhere else,"} to be sent.` : "";
  if (sender.state === "impossible") {
    const why = window.isSecureContext ? "This browser keeps nothing." : "This page was not opened over HTTPS, so the browser keeps nothing.";
    return `${why} What you have not saved is lost when you close or reload this page.`;
  }
  if (sender.state === "closed") {
    if (!left) return "";
    const again = sender.box.isOnDevice ? "" : " They can be opened and sent once you may enter again.";
    return `${sender.reason} On this device, encrypted: ${things(left)} that you wrote and that ${left === 1 ? "is" : "are"} not saved.${again}`;
  }
  const refused = of("refused") ? `${things(of("refused"))} could not be saved: see below.` : "";
  const where = sender.box.isOnDevice ? "It is kept on this device." : "Do not close this page: it is nowhere else.";
  const typed = of("typed") ? `What you are writing is not saved yet. ${where}` : "";
  const away = AWAY[sender.state] && rows.length ? AWAY[sender.state] : "";
  const said = [away, wait, refused, typed].filter(Boolean).join(" ");
  return said || (savedSomething ? "Everything that you wrote is saved." : "");
}

let soon;

function showSoon() {
  soon ??= setTimeout(() => {
    soon = undefined;
    show();
  }, SOON_MS);
}

async function show() {
  const rows = await sender.box.all();
  const left = sender.box.isOnDevice ? rows.length : await count(whose, meeting).catch(() => 0);
  const said = sentence(rows, left);
  status.dataset.state = rows.length || left || sender.state === "impossible" ? "unsaved" : "saved";
  if (status.dataset.said !== said) {
    status.dataset.said = said;
    status.replaceChildren(said);
    if (said && ["signed out", "somebody else"].includes(sender.state)) status.append(" ", signInLink());
  }
  unsavedNow = rows.length;
  noteWhatCame(rows);
  const open = [...document.querySelectorAll("[data-kept-id]")].map((form) => form.dataset.keptId);
  nowhereElse = rows.length > 0 && !sender.box.isOnDevice;
  shown.show(rows.filter((row) => !open.includes(row.id)));
}

// What stands in the place of a form that waited says what came of it.
function noteWhatCame(rows) {
  for (const note of writing()?.querySelectorAll("[data-waits]") ?? []) {
    const row = rows.find((each) => each.id === note.dataset.waits);
    if (row?.state === "waiting") continue;
    delete note.dataset.waits;
    note.querySelector("strong").textContent = row ? "This was not saved: see above." : "It was sent, and is saved.";
  }
}

const forgetNote = (row) => writing()?.querySelector(`[data-waits="${row.id}"]`)?.remove();

function signInLink() {
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  link.target = "_blank";
  link.textContent = "Sign in again (opens in a new tab)";
  return link;
}

// What is typed --------------------------------------------------------------------------------------------------------

// At once, for a page that is closed waits for nothing: while one write is under way, the next one takes all that was
// typed meanwhile.
const busy = new Set();
const again = new Set();

async function typedIn(form) {
  delete form.dataset.kept;
  unsavedNow ||= 1;
  again.add(form);
  if (busy.has(form)) return;
  busy.add(form);
  while (again.delete(form)) await keep(form).catch(() => {});
  busy.delete(form);
}

async function keep(form) {
  if (!form.isConnected || "sending" in form.dataset || sender.state === "impossible") return;
  const line = isLine(form);
  const row = line ? asAction(form) : kept(form);
  form.dataset.keptId = row.id;
  await (line && !form.elements.line.value ? sender.box.remove(row.id) : sender.box.put({ ...row, state: "typed" }));
  if (sender.box.isOnDevice && !again.has(form)) form.dataset.kept = "";
  showSoon();
}

const isLine = (form) => form.id === "one-line";
const ours = (element) => element.closest?.("#writing form[hx-post], #one-line");

for (const event of ["input", "change"]) {
  document.addEventListener(event, ({ target }) => ours(target) && typedIn(ours(target)));
}

document.addEventListener("click", ({ target }) => {
  const form = target.closest("[data-cancel]") && writing()?.querySelector("[data-kept-id]");
  if (!form) return;
  sender.box.remove(form.dataset.keptId).then(show);
}, true);

// What is saved --------------------------------------------------------------------------------------------------------

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (event.defaultPrevented || sender.state === "impossible") return;
  if (ctx.request.method === "GET" && ctx.target?.id === "writing") ctx.fetch = formOrBlank;
  const form = ctx.request.method === "POST" && ours(ctx.sourceElement);
  if (!form || isLine(form)) return;
  ctx.fetch = () => saved(form);
});

// While it is on its way nobody writes on in what will be gone with the answer.
async function saved(form) {
  const row = kept(form);
  const fields = [...form.querySelectorAll("textarea, input")].filter((field) => !field.readOnly);
  form.dataset.keptId = row.id;
  form.dataset.sending = "";
  for (const field of fields) field.readOnly = true;
  const answer = await sender.deliver(row, () => form.isConnected);
  for (const field of fields) field.readOnly = false;
  delete form.dataset.sending;
  if (answer === null) return new Response(waits(row), { status: 200 });
  savedSomething ||= answer.ok;
  return answer;
}

// A form that came back with mistakes, or with both values, is kept as it was sent.
document.addEventListener("htmx:after:swap", async (event) => {
  const form = writing()?.querySelector("form[hx-post]");
  const caption = form?.parentElement.querySelector(".govuk-caption-m");
  if (caption) caption.textContent = told(caption.textContent, form.getAttribute("action"));
  if (!form || form.dataset.keptId) return;
  if (event.detail?.ctx?.sourceElement.id === "one-line") { // what became of the line, to be checked
    await keep(form);
    const line = event.detail.ctx.sourceElement;
    if (line.dataset.keptId) await sender.box.remove(line.dataset.keptId);
    delete line.dataset.keptId;
    show();
    return;
  }
  form.dataset.keptId = form.elements.idempotency_key.value;
  if ((await sender.box.all()).some((row) => row.id === form.dataset.keptId)) form.dataset.kept = "";
  show();
});

// In the place of a form that waits to be sent.
function waits({ id, path }) {
  const note = document.createElement("div");
  note.dataset.waits = id;
  note.className = "app-written";
  note.setAttribute("tabindex", "-1");
  note.setAttribute("autofocus", "");
  const said = document.createElement("p");
  said.className = "govuk-body";
  const strong = document.createElement("strong");
  strong.textContent = sender.box.isOnDevice ? "Kept on this device, and sent by itself as soon as it can be." : "Sent by itself as soon as it can be. Do not close this page.";
  said.append(strong);
  if (/\/(write\/\w+|action)$/.test(path)) {
    const again = document.createElement("a");
    again.className = "govuk-link";
    for (const [name, value] of [["href", path], ["hx-get", path], ["hx-target", "#writing"], ["hx-swap", "innerHTML"]]) {
      again.setAttribute(name, value);
    }
    again.textContent = "Add another";
    said.append(" ", again);
  }
  note.append(said);
  return note.outerHTML;
}

// A form is asked for; without network the same form as it was seen before, blank, for the item that is shown.
async function formOrBlank(address, request) {
  try {
    const response = await fetch(address, { ...request, signal: AbortSignal.timeout(FORM_PATIENCE_MS) });
    if (response.ok) remember(address, await response.clone().text());
    return response;
  } catch {
    return new Response(blankForm(address, root.querySelector("[data-kept-form]")), { status: 200 });
  }
}

// Before the network goes: each form that this reader may write in is fetched once, into the memory of this page and
// nowhere else. Nothing of it is stored, and the server decides on each as on one that is opened.
const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work));
let fetchingAhead = false;

function soonAhead() {
  setTimeout(() => whenIdle(() => fetchAhead()), AHEAD_MS + Math.random() * AHEAD_SPREAD_MS);
}

async function fetchAhead() {
  if (fetchingAhead || document.hidden || sender.state === "impossible" || sender.state === "closed") return;
  fetchingAhead = true;
  const offered = [...document.querySelectorAll("#item a[hx-target='#writing']")].map((link) => link.getAttribute("hx-get"));
  for (const address of [...offered, ...(root.dataset.ahead ?? "").split(" ")].filter(isUnknown)) {
    if (!isUnknown(address)) continue;
    const options = { headers: { "HX-Request": "true" }, cache: "no-store", signal: AbortSignal.timeout(FORM_PATIENCE_MS) };
    const response = await fetch(address, options).catch(() => null);
    if (!response?.ok) break;
    remember(address, await response.text().catch(() => ""));
  }
  root.dataset.known = known();
  fetchingAhead = false;
}

document.addEventListener("visibilitychange", () => document.hidden || soonAhead());
document.addEventListener("htmx:after:swap", ({ target }) => target.closest?.("#item") && soonAhead());

// What came back for something that was sent later.
sender.addEventListener("answer", ({ row, status: code, text }) => {
  savedSomething ||= code < 400;
  // The form with what is wrong, or with both values: in its place, if nobody writes there.
  if ([409, 422].includes(code) && text.includes("<form") && !unsaved(writing())) place(text, { ...row, state: "typed" });
});

// What waits, one by one -------------------------------------------------------------------------------------------------

async function sendNow(row) {
  await sender.box.put({ ...row, state: "waiting" });
  await sender.flush();
  show();
}

async function throwAway(row) {
  const words = row.state === "waiting" && row.tried
    ? "Throw this away? It may have reached the server already; then it stays recorded there."
    : "Throw this away? It is not saved anywhere else.";
  if (!window.confirm(words)) return;
  forgetNote(row);
  await sender.box.remove(row.id);
  await show();
  status.tabIndex = -1;
  status.focus();
}

async function change(row) {
  await sender.box.put(row);
}

// In its form, if the server gives one and the place is free; else where it stands. Meanwhile it is not sent.
async function edit(row) {
  const form = writing()?.querySelector("form");
  if (unsaved(writing())) {
    warn(form, "You have not saved this yet. Save it or cancel it, then choose again.");
    form.querySelector("textarea, input:not([type=hidden])")?.focus();
    return;
  }
  forgetNote(row);
  await sender.box.put({ ...row, state: "typed" });
  if (await reopened(row)) {
    writing().querySelector("textarea, input:not([type=hidden])")?.focus();
    return;
  }
  shown.open(row.id);
  await show();
  shown.focus(row.id);
}

async function reopened(row) {
  if (!writing()) return false;
  try {
    const options = { headers: { "HX-Request": "true" }, cache: "no-store", signal: AbortSignal.timeout(FORM_PATIENCE_MS) };
    const response = await fetch(row.path, options);
    const html = response.ok ? await response.text() : "";
    if (!html.includes("<form") || unsaved(writing())) return false;
    await place(html, { ...row, state: "typed" });
    return true;
  } catch {
    return false;
  }
}

// Nobody's focus is moved: it stands there when they look.
async function place(html, row) {
  const form = writing() && filled(writing(), html, row);
  if (!form) return;
  taken(writing());
  start(writing());
  window.htmx.process(writing());
  writing().dispatchEvent(new CustomEvent("htmx:after:swap", { bubbles: true })); // for all who start on what is new
  await sender.box.put({ ...row, state: "typed" });
  show();
}

window.addEventListener("beforeunload", (event) => nowhereElse && event.preventDefault());

document.addEventListener("submit", (event) => {
  if (!unsavedNow || !event.target.matches("form[action$='/sign-out']")) return;
  const words = `${things(unsavedNow)} that you wrote ${unsavedNow === 1 ? "is" : "are"} not saved. It stays on this device, encrypted, until you sign in here again. Sign out?`;
  if (!window.confirm(words)) event.preventDefault();
});

// Beginning --------------------------------------------------------------------------------------------------------------

async function begin() {
  sender.addEventListener("state", show);
  sender.addEventListener("change", show);
  onChangeElsewhere(show);
  window.addEventListener("online", () => sender.now());
  window.addEventListener("offline", () => sender.lost());
  window.addEventListener("focus", () => sender.now());
  document.addEventListener("visibilitychange", () => document.hidden || sender.now());
  document.addEventListener("roundtable:connection", () => sender.state === "offline" && sender.now());
  if ("approved" in root.dataset && isPossible()) await clear(whose, meeting).catch(() => {});
  if (await sender.begin()) {
    const typed = (await sender.box.all()).filter((row) => row.state === "typed").at(-1);
    if (typed && writing()?.childElementCount === 0) await reopened(typed);
    sender.flush();
  }
  show();
  if (writing()) soonAhead();
  if (root.dataset.worker && "serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register(root.dataset.worker, { scope: "/meetings/" }).catch(() => {});
  }
}

begin();
