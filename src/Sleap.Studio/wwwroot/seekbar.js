// The row of marks: frames with labels, those of a person, suggested ones, the selected and the marked ones; told apart
// by height and shape. Drag moves, Shift and a drag selects, Shift and a click clears the selection, Alt and a drag
// zooms, Alt and a click shows all.

import { fitCanvas, themeColor } from "./dom.js";
import { go } from "./navigator.js";
import { frameAt, partOf, showAll, showSpan } from "./span.js";
import { selectRange, state } from "./state.js";

const CLICK_DISTANCE = 4;

let zooming = null; // the part that Alt and a drag is over

export function drawMarks(canvas, data) {
  const { context, width, height } = fitCanvas(canvas);
  context.clearRect(0, 0, width, height);
  context.fillStyle = themeColor("track");
  context.beginPath();
  context.roundRect(0, height / 2 - 3, width, 6, 3);
  context.fill();
  if (data) {
    const column = width / data.columns;
    runs(data.predicted, (x, wide) => context.fillRect(x, height / 2 - 3, wide, 6), "predicted");
    runs(data.user, (x, wide) => context.fillRect(x, 3, wide, height - 6), "accent");
    runs(data.suggested, (x, wide) => diamond(context, x + wide / 2, height - 5), "warm");

    function runs(list, paint, color) {
      context.fillStyle = themeColor(color);
      for (let i = 0; i < list.length; i += 2) {
        const x = list[i] * column;
        paint(x, Math.max((list[i + 1] + 1) * column - x, 1.5));
      }
    }
  }
  span(context, state.range, width, height, "selection");
  span(context, zooming, width, height, "zoom");
  if (state.marked?.video === state.video) flag(context, partOf(state.marked.frame) * width, height);
}

function span(context, range, width, height, color) {
  if (!range) return;
  const [left, right] = [partOf(range[0]) * width, partOf(range[1]) * width];
  context.fillStyle = themeColor(color);
  context.fillRect(left - 1, 0, Math.max(2, right - left + 2), height);
}

function diamond(context, x, y) {
  context.beginPath();
  context.moveTo(x, y - 4);
  context.lineTo(x + 4, y);
  context.lineTo(x, y + 4);
  context.lineTo(x - 4, y);
  context.fill();
}

function flag(context, x, height) {
  context.fillStyle = themeColor("text");
  context.fillRect(x - 0.75, 0, 1.5, height);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x + 8, 3.5);
  context.lineTo(x, 7);
  context.fill();
}

/** Makes a row follow the mouse. */
export function useSeekBar(row, redraw) {
  let start = null;
  const at = event => {
    const bounds = row.getBoundingClientRect();
    return frameAt((event.clientX - bounds.left) / bounds.width);
  };

  row.addEventListener("pointerdown", event => {
    if (event.button !== 0 || !state.facts?.frames) return;
    row.setPointerCapture(event.pointerId);
    start = { frame: at(event), x: event.clientX, kind: event.altKey ? "zoom" : event.shiftKey ? "select" : "move" };
    start.hasMoved = false;
    if (start.kind === "move") go(start.frame, { how: "jump" });
  });

  row.addEventListener("pointermove", event => {
    if (!start) return;
    start.hasMoved ||= Math.abs(event.clientX - start.x) > CLICK_DISTANCE;
    const frame = at(event);
    if (start.kind === "move") {
      if (frame !== state.frame) go(frame, { how: "scrub" });
    } else if (start.hasMoved && start.kind === "select") {
      state.anchor = start.frame;
      selectRange(start.frame, frame);
    } else if (start.hasMoved) {
      zooming = [Math.min(start.frame, frame), Math.max(start.frame, frame)];
      redraw();
    }
  });

  row.addEventListener("pointerup", event => {
    if (!start) return;
    const { frame, hasMoved, kind } = start;
    start = null;
    zooming = null;
    if (kind === "select" && !hasMoved) selectRange(null);
    if (kind === "zoom") hasMoved ? showSpan(frame, at(event)) : showAll();
    redraw();
  });

  row.addEventListener("pointercancel", () => {
    start = null;
    zooming = null;
    redraw();
  });
}
