// The commands of looking: to move, to select and to show. Others are added by `register`.

import { say } from "./status.js";
import { $ } from "./dom.js";
import { showHelp } from "./help.js";
import { register } from "./keys.js";
import { visibleInstances } from "./labels.js";
import { find, go, goTo, openVideo, refresh, step } from "./navigator.js";
import { togglePlay } from "./play.js";
import { set, settings, toggle } from "./settings.js";
import { fit, fitInstances, zoom } from "./stage.js";
import { emit, select, selectRange, state } from "./state.js";

const MEDIUM = 10;
const LARGE = 100;
const COLOR_BY = ["track", "instance", "node"];
const ZOOM = 1.25;
const NO_SUGGESTIONS = "There are no suggestions.";

// A key that is held goes faster after a while.
const speedUp = repeat => (repeat < 60 ? 1 : repeat < 150 ? 2 : 5);

const last = () => (state.facts?.frames ?? 1) - 1;

async function findOr(kind, isBack, how, nothing) {
  try {
    if (!(await find(kind, isBack, how))) say(nothing);
  } catch (fault) {
    say(fault.message);
  }
}

function otherVideo(by) {
  const video = state.video + by;
  if (!state.project.videos[video]) return say(by > 0 ? "This is the last video." : "This is the first video.");
  return openVideo(video);
}

function pick(number) {
  const one = visibleInstances(state.shown?.labels)[number - 1];
  one ? select(one.place) : say(`There is no instance ${number} in this frame.`);
}

function cycle(by) {
  const places = visibleInstances(state.shown?.labels).map(one => one.place);
  if (!places.length) return say("There is no instance in this frame.");
  const at = places.indexOf(state.instance);
  select(places[at < 0 ? (by > 0 ? 0 : places.length - 1) : (at + by + places.length) % places.length]);
}

/** Puts the cursor into the field of the frame's number. */
function askForFrame(isSelecting) {
  const field = $("frame");
  field.dataset.select = isSelecting ? "true" : "";
  field.focus();
  field.select();
}

function mark() {
  state.marked = { video: state.video, frame: state.frame };
  emit("mark");
  say(`Frame ${state.frame} is marked.`);
}

const toRun = isBack => how =>
  state.range
    ? go(state.range[isBack ? 0 : 1], how)
    : findOr("run", isBack, how, "This frame has no labels, and no frames are selected.");

const show = (name, title) => () => {
  toggle(name);
  say(`${title}: ${settings[name] ? "shown" : "not shown"}.`);
};

const to = (kind, isBack, nothing) => how => findOr(kind, isBack, how, nothing);

const fitAll = () => fitInstances() || say("There is no instance in this frame.");

/** Commands of a group from rows of id, title, keys and what is run; `moves` if Shift selects what they move over. */
const rows = (group, moves, list) => list.map(([id, title, keys, run]) => ({ id, group, moves, title, keys, run }));

const MOVES = [
  ["next", "Next frame", ["ArrowRight"], how => step(speedUp(how.repeat), how)],
  ["previous", "Previous frame", ["ArrowLeft"], how => step(-speedUp(how.repeat), how)],
  ["next-medium", "10 frames on", ["Ctrl+ArrowRight", "PageDown"], how => step(MEDIUM, how)],
  ["previous-medium", "10 frames back", ["Ctrl+ArrowLeft", "PageUp"], how => step(-MEDIUM, how)],
  ["next-large", "100 frames on", ["Ctrl+Alt+ArrowRight", "Alt+PageDown"], how => step(LARGE, how)],
  ["previous-large", "100 frames back", ["Ctrl+Alt+ArrowLeft", "Alt+PageUp"], how => step(-LARGE, how)],
  ["first", "First frame", ["Home"], how => go(0, how)],
  ["last", "Last frame", ["End"], how => go(last(), how)],
  ["next-labeled", "Next labeled frame", ["Alt+ArrowRight", "."], to("labeled", false, "No labeled frame follows.")],
  ["previous-labeled", "Previous labeled frame", ["Alt+ArrowLeft", ","], to("labeled", true, "There is none before.")],
  ["next-user", "Next frame that a person labeled", ["Ctrl+U", "U"], to("user", false, "No such frame follows.")],
  ["next-suggestion", "Next suggestion", ["Space"], to("suggestion", false, NO_SUGGESTIONS)],
  ["previous-suggestion", "Previous suggestion", ["Shift+Space"], to("suggestion", true, NO_SUGGESTIONS)],
  ["last-edited", "Frame that was changed last", ["Ctrl+A", "A"], to("edited", false, "No frame was changed yet.")],
  ["next-track", "Next frame with a new track", ["Ctrl+E", "E"], to("newTrack", false, "No new track follows.")],
  ["go-to-mark", "Go to the marked frame", ["Ctrl+Shift+M", "Shift+M"], goToMark],
  ["run-start", "Start of the selected frames, or of a run of labeled ones", ["J"], toRun(true)],
  ["run-end", "End of the selected frames, or of a run of labeled ones", ["K"], toRun(false)],
];

