// The panel of tracks: what is done to them, and the list of places where they may be wrong, with ticks.

import { getJson } from "./api.js";
import { $, counted, el } from "./dom.js";
import { editStructure } from "./edits.js";
import { createList } from "./framelist.js";
import { register } from "./keys.js";
import { visibleInstances } from "./labels.js";
import { goTo } from "./navigator.js";
import { say } from "./status.js";
import { on, select, state } from "./state.js";
import {
  deleteTrack,
  fillGaps,
  mergeTracks,
  renameTrack,
  setTrackOnward,
  splitTrack,
  swapTracks,
} from "./trackactions.js";

const NAMES = { newTrack: "new track", break: "break", crossing: "crossing", jump: "jump" };

const NEAR = 200; // rows around a frame in which the next open one is looked for

let current = null; // the place that was gone to last
let waitsFor = null; // the track to be selected when its frame is shown

const isSame = (one, other) =>
  Boolean(one && other) && ["kind", "video", "frame", "track"].every(name => one[name] === other[name]);

const query = () => ({
  kind: $("error-kind").value,
  open: $("error-open").checked,
  jump: $("error-jump").value || null,
});

const pathOf = () => `/api/videos/${state.video}/errors`;

const trackName = id => state.project.tracks[id] ?? `track ${id}`;

const details = {
  newTrack: () => "",
  break: row => (row.value ? `back after ${counted(row.value, "frame")}` : "does not come back"),
  crossing: row => `with ${trackName(row.other)}`,
  jump: row => `${row.value.toFixed(1)} sizes`,
};

/** Goes to a place, and selects its track. */
function open(row) {
  current = row;
  waitsFor = row.track;
  $("error-list").dataset.current = `${row.kind} ${row.frame}`;
  return goTo(row);
}

function selectTrack() {
  if (waitsFor === null) return;
  const found = visibleInstances(state.shown?.labels).find(one => one.instance.track === waitsFor);
  waitsFor = null;
  if (found) select(found.place);
}

async function tickError(row, done) {
  const { kind, video, frame, track } = row;
  await editStructure({ type: "tickErrors", errors: [{ kind, video, frame, track }], done });
}

function cells(row, place) {
  const box = el("input", {
    type: "checkbox",
    id: `error-done-${place}`,
    checked: row.isDone,
    "aria-label": `${NAMES[row.kind]} at frame ${row.frame} of ${trackName(row.track)} is done`,
    on: { change: event => tickError(row, event.target.checked), click: event => event.stopPropagation() },
  });
  return [box, String(row.frame), NAMES[row.kind], trackName(row.track), details[row.kind](row)];
}

const KINDS = Object.keys(NAMES);

/** Whether a place is behind another one in the list. */
function isBehind(row, other) {
  const [one, two] = [row, other].map(({ frame, kind, track }) => [frame, KINDS.indexOf(kind), track]);
  const differs = one.findIndex((value, i) => value !== two[i]);
  return differs >= 0 && one[differs] > two[differs];
}

/** Goes to the next open place, behind the one that was gone to last or behind the frame. */
async function next(isBack) {
  const { frame, video } = state;
  const isOn = current?.frame === frame && current.video === video;
  const from = isOn ? current : { frame, kind: isBack ? KINDS[0] : null, track: -1 };
  const asked = { ...query(), open: true };
  const { total, place } = await getJson(pathOf(), { ...asked, atFrame: frame, offset: 0, limit: 1 });
  const offset = Math.max(0, (place < 0 ? total : place) - (isBack ? NEAR : 0));
  const { rows } = await getJson(pathOf(), { ...asked, offset, limit: NEAR * 2 });
  const found = isBack ? rows.findLast(row => isBehind(from, row)) : rows.find(row => isBehind(row, from));
  return found ? open(found) : say(isBack ? "No open place is before." : "No open place follows.");
}

function tickCurrent() {
  if (!current || current.video !== state.video) return say("No place of the list is chosen.");
  return tickError(current, true).then(() => next(false));
}

export function startTrackPanel() {
  const loaded = answer => {
    $("error-count").textContent = answer.total ? `${counted(answer.total, "place")}, ${answer.open} open` : "None.";
  };
  const { restart } = createList({
    name: "error",
    path: pathOf,
    query,
    cells,
    open,
    isCurrent: row => isSame(row, current),
    follows: false,
    loaded,
  });
  for (const id of ["error-kind", "error-open", "error-jump"]) $(id).addEventListener("change", restart);
  on("video", restart);
  on("shown", selectTrack);
  register(
    [
      ["swap", "Swap two tracks", ["Ctrl+T", "W"], swapTracks],
      ["track-set", "Track for the instance, here and later", ["Shift+W"], setTrackOnward],
      ["track-merge", "Merge two tracks", undefined, mergeTracks],
      ["track-split", "Split a track", undefined, splitTrack],
      ["track-delete", "Delete a track, or its instances in some frames", ["Ctrl+Shift+Backspace"], deleteTrack],
      ["track-rename", "Rename a track", undefined, renameTrack],
      ["gaps", "Fill gaps of tracks", ["Shift+I"], fillGaps],
      ["next-error", "Next place where a track may be wrong", ["Shift+E"], () => next(false)],
      ["previous-error", "The one before", ["Ctrl+Shift+E"], () => next(true)],
      ["tick-error", "Tick it as done, and go to the next", ["Shift+D"], tickCurrent],
    ].map(([id, title, keys, run]) => ({ id, group: "Tracks", title, keys, run })),
  );
}
