// Keeps the page's files, so that it starts without a network after the first load.
// The network comes first: what is new on the server is used at once. Only without an answer the
// kept files are used. So nothing here needs a version, and nothing is ever stale.
"use strict";
const KEPT = "pyio-page";

const keep = async (addresses) => {
  const cache = await caches.open(KEPT);
  await Promise.all(addresses.map(async (address) => {
    // The page has just loaded them: those that the browser still has cost no second request.
    const response = await fetch(address, { cache: "force-cache" });
    if (response.ok) await cache.put(address, response);
  }));
};

const answer = async (request) => {
  try {
    const response = await fetch(request);
    if (response.ok) {
      const cache = await caches.open(KEPT);
      if (await cache.match(request, { ignoreSearch: true })) await cache.put(request, response.clone());
    }
    return response;
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  event.waitUntil(keep(event.data.keep).then(() => event.source.postMessage({ kept: true })));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const here = request.url.startsWith(self.registration.scope);
  if (here && request.method === "GET" && !request.headers.has("range")) {
    event.respondWith(answer(request));
  }
});
