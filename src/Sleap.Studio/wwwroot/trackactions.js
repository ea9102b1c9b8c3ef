// What is done to tracks over several frames. The frames are said, and what changes in them is counted first.

import { askFirst, choice, field, numberField, tick } from "./ask.js";
import { el } from "./dom.js";
import { canEdit, countsText, preview, sayWhyNot, selectedInstance, send, shownLabels } from "./edits.js";
import { visibleInstances } from "./labels.js";
import { say } from "./status.js";
import { state } from "./state.js";

const trackList = () => state.project.tracks.map((name, id) => [id, name]).filter(([, name]) => name !== null);

/** Tracks in the order in which they are likely to be meant: of the selected instance, of the frame, the others. */
function likely(all) {
  const here = visibleInstances(shownLabels()).map(one => one.instance.track);
  const wanted = [selectedInstance()?.track ?? -1, ...here, ...all.map(([id]) => id)];
  return [...new Set(wanted.filter(id => id >= 0))];
}

/** The frames that can be chosen, and what each means. */
function rangesOf({ hasAll = true } = {}) {
  const { frame, range } = state;
  const named = [
    ["one", "this frame", { from: frame, to: frame }],
    ["end", "this frame to the end", { from: frame }],
    ["while", "from this frame while the track is there", null],
    ...(range ? [["range", `frames ${range[0]} to ${range[1]}`, { from: range[0], to: range[1] }]] : []),
    ...(hasAll ? [["all", "all of the video", { from: 0 }]] : []),
  ];
  return {
    options: named.map(([value, text]) => [value, text]),
    of: (value, track) =>
      value === "while" ? { from: frame, whileTrack: track } : named.find(([key]) => key === value)[2],
    begin: range ? "range" : "one",
  };
}

/** Asks for tracks and frames, counts, and does it. `make` gives the command of what was chosen. */
async function askAndDo({
  title,
  button,
  firstName,
  secondName = null,
  fields = [],
  begin = null,
  ranges,
  make,
  text,
}) {
  const all = trackList();
  const [one, other] = likely(all);
  const first = choice("track-first", all, one);
  const second = secondName && choice("track-second", all, other);
  const frames = choice("track-range", ranges.options, begin ?? ranges.begin);
  const user = el("input", { id: "track-user", type: "checkbox" });
  const command = () =>
    make({
      video: state.video,
      first: Number(first.value),
      second: second && Number(second.value),
      place: frames.value,
      range: ranges.of(frames.value, Number(first.value)),
      includeUser: user.checked,
    });
  const { answer } = await askFirst({
    title,
    text,
    parts: [
      field(firstName, first),
      second && field(secondName, second),
      ...fields,
      field("in", frames),
      tick("labeled instances, too (in one frame always)", user),
    ].filter(Boolean),
    describe: async () => countsText(await preview(command())),
    buttons: [
      ["do", button],
      [null, "Cancel"],
    ],
  });
  if (answer) await send("", () => ({ command: command() }));
}

const nameField = (placeholder = "") =>
  el("input", { id: "track-name", type: "text", autocomplete: "off", placeholder });

/** Refuses where nothing can be done with so many tracks. */
function isReady(least) {
  if (!canEdit()) sayWhyNot();
  else if (trackList().length < least) say(least > 1 ? "Two tracks are needed." : "There is no track.");
  else return true;
  return false;
}

export function swapTracks() {
  if (!isReady(2)) return;
  return askAndDo({
    title: "Swap two tracks",
    button: "Swap",
    firstName: "Track",
    secondName: "with",
    ranges: rangesOf(),
    make: ({ video, first, second, range, includeUser }) => ({
      type: "swapTracks",
      video,
      first,
      second,
      range,
      includeUser,
    }),
  });
}

/** Gives the selected instance another track, here and in later frames. */
export function setTrackOnward() {
  if (!isReady(1)) return;
  const [instance, place] = [selectedInstance(), state.instance];
  if (!instance) return say("No instance is selected.");
  const { video, frame } = state;
  const ranges = rangesOf();
  // Without a track it is not known in other frames.
  if (instance.track < 0) ranges.options = ranges.options.filter(([value]) => value === "one");
  return askAndDo({
    title: "Track of the instance",
    button: "Set",
    text: "Who has the track gets that of the instance, so that no track is there twice.",
    firstName: "Track",
    ranges,
    begin: instance.track < 0 ? "one" : state.range ? "range" : "end",
    make: ({ first, place: where, range, includeUser }) =>
      where === "range" || where === "all"
        ? { type: "swapTracks", video, first: instance.track, second: first, range, includeUser }
        : here(first, where, includeUser),
  });

  function here(first, where, includeUser) {
    const onward = { from: frame + 1, ...(where === "while" ? { whileTrack: instance.track } : {}) };
    return {
      type: "setTrack",
      video,
      frame,
      instance: place,
      track: first,
      includeUser,
      ...(where === "one" ? {} : { onward }),
    };
  }
}

