// What only a page can do: localStorage, downloads, asking for persistent storage. Evaluates to one
// object of functions. Nothing here knows models; nothing that touches localStorage awaits, so no
// other code of this page runs in between.
(() => {
  const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

  // Uint8Array.prototype.toBase64 is missing before Chromium 140, Firefox 133 and Safari 18.2.
  const encode = (view) => {
    const bytes = bytesOf(view);
    if (bytes.toBase64) return bytes.toBase64();
    const parts = [];
    for (let start = 0; start < bytes.length; start += 0x8000) {
      parts.push(String.fromCharCode.apply(null, bytes.subarray(start, start + 0x8000)));
    }
    return btoa(parts.join(""));
  };

  const decode = (text) => {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  };

  // Browsers write items to disk one by one, and show them to other tabs so. Several that change
  // together are therefore first written as one item, and whoever finds that looks through it.
  const JOURNAL = "pyio_journal";

  // What a journal says is being written: key -> text, or null for what is being removed.
  const pending = () => {
    const text = localStorage.getItem(JOURNAL);
    if (text === null) return {};
    try {
      const items = JSON.parse(text);
      const ours = Object.prototype.toString.call(items) === "[object Object]"
        && Object.values(items).every((value) => value === null || typeof value === "string");
      return ours ? items : {};
    } catch {
      return {};  // a reservation, or not ours
    }
  };

  const valueOf = (key, journal) =>
    Object.hasOwn(journal, key) ? journal[key] : localStorage.getItem(key);

  const put = (key, value) => {
    if (value == null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  };

  const putAll = (items) => Object.entries(items).forEach(([key, value]) => put(key, value));

  const sizeOf = (items) => Object.entries(items).reduce(
    (sum, [key, value]) => sum + (value == null ? 0 : key.length + value.length), 0);

  // Throws what the browser says where `size` more code units do not fit.
  const reserve = (size) => {
    if (size <= 0) return;
    localStorage.setItem(JOURNAL, " ".repeat(size));
    localStorage.removeItem(JOURNAL);
  };

  // Puts `before` back if the browser refuses one of `items`; it fitted, so it fits again.
  const putOver = (items, before) => {
    try {
      putAll(items);
    } catch (error) {
      Object.keys(items).forEach((key) => localStorage.removeItem(key));
      putAll(before);
      throw error;
    }
  };

  const keysNow = (journal) => [
    ...Object.keys(localStorage).filter((key) => key !== JOURNAL && !Object.hasOwn(journal, key)),
    ...Object.keys(journal).filter((key) => journal[key] !== null),
  ];

  return {
    // The values of `keys`: strings, or null where there is none.
    read: (keys) => {
      const journal = pending();
      return keys.map((key) => valueOf(key, journal));
    },

    // The length of each value in UTF-16 code units, or -1 where there is none.
    lengths: (keys) => {
      const journal = pending();
      return keys.map((key) => valueOf(key, journal)?.length ?? -1);
    },

    // The bytes that the base64 text under `key` stands for.
    readBase64: (key) => decode(valueOf(key, pending())),

    // Whether somebody began to write and has not finished, as far as this tab can see.
    unfinished: () => localStorage.getItem(JOURNAL) !== null,

    // Do what a journal says is left, of a tab or a browser that died.
    finish: () => {
      const items = pending();
      putAll(items);
      localStorage.removeItem(JOURNAL);
    },

    // Write all `values` (texts, or bytes to be kept as base64; null removes) in order, or none.
    // Where there is no room for the journal beside them, they are written in place: the last
    // one, which readers look for, is removed first, so that half of it looks like none.
    replace: (keys, values) => {
      const texts = values.map((value) =>
        value == null || typeof value === "string" ? value ?? null : encode(value));
      const items = Object.fromEntries(keys.map((key, index) => [key, texts[index]]));
      const before = Object.fromEntries(keys.map((key) => [key, localStorage.getItem(key)]));
      const growth = sizeOf(items) - sizeOf(before);
      const journal = JSON.stringify(items);
      try {
        reserve(journal.length + growth);
        localStorage.setItem(JOURNAL, journal);
      } catch {
        reserve(growth);
        localStorage.removeItem(keys.at(-1));
      }
      try {
        putOver(items, before);
      } finally {
        localStorage.removeItem(JOURNAL);
      }
    },

    // The same if the items `seenKeys` still have the values `seen` (null or undefined for none);
    // returns whether they had.
    replaceIf(seenKeys, seen, keys, values) {
      const journal = pending();
      const changed = (key, index) => valueOf(key, journal) !== (seen[index] ?? null);
      if (seenKeys.some(changed)) return false;
      this.replace(keys, values);
      return true;
    },

    // Every key that starts so, and its value if it ends so.
    overview: (start, end) => {
      const journal = pending();
      return keysNow(journal).filter((key) => key.startsWith(start))
        .map((key) => [key, key.endsWith(end) ? valueOf(key, journal) : null]);
    },

    // How many UTF-16 code units all keys and values of this origin take.
    used: () => {
      const journal = pending();
      return keysNow(journal).reduce(
        (sum, key) => sum + key.length + valueOf(key, journal).length, 0);
    },

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

    // Offer a Blob as a file. The URL must outlive the click: browsers resolve it when the
    // person answers their prompt, and give no sign of it.
    download: (blob, name, lifetime) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.style.display = "none";
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), lifetime);
    },

    // Whether the browser keeps what this origin stores from now on, null where it cannot be
    // asked. The answer takes its time: some browsers ask the person.
    persist: async () => (navigator.storage?.persist ? navigator.storage.persist() : null),
  };
})()
