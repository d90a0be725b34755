// Python in a worker: a message is [number, name of a function, arguments], the answer has its result.
import { startPython } from "/python.js";

const starting = startPython(new URLSearchParams(location.search).get("wheel"));

onmessage = async ({ data: [number, name, given] }) => {
  try {
    postMessage([number, await (await starting).python[name](...given), null]);
  } catch (error) {
    postMessage([number, null, String(error)]);
  }
};
