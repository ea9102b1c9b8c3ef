// Labels of frames as the program has them. A few are kept, until the program says that they changed.

import { getJson } from "./api.js";

const MAX_FRAMES = 500;
const kept = new Map();
let changes = 0; // how often labels were forgotten

const keyOf = ({ video, frame }) => `${video}/${frame}`;

export async function labelsOf(video, frame, signal) {
  for (;;) {
    const before = changes;
    const known = kept.get(keyOf({ video, frame }));
    if (known) return known;
    const labels = await getJson(`/api/videos/${video}/frames/${frame}`, null, signal);
    // An edit was answered meanwhile: these may be the labels before it.
    if (changes !== before || kept.has(keyOf(labels))) continue;
    keepLabels(labels);
    return labels;
  }
}

/** Keeps labels that the program sent with an answer. */
export function keepLabels(labels) {
  kept.set(keyOf(labels), labels);
  if (kept.size > MAX_FRAMES) kept.delete(kept.keys().next().value);
}

/** Whether labels have not changed since the program sent them. */
export const areCurrent = labels => kept.get(keyOf(labels)) === labels;

/** To be called when labels changed. */
export function forgetLabels() {
  changes++;
  kept.clear();
}

/** What an instance is called. */
export function nameOf(project, instance, place) {
  if (instance.track >= 0) return project.tracks[instance.track] || `track ${instance.track}`;
  return instance.identity ?? `instance ${place + 1}`;
}

/** Instances as they are shown: a prediction that a person corrected is not. */
export const visibleInstances = labels =>
  (labels?.instances ?? []).map((instance, place) => ({ instance, place })).filter(one => !one.instance.isCorrected);
