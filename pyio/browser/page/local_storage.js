// The page's localStorage. Evaluates to one object of functions. Nothing here knows models, and
// nothing awaits, so no other code of this page runs in between.
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

  // Browsers write items to disk one by one, and show them to other tabs one by one. So several
  // items that change together are first written as one item, the journal. A reader that finds a
  // journal takes its values in place of the items.
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

  // Throws the browser's own QuotaExceededError if `size` more code units do not fit.
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
    // The values of `keys`: strings, null for a missing item.
    read: (keys) => {
      const journal = pending();
      return keys.map((key) => valueOf(key, journal));
    },

    // The length of each value in UTF-16 code units, -1 for a missing item.
    lengths: (keys) => {
      const journal = pending();
      return keys.map((key) => valueOf(key, journal)?.length ?? -1);
    },

    // The bytes that the base64 text under `key` stands for.
    readBase64: (key) => decode(valueOf(key, pending())),

    // Whether a write has begun and not finished, as far as this tab can see.
    unfinished: () => localStorage.getItem(JOURNAL) !== null,

    // Finish the write that a crashed tab or browser left in the journal.
    finish: () => {
      const items = pending();
      putAll(items);
      localStorage.removeItem(JOURNAL);
    },

    // Write all `values` (texts, or bytes to be kept as base64; null removes) in order, or none.
    // If the journal does not fit as well, the items are written in place. The last item is removed
    // first: readers check for it, so a half-written model looks absent, not damaged.
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
  };
})()
