// Runs Python in a worker: the first message is the name of the wheel, each other a call. Nothing
// is awaited before the listener is there: messages that come earlier are lost.
import { start } from "/python.js";

let call;

addEventListener("message", async ({ data }) => {
  try {
    if (call) {
      postMessage({ result: await call(...data) });
    } else {
      ({ call } = await start(data));
      postMessage({ result: "null" });
    }
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
