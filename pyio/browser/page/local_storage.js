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

  // An object without a prototype, so that no toJSON of the page's reaches JSON.stringify.
  const bare = (entries) => Object.setPrototypeOf(Object.fromEntries(entries), null);

  // Tells a text from every other; crypto.subtle has no digest that is there at once.
  const digest = (text) => {
    if (text === null) return null;
    let [first, second] = [0xdeadbeef, 0x41c6ce57];
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      first = Math.imul(first ^ unit, 2654435761);
      second = Math.imul(second ^ unit, 1597334677);
    }
    return [text.length, first >>> 0, second >>> 0].join("-");
  };

  // The journal's text: key -> text, or null for what is being removed. The member `JOURNAL` tells
  // what was there before, key -> digest. It is a text, because a pyio without digests takes it for
  // an item, writes it over the journal and removes it with that.
  const journalOf = (items, before) => {
    const changed = Object.keys(items).filter((key) => items[key] !== before[key]);
    const replaced = JSON.stringify(bare(changed.map((key) => [key, digest(before[key])])));
    return JSON.stringify(bare([...Object.entries(items), [JOURNAL, replaced]]));
  };

  // The object of texts and nulls that `text` is as JSON, or null for any other text.
  const textsIn = (text) => {
    try {
      const found = JSON.parse(text);
      const ours = Object.prototype.toString.call(found) === "[object Object]"
        && Object.values(found).every((value) => value === null || typeof value === "string");
      return ours ? found : null;
    } catch {
      return null;
    }
  };

  // Whether all items are still what the journal was to replace, or what it is to write.
  // TensorFlow.js knows no journal, so that it may have saved or removed the model since a crash.
  const untouched = (items, replaced) => Object.keys(items).every((key) => {
    const now = localStorage.getItem(key);
    return now === items[key] || (Object.hasOwn(replaced, key) && digest(now) === replaced[key]);
  });

  // The same for a journal without digests, as pyio wrote it once. An info tells when its model was
  // saved. A model whose removal was to come is left alone while it is whole.
  const untouchedByDate = (items) => {
    const dateIn = (text) => Date.parse(JSON.parse(text).dateSaved);
    const kept = Object.keys(items).every((key) =>
      items[key] === null && localStorage.getItem(key) !== null);
    if (kept) return false;
    return Object.keys(items).filter((key) => key.endsWith("/info")).every((key) => {
      try {
        return !(dateIn(localStorage.getItem(key)) > dateIn(items[key]));
      } catch {
        return true;
      }
    });
  };

  // What a journal says is being written, or nothing: a reservation, another program's item, or a
  // journal whose items were changed by another program since.
  const pending = () => {
    const found = textsIn(localStorage.getItem(JOURNAL));
    if (found === null) return {};
    const { [JOURNAL]: told, ...items } = found;
    if (told == null) return untouchedByDate(items) ? items : {};
    const replaced = textsIn(told);
    return replaced !== null && untouched(items, replaced) ? items : {};
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

    // The bytes that the base64 text under `key` stands for, null for a missing item.
    readBase64: (key) => {
      const text = valueOf(key, pending());
      return text === null ? null : decode(text);
    },

    // Whether a write has begun and not finished, as far as this tab can see.
    unfinished: () => localStorage.getItem(JOURNAL) !== null,

    // The keys that `finish` writes or removes.
    toFinish: () => Object.keys(pending()),

    // Finish the write that a crashed tab or browser left in the journal.
    finish: () => {
      putAll(pending());
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
      const journal = journalOf(items, before);
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
