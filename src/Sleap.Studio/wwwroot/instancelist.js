// The instances of the frame, and the points of the selected one.

import { $, el, redraw } from "./dom.js";
import { nameOf, visibleInstances } from "./labels.js";
import { colorOfInstance, colorOfNode } from "./palette.js";
import { on, select, state } from "./state.js";

const number = (value, digits) => (value === null ? "–" : value.toFixed(digits));

/** A swatch that says the state of points by its shape, too. */
function swatch(color, kind) {
  const node = el("span", { class: `swatch ${kind}`, "aria-hidden": "true" });
  node.style.setProperty("--swatch", color);
  return node;
}

function draw() {
  const labels = state.shown?.labels;
  const all = visibleInstances(labels);
  $("instance-count").textContent =
    all.length === 0 ? (labels?.isEmpty ? "marked as empty" : "none") : String(all.length);
  redraw($("instance-list"), () => $("instance-list").replaceChildren(...all.map(instanceRow)));
  drawPoints(labels?.instances[state.instance] ?? null);
}

function instanceRow({ instance, place }, i) {
  const there = instance.points.filter(point => point[0] !== null && point[2] === 1).length;
  const details = [
    instance.isPredicted ? "predicted" : "labeled",
    instance.score !== null ? number(instance.score, 2) : null,
    `${there}/${instance.points.length}`,
  ].filter(Boolean);
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        id: `instance-${place}`,
        "aria-pressed": String(place === state.instance),
        on: { click: () => select(place === state.instance ? null : place) },
      },
      swatch(colorOfInstance(instance, place), instance.isPredicted ? "ring" : "disk"),
      el("span", { class: "name" }, nameOf(state.project, instance, place)),
      el("span", { class: "detail", title: "state, score, points" }, details.join(" · ")),
      i < 9 ? el("kbd", {}, String(i + 1)) : null,
    ),
  );
}

function drawPoints(instance) {
  $("point-table").hidden = !instance;
  if (!instance) return $("point-rows").replaceChildren();
  const skeleton = state.project.skeletons[instance.skeleton];
  $("point-rows").replaceChildren(
    ...instance.points.map((point, node) => {
      const kind = point[0] === null ? "absent" : point[2] !== 1 ? "cross" : instance.isPredicted ? "ring" : "disk";
      return el(
        "tr",
        { class: node === state.node ? "current" : "", on: { click: () => select(state.instance, node) } },
        el(
          "th",
          { scope: "row" },
          swatch(colorOfNode(instance, state.instance, node), kind),
          skeleton?.nodes[node] ?? String(node),
        ),
        el("td", {}, number(point[0], 1)),
        el("td", {}, number(point[1], 1)),
        el("td", {}, kind === "absent" ? "absent" : kind === "cross" ? "hidden" : number(point[3], 2)),
      );
    }),
  );
}

export function startInstanceList() {
  on("shown select settings", draw);
  draw();
}
