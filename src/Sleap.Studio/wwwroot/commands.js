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
  if (video < 0 || video >= state.project.videos.length) return say(by > 0 ? "This is the last video." : "This is the first video.");
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

const moves = list => list.map(command => ({ group: "Move", moves: true, ...command }));
const views = list => list.map(command => ({ group: "View", ...command }));

export function registerCommands() {
  register(
    moves([
      { id: "next", title: "Next frame", keys: ["ArrowRight"], run: how => step(speedUp(how.repeat), how) },
      { id: "previous", title: "Previous frame", keys: ["ArrowLeft"], run: how => step(-speedUp(how.repeat), how) },
      { id: "next-medium", title: "10 frames on", keys: ["Ctrl+ArrowRight", "PageDown"], run: how => step(MEDIUM, how) },
      { id: "previous-medium", title: "10 frames back", keys: ["Ctrl+ArrowLeft", "PageUp"], run: how => step(-MEDIUM, how) },
      { id: "next-large", title: "100 frames on", keys: ["Ctrl+Alt+ArrowRight", "Alt+PageDown"], run: how => step(LARGE, how) },
      { id: "previous-large", title: "100 frames back", keys: ["Ctrl+Alt+ArrowLeft", "Alt+PageUp"], run: how => step(-LARGE, how) },
      { id: "first", title: "First frame", keys: ["Home"], run: how => go(0, how) },
      { id: "last", title: "Last frame", keys: ["End"], run: how => go(last(), how) },
      { id: "next-labeled", title: "Next labeled frame", keys: ["Alt+ArrowRight", "."], run: how => findOr("labeled", false, how, "No labeled frame follows.") },
      { id: "previous-labeled", title: "Previous labeled frame", keys: ["Alt+ArrowLeft", ","], run: how => findOr("labeled", true, how, "No labeled frame is before this one.") },
      { id: "next-user", title: "Next frame that a person labeled", keys: ["Ctrl+U", "U"], run: how => findOr("user", false, how, "No frame that a person labeled follows.") },
      { id: "next-suggestion", title: "Next suggestion", keys: ["Space"], run: how => findOr("suggestion", false, how, "There are no suggestions.") },
      { id: "previous-suggestion", title: "Previous suggestion", keys: ["Shift+Space"], run: how => findOr("suggestion", true, how, "There are no suggestions.") },
      { id: "last-edited", title: "Frame that was changed last", keys: ["Ctrl+A", "A"], run: how => findOr("edited", false, how, "No frame was changed yet.") },
      { id: "next-track", title: "Next frame with a new track", keys: ["Ctrl+E", "E"], run: how => findOr("newTrack", false, how, "No new track follows.") },
      { id: "next-video", title: "Next video", keys: ["Alt+Shift+ArrowRight", ">"], run: () => otherVideo(1) },
      { id: "previous-video", title: "Previous video", keys: ["Alt+Shift+ArrowLeft", "<"], run: () => otherVideo(-1) },
      { id: "go-to", title: "Go to a frame", keys: ["Ctrl+J", "G"], run: () => askForFrame(false) },
      { id: "select-to", title: "Select up to a frame", keys: ["Ctrl+Shift+J", "Shift+G"], run: () => askForFrame(true) },
      { id: "mark", title: "Mark the frame", keys: ["Ctrl+M", "M"], run: mark },
      { id: "go-to-mark", title: "Go to the marked frame", keys: ["Ctrl+Shift+M", "Shift+M"], run: how => (state.marked ? goTo(state.marked, how) : say("No frame is marked.")) },
      { id: "run-start", title: "Start of the selected frames, or of this run of labeled ones", keys: ["J"], run: toRun(true) },
      { id: "run-end", title: "End of the selected frames, or of this run of labeled ones", keys: ["K"], run: toRun(false) },
      { id: "play", title: "Play, or stop playing", keys: ["P"], moves: false, run: togglePlay },
    ]),
  );
  register([
    ...Array.from({ length: 9 }, (_, i) => ({
      id: `pick-${i + 1}`,
      group: "Select",
      title: `Instance ${i + 1}`,
      keys: [String(i + 1)],
      run: () => pick(i + 1),
    })),
    { id: "cycle", group: "Select", title: "Next instance", keys: ["`", "Shift+ArrowDown"], run: () => cycle(1) },
    { id: "cycle-back", group: "Select", title: "Previous instance", keys: ["Shift+`", "Shift+ArrowUp"], run: () => cycle(-1) },
    { id: "clear", group: "Select", title: "Clear the selection", keys: ["Escape"], run: clear },
  ]);
  register(
    views([
      { id: "instances", title: "Instances", keys: ["H"], run: show("instances", "Instances") },
      { id: "names", title: "Names of nodes", keys: ["Ctrl+Tab", "T"], run: show("names", "Names of nodes") },
      { id: "edges", title: "Edges", keys: ["Ctrl+Shift+Tab", "L"], run: show("edges", "Edges") },
      { id: "scores", title: "Scores", keys: ["S"], run: show("scores", "Scores") },
      { id: "hidden", title: "Nodes that are not visible", keys: ["Shift+V", "V"], run: show("hidden", "Nodes that are not visible") },
      { id: "trails", title: "Trails of tracks", keys: ["Shift+T"], run: show("trails", "Trails") },
      { id: "loupe", title: "Loupe", keys: ["Z"], run: show("loupe", "Loupe") },
      { id: "color-by", title: "Color by track, instance or node", keys: ["C"], run: nextColor },
      { id: "exact", title: "Exact pixels: pictures without loss", keys: ["X"], run: exact },
      { id: "fit-instances", title: "Fit to the instances", keys: ["Ctrl+=", "F"], run: () => fitInstances() || say("There is no instance in this frame.") },
      { id: "fit", title: "Fit to the picture", keys: ["R", "0"], run: fit },
      { id: "zoom-in", title: "Zoom in", keys: ["+", "="], run: () => zoom(ZOOM) },
      { id: "zoom-out", title: "Zoom out", keys: ["-"], run: () => zoom(1 / ZOOM) },
      { id: "help", title: "This list", keys: ["?", "F1"], run: showHelp },
    ]),
  );
}

function clear() {
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
