// Keeps the clocks of a meeting going between two refreshes, on the server's clock, and says once, politely, when an item
// has little time left and when it runs over.
//
//   <p data-time-now="2027-03-04T10:00:00Z" data-time-spent="1800" data-time-allotted="7200" data-time-ahead="5400"
//      data-time-left="120" data-time-end="…" data-time-running>…</p>
//   <span data-clock-now="…" data-clock-left="120" data-clock-allotted="900" data-clock-of="item 4" data-clock-running></span>
//
// Lengths are seconds. Without `…-running` they stand still: the meeting is paused, or no item is being heard.

const SHORT = 120;
const offsets = new WeakMap();
const said = new Set();

const voice = document.createElement("p");
voice.className = "govuk-visually-hidden";
voice.setAttribute("role", "status");
document.querySelector("main").append(voice);

const minutes = (number) => `${number} minute${number === 1 ? "" : "s"}`;

function clock(moment) {
  const [hour, minute] = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit" })
    .format(moment)
    .split(":")
    .map(Number);
  if (minute === 0 && hour % 12 === 0) return hour ? "midday" : "midnight";
  return `${hour % 12 || 12}${minute ? `:${String(minute).padStart(2, "0")}` : ""}${hour < 12 ? "am" : "pm"}`;
}

// Seconds since the element was made, by a clock that the device's own cannot put wrong.
function since(element, now) {
  const made = offsets.get(element);
  if (made?.at !== now) offsets.set(element, { at: now, began: performance.now() });
  return (performance.now() - offsets.get(element).began) / 1000;
}

function write(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}

function ofMeeting(element) {
  const { timeNow, timeSpent, timeAllotted, timeAhead, timeLeft, timeEnd } = element.dataset;
  const passed = since(element, timeNow);
  const running = "timeRunning" in element.dataset ? passed : 0;
  const forecast = Date.parse(timeNow) + (passed + Math.max(0, Number(timeLeft) - running) + Number(timeAhead)) * 1000;
  const spent = Math.floor((Number(timeSpent) + running) / 60);
  const late = Math.floor((forecast - Date.parse(timeEnd)) / 60000);
  write(element.querySelector("[data-time-words]"), `${spent} of ${Math.floor(Number(timeAllotted) / 60)} minutes`);
  write(element.querySelector("[data-time-forecast]"), clock(forecast));
  const planned = clock(Date.parse(timeEnd));
  const words = late >= 1 ? `, ${minutes(late)} after the planned ${planned}` : ` (planned: ${planned})`;
  write(element.querySelector("[data-time-late]"), words);
}

function ofItem(element) {
  const { clockNow, clockLeft, clockAllotted, clockOf } = element.dataset;
  const running = "clockRunning" in element.dataset ? since(element, clockNow) : 0;
  const left = Number(clockLeft) - running;
  const state = Number(clockAllotted) === 0 || left > SHORT ? "in time" : left > 0 ? "short" : "over";
  const over = Math.floor(-left / 60);
  const words = {
    "in time": "",
    short: `${minutes(Math.ceil(left / 60))} left`,
    over: over >= 1 ? `${minutes(over)} over` : "Time is up",
  }[state];
  write(element, words);
  element.dataset.state = state;
  const once = `${clockOf} ${state}`;
  if (state === "in time" || said.has(once)) return;
  said.add(once);
  voice.textContent = state === "short" ? `${words} for ${clockOf}.` : `The time of ${clockOf} is up.`;
}

export function tick() {
  document.querySelectorAll("[data-time-now]").forEach(ofMeeting);
  document.querySelectorAll("[data-clock-now]").forEach(ofItem);
}

document.addEventListener("htmx:after:swap", tick);
setInterval(tick, 5000);
tick();
