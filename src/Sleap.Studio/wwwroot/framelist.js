// A list of which only the rows on the screen are asked for: a million take no longer than ten.

import { getJson } from "./api.js";
import { $, el, onNextPaint, redraw } from "./dom.js";
import { goTo } from "./navigator.js";
import { on, state } from "./state.js";

const ROW = 26;
const MAX_HEIGHT = 8e6; // browsers draw no element that is much higher
const WINDOW = 120;
const WAIT = 200;

const isShownFrame = row => row.video === state.video && row.frame === state.frame;

/**
 * Makes a list of the elements NAME-list and NAME-rows. Gives `restart`, to be called when the query is another one.
 * @param path gives where rows are asked for, and `query` what for; added are offset, limit, and the frame whose row is
 * wanted
 * @param cells the texts or elements of a row
 * @param open goes to what a row is of
 * @param isCurrent whether a row is that of what is shown
 * @param follows whether the row of the frame on the screen is scrolled to
 * @param loaded is told the answer
 */
export function createList({
  name,
  path,
  query,
  cells,
  open = goTo,
  isCurrent = isShownFrame,
  follows = true,
  loaded = () => {},
}) {
  const list = $(`${name}-list`);
  const body = $(`${name}-rows`);
  let total = 0;
  let rows = new Map(); // by place
  let asked = "";
  let run = 0;
  let following = 0;
  let renewing = 0;
  let isOld = true; // not asked for since something changed, as nobody sees it

  const isHidden = () => list.clientHeight === 0;

  async function load(offset, isNew = false) {
    const mine = ++run;
    const answer = await getJson(path(), { ...query(), offset, limit: WINDOW }).catch(() => null);
    if (mine !== run || !answer) return;
    total = answer.total;
    if (isNew) rows = new Map();
    answer.rows.forEach((row, i) => rows.set(offset + i, row));
    list.setAttribute("aria-rowcount", total + 1);
    loaded(answer);
    draw();
  }

  function restart() {
    isOld = isHidden();
    if (isOld) return;
    rows = new Map();
    asked = "";
    list.scrollTop = 0;
    load(0);
  }

  /** Asks again for what is on the screen. */
  function renew() {
    clearTimeout(renewing);
    renewing = setTimeout(() => {
      asked = "";
      isOld = isHidden();
      if (!isOld) load(Math.max(0, Math.floor(list.scrollTop / ROW) - WINDOW / 4), true);
    }, WAIT);
  }

  /** Draws the rows on the screen, and asks for those that are not here. */
  function draw() {
    if (isOld && !isHidden()) return restart();
    const height = Math.min(total * ROW, MAX_HEIGHT);
    body.style.height = `${height}px`;
    const seen = Math.ceil(list.clientHeight / ROW) + 1;
    const room = Math.max(1, height - list.clientHeight);
    // Of a list that is too high to draw, scrolling goes through all the same.
    const isTooHigh = total * ROW > MAX_HEIGHT;
    const first = isTooHigh
      ? Math.round((list.scrollTop / room) * Math.max(0, total - seen + 2))
      : Math.floor(list.scrollTop / ROW);
    const end = Math.min(total, first + seen);
    const top = isTooHigh ? list.scrollTop : first * ROW;
    const drawn = [];
    let missing = -1;
    for (let place = Math.max(0, first); place < end; place++) {
      const row = rows.get(place);
      if (row) drawn.push(rowElement(row, place, top + (place - first) * ROW));
      else if (missing < 0) missing = place;
    }
    redraw(body, () => body.replaceChildren(...drawn), list);
    const wanted = `${JSON.stringify(query())}/${missing}`;
    if (missing >= 0 && wanted !== asked) {
      asked = wanted;
      load(Math.max(0, missing - WINDOW / 4));
    }
  }

  function rowElement(row, place, top) {
    const isNow = isCurrent(row);
    const node = el(
      "div",
      {
        role: "row",
        class: isNow ? "row current" : "row",
        "aria-rowindex": place + 2,
        "aria-selected": String(isNow),
        id: `${name}-row-${place}`,
        on: { click: () => open(row) },
      },
      cells(row, place).map(cell => el("span", { role: "gridcell" }, cell)),
    );
    node.style.top = `${top}px`;
    if (isNow) list.setAttribute("aria-activedescendant", node.id);
    return node;
  }

  /** Whether a row is seen: not behind the head, which is as high as a row, and not below. */
  const isSeen = row =>
    row.offsetTop >= list.scrollTop && row.offsetTop + 2 * ROW <= list.scrollTop + list.clientHeight;

  /** Scrolls to the frame that is shown, if the list has it. */
  function follow() {
    clearTimeout(following);
    following = setTimeout(async () => {
      const current = body.querySelector(".current");
      if (isHidden() || (current && isSeen(current))) return;
      const at = { atVideo: state.video, atFrame: state.frame };
      const answer = await getJson(path(), { ...query(), ...at, offset: 0, limit: 1 }).catch(() => null);
      if (!answer || answer.place < 0 || list.matches(":hover")) return;
      list.scrollTop = (answer.place * ROW - list.clientHeight / 2) * Math.min(1, MAX_HEIGHT / (total * ROW));
    }, WAIT);
  }

  function moveBy(count) {
    const current = [...rows].find(([, row]) => isCurrent(row))?.[0];
    const place = Math.min(total - 1, Math.max(0, (current ?? -1) + count));
    const row = rows.get(place);
    if (!row) return;
    // In a list that is too high to draw, places are not those of rows: it follows when the frame is shown.
    if (total * ROW <= MAX_HEIGHT) {
      const lowest = (place + 2) * ROW - list.clientHeight;
      list.scrollTop = Math.max(lowest, Math.min(place * ROW, list.scrollTop));
    }
    open(row);
  }

  const drawSoon = onNextPaint(draw);
  list.addEventListener("scroll", drawSoon);
  list.addEventListener("keydown", event => {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
    if (!(event.key in moves) || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    moveBy(moves[event.key]);
  });
  new ResizeObserver(drawSoon).observe(list);
  on("seek select", drawSoon);
  on("edited", renew);
  if (follows) on("shown select", follow);
  restart();
  return { restart };
}
