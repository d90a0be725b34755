// Requests whose answers do not keep anybody waiting for ever. Timeouts are in milliseconds, or
// undefined for none. They are made here because Pyodide's timers go on after they are cancelled,
// which would keep Node from ending.
(() => {
  const within = (promise, timeout) => {
    if (timeout == null) return promise;
    return new Promise((resolve, reject) => {
      const late = () => reject(new DOMException("nothing came in time", "TimeoutError"));
      const timer = setTimeout(late, timeout);
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  };

  return {
    fetch: (url, init, timeout) => within(fetch(url, init), timeout),

    // Pieces of a body, at least `count` bytes together or what is left; none at the end. Python
    // is better served with larger portions than the browser's own.
    take: async (reader, count, timeout) => {
      const pieces = [];
      for (let size = 0; size < count; ) {
        const { done, value } = await within(reader.read(), timeout);
        if (done) break;
        pieces.push(value);
        size += value.byteLength;
      }
      return pieces;
    },
  };
})()
