// Pictures of frames, decoded off the main thread and kept up to a number of bytes. The frame's number is the key.

import { getBlob } from "./api.js";
import { settings } from "./settings.js";

const MAX_BYTES = 256 * 2 ** 20;

const kept = new Map(); // in the order of use
let bytes = 0;
let shownKey = null;
let ahead = null; // { key, promise, abort } of the picture that is fetched before it is asked for
let run = 0; // the latest run of fetching ahead

const keyOf = (video, frame) => `${video}/${frame}/${settings.exact ? "png" : "jpeg"}`;

/** The picture of a frame. A picture that is being fetched ahead gives way, unless it is the one. */
export async function pictureOf(video, frame, signal) {
  const key = keyOf(video, frame);
  const found = kept.get(key);
  if (found) {
    kept.delete(key);
    kept.set(key, found);
    return found;
  }
  if (ahead?.key === key) {
    const picture = await ahead.promise.catch(() => null);
    if (picture) return picture;
  } else {
    stopAhead();
  }
  return load(key, signal);
}

/** Says which picture is on the screen: it is not thrown away. */
export const keepShown = (video, frame) => (shownKey = keyOf(video, frame));

/** Fetches frames before they are asked for, one after the other, until something else is wanted. */
export async function fetchAhead(video, frames) {
  const mine = ++run;
  for (const frame of frames) {
    await ahead?.promise.catch(() => {});
    if (mine !== run) return;
    const key = keyOf(video, frame);
    if (kept.has(key)) continue;
    const abort = new AbortController();
    const promise = load(key, abort.signal).finally(() => (ahead = null));
    promise.catch(() => {}); // whoever wants it asks again
    ahead = { key, abort, promise };
  }
}

function stopAhead() {
  run++;
  ahead?.abort.abort();
}

async function load(key, signal) {
  const [video, frame, form] = key.split("/");
  const blob = await getBlob(`/api/videos/${video}/frames/${frame}/${form}`, signal);
  const picture = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  if (kept.has(key)) {
    picture.close();
    return kept.get(key);
  }
  kept.set(key, picture);
  bytes += sizeOf(picture);
  forget();
  return picture;
}

function forget() {
  for (const [key, picture] of kept) {
    if (bytes <= MAX_BYTES || kept.size <= 2) return;
    if (key === shownKey) continue;
    kept.delete(key);
    bytes -= sizeOf(picture);
    picture.close();
  }
}

const sizeOf = picture => picture.width * picture.height * 4;
