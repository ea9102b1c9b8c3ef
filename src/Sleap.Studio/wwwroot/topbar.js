// The bar at the top: project, videos, the frame's number, and buttons of commands.

import { $, el } from "./dom.js";
import { run } from "./keys.js";
import { go, openVideo } from "./navigator.js";
import { on, state } from "./state.js";

function showFrame() {
  if (document.activeElement !== $("frame")) $("frame").value = state.frame;
  $("frames").textContent = state.facts?.frames ? `/ ${state.facts.frames - 1}` : "";
  $("frame").max = Math.max(0, (state.facts?.frames ?? 1) - 1);
}

export function startTopBar() {
  const { project } = state;
  $("video").replaceChildren(
    ...project.videos.map(video =>
      el("option", { value: video.id }, `${video.id + 1}. ${video.name}${video.isFound ? "" : " (not found)"}`),
    ),
  );
  $("video").addEventListener("change", () => openVideo(Number($("video").value)));
  $("frame").addEventListener("keydown", event => {
    if (event.key === "Escape") return $("frame").blur();
    if (event.key !== "Enter") return;
    const number = Number($("frame").value);
    if ($("frame").value.trim() !== "" && Number.isFinite(number)) {
      go(number, { how: "jump", select: $("frame").dataset.select === "true" });
    }
    $("frame").blur();
  });
  $("frame").addEventListener("blur", () => {
    $("frame").dataset.select = "";
    $("frame").value = state.frame;
  });
  for (const button of document.querySelectorAll("[data-command]")) {
    button.addEventListener("click", () => run(button.dataset.command));
  }
  on("seek video shown", showFrame);
  on("video", () => {
    $("video").value = state.video;
    $("warning").textContent = state.facts?.warning ?? "";
    $("warning").hidden = !state.facts?.warning;
  });
}
