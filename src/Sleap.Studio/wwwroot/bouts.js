// Bouts: intervals in which an animal shows a behavior. Drawn in a row for each behavior, and edited there, by keys, or
// in their panel.

import { getJson } from "./api.js";
import { $, el, fitCanvas, onNextPaint, themeColor } from "./dom.js";
import { canEdit, sayWhyNot, send } from "./edits.js";
import { createList } from "./framelist.js";
import { register } from "./keys.js";
import { go, goTo } from "./navigator.js";
import { colorOf } from "./palette.js";
import { useSeekBar } from "./seekbar.js";
import { set } from "./settings.js";
import { frameAt, partOf, spanOf } from "./span.js";
import { say } from "./status.js";
import { emit, on, selectRange, state } from "./state.js";

const ROW = 14;
const MAX_HEIGHT = 98;
const EDGE = 5; // pixels around an end of the selected bout in which it is dragged

let data = { canEdit: true, behaviors: [], identities: [], bouts: [], total: 0 };
let chosen = null; // the selected bout
let changes = []; // changes of bouts on their way, with those that were before them
let begun = null; // where a bout was begun: video and frame
let dragged = null; // the chosen bout with another end
let run = 0;

const isSame = (one, other) => Boolean(one && other) && JSON.stringify(one) === JSON.stringify(other);

const rowHeight = () => Math.min(ROW, MAX_HEIGHT / Math.max(1, data.behaviors.length));

const draw = onNextPaint(() => {
  const canvas = $("bouts");
  canvas.hidden = !data.behaviors.length;
  if (canvas.hidden) return;
  const row = rowHeight();
  canvas.style.height = `${Math.ceil(row * data.behaviors.length) + 2}px`;
  const { context, width, height } = fitCanvas(canvas);
  context.clearRect(0, 0, width, height);
  const [from, to] = spanOf();
  for (const one of data.bouts) {
    const bout = dragged && isSame(one, chosen) ? dragged : one;
    if (bout.to < from || bout.from >= to) continue;
    const place = data.behaviors.indexOf(bout.behavior);
    const x = ((bout.from - from) / (to - from)) * width;
    const wide = Math.max(((bout.to + 1 - bout.from) / (to - from)) * width, 2);
    context.globalAlpha = bout.isPredicted ? 0.5 : 1;
    context.fillStyle = colorOf(place);
    context.fillRect(x, place * row + 2, wide, row - 3);
    context.globalAlpha = 1;
    if (!isSame(one, chosen)) continue;
    context.strokeStyle = themeColor("text");
    context.lineWidth = 2;
    context.strokeRect(x, place * row + 2, wide, row - 3);
  }
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = themeColor("muted");
  if (row >= 11) data.behaviors.forEach((name, i) => context.fillText(name, 4, i * row + row - 3));
});

async function load() {
  const mine = ++run;
  const { video } = state;
  const answer = await getJson(`/api/videos/${video}/bouts`).catch(() => null);
  if (mine !== run || !answer) return;
  data = answer;
  const isThere = one => data.bouts.some(bout => isSame(bout, one));
  if (chosen && !isThere(chosen) && !changes.some(one => isThere(one.after))) choose(null);
  drawChoices();
  draw();
}

/** The names to choose from. */
function drawChoices() {
  $("behavior-names").replaceChildren(...data.behaviors.map(name => el("option", { value: name })));
  const names = [...new Set([...state.project.tracks.filter(name => name !== null), ...data.identities])];
  $("subject-names").replaceChildren(...names.map(name => el("option", { value: name })));
  if (!$("bout-behavior").value) $("bout-behavior").value = data.behaviors[0] ?? "";
}

/** Selects a bout; what is being typed into its form stays if `keepsTyped`. */
function choose(bout, keepsTyped = false) {
  chosen = bout;
  $("bout-form").hidden = !bout;
  $("bouts").dataset.chosen = bout ? `${bout.behavior} ${bout.from} ${bout.to}` : "";
  if (bout) {
    for (const [id, name] of Object.entries(FIELDS)) showValue($(id), bout[name] ?? "", keepsTyped);
  }
  draw();
  emit("bout");
}

