// Plays frame by frame, as fast as pictures come and no faster than the video's rate. No frame is left out.

import { step } from "./navigator.js";
import { on, state } from "./state.js";
import { $ } from "./dom.js";

const STANDARD_RATE = 30;

let timer = 0;
let due = 0;

const isPlaying = () => timer !== 0;

function stop() {
  clearTimeout(timer);
  timer = 0;
  $("play").setAttribute("aria-pressed", "false");
}

function next() {
  if (!state.facts) return stop();
  const { frame } = state;
  due = performance.now() + 1000 / (state.facts.framesPerSecond || STANDARD_RATE);
  step(1);
  if (state.frame === frame) stop();
}

export function togglePlay() {
  if (isPlaying()) return stop();
  $("play").setAttribute("aria-pressed", "true");
  timer = 1;
  next();
}

export function startPlay() {
  on("shown", () => {
    if (!isPlaying()) return;
    if (state.shown.fault || state.shown.frame !== state.frame) return stop();
    clearTimeout(timer);
    timer = setTimeout(next, Math.max(0, due - performance.now()));
  });
  on("video", () => isPlaying() && stop());
}
