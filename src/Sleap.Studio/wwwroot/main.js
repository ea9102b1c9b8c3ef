// Starts the page: first the secret, then what is open, then the parts that show it.

import { getJson, setToken } from "./api.js";
import { startBouts } from "./bouts.js";
import { registerCommands } from "./commands.js";
import { startDisplayPanel } from "./displaypanel.js";
import { $ } from "./dom.js";
import { startFrameTable } from "./frametable.js";
import { startHelp } from "./help.js";
import { startInstanceList } from "./instancelist.js";
import { startKeys } from "./keys.js";
import { registerEdits } from "./editcommands.js";
import { openVideo } from "./navigator.js";
import { startPlace } from "./place.js";
import { startQueue } from "./queue.js";
import { startPlay } from "./play.js";
import { startRuns } from "./runs.js";
import { startSaving } from "./saving.js";
import { startSkeletonPanel } from "./skeletonpanel.js";
import { startTrackPanel } from "./trackpanel.js";
import { openSession } from "./session.js";
import { startStage } from "./stage.js";
import { state } from "./state.js";
import { startStatus } from "./status.js";
import { startTimeline } from "./timeline.js";
import { startTopBar } from "./topbar.js";

async function start() {
  const token = await openSession();
  if (!token) throw new Error("Open the address that 'sleap studio' printed: it has the secret of the run.");
  setToken(token);
  [state.project, state.edit] = await Promise.all([getJson("/api/project"), getJson("/api/edit")]);
  registerCommands();
  registerEdits();
  startDisplayPanel();
  startTopBar();
  startStage();
  startStatus();
  startTimeline();
  startInstanceList();
  startFrameTable();
  startQueue();
  startRuns();
  startTrackPanel();
  startSkeletonPanel();
  startBouts();
  startHelp();
  startPlay();
  startPlace();
  startSaving();
  startKeys();
  document.body.classList.add("started");
  if (!state.project.videos.length) throw new Error("Nothing that is open has frames.");
  await openVideo(0);
}

start().catch(fault => {
  $("stage-fault").textContent = fault.message;
  $("stage-fault").hidden = false;
});