export function mergeTracks() {
  if (!isReady(2)) return;
  const skip = el("input", { id: "track-skip", type: "checkbox" });
  return askAndDo({
    title: "Merge two tracks",
    button: "Merge",
    firstName: "What has the track",
    secondName: "gets the track",
    fields: [tick("leave out frames that have both", skip)],
    ranges: rangesOf(),
    begin: state.range ? "range" : "all",
    make: ({ video, first, second, range, includeUser }) => ({
      type: "mergeTracks",
      video,
      track: first,
      into: second,
      range,
      onConflict: skip.checked ? "skip" : "refuse",
      includeUser,
    }),
  });
}

export function splitTrack() {
  if (!isReady(1)) return;
  const name = nameField("as the old one, with a number");
  return askAndDo({
    title: "Split a track",
    button: "Split",
    firstName: "Track",
    fields: [field("new name", name)],
    ranges: rangesOf({ hasAll: false }),
    begin: state.range ? "range" : "end",
    make: ({ video, first, range, includeUser }) => ({
      type: "splitTrack",
      video,
      track: first,
      range,
      includeUser,
      ...(name.value.trim() ? { name: name.value.trim() } : {}),
    }),
  });
}

export function deleteTrack() {
  if (!isReady(1)) return;
  const ranges = rangesOf();
  ranges.options.push(["everywhere", "all videos, and the list of tracks"]);
  const inner = ranges.of;
  ranges.of = (value, track) => (value === "everywhere" ? null : inner(value, track));
  const instances = el("input", { id: "track-instances", type: "checkbox", checked: true });
  return askAndDo({
    title: "Delete a track",
    button: "Delete",
    firstName: "Track",
    fields: [tick("its instances, too; else they have no track then", instances)],
    ranges,
    make: ({ video, first, range, includeUser }) =>
      range
        ? { type: "removeTrack", video, track: first, range, instances: instances.checked, includeUser }
        : { type: "deleteTrack", track: first, instances: instances.checked, includeUser },
  });
}

/** Fills gaps of tracks with predictions. */
export async function fillGaps() {
  if (!isReady(1)) return;
  const all = trackList();
  const { range, video } = state;
  const track = choice("gap-track", [["", "all tracks"], ...all], likely(all)[0]);
  const most = numberField("gap-most", 5, { min: 1, max: 1000000, step: 1 });
  const where = [
    ...(range ? [["range", `frames ${range[0]} to ${range[1]}`]] : []),
    ["all", "all of the video"],
  ];
  const place = choice("gap-range", where, where[0][0]);
  const command = () => {
    const [from, to] = place.value === "range" ? range : [0, Math.max(0, (state.facts?.frames ?? 1) - 1)];
    const maxGap = Number(most.value);
    const commands = all
      .filter(([id]) => track.value === "" || id === Number(track.value))
      .map(([id]) => ({ type: "interpolate", video, track: id, from, to, maxGap }));
    return { type: "batch", commands };
  };
  const { answer } = await askFirst({
    title: "Fill gaps",
    text: "A gap is filled with predictions of score 0 on the straight line between the poses before and behind.",
    parts: [field("Track", track), field("Gaps of at most, in frames", most), field("in", place)],
    describe: async () => countsText(await preview(command())),
    buttons: [
      ["fill", "Fill"],
      [null, "Cancel"],
    ],
  });
  if (answer) await send("", () => ({ command: command() }));
}

/** Gives a track another name. */
export async function renameTrack() {
  if (!isReady(1)) return;
  const all = trackList();
  const track = choice("track-first", all, likely(all)[0]);
  const name = nameField();
  const { answer } = await askFirst({
    title: "Rename a track",
    parts: [field("Track", track), field("new name", name)],
    describe: async () => "The name changes in all frames and bouts.",
    buttons: [
      ["rename", "Rename"],
      [null, "Cancel"],
    ],
  });
  const command = () => ({ type: "renameTrack", track: Number(track.value), name: name.value.trim() });
  if (answer) await send("", () => ({ command: command() }));
}
