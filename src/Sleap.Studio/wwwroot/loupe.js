// The surroundings of the mouse, enlarged, with the labels in them.

import { $ } from "./dom.js";
import { drawLabels } from "./overlay.js";
import { state } from "./state.js";

const RADIUS = 88;
const ENLARGED = 4;
const DISTANCE = 118;

export function drawLoupe(context, view, { x, y }, { width }) {
  const scale = Math.min(32, Math.max(view.scale * ENLARGED, 2));
  const [px, py] = view.toPicture(x, y);
  // Beside the mouse, on the side where there is room.
  const centerX = x + (x + DISTANCE + RADIUS < width ? DISTANCE : -DISTANCE);
  const centerY = Math.max(RADIUS + 6, y - DISTANCE / 2);
  const lens = {
    isOpaque: true,
    toScreen: (ix, iy) => [centerX + (ix - px) * scale, centerY + (iy - py) * scale],
  };
  const { picture, labels } = state.shown;
  context.save();
  context.beginPath();
  context.arc(centerX, centerY, RADIUS, 0, 2 * Math.PI);
  context.clip();
  context.fillStyle = "#000";
  context.fillRect(centerX - RADIUS, centerY - RADIUS, 2 * RADIUS, 2 * RADIUS);
  const [left, top] = lens.toScreen(-0.5, -0.5);
  context.imageSmoothingEnabled = false;
  context.filter = $("picture").style.filter || "none";
  context.drawImage(picture, left, top, picture.width * scale, picture.height * scale);
  context.filter = "none";
  drawLabels(context, lens, state.project, labels, state);
  context.strokeStyle = "rgba(255, 255, 255, 0.8)";
  context.lineWidth = 1;
  context.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    context.moveTo(centerX + dx * 6, centerY + dy * 6);
    context.lineTo(centerX + dx * 16, centerY + dy * 16);
  }
  context.stroke();
  context.restore();
  context.beginPath();
  context.arc(centerX, centerY, RADIUS, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = "rgba(255, 255, 255, 0.9)";
  context.stroke();
}
