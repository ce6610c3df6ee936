// The page that stands in for the live page without network. It names nobody; how much waits is a number.

import { count } from "./kept.js";

const AGAIN_MS = 3000;

const kept = document.querySelector("[data-kept]");
const number = await count().catch(() => 0);
if (number) {
  const things = number === 1 ? "1 thing that you wrote is" : `${number} things that were written here are`;
  kept.textContent = `Kept on this device, and shown when you are back: ${things} not saved yet.`;
} else {
  kept.textContent = "Nothing waits on this device: what you saved is saved.";
}

async function look() {
  try {
    if ((await fetch("/healthz", { cache: "no-store", credentials: "omit" })).ok) location.reload();
  } catch {
    // still away
  }
}

window.addEventListener("online", look);
setInterval(look, AGAIN_MS);
