// Which key runs which command. A command has a key that fingers know and, where browsers or systems keep that one for
// themselves, a second. Nothing runs while somebody types.

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const commands = new Map(); // by id
const byKey = new Map();

/**
 * Adds commands: { id, group, title, keys, run }. `run` gets { select, repeat }: whether Shift extends the selection of
 * frames, which only commands with `moves` know, and how often the key was repeated by holding it. Without `keys` a
 * command is run by something else. With `when` it has its keys only when that is so, before the command that has them
 * otherwise. `repeats` says that it runs again while its key is held. A key that is taken already is an error.
 */
export function register(list) {
  for (const command of list) {
    commands.set(command.id, command);
    for (const key of command.keys ?? []) {
      const others = byKey.get(key) ?? [];
      const same = others.find(other => Boolean(other.when) === Boolean(command.when));
      if (same) throw new Error(`${key} is the key of ${same.id} and of ${command.id}.`);
      byKey.set(key, command.when ? [command, ...others] : [...others, command]);
    }
  }
}

export const all = () => [...commands.values()];

const commandOf = key => byKey.get(key)?.find(command => !command.when || command.when());

export const run = (id, how = {}) => commands.get(id).run({ select: false, repeat: 0, ...how });

/** The name of a pressed key with its modifiers in the order Ctrl, Alt, Shift; Command counts as Ctrl on a Mac. */
export function nameOf(event) {
  const key = nameOfKey(event);
  const hasShift = event.shiftKey && (key.length > 1 || /[A-Z0-9`]/.test(key));
  const modifiers = [
    event.ctrlKey || (isMac && event.metaKey) ? "Ctrl" : "",
    event.altKey ? "Alt" : "",
    hasShift ? "Shift" : "",
  ];
  return [...modifiers.filter(Boolean), key].join("+");
}

function nameOfKey(event) {
  // Places rather than letters, where Alt, Shift or the layout make something else of them.
  if (/^[a-z]$/i.test(event.key)) return event.key.toUpperCase();
  if (/^Digit[0-9]$/.test(event.code)) return event.code[5];
  if (event.code === "Backquote") return "`";
  if (event.key === " ") return "Space";
  if (/^Key[A-Z]$/.test(event.code) && (event.altKey || event.key.charCodeAt(0) > 127)) return event.code[3];
  return event.key;
}

/** How a key is written for people. */
export function written(key) {
  const names = {
    Ctrl: isMac ? "⌘" : "Ctrl",
    Alt: isMac ? "⌥" : "Alt",
    Shift: "Shift",
    ArrowRight: "→",
    ArrowLeft: "←",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
    PageUp: "Page Up",
    PageDown: "Page Down",
  };
  const parts = key.endsWith("++") ? [...key.slice(0, -2).split("+"), "+"] : key === "+" ? ["+"] : key.split("+");
  return parts.map(part => names[part] ?? part);
}

/** Whether an element takes the key itself. */
function takes(element, event) {
  if (!(element instanceof HTMLElement)) return false;
  if (element.isContentEditable || ["TEXTAREA", "SELECT"].includes(element.tagName)) return true;
  const isPressed = event.key === " " || event.key === "Enter";
  if (element.tagName === "INPUT") {
    if (["checkbox", "radio"].includes(element.type)) return isPressed || event.key.startsWith("Arrow");
    return !["button", "reset", "submit"].includes(element.type) || isPressed;
  }
  return ["BUTTON", "SUMMARY", "A"].includes(element.tagName) && isPressed;
}

/** A field that was set by the mouse gives the keys back. */
function leaveFieldsOfMouse() {
  let isMouse = false;
  window.addEventListener("pointerdown", () => (isMouse = true), true);
  window.addEventListener("keydown", () => (isMouse = false), true);
  window.addEventListener("change", event => {
    if (isMouse && (event.target.tagName === "SELECT" || event.target.type === "range")) event.target.blur();
  });
}

export function startKeys() {
  leaveFieldsOfMouse();
  let held = { key: "", count: 0 };
  window.addEventListener("keydown", event => {
    if (event.isComposing || document.querySelector("dialog[open]") || takes(event.target, event)) return;
    const name = nameOf(event);
    const plain = commandOf(name);
    const selecting = plain || !event.shiftKey ? null : commandOf(name.replace("Shift+", ""));
    const command = plain ?? (selecting?.moves ? selecting : null);
    if (!command) return;
    event.preventDefault();
    held = { key: name, count: event.repeat && held.key === name ? held.count + 1 : 0 };
    if (event.repeat && !command.moves && !command.repeats) return;
    command.run({ select: command !== plain, repeat: held.count });
  });
}
