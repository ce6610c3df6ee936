// Gives the live page of a meeting a stand-in while there is no network. What it caches names nobody: a page without
// content, and what that page is drawn with. The names carry hashes, so a new version is a new worker with a cache of its own.

const asset = (name) => new URL(name, self.location).href;

const STAND_IN = asset("offline.html");
const SHELL = [
  STAND_IN,
  asset("app.css"),
  asset("offline.js"),
  asset("kept.js"),
  asset("favicon.svg"),
  asset("inter-latin-400.woff2"),
  asset("inter-latin-700.woff2"),
];
const PREFIX = "roundtable-shell-";
const CACHE = PREFIX + self.location.pathname;
const LIVE = /^\/meetings\/\d+\/live$/;

self.addEventListener("install", (event) => {
  const requests = SHELL.map((address) => new Request(address, { credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (SHELL.includes(request.url)) {
    event.respondWith(caches.match(request.url, { ignoreVary: true }).then((found) => found ?? fetch(request)));
  } else if (request.mode === "navigate" && request.method === "GET" && LIVE.test(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(async () => (await caches.match(STAND_IN, { ignoreVary: true })) ?? Response.error()));
  }
});
