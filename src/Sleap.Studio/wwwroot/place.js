// Placing nodes one after the other by clicks. Tab skips a node.

import { $ } from "./dom.js";
import { canEdit, editFrame, editPoint, isUserSelected, sayWhyNot, selectedInstance } from "./edits.js";
import { pictureAt } from "./stage.js";
import { say } from "./status.js";
import { emit, on, select, state } from "./state.js";

let isAdding = false;

const isMissing = point => point[0] === null;

const skeletonOf = instance => state.project.skeletons[instance?.skeleton ?? 0];

/** The node that the next click places. */
function nodeToPlace(instance) {
  const missing = instance?.points.findIndex(isMissing) ?? 0;
  return state.node ?? Math.max(0, missing);
}

/** The node behind one: the next that has no point, if any has none. */
function nodeBehind(points, node) {
  const others = points.map((_, i) => (node + 1 + i) % points.length).filter(i => i !== node);
  const missing = others.find(i => isMissing(points[i]));
  return missing ?? (node + 1 < points.length ? node + 1 : null);
}

export function setPlacing(isOn) {
  if (isOn && !canEdit()) return sayWhyNot();
  state.placing = isOn;
  emit("placing");
}

/** Places the node at a place of the screen; says whether placing is on. */
export function placeAt(screenX, screenY) {
  if (!state.placing) return false;
  const [x, y] = pictureAt(screenX, screenY);
  const instance = isUserSelected() ? selectedInstance() : null;
  if (!instance) {
    begin(x, y);
    return true;
  }
  const node = nodeToPlace(instance);
  const next = nodeBehind(instance.points, node);
  editPoint(state.instance, node, () => ({ x, y }));
  if (next === null) {
    say("All nodes are placed.");
    setPlacing(false);
  } else {
    select(state.instance, next);
  }
  return true;
}

/** Begins an instance with its first node. */
async function begin(x, y) {
  if (isAdding) return;
  isAdding = true;
  const count = skeletonOf(null).nodes.length;
  const points = Array.from({ length: count }, (_, node) => (node === 0 ? { x, y } : null));
  const answer = await editFrame(() => ({ type: "addInstance", points }));
  isAdding = false;
  if (answer) select(answer.labels.instances.length - 1, Math.min(1, count - 1));
}

function draw() {
  $("overlay").classList.toggle("placing", state.placing);
  const instance = isUserSelected() ? selectedInstance() : null;
  const { nodes } = skeletonOf(instance) ?? { nodes: [] };
  const node = instance ? nodeToPlace(instance) : 0;
  $("mode").textContent = state.placing ? `place ${nodes[node]} (${node + 1} of ${nodes.length})` : "";
}

export const startPlace = () => on("placing select shown", draw);
