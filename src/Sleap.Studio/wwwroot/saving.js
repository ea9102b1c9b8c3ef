// The session: what is in the journal and what in the file, saving, and edits of an earlier session.

import { ask } from "./ask.js";
import { $, counted } from "./dom.js";
import { canEdit, countWaiting, look, reload, sayWhyNot, sendSession } from "./edits.js";
import { say } from "./status.js";
import { emit, on, state } from "./state.js";

/** Saves into the project's file; one that has none, as of a video, gets a name first. */
export async function save(choices = {}) {
  if (!canEdit()) return sayWhyNot();
  if (!state.edit.hasFile && !choices.name) return saveAs();
  const saved = await sendSave(choices);
  if (saved) say(`Saved in ${saved.name}.`);
}

/** Saves into another file beside the project, with which the studio goes on. */
export async function saveAs() {
  if (state.edit.pending) return sayWhyNot();
  const name = state.edit.name.replace(/(\.pkg)?\.[^.]*$/, "");
  const { answer, value } = await ask({
    title: "Save as",
    text: "The file goes into the folder of the project. What was done before it cannot be undone any more.",
    field: { label: "Name of the file", value: state.edit.hasFile ? `${name}-2.slp` : `${name}.slp` },
    buttons: [
      ["save", "Save"],
      [null, "Cancel"],
    ],
  });
  if (answer === null || !value) return;
  const saved = await sendSave({ name: value });
  if (!saved) return;
  await reload();
  say(`Saved in ${saved.name}, which is open now.`);
}

let acceptedLosses = ""; // what a person was content to lose, as it was said

/** Sends to save; asks where something would be lost. Gives the state, or null. */
async function sendSave(choices) {
  try {
    return await sendSession("/save", choices);
  } catch (fault) {
    if (fault.message === acceptedLosses && !choices.acceptLosses) return sendSave({ ...choices, acceptLosses: true });
    const more = { losses: { acceptLosses: true }, changed: { overwrite: true }, taken: { overwrite: true } };
    const kind = more[fault.body?.kind];
    // What was chosen already did not help.
    const choice = kind && Object.keys(kind).some(name => !choices[name]) ? kind : null;
    const { answer } = await ask({
      title: "It was not saved",
      text: fault.message,
      lines: ["The edits stay in the journal."],
      buttons: [
        [null, "Close"],
        ...(fault.body?.kind === "changed" && !choices.name ? [["merge", "Put both together"]] : []),
        ...(choice ? [["go", choice.overwrite ? "Replace the file, which becomes a backup" : "Save without"]] : []),
      ],
    });
    if (answer === "go" && choice.acceptLosses) acceptedLosses = fault.message;
    if (answer === "merge") return (await merge("none")) ? sendSave(choices) : null;
    return answer ? sendSave({ ...choices, ...choice }) : null;
  }
}

/** Takes over what another program wrote into the file, and brings the edits of here into it. */
async function merge(choice) {
  try {
    const done = await sendSession("/merge", { choice });
    await reload();
    return done;
  } catch (fault) {
    const isOpen = choice === "none" && fault.body?.kind === "changed";
    const { answer } = await ask({
      title: "They were not put together",
      text: fault.message,
      buttons: [
        [null, "Close"],
        ...(isOpen ? [["ours", "Frames of here stay"], ["theirs", "Frames of the file stay"]] : []),
      ],
    });
    return answer ? merge(answer) : null;
  }
}

/** Says how the session is, or asks what becomes of earlier edits. */
export async function decide() {
  const { pending, readOnlyBecause, isUnsaved } = state.edit;
  if (!pending) {
    if (readOnlyBecause) return sayWhyNot();
    return say(isUnsaved ? "All edits are in the journal; the file lacks some." : "The file has all edits.");
  }
  const time = new Date(pending.lastEdit).toLocaleString();
  const { answer } = await ask({
    title: "Edits of an earlier session",
    text: `The journal has ${counted(pending.edits, "edit")} that the file lacks, the last of ${time}.`,
    lines: pending.problems,
    buttons: [
      ...(pending.canRestore ? [["restore", "Restore them"]] : []),
      ["discard", "Discard them: the journal is kept as a backup"],
      [null, "Only look"],
    ],
  });
  if (!answer) return;
  const now = await sendSession(`/${answer}`, {});
  if (!now) return;
  await reload();
  const done = answer === "restore" ? "The edits are restored." : "The edits are discarded.";
  say([done, ...now.problems].join(" "));
}

function draw() {
  const { edit } = state;
  const node = $("edit-state");
  const [kind, text] = edit.pending
    ? ["pending", "earlier edits wait"]
    : edit.readOnlyBecause
      ? ["read-only", "read only"]
      : countWaiting()
        ? ["sent", "sending…"]
        : edit.isUnsaved
          ? ["journal", "in the journal"]
          : ["file", "in the file"];
  node.dataset.state = kind;
  node.textContent = text;
  node.title = edit.readOnlyBecause ?? (kind === "journal" ? "On the disk, and not in the file yet" : "");
  document.title = `${kind === "journal" ? "• " : ""}${edit.name} – studio`;
  $("project").textContent = edit.name;
  for (const [id, isOn] of [["undo", edit.canUndo], ["redo", edit.canRedo], ["save", edit.isUnsaved]]) {
    document.querySelector(`[data-command=${id}]`).disabled = !canEdit() || !isOn;
  }
}

export function startSaving() {
  on("edit", draw);
  emit("edit");
  window.addEventListener("focus", look);
  window.addEventListener("beforeunload", event => countWaiting() && event.preventDefault());
  if (state.edit.pending) decide();
}
