// How things are shown. Kept for this tab until it is closed.

import { emit } from "./state.js";

const KEY = "studio-settings";

const standard = {
  theme: "system",
  instances: true,
  edges: true,
  names: false,
  scores: false,
  hidden: true,
  trails: false,
  trailLength: 50,
  colorBy: "track",
  palette: "okabe-ito",
  marker: 4,
  opacity: 1,
  loupe: false,
  exact: false,
  brightness: 1,
  contrast: 1,
  gamma: 1,
  invert: false,
  plot: "score",
  panel: "frames",
};

export const settings = { ...standard, ...read() };

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    return Object.fromEntries(Object.entries(kept).filter(([key, value]) => typeof value === typeof standard[key]));
  } catch {
    return {};
  }
}

export function set(name, value) {
  if (settings[name] === value) return;
  settings[name] = value;
  sessionStorage.setItem(KEY, JSON.stringify(settings));
  emit("settings");
}

export const toggle = name => set(name, !settings[name]);

/** Puts brightness, contrast, gamma and inversion back. */
export function resetPicture() {
  for (const name of ["brightness", "contrast", "gamma", "invert"]) set(name, standard[name]);
}
