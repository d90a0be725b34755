// The page's side of the bridge: calls `functions` for Python in a worker, which has no localStorage
// and no document. Requests {id, calls: [[name, ...arguments], ...]} arrive on one of its channels.
// Replies {id, answers} hold {result} or {error: [name, message]} for each call. The calls of one
// request are made in one stretch.
//
// The channel's random name keeps Pythons apart. A worker that knows its page tells it there alone.
// Any other tells it on the channel "pyio", which every script of the origin can hear.
//
// `mark` identifies the version of the functions. `channel` is the channel of one Python. Without
// one, the page answers every Python of its origin that asks, until one of them claims the page.
((functions, mark, channel) => {
  const served = (globalThis[Symbol.for("pyio.bridge")] ??= new Map());

  const begin = ([name, ...args]) => {
    try {
      return functions[name](...args);
    } catch (error) {
      return Promise.reject(error);
    }
  };

  const answer = async ({ id, calls }) => {
    const outcomes = await Promise.allSettled(calls.map(begin));
    const answers = outcomes.map(({ status, value, reason }) => status === "fulfilled"
      ? { result: value } : { error: [String(reason.name), String(reason.message)] });
    return { id, answers };
  };

  const serve = (name) => {
    if (served.has(name)) return served.get(name)(); // notebooks may run a script again
    const channel = new BroadcastChannel(name);
    const hello = () => channel.postMessage({ hello: true });
    const end = () => {
      channel.close();
      served.delete(name);
    };
    served.set(name, hello);
    channel.onmessage = async ({ data }) => channel.postMessage(await answer(data));
    if (navigator.locks) {
      // Each side holds a lock while it exists. A side that gets the other's lock knows that the
      // other is gone, even after a crash.
      const ended = navigator.locks.request(`${name} python`, end);
      navigator.locks.request(`${name} page`, () => {
        hello();
        return ended;
      });
    } else { // neither https nor localhost
      addEventListener("pagehide", () => {
        channel.postMessage({ bye: true });
        end();
      }, { once: true });
      hello();
    }
  };

  if (channel) return serve(channel);
  if (globalThis.pyioBridge) return; // the page has two tags
  const id = `pyio-page-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
  // A worker that is created with this name finds its own page among all tabs, as in
  // new Worker(url, { name: pyioBridge.workerName }); others take the tab that was used last.
  globalThis.pyioBridge = { workerName: id };
  let used = Date.now();
  for (const event of ["focus", "pointerdown", "keydown"]) {
    addEventListener(event, () => { used = Date.now(); }, true);
  }
  const meet = (name, own) => {
    const meeting = new BroadcastChannel(name);
    meeting.onmessage = ({ data }) => {
      const { asks, claims, page } = Object(data);
      if (typeof asks === "string") {
        const seen = [document.hasFocus(), document.visibilityState === "visible", used];
        meeting.postMessage({ page: own, asked: asks, mark, rank: seen.map(Number) });
      }
      if (typeof claims === "string" && page === own) serve(claims);
    };
    meeting.postMessage({ here: true });
  };
  meet(id, id);
  meet("pyio", crypto.getRandomValues(new Uint32Array(4)).join("-")); // not the secret id
})
