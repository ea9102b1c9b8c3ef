// The question which two tracks to swap, in which frames, with the number of instances that change.

import { ask } from "./ask.js";
import { counted, el } from "./dom.js";
import { canEdit, preview, sayWhyNot, selectedInstance, send, shownLabels } from "./edits.js";
import { visibleInstances } from "./labels.js";
import { say } from "./status.js";
import { state } from "./state.js";

export async function swapTracks() {
  if (!canEdit()) return sayWhyNot();
  const all = state.project.tracks.map((name, id) => ({ name, id })).filter(track => track.name !== null);
  if (all.length < 2) return say("Two tracks are needed.");
  const here = visibleInstances(shownLabels()).map(one => one.instance.track).filter(track => track >= 0);
  const wanted = [selectedInstance()?.track ?? -1, ...here, ...all.map(track => track.id)].filter(track => track >= 0);
  const [one, other] = [...new Set(wanted)];
  const field = (id, options, value) => {
    const option = ([key, text]) => el("option", { value: key, selected: key === value }, text);
    return el("select", { id, on: { change: count } }, options.map(option));
  };
  const names = all.map(track => [track.id, track.name]);
  const { video, frame, range } = state;
  const first = field("swap-first", names, one);
  const second = field("swap-second", names, other);
  const parts = [["one", "this frame"], ["end", "this frame to the end"]];
  if (range) parts.push(["range", `frames ${range[0]} to ${range[1]}`]);
  const frames = field("swap-frames", parts, range ? "range" : "one");
  const user = el("input", { id: "swap-user", type: "checkbox", on: { change: count } });
  const counts = el("p", { id: "swap-counts", role: "status" });

  const ranges = { one: { from: frame, to: frame }, end: { from: frame }, range: { from: range?.[0], to: range?.[1] } };
  const command = () => ({
    type: "swapTracks",
    video,
    first: Number(first.value),
    second: Number(second.value),
    range: ranges[frames.value],
    includeUser: user.checked,
  });

  let run = 0; // the latest question; an answer to one before is of no use
  async function count() {
    const mine = ++run;
    try {
      const { frames: number, user: users, predictions, spared } = await preview(command());
      if (mine !== run) return;
      counts.textContent =
        `${counted(number, "frame")}: ${counted(predictions.changed, "prediction")} and ` +
        `${counted(users.changed, "labeled instance")} get the other track` +
        (spared ? `, ${counted(spared, "labeled instance")} not.` : ".");
    } catch (fault) {
      if (mine === run) counts.textContent = fault.message;
    }
  }

  count();
  const { answer } = await ask({
    title: "Swap two tracks",
    parts: [
      el("label", {}, "Track ", first),
      el("label", {}, "with ", second),
      el("label", {}, "in ", frames),
      el("label", { class: "check" }, user, " labeled instances, too (in one frame always)"),
      counts,
    ],
    buttons: [
      ["swap", "Swap"],
      [null, "Cancel"],
    ],
  });
  if (answer) send("", () => ({ command: command() }));
}
