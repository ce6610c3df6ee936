// Starts the components of a page and of what htmx swaps into it, and shows errors that htmx receives.
import { createAll, initAll } from "./govuk-frontend.js";
import { SortableTable } from "./sortable-table.js";

// A component refuses to start twice on one element. After a swap that is no fault: the element was there before.
const onError = (error) => {
  if (error.name !== "InitError") console.error(error);
};

export function start(scope) {
  initAll({ scope, onError });
  createAll(SortableTable, undefined, { scope, onError });
}

start(document);

// Until it has room beside the list, the filter folds away above it: the list comes first.
if (window.matchMedia("(max-width: 69.95em)").matches) {
  for (const filter of document.querySelectorAll(".app-filter")) filter.open = false;
}

// A form whose answer takes some seconds says that it is being worked on, and is not sent twice. The place where it says
// so is there from the beginning: a screen reader reads out what changes in it.
for (const form of document.querySelectorAll("form[data-busy]")) {
  const note = document.createElement("p");
  note.className = "govuk-body app-busy";
  note.setAttribute("role", "status");
  form.append(note);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const note = form.querySelector(":scope > .app-busy");
  if (!note) return;
  if (note.textContent) {
    event.preventDefault();
    return;
  }
  note.textContent = form.dataset.busy;
  // Not disabled: it would lose the focus, and look as if nothing could be done.
  form.querySelector("button[type=submit]").setAttribute("aria-disabled", "true");
});

// Come back to by the browser's own Back, the page is as it was left.
window.addEventListener("pageshow", () => {
  for (const note of document.querySelectorAll(".app-busy")) {
    note.textContent = "";
    // There is no button while there is nothing to send.
    note.parentElement.querySelector("button[type=submit]")?.removeAttribute("aria-disabled");
  }
});

document.addEventListener("htmx:after:settle", (event) => {
  for (const node of event.detail.newContent ?? []) {
    // The parent, for the swapped element itself may be a component.
    if (node instanceof Element && node.isConnected) start(node.parentElement ?? node);
  }
});

// htmx 4 swaps errors, too. A form with mistakes (422) comes back into its place. Of the others, what a form receives
// takes the place of the page's content, what a link receives is opened as a page, and a refetch that nobody asked for
// is left alone. Signed out (401), a form stays as it was typed; so does every form of a page on which others record
// meanwhile, and every form that was opened in its place, with the reason above it. An answer that names its own place (HX-Retarget) goes there.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response;
  if (status < 400 || status === 422 || ctx.hx.retarget) return;
  if (ctx.request.method !== "GET" && status !== 401 && (document.getElementById("writing") || ctx.sourceElement.closest(".app-writing"))) {
    event.preventDefault();
    refused(ctx);
    return;
  }
  if (ctx.request.method !== "GET" && status !== 401) {
    ctx.target = document.getElementById("main-content");
    ctx.swap = "innerHTML show:top";
    ctx.select = undefined; // the error is all there is, whatever part of a page was asked for
    return;
  }
  event.preventDefault();
  if (ctx.request.method !== "GET") warn(ctx.sourceElement, "You are signed out, so this was not saved. What you wrote is still here: sign in again in another tab, then save once more.");
  const link = ctx.sourceElement.closest("a[href]");
  if (link) location.assign(link.href);
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx?.request.method === "GET") return;
  warn(ctx.sourceElement, "There is no connection, so this was not saved. What you wrote is still here: save once more in a moment.");
});

// The reason is the first sentence of the error's fragment.
async function refused(ctx) {
  const page = new DOMParser().parseFromString(await ctx.response.raw.text(), "text/html");
  const reason = page.querySelector("p")?.textContent.trim() ?? "";
  const kept = ctx.sourceElement.querySelector("textarea, input:not([type=hidden])") ? " What you wrote is still here." : "";
  warn(ctx.sourceElement, `This was not saved. ${reason}${kept}`);
}

// Forms that are opened in their place, <div class="app-writing">, and what is typed in them and not saved. A form that
// came back with mistakes holds words that are nowhere else, too. What is kept on the device (keeping.mjs) is not lost with
// the page, so that nobody is asked whether to stay.
export function unsaved(place) {
  return place?.querySelector("[data-typed], .govuk-error-summary, .app-form-warning, .app-compare") ?? null;
}

document.addEventListener("input", (event) => {
  event.target.closest(".app-writing form:not([role=search])")?.setAttribute("data-typed", "");
});

window.addEventListener("beforeunload", (event) => {
  const lost = (place) => unsaved(place) && !place.querySelector("form[data-kept]");
  if ([...document.querySelectorAll(".app-writing")].some(lost)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-cancel]")?.closest(".app-writing");
  if (!place) return;
  place.replaceChildren();
  (document.getElementById("item-title") ?? place.parentElement.querySelector("a"))?.focus();
});

// What was asked for last fills a place: an answer that comes late takes nothing of what was opened there since.
const asked = new Map(); // id of the place -> the request, or what else was put there

export function taken(place) {
  asked.set(place.id, Symbol("not by a request"));
}

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  const place = ctx.target;
  if (place?.matches?.(".app-writing") && place.childElementCount && asked.get(place.id) !== ctx) event.preventDefault();
});

// Nothing else takes the place of a form that somebody has typed in.
document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const place = ctx.target;
  if (!place?.matches?.(".app-writing")) return;
  if (ctx.request.method !== "GET" || !unsaved(place)) {
    asked.set(place.id, ctx);
    return;
  }
  event.preventDefault();
  warn(place.querySelector("form:not([role=search])"), "You have not saved this yet. Save it or cancel it, then choose again.");
  place.querySelector("textarea, input:not([type=hidden])")?.focus();
});

// A sentence above a form, read out at once.
export function warn(form, sentence) {
  const old = form.querySelector(":scope > .app-form-warning");
  const note = document.createElement("p");
  note.className = "govuk-error-message app-form-warning";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  old ? old.replaceWith(note) : form.prepend(note);
}
