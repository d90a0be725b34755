// Requests with a timeout for the reply and for each part of it. Timeouts are in milliseconds, or
// undefined for none. They are made here because Pyodide's timers go on after they are cancelled,
// which would keep Node from ending.
(() => {
  // WebKit gives the TypeError of a failed request no stack, and Pyodide hangs on such an error.
  const restated = (error) => {
    if (error?.stack) throw error;
    throw Object.assign(new Error(error?.message ?? String(error)), { name: error?.name });
  };

  const within = (promise, timeout) => {
    if (timeout == null) return promise.catch(restated);
    return new Promise((resolve, reject) => {
      const late = () => reject(new DOMException("nothing came in time", "TimeoutError"));
      const timer = setTimeout(late, timeout);
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    }).catch(restated);
  };

  return {
    fetch: (url, init, timeout) => within(fetch(url, init), timeout),

    // The final address of a redirect, asked for without anything that another server must not have.
    target: async (url, init, timeout) => {
      const controller = new AbortController();
      try {
        const asked = fetch(url, { ...init, signal: controller.signal });
        const response = await within(asked, timeout);
        return response.redirected ? response.url : "";
      } finally {
        controller.abort();
      }
    },

    // The body of an answer, read straight into Python's memory.
    body: (response) => {
      const reader = response.body?.getReader();
      let left = null; // of the piece that came last, what did not fit

      return {
        // Fill `target`, a Python buffer of `size` bytes, as far as the body goes; how far that is.
        fill: async (target, size, timeout) => {
          let view = target.getBuffer("u8");
          try {
            let done = 0;
            while (reader && done < size) {
              const piece = left ?? (await within(reader.read(), timeout)).value;
              if (!piece) break;
              if (!view.data.length) {
                view.release(); // Python's memory has grown, and then it is another ArrayBuffer
                view = target.getBuffer("u8");
              }
              const fits = piece.subarray(0, size - done);
              view.data.set(fits, done);
              done += fits.length;
              left = fits.length < piece.length ? piece.subarray(fits.length) : null;
            }
            return done;
          } finally {
            view.release();
          }
        },
      };
    },
  };
})()
