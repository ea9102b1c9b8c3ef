// The list of frames, filtered and sorted.

import { $, counted } from "./dom.js";
import { createList } from "./framelist.js";
import { on, state } from "./state.js";

const query = () => ({
  filter: $("filter").value,
  sort: $("sort").value,
  video: $("only-video").checked ? state.video : null,
  below: $("filter").value === "lowScore" ? $("below").value || 0 : null,
});

/** The number of a row's video, where there are several. */
export const videoCell = row => (state.project.videos.length > 1 ? [String(row.video + 1)] : []);

export const scoreText = score => (score === null ? "–" : score.toFixed(2));

const cells = row => [
  ...videoCell(row),
  String(row.frame),
  String(row.user),
  String(row.predicted),
  scoreText(row.score),
  [row.isSuggested ? "suggested" : "", row.isEmpty ? "empty" : ""].filter(Boolean).join(", "),
];

export function startFrameTable() {
  const isOne = state.project.videos.length === 1;
  for (const head of document.querySelectorAll(".video-column")) head.hidden = isOne;
  document.querySelector("aside").classList.toggle("many-videos", !isOne);
  $("only-video-label").hidden = isOne;
  const loaded = answer => ($("frame-count").textContent = counted(answer.total, "frame"));
  const { restart } = createList({ name: "frame", path: () => "/api/frames", query, cells, loaded });
  for (const id of ["filter", "sort", "only-video", "below"]) $(id).addEventListener("change", restart);
  $("filter").addEventListener("change", () => ($("below-label").hidden = $("filter").value !== "lowScore"));
  on("video", () => $("only-video").checked && restart());
}
