// Colors of tracks, instances and nodes. Okabe and Ito's can be told apart by people who see few colors.

import { settings } from "./settings.js";

export const palettes = {
  "okabe-ito": {
    title: "Okabe–Ito",
    colors: ["#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#FFFFFF"],
  },
  bright: {
    title: "Bright",
    colors: ["#66CCEE", "#EE6677", "#228833", "#CCBB44", "#AA3377", "#4477AA", "#BBBBBB"],
  },
  contrast: { title: "High contrast", colors: ["#FFFFFF", "#FFD400", "#00D5FF", "#FF5CB8"] },
  single: { title: "One color", colors: ["#FFD400"] },
};

const colors = () => (palettes[settings.palette] ?? palettes["okabe-ito"]).colors;

/** The color of a number: of a track, an instance or a node. */
export const colorOf = number => colors()[number % colors().length];

/** The color of an instance, unless colors are those of nodes. */
export const colorOfInstance = (instance, place) =>
  colorOf(settings.colorBy !== "instance" && instance.track >= 0 ? instance.track : place);

export const colorOfNode = (instance, place, node) =>
  settings.colorBy === "node" ? colorOf(node) : colorOfInstance(instance, place);
