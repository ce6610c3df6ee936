// The list of what is kept on this device and not saved, each with what can be done about it.

import { clock } from "./kept-forms.js";

const STATES = { typed: ["Not saved yet", "grey"], waiting: ["Waiting to be sent", "blue"], refused: ["Not saved", "orange"] };

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

// The line of the agenda that a form's address belongs to: nothing where that is not on the page, or there is no such item.
function lineOf(path) {
  const [, item] = /\/items\/(\d+)\//.exec(path) ?? [];
  return { ofItem: item !== undefined, line: document.getElementById(`line-${item}`) };
}

const isClosed = (path) => Boolean(lineOf(path).line?.hasAttribute("data-closed"));

// "Item 3: a title" as far as the page tells it now: of an item that is closed to its reader meanwhile, the number alone.
export function told(about, path) {
  const { ofItem, line } = lineOf(path);
  return ofItem && (!line || isClosed(path)) ? about.replace(/:.*/s, "") : about;
}

export class Rows {
  #open = new Set(); // rows that are edited where they stand
  #rows = [];

  #busy = new Set(); // rows whose words are being kept
  #again = new Set();

  constructor(list, does) {
    Object.assign(this, { list, does });
    document.addEventListener("htmx:after:swap", () => this.show(this.#rows)); // the agenda may have changed
  }

  open(id) {
    this.#open.add(id);
  }

  focus(id) {
    document.querySelector(`#kept-${id} textarea, #kept-${id} input`)?.focus();
  }

  // Lines that stay are left as they are: somebody may be typing in one.
  show(rows) {
    this.#rows = rows;
    this.list.closest("section").hidden = rows.length === 0;
    const lines = rows.map((row) => {
      const edited = row.state === "refused" || this.#open.has(row.id);
      const version = `${row.state} ${edited} ${row.reason ?? ""} ${edited ? "" : row.at} ${told(row.about, row.path)} ${isClosed(row.path)}`;
      const line = document.getElementById(`kept-${row.id}`);
      if (line?.dataset.version === version) return line;
      const made = this.#line(row, edited);
      made.id = `kept-${row.id}`;
      made.dataset.version = version;
      return made;
    });
    for (const old of [...this.list.children]) if (!lines.includes(old)) old.remove();
    lines.forEach((line, place) => {
      if (this.list.children[place] !== line) this.list.insertBefore(line, this.list.children[place] ?? null);
    });
  }

  #line(row, edited) {
    const line = element("li", "");
    const head = element("p", "app-card__meta govuk-!-margin-bottom-1");
    const [words, colour] = STATES[row.state];
    head.append(element("strong", "", row.heading), `, ${told(row.about, row.path)}, ${clock(row.at)} `, element("strong", `govuk-tag govuk-tag--${colour}`, words));
    line.append(head);
    if (row.reason && row.state === "refused") line.append(element("p", "govuk-body govuk-!-margin-bottom-1", row.reason));
    for (const { name, label, long } of row.texts) {
      const value = row.fields.find(([field]) => field === name)?.[1] ?? "";
      if (edited) line.append(this.#field(row, name, label, long, value));
      else if (value) line.append(element("p", "govuk-body app-text govuk-!-margin-bottom-1", long ? value : `${label}: ${value}`));
    }
    const actions = element("div", "app-actions");
    if (!isClosed(row.path)) {
      actions.append(this.#button(row.state === "refused" ? "Send again" : "Send now", row, this.does.sendNow));
      if (!edited) actions.append(this.#button("Edit", row, this.does.edit));
    }
    actions.append(this.#button("Throw away", row, this.does.throwAway));
    line.append(actions);
    return line;
  }

  #button(text, row, does) {
    const button = element("button", "app-link-button", text);
    button.type = "button";
    button.append(element("span", "govuk-visually-hidden", ` ${row.heading}, ${told(row.about, row.path)}, ${clock(row.at)}`));
    button.addEventListener("click", () => {
      this.#again.delete(row.id);
      if (does !== this.does.edit) this.#open.delete(row.id);
      does(row);
    });
    return button;
  }

  // At once; while one write is under way, the next one takes what was typed meanwhile.
  async #keep(row, field) {
    this.#again.add(row.id);
    if (this.#busy.has(row.id)) return;
    this.#busy.add(row.id);
    while (this.#again.delete(row.id)) await this.does.change(row);
    this.#busy.delete(row.id);
    field.dataset.kept = "";
  }

  #field(row, name, label, long, value) {
    const group = element("div", "govuk-form-group");
    const field = element(long ? "textarea" : "input", long ? "govuk-textarea" : "govuk-input");
    field.id = `kept-${row.id}-${name}`;
    if (long) field.rows = 4;
    field.value = value;
    const caption = element("label", "govuk-label", label);
    caption.htmlFor = field.id;
    field.addEventListener("input", () => {
      row.fields = row.fields.map((pair) => (pair[0] === name ? [name, field.value] : pair));
      delete field.dataset.kept;
      this.#keep(row, field);
    });
    group.append(caption, field);
    return group;
  }
}
