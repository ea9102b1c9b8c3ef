// The queue: frames that are suggested for labeling, what is done of them, and how they are chosen.

import { getJson } from "./api.js";
import { ask, askFirst, choice, field, numberField } from "./ask.js";
import { $, counted } from "./dom.js";
import { askAhead, canEdit, sayWhyNot, send } from "./edits.js";
import { createList } from "./framelist.js";
import { scoreText, videoCell } from "./frametable.js";
import { register } from "./keys.js";
import { labelsOf } from "./labels.js";
import { find } from "./navigator.js";
import { say } from "./status.js";
import { on, state } from "./state.js";

/** Methods with what they compare with: its name, what it begins with, and the step of the field. */
const METHODS = {
  stride: { title: "at equal distances" },
  random: { title: "by chance" },
  lowScore: { title: "with low scores", limit: ["a score below", 0.3, 0.05] },
  fewInstances: { title: "with few instances", limit: ["fewer instances than", 2, 1] },
  jump: { title: "with large jumps", limit: ["a move of more pixels than", 50, 1] },
};

let shown = 0;

async function draw() {
  const mine = ++shown;
  const { total, done } = await getJson("/api/queue").catch(() => ({ total: 0, done: 0 }));
  if (mine !== shown) return;
  $("queue-count").textContent = total ? `${done} of ${counted(total, "frame")} done` : "The queue is empty.";
  $("queue-progress").max = Math.max(1, total);
  $("queue-progress").value = done;
  $("queue-progress").hidden = !total;
}

/** Puts the frame on the screen into the queue, or takes it out. */
async function toggleThis() {
  const [video, frame] = [state.video, state.frame];
  const answer = await send("", async () => {
    const type = (await labelsOf(video, frame)).isSuggested ? "removeSuggestions" : "addSuggestions";
    return { command: { type, frames: [{ video, frame }] } };
  });
  if (answer) say((await labelsOf(video, frame)).isSuggested ? "Into the queue." : "Out of the queue.");
}

/** Asks how frames are chosen, says how many there are, and adds them. */
async function addFrames() {
  if (!canEdit()) return sayWhyNot();
  const { range, video } = state;
  const methods = Object.entries(METHODS).map(([value, { title }]) => [value, title]);
  const places = [
    ["all", state.project.videos.length > 1 ? "all videos" : "the video"],
    ...(state.project.videos.length > 1 ? [["video", "this video"]] : []),
    ...(range ? [["range", `frames ${range[0]} to ${range[1]}`]] : []),
  ];
  const method = choice("queue-method", methods, "stride");
  const place = choice("queue-place", places, range ? "range" : "all");
  const count = numberField("queue-number", 20, { min: 1, max: 100000, step: 1 });
  const limit = numberField("queue-limit", 0, { min: 0, step: "any" });
  const spacing = numberField("queue-spacing", 10, { min: 0, max: 100000, step: 1 });
  const limitField = field("", limit);
  const spacingField = field("not nearer to each other than, in frames", spacing);
  const fit = () => {
    const given = METHODS[method.value].limit;
    limitField.hidden = spacingField.hidden = !given;
    if (!given) return;
    [limitField.firstChild.textContent, limit.value] = given;
    limit.step = given[2];
  };
  method.addEventListener("change", fit);
  fit();
  const seed = Math.floor(Math.random() * 2 ** 31); // what is counted is what is added
  const request = isPreview => ({
    method: method.value,
    count: Number(count.value),
    ...(place.value === "all" ? {} : { video }),
    ...(place.value === "range" ? { from: range[0], to: range[1] } : {}),
    ...(METHODS[method.value].limit ? { limit: Number(limit.value), spacing: Number(spacing.value) } : {}),
    seed,
    isPreview,
  });
  const { answer } = await askFirst({
    title: "Frames for the queue",
    parts: [
      field("Frames", method),
      field("of", place),
      field("at most, of each video", count),
      limitField,
      spacingField,
    ],
    describe: async () => {
      const { frames } = await askAhead("/suggest", request(true));
      return `${counted(frames, "frame")} that nobody has labeled, and not in the queue yet.`;
    },
    buttons: [
      ["add", "Add"],
      [null, "Cancel"],
    ],
  });
  if (answer) await send("/suggest", () => request(false));
}

async function clear() {
  if (!canEdit()) return sayWhyNot();
  const { total, done } = await getJson("/api/queue");
  if (!total) return say("The queue is empty.");
  const { answer } = await ask({
    title: "Take frames out of the queue",
    text: "Labels stay as they are.",
    buttons: [
      ...(done ? [["done", `Those that are done: ${done}`]] : []),
      ["all", `All ${total}`],
      [null, "Cancel"],
    ],
  });
  if (answer) await send("/clear-suggestions", () => ({ onlyDone: answer === "done" }));
}

async function nextToDo(how, isBack) {
  if (!(await find("toDo", isBack, how))) say("Nothing is to do in the queue.");
}

export function startQueue() {
  const cells = row => [
    ...videoCell(row),
    String(row.frame),
    String(row.user),
    String(row.predicted),
    scoreText(row.score),
    row.user || row.isEmpty ? "✓ done" : "to do",
  ];
  const query = () => ({ filter: $("queue-filter").value, sort: "frame" });
  const { restart } = createList({ name: "queue", path: () => "/api/frames", query, cells });
  $("queue-filter").addEventListener("change", restart);
  register(
    [
      ["queue-this", "Frame into the queue, or out of it", ["Q"], toggleThis],
      ["queue-add", "Choose frames for the queue", ["Shift+Q"], addFrames],
      ["queue-next", "Next frame of the queue that is to do", ["Shift+N"], how => nextToDo(how, false)],
      ["queue-clear", "Take frames out of the queue", undefined, clear],
    ].map(([id, title, keys, run]) => ({ id, group: "Queue", title, keys, run })),
  );
  on("edited", draw);
  draw();
}
