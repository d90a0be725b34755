// How long the browser keeps what this origin stores. Evaluates to one object of functions.
(() => ({
  // A name for this run of the browser, or null if the page cannot store a cookie. A cookie without
  // a date is removed when the browser ends, so a new name shows a restart. No other storage shared
  // by all pages of an origin is removed then.
  browserRun: () => {
    const named = () => document.cookie.match(/(?:^|; )pyio_browser_run=([0-9a-f]+)/)?.[1] ?? null;
    try {
      if (named() === null) {
        const name = [...crypto.getRandomValues(new Uint8Array(8))]
          .map((byte) => byte.toString(16).padStart(2, "0")).join("");
        const secure = location.protocol === "https:" ? "; Secure" : "";
        document.cookie = `pyio_browser_run=${name}; Path=/; SameSite=Strict${secure}`;
      }
      return named();
    } catch {
      return null;  // an opaque origin, such as that of a sandboxed frame
    }
  },

  // Whether this origin's storage is persistent from now on; null if the browser has no such
  // request. The answer may take long, because some browsers ask the user.
  persist: async () => (navigator.storage?.persist ? navigator.storage.persist() : null),
}))()
