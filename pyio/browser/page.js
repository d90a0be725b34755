// What only a page can do: localStorage and downloads. Evaluates to one object of functions.
// Nothing here knows models; nothing awaits, so no other code of this page runs in between.
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

  const put = (key, value) => {
    if (value == null) localStorage.removeItem(key);
    else localStorage.setItem(key, typeof value === "string" ? value : encode(value));
  };

  return {
    // The values of `keys`: strings, or null where there is none.
    read: (keys) => keys.map((key) => localStorage.getItem(key)),

    // The length of each value in UTF-16 code units, or -1 where there is none.
    lengths: (keys) => keys.map((key) => localStorage.getItem(key)?.length ?? -1),

    // The bytes that the base64 text under `key` stands for.
    readBase64: (key) => decode(localStorage.getItem(key)),

    // Write all `values` (texts, or bytes to be kept as base64; null removes) in order, or none:
    // what was there is put back if the browser refuses one of them. The old values fitted
    // before, so once the new ones are gone they fit again.
    replace: (keys, values) => {
      const before = keys.map((key) => localStorage.getItem(key));
      try {
        keys.forEach((key, index) => put(key, values[index]));
      } catch (error) {
        keys.forEach((key) => localStorage.removeItem(key));
        keys.forEach((key, index) => put(key, before[index]));
        throw error;
      }
    },

    // Every key that starts so, and its value if it ends so.
    overview: (start, end) => Object.keys(localStorage).filter((key) => key.startsWith(start))
      .map((key) => [key, key.endsWith(end) ? localStorage.getItem(key) : null]),

    // How many UTF-16 code units all keys and values of this origin take.
    used: () =>
      Object.keys(localStorage).reduce(
        (sum, key) => sum + key.length + localStorage.getItem(key).length, 0),

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
  };
})()
