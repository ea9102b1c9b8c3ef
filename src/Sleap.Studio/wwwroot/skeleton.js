// The first skeleton of a project that has none, as of a video that is labeled anew.

import { ask } from "./ask.js";
import { el } from "./dom.js";
import { canEdit, sayWhyNot, send } from "./edits.js";
import { state } from "./state.js";

/** Says whether there is a skeleton, after asking for one if there was none. */
export async function hasSkeleton() {
  if (state.project.skeletons.length) return true;
  if (!canEdit()) {
    sayWhyNot();
    return false;
  }
  const isChain = el("input", { type: "checkbox", id: "ask-chain", checked: true });
  const { answer, value } = await ask({
    title: "The skeleton",
    text: "The project has no skeleton yet.",
    field: { label: "Names of the nodes, with commas between", value: "" },
    parts: [el("label", { class: "check" }, isChain, " an edge from each node to the next")],
    buttons: [
      ["add", "Add"],
      [null, "Cancel"],
    ],
  });
  const nodes = value.split(",").map(name => name.trim()).filter(Boolean);
  if (!answer || !nodes.length) return false;
  const edges = isChain.checked ? nodes.slice(1).map((_, i) => ({ first: i, second: i + 1 })) : [];
  const command = { type: "addSkeleton", name: "skeleton", nodes, edges, symmetries: [] };
  return Boolean(await send("", () => ({ command })));
}
