// Keeps what is drawn before Python has started, and then hands it over.
// A classic script: it is there before everything else, also while Python is on its way.
"use strict";
globalThis.earlyPaper = (() => {
  const LINE = 0.085; // as in drawing.py
  const FINE = 0.01;
  const canvas = document.getElementById("paper");
  const context = canvas.getContext("2d");
  const hint = document.getElementById("certainty");
  const strokes = [];
  let pointer = null;
  let last = null;

  const to = (event) => {
    const place = [event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight];
    const from = last ?? place;
    last = place;
    context.lineWidth = LINE * canvas.width;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(from[0] * canvas.width, from[1] * canvas.width);
    context.lineTo(place[0] * canvas.width, place[1] * canvas.width);
    context.stroke();
    const stroke = strokes.at(-1);
    const end = stroke.at(-1);
    if (!end || Math.hypot(end[0] - place[0], end[1] - place[1]) > FINE) stroke.push(place);
  };
  const listeners = {
    pointerdown: (event) => {
      if (pointer !== null || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      pointer = event.pointerId;
      last = null;
      strokes.push([]);
      to(event);
      hint.textContent = "Kept until Python is here";
    },
    pointermove: (event) => { if (event.pointerId === pointer) to(event); },
    pointerup: (event) => { if (event.pointerId === pointer) pointer = null; },
    pointercancel: (event) => { if (event.pointerId === pointer) pointer = null; },
  };
  for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener);
  return {
    // Returns the strokes, and the pointer that is drawing right now, or undefined: Pyodide has a
    // value of its own for null, which is not None.
    handOver: () => {
      for (const [name, listener] of Object.entries(listeners)) canvas.removeEventListener(name, listener);
      return { strokes, pointer: pointer ?? undefined };
    },
  };
})();
