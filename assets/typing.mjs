// Writing fast: an action in one line, and lists to type in.
//
//   <select data-type-ahead>…</select>
//
// A list becomes a field that offers what fits as somebody types; the list itself stays in the form and is what is sent, so
// that the server gets ids and nothing else. Without scripts it is the list that it was. What is typed and in no list is
// sent as no id at all: the server asks again, and nobody is left out unseen.
import { unsaved, warn } from "./app.js";

const NO_ID = "not in the list";

class TypeAhead {
  constructor(list) {
    this.list = list;
    this.field = document.createElement("input");
    const { field } = this;
    Object.assign(field, { id: list.id, type: "text", autocomplete: "off", className: list.className.replaceAll("govuk-select", "govuk-input") });
    list.id += "-list";
    this.offers = document.createElement("datalist");
    this.offers.id = `${field.id}-offers`;
    field.setAttribute("list", this.offers.id);
    for (const name of ["aria-describedby", "autofocus"]) if (list.hasAttribute(name)) field.setAttribute(name, list.getAttribute(name));
    this.note = document.createElement("p");
    this.note.className = "govuk-hint app-type-ahead__note";
    this.note.setAttribute("role", "status");
    this.values = new Map(); // what is shown, without capitals -> the option
    for (const option of list.options) if (option.value) this.offer(option);
    field.placeholder = [...list.options].find((option) => !option.value)?.text ?? "";
    const focused = document.activeElement === list;
    list.hidden = true;
    list.before(field, this.offers, this.note);
    if (focused) field.focus();
    field.addEventListener("input", () => this.take(false));
    field.addEventListener("change", () => this.take(true));
    list.addEventListener("change", () => this.show()); // chosen by another script
    this.show();
  }

  offer(option) {
    const group = option.parentElement.label;
    const words = group ? `${option.text}, ${group}` : option.text;
    const offer = document.createElement("option");
    offer.value = words;
    this.offers.append(offer);
    this.values.set(words.toLowerCase(), { option, words });
  }

  show() {
    const chosen = [...this.values.values()].find(({ option }) => option.selected);
    this.field.value = chosen?.words ?? "";
    this.note.textContent = "";
  }

  // What fits alone is taken once somebody has finished typing.
  take(finished) {
    const typed = this.field.value.trim().toLowerCase();
    let found = this.values.get(typed);
    if (!found && finished && typed) {
      const fitting = [...this.values].filter(([words]) => words.split(/[\s,]+/).some((_, place, all) => all.slice(place).join(" ").startsWith(typed)));
      if (fitting.length === 1) {
        found = fitting[0][1];
        this.field.value = found.words;
      }
    }
    this.list.querySelector("[data-no-id]")?.remove();
    if (found) found.option.selected = true;
    else if (typed) {
      const none = new Option(NO_ID, NO_ID, false, true);
      none.dataset.noId = "";
      this.list.append(none);
    } else this.list.value = "";
    this.note.textContent = finished && typed && !found ? "Nobody of that name is in the list, or more than one. Choose from what is offered." : "";
  }
}

function start() {
  for (const list of document.querySelectorAll("select[data-type-ahead]:not([hidden])")) new TypeAhead(list);
}

start();
document.addEventListener("htmx:after:swap", start);

// The line stays as it is typed, for the item under which it was begun; emptied, it is of the item that is shown.
const line = () => document.getElementById("quick-line");

function sayWhose() {
  const field = line();
  const shown = document.getElementById("item");
  if (!field || !shown) return;
  const form = field.form;
  const elsewhere = Boolean(shown.dataset.item) && form.dataset.item !== shown.dataset.item;
  form.querySelector(".app-moved-on")?.remove();
  if (!elsewhere) return;
  if (!field.value) {
    document.body.dispatchEvent(new CustomEvent(`roundtable:item-${shown.dataset.item}`)); // fetches the item with its form
    return;
  }
  const note = document.createElement("p");
  note.className = "govuk-body app-moved-on";
  note.setAttribute("role", "status");
  note.textContent = `The meeting has moved on. What you write here is for item ${form.dataset.itemNumber}.`;
  form.prepend(note);
}

document.addEventListener("input", (event) => {
  if (event.target === line()) event.target.form.toggleAttribute("hx-morph-skip", event.target.value !== "");
});

document.addEventListener("htmx:after:swap", sayWhose);

// Its answer takes the place where somebody may be writing something else.
document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.id !== "one-line") return;
  const writing = unsaved(document.getElementById("writing"));
  if (!writing) return;
  event.preventDefault();
  warn(ctx.sourceElement, "You have not saved what you are writing below. Save it or cancel it first.");
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.id !== "one-line" || ctx.response?.status !== 200) return;
  const form = ctx.sourceElement;
  form.reset();
  form.removeAttribute("hx-morph-skip");
  form.querySelector(":scope > .app-form-warning")?.remove();
  // Another line is another request.
  const key = form.elements.idempotency_key;
  key.value = key.defaultValue = newKey();
});

// crypto.randomUUID is for pages over HTTPS alone.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
