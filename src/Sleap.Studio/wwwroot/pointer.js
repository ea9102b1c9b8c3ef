// What the mouse does over the picture: the wheel zooms, a drag pans, Alt and a drag zooms into a box, Alt and a
// double click shows the whole picture, a click selects. What `grab` takes hold of is dragged instead.

const CLICK_DISTANCE = 4;
const WHEEL = 0.0015;
const LINE_HEIGHT = 16;

export function usePointer(canvas, actions) {
  let start = null; // where the button went down, and how
  const at = event => {
    const bounds = canvas.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  };

  canvas.addEventListener(
    "wheel",
    event => {
      event.preventDefault();
      const distance = event.deltaY * (event.deltaMode === 1 ? LINE_HEIGHT : 1) * (event.ctrlKey ? 4 : 1);
      const { x, y } = at(event);
      actions.zoom(Math.exp(-distance * WHEEL), x, y);
    },
    { passive: false },
  );

  canvas.addEventListener("pointerdown", event => {
    if (event.button > 1) return;
    start = { ...at(event), isBox: event.altKey, hasMoved: false };
    start.last = { x: start.x, y: start.y };
    start.grabbed = event.button === 0 ? actions.grab(start.x, start.y, event.altKey) : null;
    canvas.setPointerCapture(event.pointerId);
  });

  canvas.addEventListener("pointermove", event => {
    const now = at(event);
    actions.move(now);
    if (!start) return;
    start.hasMoved ||= Math.hypot(now.x - start.x, now.y - start.y) > CLICK_DISTANCE;
    if (!start.hasMoved) return;
    if (start.grabbed) {
      start.grabbed.move(now.x, now.y);
    } else if (start.isBox) {
      actions.box({ x0: start.x, y0: start.y, x1: now.x, y1: now.y });
    } else {
      canvas.classList.add("panning");
      actions.pan(now.x - start.last.x, now.y - start.last.y);
    }
    start.last = now;
  });

  canvas.addEventListener("pointerup", event => {
    if (!start) return;
    const { x, y, isBox, hasMoved, grabbed } = start;
    const now = at(event);
    start = null;
    canvas.classList.remove("panning");
    if (grabbed && hasMoved) {
      grabbed.end();
    } else if (!hasMoved) {
      if (!isBox) actions.click(x, y);
    } else if (isBox) {
      actions.zoomBox({
        x0: Math.min(x, now.x),
        y0: Math.min(y, now.y),
        x1: Math.max(x, now.x),
        y1: Math.max(y, now.y),
      });
    }
  });

  canvas.addEventListener("pointercancel", () => {
    start?.grabbed?.cancel();
    start = null;
    canvas.classList.remove("panning");
    actions.box(null);
  });
  canvas.addEventListener("pointerleave", () => actions.move(null));
  canvas.addEventListener("dblclick", event => {
    const { x, y } = at(event);
    event.altKey ? actions.fit() : actions.doubleClick(x, y);
  });
  canvas.addEventListener("contextmenu", event => {
    event.preventDefault();
    const { x, y } = at(event);
    actions.menu(x, y);
  });
}
