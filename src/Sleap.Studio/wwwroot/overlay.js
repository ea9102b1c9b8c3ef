// Draws instances: the state of a point by its shape (filled: labeled by a person, hollow: predicted, crossed: not
// visible), its owner by its color. Sizes are in pixels of the screen, at any zoom.

import { nameOf, visibleInstances } from "./labels.js";
import { colorOf, colorOfInstance, colorOfNode } from "./palette.js";
import { settings } from "./settings.js";

const CASING = "rgba(0, 0, 0, 0.65)";
const FONT = "600 11px system-ui, sans-serif";
const HIT_NODE = 12;
const HIT_EDGE = 7;

const isThere = point => point[0] !== null && point[1] !== null;
const isShown = point => isThere(point) && (point[2] === 1 || settings.hidden);

/** Draws labels with a viewport's way from picture to screen. */
export function drawLabels(context, view, project, labels, selected) {
  if (!settings.instances || !labels) return;
  context.save();
  context.globalAlpha = settings.opacity;
  context.lineCap = "round";
  context.font = FONT;
  const all = visibleInstances(labels);
  const isLast = one => Number(one.place === selected.instance);
  for (const { instance, place } of all.toSorted((a, b) => isLast(a) - isLast(b))) {
    const isSelected = place === selected.instance;
    const screen = instance.points.map(p => (isShown(p) ? view.toScreen(p[0], p[1]) : null));
    const skeleton = project.skeletons[instance.skeleton];
    if (settings.edges) drawEdges(context, skeleton, instance, place, screen, isSelected);
    drawNodes(context, view, instance, place, screen, isSelected ? selected.node : null, isSelected);
    drawTexts(context, project, skeleton, instance, place, screen, isSelected);
  }
  context.restore();
}

function drawEdges(context, skeleton, instance, place, screen, isSelected) {
  for (const [from, to] of skeleton?.edges ?? []) {
    const [a, b] = [screen[from], screen[to]];
    if (!a || !b) continue;
    const isHidden = instance.points[from][2] !== 1 || instance.points[to][2] !== 1;
    context.setLineDash(isHidden ? [3, 5] : []);
    const width = instance.isPredicted ? 1.5 : 2.25;
    line(context, a, b, width + (isSelected ? 3.5 : 2), isSelected ? "rgba(255, 255, 255, 0.75)" : CASING);
    line(context, a, b, isSelected ? width + 0.75 : width, colorOfNode(instance, place, from));
  }
  context.setLineDash([]);
}

function drawNodes(context, view, instance, place, screen, selectedNode, isSelected) {
  const radius = settings.marker * (isSelected ? 1.25 : 1);
  for (const [node, at] of screen.entries()) {
    if (!at) continue;
    const color = colorOfNode(instance, place, node);
    if (instance.points[node][2] !== 1) cross(context, at, radius, color);
    else if (instance.isPredicted) ring(context, at, radius, color, !view.isOpaque);
    else disk(context, at, radius, color);
    if (node === selectedNode) circle(context, at, radius + 5, 2, "#fff");
  }
}

function drawTexts(context, project, skeleton, instance, place, screen, isSelected) {
  const there = screen.filter(Boolean);
  if (!there.length) return;
  const top = there.reduce((best, at) => (at[1] < best[1] ? at : best));
  const score = settings.scores && instance.score !== null ? ` ${instance.score.toFixed(2)}` : "";
  text(context, nameOf(project, instance, place) + score, top[0], top[1] - settings.marker - 10, {
    color: colorOfInstance(instance, place),
    align: "center",
    isBoxed: isSelected,
  });
  if (!settings.names && !settings.scores) return;
  for (const [node, at] of screen.entries()) {
    if (!at) continue;
    const nodeScore = instance.points[node][3];
    const parts = [
      settings.names ? skeleton?.nodes[node] : null,
      settings.scores && nodeScore !== null ? nodeScore.toFixed(2) : null,
    ];
    const written = parts.filter(Boolean).join(" ");
    if (written) text(context, written, at[0] + settings.marker + 4, at[1] + 4, { color: "#fff", align: "left" });
  }
}

