// Small helpers for elements. Text of files only ever becomes text nodes.

export const $ = id => document.getElementById(id);

/** Makes an element: properties, attributes of names with a hyphen, `on` for listeners, children as text or nodes. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "class") node.className = value;
    else if (name.includes("-") || name === "role") node.setAttribute(name, value === true ? "" : value);
    else node[name] = value;
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

let isDrawnAgain = false;
let pressed = null; // where a pointer is down
const postponed = new Map(); // parts that are drawn when it is up

/**
 * Draws a part of the page again, without disturbing who uses it. The control with the focus keeps it, by its id; or
 * another element gets it. What is being typed into a field stays as long as the field is drawn for the same value, which
 * fields have as their default value. While a pointer is down in the part, the drawing waits: a click is on one element.
 */
export function redraw(part, draw, other = null) {
  if (part.contains(pressed)) return void postponed.set(part, () => redraw(part, draw, other));
  postponed.delete(part);
  const before = part.contains(document.activeElement) ? document.activeElement : null;
  const { id, type, value, defaultValue, selectionStart, selectionEnd } = before ?? {};
  isDrawnAgain = true; // a field that is removed sends nothing
  try {
    draw();
  } finally {
    isDrawnAgain = false;
  }
  const now = before && ((id && $(id)) || other);
  if (!now || now === before) return;
  now.focus();
  if (type !== "text" || value === defaultValue || now.defaultValue !== defaultValue) return;
  now.value = value;
  now.setSelectionRange(selectionStart, selectionEnd);
}

addEventListener("pointerdown", event => (pressed = event.target), { capture: true });
for (const name of ["pointerup", "pointercancel"]) {
  const release = () => {
    pressed = null;
    for (const draw of [...postponed.values()]) draw();
  };
  addEventListener(name, () => setTimeout(release), { capture: true }); // behind the click
}

/** Calls a function with what was typed into a field when it is left, or at Enter; from then on it is the default. */
export function onTyped(field, send) {
  const leave = () => {
    if (isDrawnAgain || field.value === field.defaultValue) return;
    field.defaultValue = field.value;
    send(field.value);
  };
  field.addEventListener("blur", leave);
  field.addEventListener("keydown", event => event.key === "Enter" && leave());
}

/** A number with what it counts. */
export const counted = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;

/** Gives a canvas the resolution of the screen; returns its context, in CSS pixels, and its size. */
export function fitCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [pixelsWide, pixelsHigh] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixelsWide || canvas.height !== pixelsHigh) {
    canvas.width = pixelsWide;
    canvas.height = pixelsHigh;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

/** A color of the style sheet, as a canvas takes it. */
export function themeColor(name) {
  const probe = $("color-probe");
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** Calls a function once per painted picture, however often it is asked for. */
export function onNextPaint(draw) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      draw();
    });
  };
}