const OTHER_MOVES = [
  ["next-video", "Next video", ["Alt+Shift+ArrowRight", ">"], () => otherVideo(1)],
  ["previous-video", "Previous video", ["Alt+Shift+ArrowLeft", "<"], () => otherVideo(-1)],
  ["go-to", "Go to a frame", ["Ctrl+J", "G"], () => askForFrame(false)],
  ["select-to", "Select up to a frame", ["Ctrl+Shift+J", "Shift+G"], () => askForFrame(true)],
  ["mark", "Mark the frame", ["Ctrl+M", "M"], mark],
  ["play", "Play, or stop playing", ["P"], togglePlay],
];

const SELECTIONS = [
  ...Array.from({ length: 9 }, (_, i) => [`pick-${i + 1}`, `Instance ${i + 1}`, [String(i + 1)], () => pick(i + 1)]),
  ["cycle", "Next instance", ["`", "Shift+ArrowDown"], () => cycle(1)],
  ["cycle-back", "Previous instance", ["Shift+`", "Shift+ArrowUp"], () => cycle(-1)],
  ["clear", "Clear the selection", ["Escape"], clear],
];

const VIEWS = [
  ["instances", "Instances", ["H"], show("instances", "Instances")],
  ["names", "Names of nodes", ["Ctrl+Tab", "T"], show("names", "Names of nodes")],
  ["edges", "Edges", ["Ctrl+Shift+Tab", "L"], show("edges", "Edges")],
  ["scores", "Scores", ["S"], show("scores", "Scores")],
  ["hidden", "Nodes that are not visible", ["Shift+V", "V"], show("hidden", "Nodes that are not visible")],
  ["trails", "Trails of tracks", ["Shift+T"], show("trails", "Trails")],
  ["loupe", "Loupe", ["Z"], show("loupe", "Loupe")],
  ["color-by", "Color by track, instance or node", ["C"], nextColor],
  ["exact", "Exact pixels: pictures without loss", ["X"], exact],
  ["fit-instances", "Fit to the instances", ["Ctrl+=", "F"], fitAll],
  ["fit", "Fit to the picture", ["R", "0"], fit],
  ["zoom-in", "Zoom in", ["+", "="], () => zoom(ZOOM)],
  ["zoom-out", "Zoom out", ["-"], () => zoom(1 / ZOOM)],
  ["help", "This list", ["?", "F1"], showHelp],
];

export function registerCommands() {
  register(rows("Move", true, MOVES));
  register(rows("Move", false, OTHER_MOVES));
  register(rows("Select", false, SELECTIONS));
  register(rows("View", false, VIEWS));
}

function goToMark(how) {
  return state.marked ? goTo(state.marked, how) : say("No frame is marked.");
}

function clear() {
  emit("clear");
  select(null);
  if (state.range) selectRange(null);
}

function nextColor() {
  set("colorBy", COLOR_BY[(COLOR_BY.indexOf(settings.colorBy) + 1) % COLOR_BY.length]);
  say(`Colors by ${settings.colorBy}.`);
}

function exact() {
  toggle("exact");
  say(settings.exact ? "Pictures without loss." : "Pictures as JPEG.");
  return refresh();
}
