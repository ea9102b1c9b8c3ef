// The picture and what is drawn over it, on two canvases: the overlay is drawn without touching the picture, and only
// with the picture of its own frame.

import { getJson } from "./api.js";
import { $, fitCanvas, onNextPaint } from "./dom.js";
import { drawLoupe } from "./loupe.js";
import { boundsOf, drawLabels, drawTrails, hit } from "./overlay.js";
import { usePointer } from "./pointer.js";
import { settings } from "./settings.js";
import { on, select, state } from "./state.js";
import { Viewport } from "./viewport.js";

const SMOOTH_BELOW = 1.5;
const LOADING_AFTER = 150;
const SIZE_WITHOUT_VIDEO = { width: 1024, height: 1024 };

const view = new Viewport();
let pointer = null; // where the mouse is, in pixels of the screen
let box = null; // the rectangle that is being zoomed into
let trails = { of: "", list: [] };
let loading = 0;
let isDragging = false;
/** What edits: gets clicks and drags before they select or pan. */
let editor = null;

export const fit = () => change(() => view.fit());
export const zoom = factor => change(() => view.zoom(factor));

/** Shows all instances of the frame as large as possible, or the selected one. */
export function fitInstances() {
  const bounds = boundsOf(state.shown?.labels, state.instance) ?? boundsOf(state.shown?.labels);
  if (bounds) change(() => view.fitTo(...bounds));
  return bounds !== null;
}

export const pictureAt = (x, y) => view.toPicture(x, y);

export const hitAt = (x, y) => hit(view, state.project, state.shown?.labels, x, y);

/** The middle of what is on the screen, and a tenth of its size, in pixels of the picture. */
export function middleOfView() {
  const { width, height } = view.screen;
  const size = state.shown?.picture ?? view.picture;
  const [x, y] = view.toPicture(width / 2, height / 2);
  const clamp = (value, most) => Math.min(Math.max(0, value), most - 1);
  const radius = Math.min(width / view.scale, height / view.scale, size.width, size.height) / 10;
  return { x: clamp(x, size.width), y: clamp(y, size.height), radius };
}

/** Draws the labels again while something is dragged, with the loupe. */
export function redrawDrag(isNow) {
  isDragging = isNow;
  drawOverlay();
}

export const setEditor = value => (editor = value);

function change(action) {
  action();
  drawAll();
}

const drawAll = onNextPaint(() => {
  const canvas = $("picture");
  const { context, width, height } = fitCanvas(canvas);
  const { shown, facts } = state;
  const size = shown?.picture ?? (facts?.width ? facts : SIZE_WITHOUT_VIDEO);
  context.clearRect(0, 0, width, height);
  view.resize({ width, height }, { width: size.width, height: size.height });
  if (shown?.picture) {
    context.imageSmoothingEnabled = view.scale < SMOOTH_BELOW;
    context.imageSmoothingQuality = "high";
    const { width: wide, height: high } = shown.picture;
    context.drawImage(shown.picture, view.left, view.top, wide * view.scale, high * view.scale);
  }
  // What is on the canvas, for those who measure it.
  Object.assign(canvas.dataset, {
    video: shown?.video ?? "",
    frame: shown?.picture ? shown.frame : "",
    scale: view.scale,
    left: view.left,
    top: view.top,
  });
  drawOverlayNow();
});

const drawOverlay = onNextPaint(drawOverlayNow);

function drawOverlayNow() {
  const canvas = $("overlay");
  const { context, width, height } = fitCanvas(canvas);
  const { shown, project } = state;
  context.clearRect(0, 0, width, height);
  canvas.dataset.frame = shown?.labels ? shown.frame : "";
  if (!shown?.labels) return;
  if (settings.trails && trails.of === `${shown.video}/${shown.frame}`) drawTrails(context, view, trails.list);
  drawLabels(context, view, project, shown.labels, state);
  if ((settings.loupe || isDragging) && pointer && shown.picture) drawLoupe(context, view, pointer, { width, height });
  if (box) {
    context.setLineDash([4, 3]);
    context.strokeStyle = "#fff";
    context.strokeRect(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
  }
}

async function loadTrails() {
  const { shown } = state;
  if (!settings.trails || !shown) return;
  const of = `${shown.video}/${shown.frame}`;
  const isKnown = trails.of === of && trails.length === settings.trailLength;
  if (isKnown && trails.revision === state.edit?.revision) return;
  const query = { frame: shown.frame, length: settings.trailLength };
  const list = await getJson(`/api/videos/${shown.video}/trails`, query).catch(() => []);
  trails = { of, list, length: settings.trailLength, revision: state.edit?.revision };
  drawOverlay();
}

function applyPictureSettings() {
  const { brightness, contrast, gamma, invert } = settings;
  for (const channel of $("gamma").querySelectorAll("feFuncR, feFuncG, feFuncB")) {
    channel.setAttribute("exponent", 1 / gamma);
  }
  const parts = [
    gamma === 1 ? "" : "url(#gamma)",
    brightness === 1 ? "" : `brightness(${brightness})`,
    contrast === 1 ? "" : `contrast(${contrast})`,
    invert ? "invert(1)" : "",
  ];
  $("picture").style.filter = parts.filter(Boolean).join(" ");
}

/** A moving edge says that the picture of the wanted frame is on its way. */
function showLoading() {
  const isBehind = state.shown?.video !== state.video || state.shown?.frame !== state.frame;
  if (!isBehind) {
    clearTimeout(loading);
    loading = 0;
    $("stage").classList.remove("loading");
  } else if (!loading) {
    loading = setTimeout(() => $("stage").classList.add("loading"), LOADING_AFTER);
  }
}

function showFault() {
  const fault = state.shown?.fault;
  $("stage-fault").textContent = fault ?? "";
  $("stage-fault").hidden = !fault;
}

export function startStage() {
  usePointer($("overlay"), {
    move: at => {
      pointer = at;
      const isInside = at && state.shown?.picture;
      const [x, y] = isInside ? view.toPicture(at.x, at.y) : [0, 0];
      $("place").textContent = isInside ? `x ${x.toFixed(1)}  y ${y.toFixed(1)}` : "";
      if (settings.loupe) drawOverlay();
    },
    pan: (x, y) => change(() => view.pan(x, y)),
    zoom: (factor, x, y) => change(() => view.zoom(factor, x, y)),
    box: rectangle => {
      box = rectangle;
      drawOverlay();
    },
    zoomBox: ({ x0, y0, x1, y1 }) => {
      box = null;
      change(() => view.fitTo(...view.toPicture(x0, y0), ...view.toPicture(x1, y1)));
    },
    fit,
    grab: (x, y, isWhole) => editor?.grab(x, y, isWhole) ?? null,
    doubleClick: (x, y) => editor?.doubleClick(x, y),
    menu: (x, y) => editor?.menu(x, y),
    click: (x, y) => {
      if (editor?.click(x, y)) return;
      const found = hitAt(x, y);
      select(found?.instance ?? null, found?.node ?? null);
    },
  });
  new ResizeObserver(drawAll).observe($("stage"));
  on("shown video", () => {
    drawAll();
    showFault();
    loadTrails();
  });
  on("seek shown video", showLoading);
  on("select", drawOverlay);
  on("settings", () => {
    applyPictureSettings();
    loadTrails();
    drawOverlay();
  });
  applyPictureSettings();
}

export const zoomPercent = () => Math.round(view.scale * 100);
