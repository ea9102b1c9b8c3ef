// Edits. Each is sent to the program, which has it on the disk when it answers. They go one at a time and in order,
// each made for the frame as it is when its turn comes; an edit of a frame that was changed elsewhere is refused.

import { getJson, postJson } from "./api.js";
import { counted } from "./dom.js";
import { forgetLabels, keepLabels, labelsOf } from "./labels.js";
import { goTo, refresh } from "./navigator.js";
import { say } from "./status.js";
import { emit, select, state } from "./state.js";

let queue = Promise.resolve();
let waiting = 0;

/** How many edits are not answered yet. */
export const countWaiting = () => waiting;

export const canEdit = () => Boolean(state.edit) && !state.edit.readOnlyBecause && !state.edit.pending;

/** The labels on the screen, if they are of the frame that was asked for. */
export const shownLabels = () =>
  state.shown?.video === state.video && state.shown.frame === state.frame ? state.shown.labels : null;

export const selectedInstance = () => shownLabels()?.instances[state.instance] ?? null;

export const isUserSelected = () => selectedInstance()?.isPredicted === false;

/**
 * Sends something when its turn comes. `make` gives the body, or null for nothing to do. Gives the answer, or null.
 */
export function send(path, make) {
  if (!canEdit()) {
    sayWhyNot();
    return Promise.resolve(null);
  }
  return enqueue(async () => {
    const body = await make();
    return body ? take(await postJson(`/api/edit${path}`, body)) : null;
  });
}

/** Sends a command for the frame on the screen; `make` gets its labels and gives the command without the frame. */
export function editFrame(make) {
  const [video, frame] = [state.video, state.frame];
  return send("", async () => {
    const labels = await labelsOf(video, frame);
    const command = make(labels);
    return command && { command: { ...command, video, frame }, frameRevision: labels.revision };
  });
}

/** Sends a command that is of no frame; says what is done. */
export async function editStructure(command, done) {
  const answer = await send("", () => ({ command }));
  if (answer && done) say(done);
  return answer;
}

/** Asks what something would do, behind the edits that are on their way. */
export async function askAhead(path, body) {
  await queue;
  return postJson(`/api/edit${path}`, body);
}

/** What a command would change, in numbers. */
export const preview = command => askAhead("/preview", { command });

/** Sends what is no edit but changes the session: to save, to restore, to discard. */
export const sendSession = (path, body) =>
  enqueue(async () => {
    takeState(await postJson(`/api/edit${path}`, body));
    return state.edit;
  });

/** Changes a point; `change` gets it as [x, y, visible, score, complete], and gives null to remove it. */
export const editPoint = (instance, node, change) =>
  editFrame(labels => {
    const point = labels.instances[instance]?.points[node];
    return point && { type: "setPoint", instance, node, point: change(point) };
  });

export const placed = ([x, y, visible, , complete], changes = {}) => ({
  x,
  y,
  visible: visible === 1,
  complete: complete === 1,
  ...changes,
});

/** Looks whether the project was changed by another tab. */
export async function look() {
  if (waiting) return;
  const now = await getJson("/api/edit").catch(() => null);
  if (!now || waiting) return;
  const isOther = now.revision !== state.edit.revision;
  takeState(now);
  if (isOther) await reload();
}

/** Asks for everything again. */
export async function reload() {
  state.project = await getJson("/api/project");
  forgetLabels();
  refresh();
  emit("edited");
}

/** A preview in words: frames, and what becomes of predictions and of labeled instances. */
export function countsText({ frames, predictions, user, spared, pointsBefore, pointsAfter }) {
  if (!frames) return `Nothing changes${spared ? `; ${counted(spared, "labeled instance")} would` : ""}.`;
  const isAll = predictions.after + user.after === predictions.before + user.before;
  const parts = [
    ...kindTexts(predictions, "prediction"),
    ...kindTexts(user, "labeled instance"),
    isAll && pointsAfter < pointsBefore ? `${counted(pointsBefore - pointsAfter, "point")} removed` : "",
    isAll && pointsAfter > pointsBefore ? `${counted(pointsAfter - pointsBefore, "point")} added` : "",
    spared ? `${counted(spared, "labeled instance")} left as ${spared === 1 ? "it is" : "they are"}` : "",
  ];
  return `${counted(frames, "frame")}: ${parts.filter(Boolean).join(", ")}.`;
}

const kindTexts = ({ before, after, changed }, name) => [
  changed ? `${counted(changed, name)} changed` : "",
  after > before ? `${counted(after - before, name)} added` : "",
  after < before ? `${counted(before - after, name)} removed` : "",
];

export function sayWhyNot() {
  if (state.edit?.pending) say("Edits of an earlier session are to be restored or discarded first.");
  else say(`Nothing can be changed: ${state.edit?.readOnlyBecause ?? "the program does not answer"}.`);
}

function enqueue(action) {
  waiting++;
  emit("edit");
  const done = queue.then(action).catch(refused);
  queue = done.catch(() => {}).finally(() => {
    waiting--;
    emit("edit");
  });
  return done;
}

function takeState(now) {
  state.edit = now;
  emit("edit");
}

async function take(answer) {
  takeState(answer.state);
  if (answer.isStructure) state.project = await getJson("/api/project");
  const { labels } = answer;
  if (answer.frames > 1 || answer.isStructure) forgetLabels();
  if (labels) keepLabels(labels);
  if (labels && labels.video === state.video && labels.frame === state.frame) show(labels);
  else if (answer.frames > 1 || answer.isStructure) refresh();
  if (!answer.frames && !answer.isStructure) say("Nothing is different.");
  emit("edited");
  return answer;
}

/** Shows other labels of the frame that is on the screen. */
function show(labels) {
  if (!shownLabels()) return;
  state.shown.labels = labels;
  if (state.instance !== null && !labels.instances[state.instance]) select(null);
  emit("shown");
}

async function refused(fault) {
  const isStale = fault.body?.kind === "stale";
  say(isStale ? "This was changed elsewhere. It is shown as it is now; edit it again." : fault.message);
  if (fault.status !== 0) takeState(await getJson("/api/edit").catch(() => state.edit));
  if (fault.body?.kind && !isStale) throw fault;
  // What was drawn before the answer is drawn as it is again.
  forgetLabels();
  refresh();
  return null;
}

/** Undoes or does again, and goes to where that was. */
export async function stepBack(path) {
  const answer = await send(path, () => ({}));
  const frame = answer?.frame;
  if (frame && (frame.video !== state.video || frame.frame !== state.frame)) await goTo(frame);
}
