// What the rows below the picture show, as the program drew it together for this many columns of pixels.

import { getJson } from "./api.js";
import { $, onNextPaint } from "./dom.js";
import { drawLanes, laneAt } from "./lanes.js";
import { drawMarks, useSeekBar } from "./seekbar.js";
import { drawPlot, valuesOf } from "./plot.js";
import { nameOf } from "./labels.js";
import { settings } from "./settings.js";
import { frameAt, partOf, spanOf, startSpan } from "./span.js";
import { on, state } from "./state.js";

const ROWS = ["plot", "marks", "lanes"];
const WAIT = 60;

let data = null; // the latest answer
let timer = 0;
let abort = null;

const draw = onNextPaint(() => {
  drawPlot($("plot"), data);
  drawMarks($("marks"), data);
  drawLanes($("lanes"), data);
  movePlayhead();
});

function movePlayhead() {
  const part = partOf(state.frame);
  const width = $("marks").clientWidth;
  const head = $("playhead");
  head.hidden = part < 0 || part > 1 || !state.facts?.frames;
  head.style.transform = `translateX(${(part * width).toFixed(1)}px)`;
}

function load() {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    abort?.abort();
    abort = new AbortController();
    if (!state.facts?.frames) {
      data = null;
      return draw();
    }
    const [from, to] = spanOf();
    const columns = Math.max(1, Math.min(4096, Math.round($("marks").clientWidth)));
    const path = `/api/videos/${state.video}/timeline`;
    try {
      data = await getJson(path, { from, to, columns }, abort.signal);
    } catch (fault) {
      if (fault.name === "AbortError") return;
      data = null;
    }
    $("lanes").hidden = !data?.lanes.length;
    draw();
  }, WAIT);
}

/** Says what is under the mouse. */
function hint(row, event) {
  const bounds = row.getBoundingClientRect();
  const part = (event.clientX - bounds.left) / bounds.width;
  const frame = frameAt(part);
  const parts = [`frame ${frame}`];
  const column = data ? Math.floor(((frame - data.from) * data.columns) / (data.to - data.from)) : -1;
  const value = valuesOf(data)?.[column];
  if (value !== null && value !== undefined) parts.push(`${settings.plot} ${value}`);
  if (row.id === "lanes" && data) {
    const track = laneAt(row, data, column, event.clientY - bounds.top);
    if (track !== null) parts.push(nameOf(state.project, { track }, 0));
  }
  const tip = $("tip");
  tip.textContent = parts.join(" · ");
  tip.hidden = false;
  const left = Math.min(Math.max(bounds.left + part * bounds.width, 60), window.innerWidth - 110);
  tip.style.left = `${left}px`;
  tip.style.top = `${bounds.top - 30}px`;
}

export function startTimeline() {
  startSpan();
  for (const id of ROWS) {
    const row = $(id);
    useSeekBar(row, draw);
    row.addEventListener("pointermove", event => hint(row, event));
    row.addEventListener("pointerleave", () => ($("tip").hidden = true));
  }
  new ResizeObserver(load).observe($("marks"));
  on("video span edited", load);
  on("seek", movePlayhead);
  on("seek shown", describe);
  on("range mark settings theme", draw);
}

/** The slider's value, for screen readers. */
function describe() {
  const bar = $("marks");
  bar.setAttribute("aria-valuemin", 0);
  bar.setAttribute("aria-valuemax", Math.max(0, (state.facts?.frames ?? 1) - 1));
  bar.setAttribute("aria-valuenow", state.frame);
  bar.setAttribute("aria-valuetext", `frame ${state.frame} of ${state.facts?.frames ?? 0}`);
}
