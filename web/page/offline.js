// Keeps the page's files for the time without a network; see service-worker.js.
"use strict";
globalThis.keepForOffline = async () => {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  const words = document.getElementById("offline-words");
  try {
    const registration = await navigator.serviceWorker.register("./service-worker.js");
    await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    const own = [location.origin + location.pathname, ...loaded]
      .map((address) => address.split("#")[0])
      .filter((address) => address.startsWith(registration.scope));
    navigator.serviceWorker.addEventListener("message", (event) => {
      if (event.data.kept) words.textContent = "The page starts without a network now.";
    });
    registration.active.postMessage({ keep: [...new Set(own)] });
  } catch (error) {
    words.textContent = ""; // private windows refuse it; the page works all the same
  }
};
