// Forms of the live page as rows that are kept, and back again.

const NOT_KEPT = ["csrf_token", "idempotency_key"];

const labelOf = (field) => field.labels?.[0]?.textContent.trim() ?? "";

// What a form holds, and what it is about. Its key is the row's own: sent again, it gets the first answer.
export function kept(form) {
  const data = [...new FormData(form)];
  const texts = [...form.querySelectorAll("textarea, input[type=text], input:not([type])")].filter((field) => field.name);
  return {
    id: data.find(([name]) => name === "idempotency_key")[1],
    path: form.getAttribute("action"),
    fields: data.filter(([name]) => !NOT_KEPT.includes(name)),
    texts: texts.map((field) => ({ name: field.name, label: labelOf(field), long: field.matches("textarea") })),
    heading: form.parentElement.querySelector("h2")?.textContent.trim() ?? "",
    about: form.parentElement.querySelector(".govuk-caption-m")?.textContent.trim() ?? "",
    at: new Date().toISOString(),
  };
}

// A line that was typed and not looked at by the server yet, as the action that it is to become.
export function asAction(form) {
  const item = document.getElementById("item-title")?.textContent.trim() ?? "";
  return {
    id: form.dataset.keptId ?? crypto.randomUUID(),
    path: form.getAttribute("action").replace(/\/[^/]+$/, ""),
    fields: [["text", form.elements.line.value]],
    texts: [{ name: "text", label: "What will be done?", long: true }],
    heading: "Add an action",
    about: `Item ${item.replace(". ", ": ")}`,
    at: new Date().toISOString(),
  };
}

// Puts a form's page into its place, with what was typed in it. Answers with the form; takes nobody's focus.
export function filled(writing, html, row) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const form = page.querySelector("form[hx-post]");
  if (!form) return null;
  for (const each of page.querySelectorAll("[autofocus]")) each.removeAttribute("autofocus");
  // A summary of mistakes would take the focus as it starts.
  for (const each of page.querySelectorAll(".govuk-error-summary")) each.setAttribute("data-disable-auto-focus", "true");
  writing.replaceChildren(...page.body.childNodes);
  const left = new Map();
  for (const [name, value] of row.fields) left.set(name, [...(left.get(name) ?? []), value]);
  const answered = html.includes("govuk-error-summary"); // its version is the newer one
  for (const field of form.elements) {
    if (!field.name || NOT_KEPT.includes(field.name) || (answered && field.name === "version")) continue;
    if (["radio", "checkbox"].includes(field.type)) field.checked = (left.get(field.name) ?? []).includes(field.value);
    else if (left.get(field.name)?.length) field.value = left.get(field.name).shift();
  }
  form.elements.idempotency_key.value = row.id;
  Object.assign(form.dataset, { typed: "", kept: "", keptId: row.id });
  const note = document.createElement("p");
  note.className = "govuk-body app-kept-note";
  note.textContent = row.reason ? `This was not saved. ${row.reason}` : `Not saved yet. Kept on this device, as you left it at ${clock(row.at)}.`;
  form.prepend(note);
  return form;
}

export function clock(at) {
  return new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", hour12: true }).format(new Date(at)).replace(" ", "");
}

// Forms seen on this page, in its memory: under which item does not matter to what they ask.
const seen = new Map();
const KIND = /\/items\/\d+\/(write\/\w+|action)$/;

export function remember(address, html) {
  const kind = KIND.exec(address)?.[1];
  if (kind && html.includes("hx-post")) seen.set(kind, html); // what answers somebody who is signed out is no form
}

// Whether that form is still to be fetched, for the time without network.
export function isUnknown(address) {
  const kind = KIND.exec(address)?.[1];
  return kind !== undefined && !seen.has(kind);
}

export const known = () => [...seen.keys()].join(" ");

const PLAIN = {
  "write/discussion": ["Note the discussion", "What was discussed?"],
  "write/decision": ["Record a decision", "What was decided?"],
};

// A form while there is no network: as it was seen before, or a plain one for words alone.
export function blankForm(address, template) {
  const kind = KIND.exec(address)?.[1];
  const place = document.createElement("div");
  if (seen.has(kind)) {
    place.append(...new DOMParser().parseFromString(seen.get(kind), "text/html").body.childNodes);
  } else {
    place.append(template.content.cloneNode(true));
    const [heading, question] = PLAIN[kind] ?? [];
    if (!heading) {
      place.querySelector(kind ? "[data-needs-network]" : "[data-no-form]").remove();
      place.querySelector("form").remove();
      return place.innerHTML;
    }
    for (const each of place.querySelectorAll("[data-no-form], [data-needs-network]")) each.remove();
    place.querySelector("h2").textContent = heading;
    place.querySelector("label").textContent = question;
  }
  const form = place.querySelector("form[method=post]");
  const item = document.getElementById("item");
  const around = place.firstElementChild;
  const [number] = /^\d+/.exec(document.getElementById("item-title")?.textContent.trim() ?? "") ?? [""];
  around.dataset.item = item?.dataset.item ?? "";
  around.dataset.itemNumber = number;
  place.querySelector(".govuk-caption-m").textContent =
    `Item ${document.getElementById("item-title")?.textContent.trim().replace(". ", ": ") ?? ""}`;
  form.setAttribute("action", address);
  form.setAttribute("hx-post", address);
  form.querySelector("[name=idempotency_key]").setAttribute("value", crypto.randomUUID());
  return place.innerHTML;
}
