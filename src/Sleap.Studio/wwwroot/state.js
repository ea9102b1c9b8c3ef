// What this page looks at. The labels themselves stay with the program; what is here can be lost by a reload.

const listeners = new Map();

/** Calls a function whenever something happens: video, seek, shown, select, range, span, settings, theme, mark, edit
 * (how the session is), edited (what the project holds), placing, clear (Esc), bout (which is selected or begun). */
export function on(event, listener) {
  for (const name of event.split(" ")) listeners.set(name, [...(listeners.get(name) ?? []), listener]);
}

export function emit(event) {
  for (const listener of listeners.get(event) ?? []) listener();
}

export const state = {
  /** Names of videos, skeletons and tracks. */
  project: null,
  /** Number of the open video, and its size. */
  video: 0,
  facts: null,
  /** The frame that was asked for last. */
  frame: 0,
  /** What is on the screen: video, frame, picture, labels, fault. Picture and labels are of the same frame. */
  shown: null,
  /** How the session is: what can be edited, undone, saved. */
  edit: null,
  /** Numbers of the selected instance and node, or null. */
  instance: null,
  node: null,
  /** The selected frames, first and last, or null; anchor is where the selection began. */
  range: null,
  anchor: null,
  /** Whether clicks place nodes. */
  placing: false,
  /** The marked frame: video and frame. */
  marked: null,
};

export function select(instance, node = null) {
  if (state.instance === instance && state.node === node) return;
  [state.instance, state.node] = [instance, node];
  emit("select");
}

export function selectRange(from, to) {
  state.range = from === null ? null : [Math.min(from, to), Math.max(from, to)];
  if (from === null) state.anchor = null;
  emit("range");
}
