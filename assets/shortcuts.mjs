// Keyboard shortcuts of the page of a meeting: single letters, never while somebody types, and they can be switched off.
//
//   <a href="…" data-key="d">Note the discussion</a>
//   <dialog id="shortcuts">…<input type="checkbox" data-shortcuts-on>…</dialog>
//   <dialog id="jump"><form method="dialog">…<input>…</form></dialog>
//
// `?` opens the first, `/` the second. A dialog opened as a modal keeps the focus inside and gives it back.

const KEPT = "roundtable-shortcuts";
const list = document.getElementById("shortcuts");
const jump = document.getElementById("jump");
const box = list?.querySelector("[data-shortcuts-on]");

function areOn() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true; // a browser that keeps nothing
  }
}

function setOn(on) {
  try {
    on ? localStorage.removeItem(KEPT) : localStorage.setItem(KEPT, "off");
  } catch {
    // as above
  }
}

// In a field a letter is a letter.
function isTyping(target) {
  return target.isContentEditable || target.matches("input, textarea, select") || document.querySelector("dialog[open]") !== null;
}

function open(dialog) {
  for (const field of dialog.querySelectorAll("input[type=text]")) field.value = "";
  dialog.querySelector("[role=alert]")?.replaceChildren();
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (!list || isTyping(event.target) || !areOn()) return;
  if (event.key === "?") open(list);
  else if (event.key === "/") open(jump);
  else {
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    if (target.matches("form")) target.requestSubmit();
    else target.matches("input") ? target.focus() : target.click();
  }
  event.preventDefault(); // else the letter is typed into what has the focus by now
});

for (const button of document.querySelectorAll("[data-open-shortcuts]")) {
  button.hidden = false;
  button.addEventListener("click", () => open(list));
}

for (const dialog of document.querySelectorAll("dialog")) {
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
}

if (box) {
  box.checked = areOn();
  box.addEventListener("change", () => setOn(box.checked));
}

// To an item by its number, or by words of its title.
jump?.querySelector("form").addEventListener("submit", (event) => {
  const typed = jump.querySelector("input").value.trim().toLowerCase();
  const lines = [...document.querySelectorAll(".app-agenda__item > a")];
  const found =
    lines.find((each) => each.querySelector(".app-number")?.textContent === `${typed}.`) ??
    (typed ? lines.find((each) => each.textContent.toLowerCase().includes(typed)) : undefined);
  event.preventDefault();
  if (found) {
    jump.close();
    found.click();
  } else jump.querySelector("[role=alert]").textContent = "No item has that number, or those words in its title.";
});