function showValue(field, value, keepsTyped) {
  const isTyped = field === document.activeElement && field.value !== field.defaultValue;
  field.defaultValue = value;
  if (!(keepsTyped && isTyped)) field.value = value;
}

const FIELDS = {
  "chosen-behavior": "behavior",
  "chosen-subject": "subject",
  "chosen-target": "target",
  "chosen-from": "from",
  "chosen-to": "to",
};

/** A bout as the changes so far have left it; null if one removed it. */
const latest = bout =>
  changes.reduce((now, { before, after, isDone }) => (isDone && isSame(before, now) ? after : now), bout);

/** Puts a bout in the place of another one, as one step; null removes only, or adds only. */
async function change(before, after, done) {
  if (!data.canEdit) return say("The events of the file are laid out in a way that is not known.");
  const mine = { before, after, isDone: false, isOver: false };
  changes.push(mine);
  const answer = await send("", () => {
    mine.before = before && latest(before);
    if (before && !mine.before) return null;
    const [remove, add] = [mine.before, after].map(bout => (bout ? [bout] : []));
    return { command: { type: "changeBouts", remove, add } };
  });
  mine.isDone = Boolean(answer);
  if (answer) {
    if (!before || isSame(chosen, mine.before)) chosen = after;
    await load();
  }
  mine.isOver = true;
  if (changes.every(one => one.isOver)) changes = [];
  choose(chosen, mine.isDone);
  if (answer) say(done);
}

/** Begins a bout at the frame, or ends it; with selected frames the bout is these. */
function beginOrEnd() {
  if (!canEdit()) return sayWhyNot();
  const behavior = $("bout-behavior").value.trim();
  if (!behavior) {
    set("panel", "behavior");
    $("bout-behavior").focus();
    return say("Which behavior?");
  }
  const { frame, range, video } = state;
  if (range) {
    selectRange(null);
    return add(video, range[0], range[1]);
  }
  if (begun?.video !== video) {
    begun = { video, frame };
    emit("bout");
    return say(`${behavior} begins at frame ${frame}. B again ends it, Esc forgets it.`);
  }
  const ends = [begun.frame, frame].sort((one, other) => one - other);
  forget();
  return add(video, ...ends);

  function add(where, from, to) {
    const subject = $("bout-subject").value.trim() || null;
    const bout = { video: where, behavior, from, to, subject, target: null, isPredicted: false };
    return change(null, bout, `${behavior}: frames ${from} to ${to}.`);
  }
}

function forget() {
  begun = null;
  emit("bout");
}

const removeChosen = () =>
  chosen ? change(chosen, null, "The bout is removed.") : say("No bout is selected.");

/** Puts a bout in the place of the selected one; a person answers for what a person changed. */
const replaceChosen = bout => change(chosen, { ...bout, isPredicted: false }, "The bout is changed.");

/** What the form has in the place of the selected bout. */
function changeChosen() {
  if (!chosen) return;
  const now = { ...chosen };
  for (const [id, name] of Object.entries(FIELDS)) {
    const text = $(id).value.trim();
    now[name] = name === "from" || name === "to" ? Math.round(Number(text)) : text || null;
  }
  if (now.from > now.to || !now.behavior) {
    choose(chosen);
    return say("A bout has a behavior, and its last frame is not before the first.");
  }
  if (!isSame(now, chosen)) replaceChosen(now);
}

/** Goes to the next bout, or to the one before. */
function step(isBack) {
  const starts = data.bouts.toSorted((one, other) => one.from - other.from);
  const found = isBack
    ? starts.findLast(bout => bout.from < state.frame)
    : starts.find(bout => bout.from > state.frame);
  return found ? open(found) : say(isBack ? "No bout is before." : "No bout follows.");
}