/** Draws where tracks were in the frames before; older places are fainter. */
export function drawTrails(context, view, trails) {
  context.save();
  context.lineCap = "round";
  for (const { track, points } of trails) {
    const steps = points.length / 3;
    for (let i = 1; i < steps; i++) {
      if (points[3 * i] - points[3 * i - 3] > 10) continue;
      const a = view.toScreen(points[3 * i - 2], points[3 * i - 1]);
      const b = view.toScreen(points[3 * i + 1], points[3 * i + 2]);
      context.globalAlpha = 0.15 + (0.75 * i) / steps;
      line(context, a, b, 3.5, CASING);
      line(context, a, b, 1.75, colorOf(track));
    }
  }
  context.restore();
}

/** The instance and node at a place of the screen, or null. */
export function hit(view, project, labels, x, y) {
  if (!settings.instances || !labels) return null;
  let best = null;
  const consider = (distance, found) => {
    if (!best || distance < best.distance) best = { distance, ...found };
  };
  for (const { instance, place } of visibleInstances(labels)) {
    const screen = instance.points.map(p => (isShown(p) ? view.toScreen(p[0], p[1]) : null));
    for (const [node, at] of screen.entries()) {
      const distance = at ? Math.hypot(at[0] - x, at[1] - y) : Infinity;
      // A node wins over edges that pass nearer.
      if (distance <= HIT_NODE) consider(distance - HIT_NODE, { instance: place, node });
    }
    for (const [from, to] of project.skeletons[instance.skeleton]?.edges ?? []) {
      if (!screen[from] || !screen[to]) continue;
      const distance = distanceToLine(x, y, screen[from], screen[to]);
      if (distance <= HIT_EDGE) consider(distance, { instance: place, node: null });
    }
  }
  return best;
}

/** The rectangle around instances in pixels of the picture, or null: around one, or all. */
export function boundsOf(labels, place = null) {
  const points = visibleInstances(labels)
    .filter(one => place === null || one.place === place)
    .flatMap(one => one.instance.points.filter(isThere));
  if (!points.length) return null;
  const [xs, ys] = [points.map(p => p[0]), points.map(p => p[1])];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function distanceToLine(x, y, [ax, ay], [bx, by]) {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}

function line(context, a, b, width, color) {
  context.beginPath();
  context.moveTo(...a);
  context.lineTo(...b);
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
}

function circle(context, [x, y], radius, width, color) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
}

function disk(context, [x, y], radius, color) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.lineWidth = 1.25;
  context.strokeStyle = "rgba(0, 0, 0, 0.8)";
  context.stroke();
}

/** Clear inside, so that the picture is seen where the point is, unless the picture is on this canvas, too. */
function ring(context, at, radius, color, isClear) {
  if (isClear) {
    context.globalCompositeOperation = "destination-out";
    disk(context, at, radius, "#000");
    context.globalCompositeOperation = "source-over";
  }
  circle(context, at, radius, 4, CASING);
  circle(context, at, radius, 2, color);
}

function cross(context, [x, y], radius, color) {
  for (const [width, style] of [[4, CASING], [2, color]]) {
    line(context, [x - radius, y - radius], [x + radius, y + radius], width, style);
    line(context, [x - radius, y + radius], [x + radius, y - radius], width, style);
  }
}

function text(context, written, x, y, { color, align, isBoxed }) {
  context.textAlign = align;
  if (isBoxed) {
    const width = context.measureText(written).width + 10;
    context.fillStyle = "rgba(0, 0, 0, 0.75)";
    context.beginPath();
    context.roundRect(x - width / 2, y - 12, width, 17, 4);
    context.fill();
  }
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = "rgba(0, 0, 0, 0.75)";
  context.strokeText(written, x, y);
  context.fillStyle = color;
  context.fillText(written, x, y);
}
