// The panel of the skeleton. What removing or adding a node does to labels is counted before it is done.

import { ask, askFirst, choice, field } from "./ask.js";
import { $, el, onTyped, redraw } from "./dom.js";
import { canEdit, countsText, preview, sayWhyNot, send } from "./edits.js";
import { hasSkeleton } from "./skeleton.js";
import { say } from "./status.js";
import { on, state } from "./state.js";

const shown = () => Math.max(0, $("skeleton-number").selectedIndex);

const skeleton = () => state.project.skeletons[shown()];

/** Sends a change of the skeleton as it is on the screen. */
function change(command, done) {
  const { revision } = state.edit;
  return sendChange(() => ({ command: { skeleton: shown(), ...command }, revision }), done);
}

const sendChange = (make, done) => send("", make).then(answer => answer && say(done));

/** Renames a node, which is found by its name: it may have another number when its turn comes. */
function rename(name, sent) {
  return sendChange(() => {
    const node = skeleton().nodes.indexOf(name);
    const command = { type: "renameNode", skeleton: shown(), node, name: sent.trim() };
    return node < 0 ? null : { command, revision: state.edit.revision };
  }, "The node is renamed.");
}

/** Asks before a node is removed, with what labels lose. */
async function removeNode(name, node) {
  if (!canEdit()) return sayWhyNot();
  const command = { type: "removeNode", node };
  const { answer } = await askFirst({
    title: `Remove the node ${name}`,
    text: "Its edges, its pair of left and right, and its points in all instances go with it.",
    parts: [],
    describe: async () => countsText(await preview({ skeleton: shown(), ...command })),
    buttons: [
      ["remove", "Remove"],
      [null, "Cancel"],
    ],
  });
  if (answer) await change(command, "The skeleton is changed.");
}

const pairOf = ([first, second]) => ({ first, second });

/** Edges and symmetries are set as a whole. */
function setPairs(kind, list) {
  const pairs = list.map(pairOf);
  return kind === "edge"
    ? change({ type: "setEdges", edges: pairs }, "The edges are changed.")
    : change({ type: "setSymmetries", symmetries: pairs }, "The pairs are changed.");
}

const pairsOf = kind => (kind === "edge" ? skeleton().edges : skeleton().symmetries);

function nodeRow(name, node) {
  const input = el("input", {
    id: `node-name-${node}`,
    type: "text",
    defaultValue: name,
    autocomplete: "off",
    "aria-label": `Name of node ${node + 1}`,
  });
  onTyped(input, async sent => {
    await rename(name, sent);
    // If it is refused, the field shows the node's name again.
    input.defaultValue = name;
    if (input.value === sent) input.value = name;
    draw();
  });
  const remove = () => removeNode(name, node);
  return el("li", {}, input, removeButton(`node-remove-${node}`, `Remove the node ${name}`, remove));
}

const removeButton = (id, label, click) =>
  el("button", { type: "button", class: "plain", id, "aria-label": label, title: label, on: { click } }, "×");

function pairRow(kind, [first, second], place) {
  const { nodes } = skeleton();
  const text = `${nodes[first]} ${kind === "edge" ? "→" : "↔"} ${nodes[second]}`;
  const remove = () => setPairs(kind, pairsOf(kind).filter((_, i) => i !== place));
  return el("li", {}, el("span", {}, text), removeButton(`${kind}-remove-${place}`, `Remove ${text}`, remove));
}

function draw() {
  const { skeletons } = state.project;
  const number = shown();
  const option = (one, i) => el("option", { value: i }, `${i + 1}. ${one.name}`);
  $("skeleton-number").replaceChildren(...skeletons.map(option));
  $("skeleton-number").selectedIndex = Math.min(number, skeletons.length - 1);
  $("skeleton-number-label").hidden = skeletons.length < 2;
  $("skeleton-none").hidden = skeletons.length > 0;
  $("skeleton-parts").hidden = !skeletons.length;
  if (!skeletons.length) return;
  const { nodes, edges, symmetries } = skeleton();
  redraw($("skeleton-parts"), () => {
    $("node-list").replaceChildren(...nodes.map(nodeRow));
    $("edge-list").replaceChildren(...edges.map((pair, i) => pairRow("edge", pair, i)));
    $("symmetry-list").replaceChildren(...symmetries.map((pair, i) => pairRow("symmetry", pair, i)));
  });
}

async function addNode() {
  if (!(await hasSkeleton())) return;
  if (!canEdit()) return sayWhyNot();
  const name = el("input", { id: "node-new", type: "text", autocomplete: "off" });
  const command = () => ({ type: "addNode", name: name.value.trim() });
  const { answer } = await askFirst({
    title: "A new node",
    text: "It is missing in all instances at first.",
    parts: [field("Its name", name)],
    describe: async () => (name.value.trim() ? countsText(await preview({ skeleton: shown(), ...command() })) : ""),
    buttons: [
      ["add", "Add"],
      [null, "Cancel"],
    ],
  });
  if (answer) await change(command(), "The skeleton is changed.");
}

/** Asks for two nodes. */
async function addPair(kind, title, names) {
  if (!canEdit()) return sayWhyNot();
  const nodes = skeleton().nodes.map((name, i) => [i, name]);
  if (nodes.length < 2) return say("Two nodes are needed.");
  const [first, second] = [choice("pair-first", nodes, 0), choice("pair-second", nodes, 1)];
  const { answer } = await ask({
    title,
    parts: [el("div", { class: "ask-fields" }, field(names[0], first), field(names[1], second))],
    buttons: [
      ["add", "Add"],
      [null, "Cancel"],
    ],
  });
  if (answer) await setPairs(kind, [...pairsOf(kind), [Number(first.value), Number(second.value)]]);
}

export function startSkeletonPanel() {
  $("skeleton-number").addEventListener("change", draw);
  $("skeleton-new").addEventListener("click", hasSkeleton);
  $("node-add").addEventListener("click", addNode);
  $("edge-add").addEventListener("click", () => addPair("edge", "A new edge", ["From", "to"]));
  $("symmetry-add").addEventListener("click", () => addPair("symmetry", "A pair of left and right", ["Left", "right"]));
  on("edited", draw);
  draw();
}
