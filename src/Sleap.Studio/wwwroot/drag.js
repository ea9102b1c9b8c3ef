// Dragging a node of an instance that a person labeled, or with Alt the whole instance.

import { canEdit, editFrame, editPoint, placed, shownLabels } from "./edits.js";
import { forgetLabels } from "./labels.js";
import { hitAt, pictureAt, redrawDrag } from "./stage.js";
import { select, state } from "./state.js";

/** Takes hold of what is at a place of the screen; null if there is nothing that can be dragged. */
export function grab(x, y, isWhole) {
  const found = hitAt(x, y);
  const points = shownLabels()?.instances[found?.instance]?.points;
  if (!points || !canEdit() || shownLabels().instances[found.instance].isPredicted) return null;
  if (!isWhole && found.node === null) return null;
  const [video, frame] = [state.video, state.frame];
  const before = points.map(point => [...point]);
  const from = pictureAt(x, y);
  let by = [0, 0];

  function draw() {
    // An answer that came meanwhile has put other labels in the place of those that were taken hold of.
    const now = shownLabels()?.instances[found.instance]?.points ?? [];
    for (const [node, point] of now.entries()) {
      if (point[0] === null || !before[node] || (!isWhole && node !== found.node)) continue;
      [point[0], point[1]] = [before[node][0] + by[0], before[node][1] + by[1]];
    }
  }

  return {
    move(nowX, nowY) {
      const [px, py] = pictureAt(nowX, nowY);
      by = [px - from[0], py - from[1]];
      select(found.instance, found.node);
      draw();
      redrawDrag(true);
    },
    end() {
      redrawDrag(false);
      if (video !== state.video || frame !== state.frame) return forgetLabels();
      const [dx, dy] = by;
      if (isWhole) {
        editFrame(() => ({ type: "moveInstance", instance: found.instance, x: dx, y: dy }));
      } else {
        const [x, y] = [before[found.node][0] + dx, before[found.node][1] + dy];
        editPoint(found.instance, found.node, point => placed(point, { x, y }));
      }
    },
    cancel() {
      by = [0, 0];
      draw();
      redrawDrag(false);
    },
  };
}
