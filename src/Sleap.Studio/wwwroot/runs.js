// Models, predictions and trainings. Each run is a process of its own, which goes on when this page is closed.

import { getJson, postJson } from "./api.js";
import { ask, askFirst } from "./ask.js";
import { drawCurve } from "./curve.js";
import { $, counted, el, redraw } from "./dom.js";
import { askAhead, canEdit, countsText, sayWhyNot, send } from "./edits.js";
import { register } from "./keys.js";
import { say } from "./status.js";
import { on, state } from "./state.js";

const LOOK_EVERY = 1000;

let runs = [];
let timer = 0;
let looks = 0; // the latest look; one before it is of no use
let told = new Map(); // what was said of runs: id to state

const isSeen = () => !$("model-panel").hidden;

/** A time that is left, in words. */
function clock(seconds) {
  if (seconds === null) return "";
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s left`;
  return minutes < 90 ? `${minutes} min left` : `${(minutes / 60).toFixed(1)} h left`;
}

async function loadModels() {
  const { canRun, types, models } = await getJson("/api/models");
  const chosen = ["model", "model-second", "train-start"].map(id => $(id).value);
  const option = one => el("option", { value: one.id }, one.name);
  $("model").replaceChildren(...models.map(option));
  $("model-second").replaceChildren(el("option", { value: "" }, "none"), ...models.filter(m => m.isStage).map(option));
  $("train-start").replaceChildren(el("option", { value: "" }, "nothing"), ...models.map(option));
  const type = el("option", { value: "" }, "what suits the labels");
  if (!$("train-type").options.length) {
    $("train-type").replaceChildren(type, ...types.map(name => el("option", { value: name }, name)));
  }
  // The newest is the first; what a person chose stays.
  ["model", "model-second", "train-start"].forEach((id, i) => {
    if ([...$(id).options].some(one => one.value === chosen[i])) $(id).value = chosen[i];
  });
  $("model-second-label").hidden = models.filter(one => one.isStage).length < 2;
  $("model-none").hidden = models.length > 0;
  $("model-label").hidden = models.length === 0;
  $("predict").disabled = !canRun || !models.length;
  $("train").disabled = !canRun;
}

async function look() {
  clearTimeout(timer);
  const mine = ++looks;
  const before = runs;
  const now = await getJson("/api/runs").catch(() => runs);
  if (mine !== looks) return;
  runs = now;
  for (const one of runs) {
    const was = told.get(one.id);
    told.set(one.id, one.state);
    if (was !== "running" || one.state === "running") continue;
    await loadModels().catch(() => {});
    say(`The ${nameOf(one)} ${one.state === "done" ? "is done" : "ended without a result"}.`);
    if (one.isTraining && one.state === "done") chooseNewest();
  }
  if (JSON.stringify(before) !== JSON.stringify(runs)) draw();
  if (mine === looks && runs.some(one => one.state === "running")) timer = setTimeout(look, LOOK_EVERY);
}

const nameOf = one => (one.isTraining ? "training" : "prediction");

/** After a training its model predicts, and the next training goes on from it. */
function chooseNewest() {
  const newest = $("model").options[0]?.value;
  if (newest) $("model").value = newest;
}

const draw = () => redraw($("run-list"), drawRuns);

function drawRuns() {
  const open = new Set([...document.querySelectorAll("#run-list details[open]")].map(node => node.dataset.run));
  const scrolled = [...document.querySelectorAll("#run-list pre")].map(node => [node.id, node.scrollTop]);
  $("run-list").replaceChildren(...runs.map(one => runElement(one, open.has(one.id))));
  for (const [id, top] of scrolled) if ($(id)) $(id).scrollTop = top;
  $("run-none").hidden = runs.length > 0;
  for (const canvas of document.querySelectorAll("#run-list canvas")) {
    const one = runs.find(other => other.id === canvas.dataset.run);
    drawCurve(canvas, one.networks[Number(canvas.dataset.network)]);
  }
}

function runElement(one, isOpen) {
  const texts = {
    running: one.isStopping ? "ends with what is done" : "goes on",
    done: "done",
    failed: "ended without a result",
  };
  const isRunning = one.state === "running";
  const button = (text, name, action) =>
    el("button", { type: "button", class: "plain", id: `run-${name}-${one.id}`, on: { click: action } }, text);
  const network = one.networks.at(-1);
  const error = network?.errors.findLast(value => value !== null);
  const facts = [texts[one.state], isRunning ? clock(one.remainingSeconds) : "", error ? `${error.toFixed(2)} px` : ""];
  return el(
    "li",
    { class: "run" },
    el("h3", {}, `${one.isTraining ? "Training" : "Prediction"}: ${one.title}`),
    el("p", { class: "muted" }, facts.filter(Boolean).join(" · ")),
    isRunning && el("progress", { "aria-label": `How far the ${nameOf(one)} is`, max: 1, ...shareOf(one) }),
    one.networks.map((curve, i) => curveElement(one, curve, i)),
    el(
      "div",
      { class: "buttons" },
      isRunning && button(one.isStopping ? "End at once" : "Stop", "stop", () => stop(one)),
      !isRunning && !one.isTraining && one.state === "done" && button("Take over…", "take", () => merge(one)),
      !isRunning && !(one.isTraining && one.state === "done") && button("Delete", "delete", () => discard(one)),
    ),
    one.lines.length > 0 &&
      el(
        "details",
        { open: isOpen || one.state === "failed", "data-run": one.id },
        el("summary", {}, "What it says"),
        el("pre", { tabIndex: 0, id: `run-lines-${one.id}` }, one.lines.join("\n")),
      ),
  );
}

const shareOf = one => (one.share === null ? {} : { value: one.share });

function curveElement(one, network, i) {
  const last = network.epochs.at(-1);
  const loss = network.validation.at(-1);
  const text = `${network.name}: epoch ${last ?? 0}${loss ? `, loss ${loss.toPrecision(3)}` : ""}`;
  return el(
    "figure",
    {},
    el("figcaption", {}, text),
    el("canvas", { role: "img", "aria-label": `Losses of ${text}`, "data-run": one.id, "data-network": String(i) }),
  );
}

/** Starts a run; its state is looked at from then on. */
async function start(path, body) {
  if (!canEdit()) return sayWhyNot();
  try {
    const one = await postJson(`/api/edit${path}`, body);
    told.set(one.id, "running");
    say(`The ${nameOf(one)} has begun.`);
  } catch (fault) {
    say(fault.message);
  }
  await look();
}

const numberOf = id => ($(id).value.trim() === "" ? null : Number($(id).value));

/** Leaves out what was not filled in. */
const given = fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ""));

function train() {
  const model = $("train-start").value;
  const type = model ? null : $("train-type").value;
  const [epochs, batchSize] = ["train-epochs", "train-batch"].map(numberOf);
  return start("/train", given({ type, start: model, epochs, batchSize }));
}

function predict() {
  const scope = $("predict-scope").value;
  const { range, video } = state;
  if (scope === "range" && !range) return say("No frames are selected: hold Shift while you move.");
  return start("/predict", {
    models: [$("model").value, $("model-second").value].filter(Boolean),
    scope,
    ...(scope === "queue" ? {} : { video, tracking: $("predict-tracking").checked }),
    ...(scope === "range" ? { from: range[0], to: range[1] } : {}),
    includeLabeled: $("predict-labeled").checked,
  });
}

async function stop(one) {
  await postJson("/api/edit/stop-run", { run: one.id }).catch(fault => say(fault.message));
  await look();
}

async function discard(one) {
  const { answer } = await ask({
    title: `Delete this ${nameOf(one)}`,
    text: one.state === "done" ? "Its predictions are not in the project, and are lost then." : "It has no result.",
    buttons: [
      ["delete", "Delete"],
      [null, "Cancel"],
    ],
  });
  if (!answer) return;
  await postJson("/api/edit/delete-run", { run: one.id }).catch(fault => say(fault.message));
  await look();
}

/** Takes the predictions of a run over, after it is said what they change. */
async function merge(one) {
  if (!canEdit()) return sayWhyNot();
  const { answer } = await askFirst({
    title: "Take the predictions over",
    text: "They take the place of earlier predictions in these frames. What a person labeled stays as it is.",
    parts: [],
    describe: async () => countsText(await askAhead("/merge-run", { run: one.id, isPreview: true })),
    buttons: [
      ["merge", "Take over"],
      [null, "Cancel"],
    ],
  });
  if (!answer) return;
  const done = await send("/merge-run", () => ({ run: one.id }));
  if (done) say(`${counted(done.frames, "frame")} changed.`);
  await look();
}

export function startRuns() {
  register([
    { id: "train", group: "Model", title: "Train a model", run: train },
    { id: "predict", group: "Model", title: "Predict frames", run: predict },
  ]);
  const follow = () => {
    $("train-type-label").hidden = Boolean($("train-start").value);
    $("predict-tracking-label").hidden = $("predict-scope").value === "queue";
  };
  for (const id of ["train-start", "predict-scope"]) $(id).addEventListener("change", follow);
  follow();
  const open = () => isSeen() && Promise.all([loadModels(), look()]).catch(fault => say(fault.message));
  on("settings", open);
  on("theme range", () => isSeen() && draw());
  new ResizeObserver(() => isSeen() && draw()).observe($("model-panel"));
  look();
  open();
}
