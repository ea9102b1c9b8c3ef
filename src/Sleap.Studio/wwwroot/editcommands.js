// The commands that change labels, with their keys.

import {
  canEdit,
  editFrame,
  editPoint,
  isUserSelected,
  placed,
  sayWhyNot,
  selectedInstance,
  send,
  shownLabels,
  stepBack,
} from "./edits.js";
import { grab } from "./drag.js";
import { register } from "./keys.js";
import { placeAt, setPlacing } from "./place.js";
import { decide, save, saveAs } from "./saving.js";
import { hasSkeleton } from "./skeleton.js";
import { hitAt, middleOfView, setEditor } from "./stage.js";
import { say } from "./status.js";
import { select, state } from "./state.js";

const LARGE = 10;
const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const NAMES = { ArrowRight: "right", ArrowLeft: "left", ArrowDown: "down", ArrowUp: "up" };

let copied = null;

const last = answer => answer.labels.instances.length - 1;

const isNodeSelected = () => canEdit() && isUserSelected() && state.node !== null;

const isFocusFree = () => [document.body, null].includes(document.activeElement);

/** Does something with the selected instance. */
function withInstance(action) {
  const instance = selectedInstance();
  return instance ? action(instance, state.instance) : say("No instance is selected.");
}

/** Sends a command for the selected instance. */
const change = fields => withInstance((_, instance) => editFrame(() => ({ instance, ...fields })));

function nextNode(by) {
  const { points } = selectedInstance();
  const at = state.node ?? (by > 0 ? -1 : points.length);
  select(state.instance, (at + by + points.length) % points.length);
}

function nudge([x, y], length) {
  editPoint(state.instance, state.node, point => {
    if (point[0] !== null) return placed(point, { x: point[0] + x * length, y: point[1] + y * length });
    const middle = middleOfView();
    return { x: middle.x, y: middle.y };
  });
}

function toggleVisible(instance, node) {
  if (node === null) return say("No node is selected.");
  if (selectedInstance()?.points[node][0] === null) return say("The node has no point: place it first.");
  editPoint(instance, node, point => placed(point, { visible: point[2] !== 1 }));
}

async function add() {
  if (!(await hasSkeleton())) return;
  const [video, frame] = [state.video, state.frame];
  const answer = await send("/instance", () => ({ video, frame, ...middleOfView() }));
  if (answer) select(last(answer), 0);
}

async function accept(place) {
  const answer = await editFrame(() => ({ type: "convertPrediction", instance: place }));
  if (answer) select(last(answer), state.node);
}

function remove() {
  withInstance((_, instance) => {
    if (!canEdit()) return sayWhyNot();
    select(null);
    editFrame(() => ({ type: "deleteInstance", instance }));
  });
}

function copy() {
  withInstance(instance => {
    copied = structuredClone(instance);
    say("The instance is copied.");
  });
}

async function paste() {
  if (!copied) return say("No instance is copied.");
  const { skeleton, track } = copied;
  const points = copied.points.map(point => (point[0] === null ? null : placed(point)));
  const answer = await editFrame(labels => {
    const isFree = track >= 0 && state.project.tracks[track] && !labels.instances.some(one => one.track === track);
    return { type: "addInstance", skeleton, points, ...(isFree ? { track } : {}) };
  });
  if (answer) select(last(answer));
}

function setTrack(number) {
  const ids = [...state.project.tracks.keys()].filter(id => state.project.tracks[id] !== null);
  const track = ids[number - 1];
  if (track === undefined) return say(`There is no track ${number}.`);
  change({ type: "setTrack", track });
}

function newTrack() {
  withInstance((_, instance) => {
    const [video, frame] = [state.video, state.frame];
    send("", () => {
      const { tracks } = state.project;
      const names = new Set(tracks);
      const name = tracks.map((_, i) => `track_${i}`).find(free => !names.has(free)) ?? `track_${tracks.length}`;
      const commands = [
        { type: "addTrack", name },
        { type: "setTrack", video, frame, instance, track: tracks.length },
      ];
      return { command: { type: "batch", commands }, revision: state.edit.revision };
    });
  });
}

function acceptAll() {
  const [video, frame] = [state.video, state.frame];
  send("", () => ({ command: { type: "acceptPredictions", video, from: frame, to: frame } }));
}

