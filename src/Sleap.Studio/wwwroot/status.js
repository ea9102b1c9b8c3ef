// The line at the bottom, messages, and what screen readers are told.

import { $, counted } from "./dom.js";
import { nameOf, visibleInstances } from "./labels.js";
import { settings } from "./settings.js";
import { zoomPercent } from "./stage.js";
import { on, state } from "./state.js";

const SPOKEN_AFTER = 300;
const MESSAGE_TIME = 2500;

let speaking = 0;
let hiding = 0;

/** Shows a message for a while, and has it read. */
export function say(message) {
  const node = $("message");
  node.textContent = message;
  node.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => node.classList.remove("shown"), MESSAGE_TIME);
}

function announce() {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    const { shown, project } = state;
    if (!shown) return;
    const all = visibleInstances(shown.labels);
    const selected = all.find(one => one.place === state.instance);
    const parts = [
      `Frame ${shown.frame} of ${state.facts?.frames ?? 0}`,
      shown.fault ?? counted(all.length, "instance"),
      selected ? `${nameOf(project, selected.instance, selected.place)} selected` : "",
      selected && state.node !== null ? project.skeletons[selected.instance.skeleton]?.nodes[state.node] : "",
    ];
    $("live").textContent = parts.filter(Boolean).join(", ");
  }, SPOKEN_AFTER);
}

function drawLine() {
  const { facts, shown } = state;
  $("size").textContent = facts?.width
    ? `${facts.width} × ${facts.height} ${facts.channels === 1 ? "gray" : "color"}`
    : "";
  const rate = facts?.framesPerSecond;
  $("rate").textContent = rate ? `${Number(rate.toFixed(2))} fps` : "";
  $("form").textContent = settings.exact ? "exact pixels" : "JPEG";
  $("range").textContent = state.range
    ? `frames ${state.range[0]}–${state.range[1]} selected (${state.range[1] - state.range[0] + 1})`
    : "";
  const labels = shown?.labels;
  const all = visibleInstances(labels);
  const user = all.filter(one => !one.instance.isPredicted).length;
  $("summary").textContent = !labels?.isLabeled
    ? "no labels in this frame"
    : [
        user ? `${user} labeled` : "",
        all.length > user ? `${all.length - user} predicted` : "",
        labels.isEmpty ? "marked as empty" : "",
      ]
        .filter(Boolean)
        .join(", ");
}

export function startStatus() {
  on("shown select", announce);
  on("shown select video settings range", drawLine);
  // The scale changes while the mouse zooms, which is no event of the page.
  const picture = $("picture");
  new MutationObserver(() => ($("zoom").textContent = `${zoomPercent()} %`)).observe(picture, {
    attributeFilter: ["data-scale"],
  });
}
