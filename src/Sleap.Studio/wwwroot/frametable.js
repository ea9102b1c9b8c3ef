// The list of frames, of which only those on the screen are asked for: a million take no longer than ten.

import { getJson } from "./api.js";
import { $, counted, el, onNextPaint } from "./dom.js";
import { goTo } from "./navigator.js";
import { on, state } from "./state.js";

const ROW = 26;
const MAX_HEIGHT = 8e6; // browsers draw no element that is much higher
const WINDOW = 120;
const FOLLOW_AFTER = 200;

let total = 0;
let rows = new Map(); // by place
let asked = "";
let run = 0;
let following = 0;
let renewing = 0;

const list = () => $("frame-list");
const body = () => $("frame-rows");

const query = () => ({
  filter: $("filter").value,
  sort: $("sort").value,
  video: $("only-video").checked ? state.video : null,
  below: $("filter").value === "lowScore" ? $("below").value || 0 : null,
});

async function load(offset, isNew = false) {
  const mine = ++run;
  const answer = await getJson("/api/frames", { ...query(), offset, limit: WINDOW }).catch(() => null);
  if (mine !== run || !answer) return;
  total = answer.total;
  if (isNew) rows = new Map();
  answer.rows.forEach((row, i) => rows.set(offset + i, row));
  $("frame-count").textContent = counted(total, "frame");
  list().setAttribute("aria-rowcount", total + 1);
  draw();
}

function restart() {
  rows = new Map();
  asked = "";
  list().scrollTop = 0;
  load(0);
}

/** Asks again for what is on the screen. */
function renew() {
  clearTimeout(renewing);
  renewing = setTimeout(() => {
    asked = "";
    load(Math.max(0, Math.floor(list().scrollTop / ROW) - WINDOW / 4), true);
  }, FOLLOW_AFTER);
}

/** Draws the rows on the screen, and asks for those that are not here. */
function draw() {
  const height = Math.min(total * ROW, MAX_HEIGHT);
  body().style.height = `${height}px`;
  const seen = Math.ceil(list().clientHeight / ROW) + 1;
  const room = Math.max(1, height - list().clientHeight);
  // Of a list that is too high to draw, scrolling goes through all the same.
  const first =
    total * ROW > MAX_HEIGHT
      ? Math.round((list().scrollTop / room) * Math.max(0, total - seen + 2))
      : Math.floor(list().scrollTop / ROW);
  const end = Math.min(total, first + seen);
  const top = total * ROW > MAX_HEIGHT ? list().scrollTop : first * ROW;
  const drawn = [];
  let missing = -1;
  for (let place = Math.max(0, first); place < end; place++) {
    const row = rows.get(place);
    if (row) drawn.push(rowElement(row, place, top + (place - first) * ROW));
    else if (missing < 0) missing = place;
  }
  body().replaceChildren(...drawn);
  const wanted = `${JSON.stringify(query())}/${missing}`;
  if (missing >= 0 && wanted !== asked) {
    asked = wanted;
    load(Math.max(0, missing - WINDOW / 4));
  }
}

function rowElement(row, place, top) {
  const isCurrent = row.video === state.video && row.frame === state.frame;
  const score = row.score === null ? "–" : row.score.toFixed(2);
  const flags = [row.isSuggested ? "suggested" : "", row.isEmpty ? "empty" : ""].filter(Boolean).join(", ");
  const cells = [
    state.project.videos.length > 1 ? String(row.video + 1) : null,
    String(row.frame),
    String(row.user),
    String(row.predicted),
    score,
    flags,
  ].filter(text => text !== null);
  const node = el(
    "div",
    {
      role: "row",
      class: isCurrent ? "row current" : "row",
      "aria-rowindex": place + 2,
      "aria-selected": String(isCurrent),
      id: `frame-row-${place}`,
      on: { click: () => goTo(row) },
    },
    cells.map(text => el("span", { role: "gridcell" }, text)),
  );
  node.style.top = `${top}px`;
  if (isCurrent) list().setAttribute("aria-activedescendant", node.id);
  return node;
}

/** Whether a row is seen: not behind the head, which is as high as a row, and not below. */
const isSeen = row =>
  row.offsetTop >= list().scrollTop && row.offsetTop + 2 * ROW <= list().scrollTop + list().clientHeight;

/** Scrolls to the frame that is shown, if the list has it. */
function follow() {
  clearTimeout(following);
  following = setTimeout(async () => {
    const current = body().querySelector(".current");
    if (current && isSeen(current)) return;
    const at = { atVideo: state.video, atFrame: state.frame };
    const answer = await getJson("/api/frames", { ...query(), ...at, offset: 0, limit: 1 }).catch(() => null);
    if (!answer || answer.place < 0 || list().matches(":hover")) return;
    list().scrollTop = (answer.place * ROW - list().clientHeight / 2) * Math.min(1, MAX_HEIGHT / (total * ROW));
  }, FOLLOW_AFTER);
}

const drawSoon = onNextPaint(draw);

function moveBy(count) {
  const current = [...rows].find(([, row]) => row.video === state.video && row.frame === state.frame)?.[0];
  const place = Math.min(total - 1, Math.max(0, (current ?? -1) + count));
  const row = rows.get(place);
  if (!row) return;
  // In a list that is too high to draw, places are not those of rows: it follows when the frame is shown.
  if (total * ROW <= MAX_HEIGHT) {
    const lowest = (place + 2) * ROW - list().clientHeight;
    list().scrollTop = Math.max(lowest, Math.min(place * ROW, list().scrollTop));
  }
  goTo(row);
}

export function startFrameTable() {
  $("video-column").hidden = state.project.videos.length === 1;
  $("frames-panel").classList.toggle("many-videos", state.project.videos.length > 1);
  $("only-video-label").hidden = state.project.videos.length === 1;
  for (const id of ["filter", "sort", "only-video", "below"]) $(id).addEventListener("change", restart);
  $("filter").addEventListener("change", () => ($("below-label").hidden = $("filter").value !== "lowScore"));
  list().addEventListener("scroll", drawSoon);
  list().addEventListener("keydown", event => {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    if (!(event.key in moves) || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    moveBy(moves[event.key]);
  });
  new ResizeObserver(drawSoon).observe(list());
  on("seek", drawSoon);
  on("edited", renew);
  on("shown select", follow);
  on("video", () => $("only-video").checked && restart());
  restart();
}
