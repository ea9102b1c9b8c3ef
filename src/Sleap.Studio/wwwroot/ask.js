// A question to the person at the page: a text, a field or others of the caller's, and buttons.

import { $, el } from "./dom.js";

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
    dialog.onclose = () => close(null);
    dialog.showModal();
    (input ?? $("ask-buttons").firstChild).focus();
    input?.select();
  });
}
