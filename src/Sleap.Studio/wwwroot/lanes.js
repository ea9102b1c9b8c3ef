// Rows of tracks: which track is seen when. A track keeps its row; rows hold several tracks that do not overlap.

import { fitCanvas } from "./dom.js";
import { colorOf } from "./palette.js";
import { state } from "./state.js";

const MAX_ROW = 12;
const MIN_ROW = 3;
const MAX_HEIGHT = 108;

const rowHeight = data => Math.max(MIN_ROW, Math.min(MAX_ROW, MAX_HEIGHT / data.lanes.length));

export function drawLanes(canvas, data) {
  if (!data?.lanes.length) return;
  const row = rowHeight(data);
  canvas.style.height = `${Math.ceil(row * data.lanes.length) + 4}px`;
  const { context, width, height } = fitCanvas(canvas);
  context.clearRect(0, 0, width, height);
  const column = width / data.columns;
  const selected = state.shown?.labels?.instances[state.instance]?.track ?? -1;
  data.lanes.forEach((items, lane) => {
    for (let i = 0; i < items.length; i += 3) {
      const [track, first, last] = items.slice(i, i + 3);
      const x = first * column;
      context.globalAlpha = selected >= 0 && selected !== track ? 0.4 : 1;
      context.fillStyle = colorOf(track);
      context.fillRect(x, lane * row + 2, Math.max((last + 1) * column - x, 1.5), Math.max(row - 2, 2));
    }
  });
}

/** The track at a column and a height, or null. */
export function laneAt(canvas, data, column, y) {
  const items = data.lanes[Math.floor((y - 2) / rowHeight(data))] ?? [];
  for (let i = 0; i < items.length; i += 3) {
    if (items[i + 1] <= column && column <= items[i + 2]) return items[i];
  }
  return null;
}
