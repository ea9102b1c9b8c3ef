// The frames that the rows below the picture show: all, or the part that was zoomed into.

import { emit, on, state } from "./state.js";

let chosen = null; // first frame and the one behind the last, or null for all

/** First frame and the frame behind the last one. */
export const spanOf = () => chosen ?? [0, Math.max(1, state.facts?.frames ?? 1)];

export const isWhole = () => chosen === null;

export function showAll() {
  chosen = null;
  emit("span");
}

export function showSpan(from, to) {
  const frames = state.facts?.frames ?? 1;
  const [first, end] = [Math.max(0, Math.min(from, to)), Math.min(frames, Math.max(from, to) + 1)];
  chosen = end - first < 2 || (first === 0 && end === frames) ? null : [first, end];
  emit("span");
}

/** The frame at a place of a row, from 0 (left) to 1 (right). */
export function frameAt(part) {
  const [from, to] = spanOf();
  return Math.min(to - 1, Math.max(from, Math.floor(from + part * (to - from))));
}

/** Where the middle of a frame is in a row, from 0 to 1; outside of it for frames that are not shown. */
export function partOf(frame) {
  const [from, to] = spanOf();
  return (frame + 0.5 - from) / (to - from);
}

export function startSpan() {
  on("video", () => (chosen = null));
  on("seek", () => {
    if (!chosen) return;
    const [from, to] = chosen;
    if (state.frame >= from && state.frame < to) return;
    // Follow the frame by whole windows.
    const size = to - from;
    const first = Math.max(0, Math.min((state.facts?.frames ?? size) - size, state.frame - Math.floor(size / 2)));
    chosen = [first, first + size];
    emit("span");
  });
}