const labels = list => list.map(command => ({ group: "Label", ...command }));
const tracks = list => list.map(command => ({ group: "Tracks", ...command }));
const files = list => list.map(command => ({ group: "Save", ...command }));

const nudges = Object.entries(DIRECTIONS).flatMap(([key, by]) => [
  { id: `nudge-${NAMES[key]}`, title: `Selected node: 1 pixel ${NAMES[key]}`, keys: [key], run: () => nudge(by, 1) },
  {
    id: `nudge-${NAMES[key]}-far`,
    title: `Selected node: ${LARGE} pixels ${NAMES[key]}`,
    keys: [`Shift+${key}`],
    run: () => nudge(by, LARGE),
  },
]);

export function registerEdits() {
  const nodes = { when: () => selectedInstance() !== null && isFocusFree(), repeats: true };
  register(
    labels([
      {
        id: "add",
        title: "New instance: of a prediction, the frame before, or the mean pose",
        keys: ["Ctrl+I", "I"],
        run: add,
      },
      {
        id: "accept",
        title: "Edit the selected prediction",
        keys: ["Enter"],
        run: () => withInstance((_, instance) => accept(instance)),
      },
      { id: "accept-all", title: "Accept all predictions of the frame", keys: ["Ctrl+Shift+A"], run: acceptAll },
      { id: "delete", title: "Delete the instance", keys: ["Ctrl+Backspace", "Delete"], run: remove },
      { id: "next-node", title: "Next node", keys: ["Tab"], ...nodes, run: () => nextNode(1) },
      { id: "previous-node", title: "Previous node", keys: ["Shift+Tab"], ...nodes, run: () => nextNode(-1) },
      ...nudges.map(command => ({ ...command, when: isNodeSelected, repeats: true })),
      {
        id: "visible",
        title: "Node visible, or not",
        keys: ["Y"],
        run: () => toggleVisible(state.instance, state.node),
      },
      {
        id: "remove-point",
        title: "Remove the point of the node",
        keys: ["Backspace"],
        when: isNodeSelected,
        run: () => editPoint(state.instance, state.node, () => null),
      },
      {
        id: "place",
        title: "Place nodes by clicks; Tab skips one",
        keys: ["N"],
        run: async () => (await hasSkeleton()) && setPlacing(!state.placing),
      },
      {
        id: "place-end",
        title: "End placing",
        keys: ["Escape"],
        when: () => state.placing,
        run: () => setPlacing(false),
      },
      {
        id: "flip",
        title: "Swap left and right of the instance",
        keys: ["D"],
        run: () => change({ type: "flipInstance" }),
      },
      { id: "copy", title: "Copy the instance", keys: ["Ctrl+C"], run: copy },
      { id: "paste", title: "Paste the instance", keys: ["Ctrl+V"], run: paste },
      {
        id: "empty",
        title: "Mark the frame as empty, or not",
        keys: ["O"],
        run: () => editFrame(now => ({ type: "setNegative", negative: !now.isEmpty })),
      },
    ]),
  );
  register(
    tracks([
      ...Array.from({ length: 9 }, (_, i) => ({
        id: `track-${i + 1}`,
        title: i === 0 ? "Track 1 for the instance, and so on to 9" : `Track ${i + 1} for the instance`,
        keys: [`Ctrl+${i + 1}`, `Shift+${i + 1}`],
        run: () => setTrack(i + 1),
      })),
      { id: "new-track", title: "New track for the instance", keys: ["Ctrl+0", "Shift+0"], run: newTrack },
    ]),
  );
  register(
    files([
      { id: "undo", title: "Undo, in any frame", keys: ["Ctrl+Z"], repeats: true, run: () => stepBack("/undo") },
      { id: "redo", title: "Do again", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], repeats: true, run: () => stepBack("/redo") },
      { id: "save", title: "Save", keys: ["Ctrl+S"], run: () => save() },
      { id: "save-as", title: "Save as", keys: ["Ctrl+Shift+S"], run: saveAs },
      { id: "decide", title: "How the session is", run: decide },
    ]),
  );
  setEditor({
    grab,
    click: placeAt,
    doubleClick(x, y) {
      const found = hitAt(x, y);
      if (found && shownLabels()?.instances[found.instance].isPredicted) accept(found.instance);
    },
    menu(x, y) {
      const found = hitAt(x, y);
      if (!found || found.node === null) return;
      select(found.instance, found.node);
      toggleVisible(found.instance, found.node);
    },
  });
}
