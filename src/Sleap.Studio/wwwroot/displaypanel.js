// The settings of how things are shown.

import { $, el } from "./dom.js";
import { refresh } from "./navigator.js";
import { palettes } from "./palette.js";
import { resetPicture, set, settings } from "./settings.js";
import { emit, on } from "./state.js";

const THEMES = ["system", "light", "dark"];

/** Ties a field to the setting of its name: data-setting. */
function tie(field) {
  const name = field.dataset.setting;
  const show = () => {
    if (field.type === "checkbox") field.checked = settings[name];
    else field.value = settings[name];
    const output = $(`${field.id}-value`);
    if (output) output.textContent = Number(settings[name]).toFixed(Number(field.step) < 1 ? 2 : 0);
  };
  field.addEventListener("input", () => {
    set(name, field.type === "checkbox" ? field.checked : field.type === "range" ? Number(field.value) : field.value);
    if (name === "exact") refresh();
  });
  on("settings", show);
  show();
}

function applyTheme() {
  document.documentElement.dataset.theme = settings.theme;
  $("theme").title = `Theme: ${settings.theme}`;
  $("theme").setAttribute("aria-label", `Theme: ${settings.theme}`);
}

function showPanel() {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const isChosen = tab.dataset.panel === settings.panel;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    $(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
}

function startTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener("click", () => set("panel", tab.dataset.panel));
    tab.addEventListener("keydown", event => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      const other = tabs[(i + by + tabs.length) % tabs.length];
      set("panel", other.dataset.panel);
      other.focus();
    });
  }
}

export function startDisplayPanel() {
  $("palette").replaceChildren(
    ...Object.entries(palettes).map(([value, { title }]) => el("option", { value }, title)),
  );
  document.querySelectorAll("[data-setting]").forEach(tie);
  $("reset-picture").addEventListener("click", resetPicture);
  const nextTheme = () => THEMES[(THEMES.indexOf(settings.theme) + 1) % THEMES.length];
  $("theme").addEventListener("click", () => set("theme", nextTheme()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => emit("theme"));
  startTabs();
  on("settings", () => {
    applyTheme();
    showPanel();
  });
  applyTheme();
  showPanel();
}
