// Goes from frame to frame. The wanted number moves at once and the picture follows; the latest wish wins, and a
// picture is only ever shown with the labels of the same frame.

import { getJson } from "./api.js";
import { areCurrent, labelsOf } from "./labels.js";
import { fetchAhead, keepShown, pictureOf } from "./pictures.js";
import { emit, select, selectRange, state } from "./state.js";

const AHEAD = 6;

let isBusy = false;
let inFlight = null;
let wished = null; // the frame that was asked for while its video opens
let direction = 0; // of the last single step; 0 after any other move
const opened = new Map();

/** Opens a video, at its first labeled frame unless one is given; its size is asked for once. */
export async function openVideo(video, frame = null) {
  state.video = video;
  state.facts = opened.get(video) ?? null;
  [state.range, state.anchor] = [null, null];
  inFlight?.abort();
  wished = null;
  if (!state.facts) {
    state.frame = frame ?? 0;
    emit("video");
    const facts = await getJson(`/api/videos/${video}`).catch(fault => ({ frames: 1, fault: fault.message }));
    if (state.video !== video) return;
    if (!facts.fault) opened.set(video, facts);
    state.facts = facts;
  }
  emit("video");
  go(wished ?? frame ?? state.facts.firstLabeled ?? 0);
}

/** Goes to a frame. `how` is "jump" (what is under way is given up), "scrub" (it is shown first) or "step". */
export async function go(frame, { how = "jump", select: isSelecting = false } = {}) {
  if (!state.facts) {
    wished = frame;
    return;
  }
  const target = clamp(frame);
  direction = how === "step" ? Math.sign(target - state.frame) : 0;
  if (isSelecting) {
    state.anchor ??= state.frame;
    selectRange(state.anchor, target);
  }
  state.frame = target;
  emit("seek");
  if (how === "jump" && inFlight && inFlight.frame !== target) inFlight.abort();
  await follow();
}

/** Goes to a frame of any video. */
export function goTo(place, options) {
  return place.video === state.video && state.facts ? go(place.frame, options) : openVideo(place.video, place.frame);
}

/** Steps over so many frames that have a picture. */
export function step(count, options) {
  const only = state.facts?.only;
  if (!only?.length) return go(state.frame + count, { how: Math.abs(count) === 1 ? "step" : "scrub", ...options });
  const after = only.findIndex(frame => (count > 0 ? frame > state.frame : frame >= state.frame));
  const place = (after < 0 ? only.length : after) + (count > 0 ? count - 1 : count);
  return go(only[Math.min(only.length - 1, Math.max(0, place))], { how: "scrub", ...options });
}

/** Goes to the next frame of a kind, which the program finds; says whether there is one. */
export async function find(kind, isBack, options) {
  const query = { video: state.video, frame: state.frame, to: kind, back: isBack };
  const { place } = await getJson("/api/step", query);
  if (place) await goTo(place, { how: "jump", ...options });
  return place !== null;
}

/** Shows the frame again: its labels, or the form of its picture, changed. */
export function refresh() {
  state.shown = null;
  return follow();
}

const isShown = () => state.shown?.video === state.video && state.shown.frame === state.frame;

const clamp = frame => Math.min(Math.max(0, Math.round(frame)), Math.max(0, (state.facts?.frames ?? 1) - 1));

async function follow() {
  if (isBusy) return;
  isBusy = true;
  try {
    while (state.facts && !isShown()) {
      const [video, frame] = [state.video, state.frame];
      const abort = new AbortController();
      inFlight = { frame, abort: () => abort.abort() };
      const [picture, labels] = await Promise.allSettled([
        state.facts.fault ? Promise.reject(new Error(state.facts.fault)) : pictureOf(video, frame, abort.signal),
        labelsOf(video, frame, abort.signal),
      ]);
      inFlight = null;
      // Labels that an edit changed while the picture was read are asked for again.
      if (labels.value && !areCurrent(labels.value)) continue;
      if (!abort.signal.aborted) show(video, frame, picture, labels);
    }
  } finally {
    isBusy = false;
  }
  if (direction !== 0) prepare();
}

function show(video, frame, picture, labels) {
  const fault = picture.reason ?? labels.reason ?? null;
  state.shown = {
    video,
    frame,
    picture: picture.value ?? null,
    labels: labels.value ?? null,
    fault: fault && (fault.message || "The picture cannot be shown."),
  };
  keepShown(video, frame);
  if (state.instance !== null && !state.shown.labels?.instances[state.instance]) select(null);
  emit("shown");
}

function prepare() {
  if (state.facts?.only || state.facts?.fault) return;
  const next = Array.from({ length: AHEAD }, (_, i) => state.frame + direction * (i + 1));
  const frames = next.filter(frame => frame >= 0 && frame < state.facts.frames);
  fetchAhead(state.video, frames);
  for (const frame of frames.slice(0, 2)) labelsOf(state.video, frame).catch(() => {});
}
