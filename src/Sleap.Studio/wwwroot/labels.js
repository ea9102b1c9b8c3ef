// Labels of frames as the program has them. A few are kept, until the program says that they changed.

import { getJson } from "./api.js";

const MAX_FRAMES = 500;
const kept = new Map();

export async function labelsOf(video, frame, signal) {
  const key = `${video}/${frame}`;
  const found = kept.get(key);
  if (found) return found;
  const labels = await getJson(`/api/videos/${video}/frames/${frame}`, null, signal);
  kept.set(key, labels);
  if (kept.size > MAX_FRAMES) kept.delete(kept.keys().next().value);
  return labels;
}

/** Keeps labels that the program sent with an answer. */
export const keepLabels = labels => kept.set(`${labels.video}/${labels.frame}`, labels);

/** To be called when labels changed. */
export const forgetLabels = () => kept.clear();

/** What an instance is called. */
export function nameOf(project, instance, place) {
  if (instance.track >= 0) return project.tracks[instance.track] || `track ${instance.track}`;
  return instance.identity ?? `instance ${place + 1}`;
}

/** Instances as they are shown: a prediction that a person corrected is not. */
export const visibleInstances = labels =>
  (labels?.instances ?? []).map((instance, place) => ({ instance, place })).filter(one => !one.instance.isCorrected);
