// One number of each column of frames as a line: the lowest score, the largest speed, or the number of instances.

import { fitCanvas, themeColor } from "./dom.js";
import { settings } from "./settings.js";

const MARGIN = 4;

/** What is plotted, a number or null for each column. */
export const valuesOf = data =>
  ({ score: data?.scores, speed: data?.speeds, instances: data?.counts })[settings.plot];

export function drawPlot(canvas, data) {
  const { context, width, height } = fitCanvas(canvas);
  context.clearRect(0, 0, width, height);
  const values = valuesOf(data);
  const known = values?.filter(value => value !== null) ?? [];
  canvas.dataset.most = "";
  if (!known.length) return write(context, "no values", width, height / 2 + 4);
  const most = settings.plot === "score" ? Math.max(1, ...known) : Math.max(1e-6, ...known);
  canvas.dataset.most = most;
  const column = width / data.columns;
  const yOf = value => height - MARGIN - (Math.max(0, value) / most) * (height - 2 * MARGIN);

  // Filled below, with a line on top; a gap where frames have no value.
  const line = new Path2D();
  const area = new Path2D();
  let isInRun = false;
  values.forEach((value, i) => {
    if (value !== null) {
      const [left, right, y] = [i * column, Math.max((i + 1) * column, i * column + 1), yOf(value)];
      isInRun ? line.lineTo(left, y) : line.moveTo(left, y);
      line.lineTo(right, y);
      area.rect(left, y, right - left, height - y);
    }
    isInRun = value !== null;
  });
  context.fillStyle = themeColor("plot-area");
  context.fill(area);
  context.lineWidth = 1;
  context.strokeStyle = themeColor("plot");
  context.stroke(line);
  write(context, settings.plot === "instances" ? String(most) : most.toPrecision(3), width, 12);
}

function write(context, text, right, y) {
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "right";
  context.fillStyle = themeColor("muted");
  context.fillText(text, right - 4, y);
}
