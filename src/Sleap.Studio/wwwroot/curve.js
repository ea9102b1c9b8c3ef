// The curve of a training: the losses of its epochs, on a scale of powers of ten.

import { fitCanvas, themeColor } from "./dom.js";

const MARGIN = { left: 44, right: 8, top: 8, bottom: 18 };
const FONT = "11px system-ui, sans-serif";

/** Draws the curve of a network; validation is thick, training thin and dashed. */
export function drawCurve(canvas, network) {
  const { context, width, height } = fitCanvas(canvas);
  context.clearRect(0, 0, width, height);
  const { epochs, training, validation } = network;
  const values = [...training, ...validation].filter(value => value > 0).map(Math.log10);
  if (!values.length) return;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [epochs[0], Math.max(epochs.at(-1), epochs[0] + 1)];
  const xOf = epoch => MARGIN.left + ((epoch - first) / (last - first)) * (width - MARGIN.left - MARGIN.right);
  const yOf = value =>
    MARGIN.top + ((high - Math.log10(value)) / Math.max(1e-9, high - low)) * (height - MARGIN.top - MARGIN.bottom);

  context.font = FONT;
  context.fillStyle = themeColor("muted");
  context.textAlign = "right";
  context.fillText((10 ** high).toPrecision(2), MARGIN.left - 6, MARGIN.top + 8);
  context.fillText((10 ** low).toPrecision(2), MARGIN.left - 6, height - MARGIN.bottom);
  context.fillText(`epoch ${epochs.at(-1)}`, width - MARGIN.right, height - 5);
  line(training, "muted", 1, [3, 3]);
  line(validation, "accent", 2, []);

  function line(list, color, thick, dashes) {
    context.beginPath();
    let isOpen = false;
    list.forEach((value, i) => {
      if (value > 0) isOpen ? context.lineTo(xOf(epochs[i]), yOf(value)) : context.moveTo(xOf(epochs[i]), yOf(value));
      isOpen = value > 0;
    });
    context.strokeStyle = themeColor(color);
    context.lineWidth = thick;
    context.setLineDash(dashes);
    context.stroke();
    context.setLineDash([]);
  }
}