function open(bout) {
  choose(bout);
  return goTo({ video: bout.video, frame: bout.from });
}

function useRow(canvas) {
  const place = event => {
    const bounds = canvas.getBoundingClientRect();
    return { part: (event.clientX - bounds.left) / bounds.width, y: event.clientY - bounds.top, width: bounds.width };
  };
  const hit = event => {
    const { part, y, width } = place(event);
    const behavior = data.behaviors[Math.floor((y - 1) / rowHeight())];
    const [from, to] = spanOf();
    const half = 0.5 / (to - from);
    const distances = bout =>
      [partOf(bout.from) - half, partOf(bout.to) + half].map(end => Math.abs(end - part) * width);
    if (chosen?.behavior === behavior && chosen.video === state.video) {
      const [first, last] = distances(chosen);
      if (Math.min(first, last) <= EDGE) return { bout: chosen, end: first < last ? "from" : "to" };
    }
    const frame = frameAt(part);
    const bout = data.bouts.find(one => one.behavior === behavior && one.from <= frame && frame <= one.to);
    return bout ? { bout, end: null } : null;
  };
  let drag = null;
  canvas.addEventListener("pointerdown", event => {
    const found = event.button === 0 && !event.altKey && !event.shiftKey ? hit(event) : null;
    if (!found) return;
    event.stopImmediatePropagation();
    choose(found.bout);
    if (!found.end) return void go(found.bout.from);
    canvas.setPointerCapture(event.pointerId);
    drag = found.end;
  });
  canvas.addEventListener("pointermove", event => {
    if (!drag) return;
    const frame = frameAt(place(event).part);
    dragged = { ...chosen, [drag]: drag === "from" ? Math.min(frame, chosen.to) : Math.max(frame, chosen.from) };
    draw();
  });
  const end = isDone => () => {
    const now = dragged;
    [drag, dragged] = [null, null];
    if (isDone && now && !isSame(now, chosen)) replaceChosen(now);
    draw();
  };
  canvas.addEventListener("pointerup", end(true));
  canvas.addEventListener("pointercancel", end(false));
}

export function startBouts() {
  useRow($("bouts"));
  useSeekBar($("bouts"), draw);
  const cells = row => [
    row.behavior,
    row.subject ?? "–",
    String(row.from),
    String(row.to),
    row.isPredicted ? "predicted" : "",
  ];
  const { restart } = createList({
    name: "bout",
    path: () => `/api/videos/${state.video}/bout-rows`,
    query: () => ({ behavior: $("bout-filter").checked ? $("bout-behavior").value.trim() : null }),
    cells,
    open,
    isCurrent: row => isSame(row, chosen),
    follows: false,
    loaded: answer => ($("bout-count").textContent = answer.total ? String(answer.total) : "none"),
  });
  $("bout-filter").addEventListener("change", restart);
  $("bout-behavior").addEventListener("change", () => $("bout-filter").checked && restart());
  for (const id of Object.keys(FIELDS)) $(id).addEventListener("change", changeChosen);
  register(
    [
      ["bout", "Begin a bout here, or end it; of the selected frames, if there are some", ["B"], beginOrEnd],
      ["next-bout", "Next bout", ["Shift+B"], () => step(false)],
      ["previous-bout", "Previous bout", ["Alt+B"], () => step(true)],
      ["bout-remove", "Remove the selected bout", ["Shift+Delete"], removeChosen],
    ].map(([id, title, keys, action]) => ({ id, group: "Behavior", title, keys, run: action })),
  );
  on("clear", forget);
  on("bout", () => ($("bout-begun").textContent = begun ? `a bout begins at frame ${begun.frame}` : ""));
  on("video", () => {
    choose(null);
    load();
    restart();
  });
  on("edited", load);
  on("span theme settings", draw);
  new ResizeObserver(draw).observe($("marks"));
}
