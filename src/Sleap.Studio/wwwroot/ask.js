// A question to the person at the page: a text, a field or others of the caller's, and buttons.

import { $, el } from "./dom.js";

const DESCRIBE_AFTER = 150;

/**
 * Asks. Gives { answer, value }: the button's value, and what the field holds; the answer is null if the question was
 * closed.
 * @param buttons [value, text] of each, the first of which is what Enter does
 */
export function ask({ title, text = "", lines = [], field = null, parts = [], buttons }) {
  const dialog = $("ask");
  if (dialog.open) return Promise.resolve({ answer: null, value: "" });
  const input = field && el("input", { type: "text", value: field.value, id: "ask-field", autocomplete: "off" });
  return new Promise(resolve => {
    const close = answer => {
      dialog.onclose = null;
      if (dialog.open) dialog.close();
      resolve({ answer, value: input?.value.trim() ?? "" });
    };
    $("ask-title").textContent = title;
    $("ask-body").replaceChildren(
      ...[text, ...lines].filter(Boolean).map(line => el("p", {}, line)),
      ...(input ? [el("label", { htmlFor: "ask-field" }, field.label), input] : []),
      ...parts,
    );
    const button = ([value, name]) =>
      el("button", { type: "button", class: "plain", on: { click: () => close(value) } }, name);
    $("ask-buttons").replaceChildren(...buttons.map(button));
    input?.addEventListener("keydown", event => event.key === "Enter" && close(buttons[0][0]));
    // The event of a question before this one comes when this one is open.
    dialog.onclose = () => dialog.open || close(null);
    dialog.showModal();
    (input ?? $("ask-buttons").firstChild).focus();
    input?.select();
  });
}

/** Asks with a sentence of what would happen, which `describe` gives anew whenever a field changes. */
export function askFirst({ parts, describe, ...question }) {
  const line = el("p", { id: "ask-counts", role: "status" });
  let run = 0; // the latest question; an answer to one before is of no use
  let timer = 0;
  const update = async () => {
    const mine = ++run;
    const text = await describe().catch(fault => fault.message);
    if (mine === run) line.textContent = text;
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(update, DESCRIBE_AFTER);
  };
  update();
  const fields = el("div", { class: "ask-fields", on: { input: soon, change: soon } }, parts);
  return ask({ ...question, parts: [fields, line] });
}

/** A list to choose from: [value, text] of each. */
export const choice = (id, options, value) =>
  el(
    "select",
    { id },
    options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)),
  );

export const numberField = (id, value, limits) => el("input", { id, type: "number", value, ...limits });

/** A field with its name before it. */
export const field = (name, control) => el("label", {}, `${name} `, control);

/** A box to tick with its name behind it. */
export const tick = (name, control) => el("label", { class: "check" }, control, ` ${name}`);
