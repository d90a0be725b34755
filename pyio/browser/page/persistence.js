// How long the browser keeps what this origin stores. Evaluates to one object of functions.
(() => ({
  // A name for this run of the browser, or null where the page may not keep a cookie. A cookie
  // without a date goes when the browser ends, so that another name tells of a restart; no other
  // storage that all pages of an origin share does that.
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
      return null;  // an origin of its own, such as that of a sandboxed frame
    }
  },

  // Whether the browser keeps what this origin stores from now on, null where it cannot be
  // asked. The answer takes its time: some browsers ask the person.
  persist: async () => (navigator.storage?.persist ? navigator.storage.persist() : null),
}))()
