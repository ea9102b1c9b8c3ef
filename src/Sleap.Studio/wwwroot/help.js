// The list of keys and of what the mouse does.

import { $, el } from "./dom.js";
import { all, written } from "./keys.js";

const MOUSE = [
  ["Wheel", "zooms at the mouse"],
  ["Drag elsewhere", "moves the picture"],
  ["Alt + drag", "zooms into a box"],
  ["Alt + double click", "shows the whole picture"],
  ["Click", "selects an instance and its node"],
  ["Drag a node", "moves it; Alt + drag moves the instance"],
  ["Double click a prediction", "makes it an instance of yours to edit"],
  ["Right click a node", "visible, or not"],
  ["Shift + a key that moves", "selects the frames between"],
  ["Rows below: drag", "moves through the frames"],
  ["Rows below: Shift + drag", "selects frames; Shift + click clears"],
  ["Rows below: Alt + drag", "zooms into frames; Alt + click shows all"],
];

const keysOf = command =>
  command.keys.flatMap((key, i) => [
    i > 0 ? el("span", { class: "or" }, "or") : null,
    el("span", { class: "combination" }, written(key).map(part => el("kbd", {}, part))),
  ]);

export function showHelp() {
  const shown = all().filter(command => command.keys?.length && !/^(pick|track)-[2-9]$/.test(command.id));
  const groups = Map.groupBy(shown, command => command.group);
  const row = ([left, right]) => el("div", {}, el("dt", {}, left), el("dd", {}, right));
  const section = (title, list) => el("section", {}, el("h3", {}, title), el("dl", {}, list.map(row)));
  const titleOf = command => (command.id === "pick-1" ? "Instance 1, and so on to 9" : command.title);
  $("help-list").replaceChildren(
    ...[...groups].map(([group, list]) => section(group, list.map(command => [keysOf(command), titleOf(command)]))),
    section("Mouse", MOUSE.map(([what, does]) => [el("span", { class: "combination" }, what), does])),
  );
  $("help").showModal();
}

export function startHelp() {
  $("help-close").addEventListener("click", () => $("help").close());
  $("help").addEventListener("click", event => event.target === $("help") && $("help").close());
}
